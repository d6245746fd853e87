"""Plain examples of any value that an answer is made of, derived from its type: the first, then one for each difference."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.access.admins import Admins
from bot.domain.access.authorization import Authorization
from bot.domain.access.permissions import Decision, Membership, Role, Why
from bot.domain.access.rules import Freeze, Requirements, Rule
from bot.domain.commands import VERBS, Verb
from bot.domain.events import Event, EventKind
from bot.domain.home_content import HomeAction, Item
from bot.domain.ids import ChannelId, GroupId, OperationId, PipelineId, PipelineName, TeamId, UserId
from bot.domain.operations.operation import Operation, State
from bot.domain.operations.parts import Card
from bot.domain.operations.plans import CLEAR, PLANS, STOP, StepName
from bot.domain.pipelines.activity import Activity
from bot.domain.pipelines.pipeline import Pipeline, PipelineError, Problem, ProblemKind, Storage
from bot.domain.pipelines.targets import TargetName
from bot.engine.attempted_actions import AttemptedAction
from bot.engine.replies import Blocker, Result, RuleList
from bot.feldera.http.problems import DATABASE_DOWN
from tests.clock import START
from tests.domain.pipeline_samples import pipeline, running
from tests.domain.samples import (
    ALLOWED,
    ANA,
    BEN,
    CARD,
    CLEO,
    DENIED,
    FREEZE,
    IN_EVERY_STATE,
    authority,
    grant,
)
from tests.operations import changed
from tests.slack.occurring_replies import OCCURRING
from tests.slack.walk import Walk

VARIANTS = 2  # of one field: a sheet is to be read by people
_SAYS_WHAT = (Blocker, Result)  # each value is a sentence of its own
SAID = {
    "message": "the row is locked",
    "seconds": 185,
    "sends": 1,
    "healthy": 0,
    "count": 1,
    "needed": 2,
    "until": (START + timedelta(hours=2)).isoformat(),
    "phase": "Provisioning",
    "pattern": "prod-*",
    "reason": "release day",
    "told": "SAPPROVE",
    "ending": "untouched",
    "state": "ready",
    "trouble": "unreachable",
}

NO = replace(DENIED, would_allow=(Role.REQUESTER, Role.OPERATOR, Role.RESPONDER), membership=Membership(ANA))
YES = replace(ALLOWED, why=Why.GRANTED, grant=grant())
_WHAT_IT_IS: dict[Any, list[Any]] = {
    Operation: [
        IN_EVERY_STATE[state]
        for state in (State.WAITING, State.AWAITING_APPROVAL, State.NEEDS_HUMAN, State.SUCCEEDED)
    ],
    Pipeline: [
        pipeline(),
        running(),
        pipeline(storage=Storage.CLEARING, program_status="SqlError"),
        pipeline(storage=Storage.CLEARED, error=PipelineError("worker 3 panicked", "RuntimeError")),
    ],
    Decision: [
        NO,
        replace(NO, lapsed=grant(expires_at=START)),
        replace(NO, why=Why.NOT_A_MEMBER),
        replace(NO, why=Why.UNRESOLVED),
        YES,
    ],
    Authorization: [
        authority(requester=YES),
        authority(
            requester=YES,
            requirements=Requirements(approvals=2, stop_window=timedelta(seconds=30), rules=("ord*",)),
        ),
        authority(requester=YES, is_break_glass=True),
        authority(requester=YES, freeze=FREEZE),
        authority(requester=NO),
    ],
    Admins: [
        Admins((BEN, CLEO)),
        Admins((BEN,), of_part=True),
        Admins(unread="Slack did not answer in time"),
        Admins(),
    ],
    Event: [Event(kind, START, {} if kind is EventKind.PROPOSED else SAID, BEN) for kind in EventKind],
    Card: [CARD],
    Activity: [
        Activity(START, deployment="Running", wanted="Running"),
        Activity(START, wanted="Stopped", has_error=True),
        Activity(START, deployment="Dreaming", storage=Storage.CLEARING, program="CompilingRust"),
    ],
    Rule: [Rule("prod-*", approvals=2, reason_required=True)],
    Freeze: [Freeze(1, "prod-*", START + timedelta(hours=4), "release day", "T1/UBEN", START)],
    Verb: list(VERBS),
    Problem: [
        Problem(ProblemKind.UNREACHABLE, "Connection refused"),
        Problem(ProblemKind.BUSY, "503 Service Unavailable"),
        DATABASE_DOWN,
    ],
    **OCCURRING,
    PipelineName: [PipelineName("orders")],
    PipelineId: [PipelineId("0198d2a4-5e0b-7c11-9c2e-2d9d1f0a7b10")],
    OperationId: [OperationId("7fk2qa" * 4)],
    UserId: [UserId("UANA")],
    GroupId: [GroupId("SONCALL")],
    TeamId: [TeamId("T1")],
    ChannelId: [ChannelId("C1")],
    TargetName: [TargetName("prod")],
    str: ["schema change", ""],
    int: [3, 12],
    float: [30.0],
    bool: [True, False],
    datetime: [START],
    timedelta: [timedelta(hours=1), timedelta(0)],
    tzinfo: [ZoneInfo("Europe/Berlin")],
}
_OVER = (IN_EVERY_STATE[State.SUCCEEDED], IN_EVERY_STATE[State.DENIED], IN_EVERY_STATE[State.STALE])
_NOT_REVIEWED = changed(IN_EVERY_STATE[State.SUCCEEDED], incident="INC-9")
_BY_FIELD: dict[str, list[Any]] = {
    "plan": list(PLANS),
    "offered": [(CLEAR, (StepName.START,)), (STOP,), ()],
    "live": [IN_EVERY_STATE[State.WAITING], IN_EVERY_STATE[State.NEEDS_HUMAN], None],
    "pending": [IN_EVERY_STATE[State.AWAITING_APPROVAL], None],
    "ended": [_OVER, ()],
    "pattern": ["prod-*"],
    "rules": [("prod-*",)],
    "patterns": [(r"CHG-\d+", "^(fix|data):"), ("^(fix|data):",), ()],
    "reason_patterns": [(r"[A-Z]+-\d+",), ()],
    "incident": ["INC-9", ""],
    "tried": [None, AttemptedAction.APPROVE, AttemptedAction.STOP],
    "beginning": ["7fk2qa"],
    "said": ["error: no such column `price`", ""],
    "limit": [3],
    "within": [timedelta(hours=1)],
    "would_allow": [(Role.OPERATOR,)],
    "total": [30],
    "title": ["orders", "<@UANA>", ""],
    "read": [3, 0],
    "why": ["Slack did not answer in time"],
    "unread": ["Slack did not answer in time", ""],
    "operations": [(IN_EVERY_STATE[State.AWAITING_APPROVAL], _NOT_REVIEWED), ()],
    "decides": [
        (
            Item(IN_EVERY_STATE[State.AWAITING_APPROVAL], frozenset({HomeAction.APPROVE, HomeAction.DENY})),
            Item(_NOT_REVIEWED, frozenset({HomeAction.SIGN_OFF})),
            Item(IN_EVERY_STATE[State.NEEDS_HUMAN], frozenset({HomeAction.CLOSE})),
        ),
        (),
    ],
    "requests": [
        (Item(IN_EVERY_STATE[State.AWAITING_APPROVAL], frozenset({HomeAction.WITHDRAW})),),
        (),
    ],
    "underway": [(Item(IN_EVERY_STATE[State.WAITING], frozenset()),), ()],
}


def _each_difference(kind: type, known: Callable[[], dict[str, list[Any]]]) -> list[Any]:
    """The first of each field, and then each field's others, one at a time."""
    plain = {name: values[0] for name, values in known().items()}
    others = [
        plain | {name: other}
        for name, values in known().items()
        for other in (values[1:] if isinstance(values[0], _SAYS_WHAT) else values[1 : VARIANTS + 1])
    ]
    return [kind(**values) for values in (plain, *others)]


examples = Walk(
    _WHAT_IT_IS,
    _BY_FIELD,
    among=list,
    one_of=lambda several: [each for values in several for each in values],
    several=lambda origin, items, _: [origin(items), origin()],
    mapping=lambda keys, values: [{keys[0]: values[0]}, {}],
    of_fields=_each_difference,
    not_those=frozenset({(RuleList, "rules")}),  # rules, not the patterns of some
).of
