"""Replies whose parts fit each other, as they do in practice: for kinds of which most combinations never occur."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.domain.access.authorization import Authorization
from bot.domain.access.rules import Requirements
from bot.domain.diagnosis import failed, passed, unknown, warning
from bot.domain.ids import ChannelId, OperationId, PipelineName
from bot.domain.operations.fingerprints import Fingerprint
from bot.domain.operations.operation import Operation, State
from bot.domain.operations.parts import Approval, Review
from bot.domain.operations.plans import CLEAR, STOP, Plan, StepName
from bot.domain.operations.plans import START as STARTS
from bot.domain.pipelines.pipeline import Pipeline, Storage
from bot.domain.pipelines.targets import TargetName
from bot.engine.replies import (
    ActionResult,
    Blocked,
    Blocker,
    Diagnosed,
    NotFound,
    NotStopped,
    Preview,
    Result,
    SeveralRequests,
)
from tests.clock import START
from tests.domain.pipeline_samples import cleared, clearing, early_start, pipeline, running, stopping
from tests.domain.samples import BEN, CLEO, IN_EVERY_STATE, authority, awaiting, proposed, ready

_STOP_AND_CLEAR: Plan = (StepName.STOP, StepName.CLEAR)
_CLEAR_AND_START: Plan = (StepName.CLEAR, StepName.START)
_RESTART: Plan = (StepName.STOP, StepName.CLEAR, StepName.START)
_ORDERS = PipelineName("orders")
_TARGETS = (TargetName("prod"), TargetName("staging"))
_WINDOW = timedelta(seconds=30)
_BOTH = (Approval(BEN, START), Approval(CLEO, START))
_BREAK_GLASS = replace(IN_EVERY_STATE[State.WAITING], incident="INC-9")


def _requiring(**required: Any) -> Authorization:
    return authority(requirements=Requirements(**required))


def _previewed(seen: Pipeline, plan: Plan, authorization: Authorization, **differences: Any) -> Preview:
    return Preview(_proposed(plan, seen, **differences), seen, authorization)


def _proposed(plan: Plan, seen: Pipeline, **differences: Any) -> Operation:
    return proposed(plan=plan, previewed=Fingerprint.of(seen), **differences)


_RESULTS: dict[Result, list[Operation]] = {
    Result.STARTED: [
        ready(),
        ready(cancellable_until=START + _WINDOW, plan=_STOP_AND_CLEAR),
        ready(displaced="not_in_channel"),
    ],
    Result.ASKED: [awaiting(), awaiting(needed=1)],
    Result.DROPPED: [IN_EVERY_STATE[State.WITHDRAWN]],
    Result.APPROVED: [
        awaiting(given=_BOTH[:1]),
        ready(needed=2, given=_BOTH, cancellable_until=START + _WINDOW),
        ready(needed=2, given=_BOTH),
    ],
    Result.DENIED: [IN_EVERY_STATE[State.DENIED]],
    Result.WITHDRAWN: [IN_EVERY_STATE[State.WITHDRAWN]],
    Result.CANCELLED: [IN_EVERY_STATE[State.WITHDRAWN]],
    Result.SIGNED_OFF: [replace(_BREAK_GLASS, review=Review(BEN, START))],
    Result.CLOSED: [IN_EVERY_STATE[State.CLOSED], replace(IN_EVERY_STATE[State.CLOSED], plan=STOP)],
    Result.ASKED_ALREADY: [awaiting()],
    Result.TOO_OLD: [proposed()],
    Result.ALREADY_DECIDED: [IN_EVERY_STATE[State.WAITING], IN_EVERY_STATE[State.SUCCEEDED]],
    Result.ALREADY_SIGNED_OFF: [replace(_BREAK_GLASS, review=Review(BEN, START))],
    Result.NOTHING_TO_SIGN_OFF: [IN_EVERY_STATE[State.WAITING]],
    Result.APPROVED_BEFORE: [awaiting(given=_BOTH[:1])],
    Result.OWN_REQUEST: [awaiting()],
    Result.OWN_BREAK_GLASS: [_BREAK_GLASS],
}

_ALL_WELL = (
    passed("bot", "It is ready."),
    passed("slack token", "For the workspace Acme (T0ACME)."),
    unknown(
        "slack manifest",
        "Commands, shortcuts, events and tabs of the installed app cannot be read with the bot's tokens.",
        "After an upgrade, compare the app's manifest (App Manifest, in the app's settings) with app_manifest.yml.",
    ),
    passed("slack connections", "Only this bot is connected with this app."),
    passed("feldera", "0.337.0 (Open source) answers at https://feldera.example.com."),
    passed("database", "It is readable, and the last write succeeded."),
)
_TO_LOOK_AT = (
    warning(
        "backup",
        "The last one is 2 d 3 h old (2026-02-27 23:05 UTC).",
        "Run `pipeline-bot backup FILE` each night.",
    ),
    warning(
        "slack scopes",
        "The bot token has scopes that the bot does not need: files:read.",
        "Unless something else uses them, remove them.",
    ),
)
_TO_FIX = (
    *_TO_LOOK_AT,
    replace(
        failed(
            "slack channels",
            "It is for requests on orders-*, but the bot is not in it.",
            "Invite it there: `/invite @pipeline-bot`.",
        ),
        channel=ChannelId("C1"),
    ),
    failed(
        "disk",
        "The database's disk has only 5.1 MB free, so the bot refuses new requests.",
        "Make room on it.",
    ),
    unknown("feldera staging", "No answer after 5 s."),
)

OCCURRING: dict[Any, list[Any]] = {
    Preview: [
        _previewed(pipeline(), CLEAR, _requiring(approvals=0)),
        _previewed(pipeline(), CLEAR, _requiring(approvals=0, stop_window=_WINDOW)),
        _previewed(pipeline(), CLEAR, _requiring(approvals=2, stop_window=_WINDOW)),
        _previewed(pipeline(), CLEAR, authority(is_break_glass=True), incident="INC-9"),
        _previewed(running(), _STOP_AND_CLEAR, _requiring(approvals=1)),
        _previewed(running(), _RESTART, _requiring(approvals=0)),
        _previewed(cleared(), _CLEAR_AND_START, _requiring(approvals=0)),
        _previewed(running(), STOP, _requiring(approvals=0)),
        _previewed(stopping(), STOP, _requiring(approvals=0)),
        _previewed(pipeline(), STARTS, _requiring(approvals=0)),
        _previewed(cleared(), STARTS, _requiring(approvals=1)),
    ],
    Blocked: [
        Blocked(Blocker.STOPPED_ALREADY, pipeline()),
        Blocked(Blocker.STARTED_ALREADY, running()),
        Blocked(Blocker.STARTED_ALREADY, early_start(pipeline())),
        Blocked(Blocker.CLEARED_ALREADY, cleared()),
        Blocked(Blocker.CLEARED_ALREADY, early_start(cleared())),
        Blocked(Blocker.BEING_CLEARED, clearing()),
        Blocked(Blocker.NOT_UNDERSTOOD, pipeline(storage=Storage.OTHER)),
    ],
    NotStopped: [
        NotStopped(running(), CLEAR, _proposed(_STOP_AND_CLEAR, running())),
        NotStopped(running(), CLEAR, _proposed(_STOP_AND_CLEAR, stopping())),
        NotStopped(running(), _CLEAR_AND_START, _proposed(_RESTART, running())),
        NotStopped(early_start(pipeline()), CLEAR),
        NotStopped(stopping(), CLEAR),
        NotStopped(stopping(), STARTS),
    ],
    NotFound: [
        NotFound(_ORDERS, tuple(PipelineName(f"{target}/orders") for target in _TARGETS), needs_target=True),
        NotFound(_ORDERS, (), needs_target=True, unanswered=_TARGETS),
        NotFound(PipelineName("prod/orders"), (PipelineName("prod/order"),)),
        NotFound(PipelineName("prod/orders"), (), unanswered=_TARGETS[:1]),
        NotFound(PipelineName("test/orders"), (PipelineName("prod/orders"),), needs_target=True),
    ],
    SeveralRequests: [
        SeveralRequests("7f", tuple(awaiting(id=OperationId(short * 4)) for short in ("7fk2qa", "7fm3tb")))
    ],
    Diagnosed: [
        Diagnosed(_ALL_WELL),
        Diagnosed((*_ALL_WELL, *_TO_LOOK_AT)),
        Diagnosed((*_ALL_WELL, *_TO_FIX)),
    ],
    ActionResult: [
        ActionResult(result, operation) for result, several in _RESULTS.items() for operation in several
    ],
}
