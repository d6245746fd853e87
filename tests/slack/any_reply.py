"""Any reply there is, made of the worst texts and the longest names: derived from the types, so that none is forgotten."""

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, get_args
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from bot.domain.access.permissions import Role
from bot.domain.access.rules import Rule
from bot.domain.audit_values import PreviousGrant, json_of
from bot.domain.commands import VERBS, Verb
from bot.domain.events import Event, EventKind
from bot.domain.ids import ChannelId, GroupId, OperationId, PipelineId, PipelineName, TeamId, UserId
from bot.domain.operations.operation import Operation
from bot.domain.operations.outcome import Ending, Outcome
from bot.domain.operations.parts import Approval, Card, Review
from bot.domain.operations.plans import CLEAR, PLANS, STOP, Plan
from bot.domain.operations.plans import START as STARTS
from bot.domain.pipelines.pipeline import Checkpoints, Pipeline, PipelineError, Problem, Storage
from bot.domain.pipelines.targets import TARGET_NAME_MAX, TargetName
from bot.engine import replies
from bot.engine.handlers.look.pipeline_pages import PAGE
from bot.engine.replies import Reply
from tests.clock import START
from tests.domain.pipeline_samples import pipeline
from tests.domain.samples import BEN, CARD, CLEO, IN_EVERY_STATE
from tests.operations import changed
from tests.rules import any_rules
from tests.slack.reading import LONGEST_NAME, LONGEST_WHOLE_NAME, WORST, hostile
from tests.slack.walk import Walk

EVERY_REPLY: tuple[type, ...] = get_args(Reply)
LONGEST_PATTERN = "[!a]" * 50

names = st.sampled_from([LONGEST_NAME, LONGEST_WHOLE_NAME])
moments = st.sampled_from([START, START + timedelta(days=9)])
pipelines = st.builds(
    pipeline,
    name=names,
    storage=st.sampled_from(Storage),
    status=hostile,
    desired_status=hostile,
    resources=hostile,
    program_status=hostile | st.just("SqlError"),
    checkpoints=st.builds(
        Checkpoints, st.sampled_from([0, 1, 100, 10**15]), st.none() | st.integers(0, 10**24)
    ),
    error=st.none() | st.builds(PipelineError, hostile, hostile),
)


@st.composite
def operations(draw: Any) -> Operation:
    """In any state, with everything in it that somebody types or Feldera says."""
    operation = draw(st.sampled_from(list(IN_EVERY_STATE.values())))
    outcome = Outcome(draw(st.sampled_from(Ending)), draw(hostile), draw(hostile), by=operation.requester)
    incident = draw(st.just("") | hostile)
    return changed(
        operation,
        plan=draw(st.sampled_from(PLANS)),
        pipeline=draw(names),
        reason=draw(hostile),
        displaced=draw(st.none() | hostile),
        outcome=operation.outcome and outcome,
        card=draw(st.sampled_from([None, operation.display.card])),
        incident=incident,
        review=Review(BEN, START) if incident and draw(st.booleans()) else None,
        given=tuple(Approval(by, START) for by in draw(st.sampled_from([(), (BEN,), (BEN, CLEO)]))),
        groups=draw(st.sampled_from([(), (GroupId("SAPPROVE"), GroupId("SONCALL"))])),
        frozen_until=draw(st.none() | moments),
        last_cleared_at=draw(st.none() | moments),
        unreachable_since=draw(st.none() | moments),
        overdue_since=draw(st.none() | moments),
    )


_SAID = [
    "pipeline",
    "pattern",
    "role",
    "until",
    "note",
    "reason",
    "why",
    "ending",
    "action",
    "shell",
]
# As this version stores them, as an earlier one did, and as nobody would.
_STORED = st.recursive(
    hostile | st.none() | st.integers() | any_rules().map(lambda rule: rule.as_typed),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(hostile, inner, max_size=3),
    max_leaves=4,
) | st.lists(
    st.builds(PreviousGrant, st.integers(), st.just("operator"), hostile, st.none() | moments, hostile),
    max_size=60,
).map(lambda grants: json_of(tuple(grants)))
events = st.builds(
    Event,
    st.sampled_from(EventKind),
    moments,
    st.fixed_dictionaries(
        {},
        optional={
            "user": st.just("UANA"),
            "group": st.just("SAPPROVE"),
            **dict.fromkeys(_SAID, hostile | st.none() | st.integers()),
            "rule": _STORED,
            "before": _STORED,
        },
    ),
    st.sampled_from([None, BEN]),
)
_WHAT_IT_IS: dict[Any, st.SearchStrategy[Any]] = {
    Operation: operations(),
    Pipeline: pipelines,
    Event: events,
    Card: st.just(CARD),
    Rule: st.builds(
        Rule, st.just(LONGEST_PATTERN), st.none() | st.integers(0, 5), reason_pattern=st.just("<!here>`&")
    ),
    Verb: st.sampled_from(VERBS),
    PipelineName: names,
    PipelineId: st.just(PipelineId("0198d2a4-5e0b-7c11-9c2e-2d9d1f0a7b10")),
    OperationId: st.just(OperationId("a2" * 12)),
    UserId: st.just(UserId("UANA")),
    GroupId: st.just(GroupId("SAPPROVE")),
    TeamId: st.just(TeamId("TACME")),
    ChannelId: st.just(ChannelId("COPS")),
    TargetName: st.just(TargetName("t" * TARGET_NAME_MAX)),
    Plan | None: st.none() | st.sampled_from(PLANS),
    str: st.sampled_from(WORST) | hostile,
    int: st.sampled_from([0, 1, 10**9]),
    float: st.sampled_from([0.5, 3600.0]),
    bool: st.booleans(),
    datetime: moments,
    tzinfo: st.sampled_from([UTC, ZoneInfo("America/Argentina/ComodRivadavia")]),
    timedelta: st.sampled_from([timedelta(0), timedelta(seconds=30), timedelta(days=7)]),
}
# What is checked before it gets anywhere near an answer, by the field that holds it.
_CHECKED: dict[str, st.SearchStrategy[Any]] = {
    "plan": st.sampled_from(PLANS),
    "offered": st.sampled_from([(), (CLEAR, STARTS), (CLEAR, STOP, STARTS)]),
    "pattern": st.just(LONGEST_PATTERN),
    "rules": st.just((LONGEST_PATTERN,) * 5),
    "would_allow": st.just(tuple(Role)),
    "title": st.sampled_from(["", LONGEST_WHOLE_NAME, "<@UANA>"]),
}
_AT_MOST = {
    "rows": PAGE,
    "close": 3,
    "lines": 10,
    "grants": 60,
    "operations": 60,
    "results": 60,
    "approvals": 5,
    "before": 60,
}


_NOT_THAT = frozenset(
    {
        (replies.RuleList, "rules"),  # rules, not the patterns of some
        (replies.PermissionDenied, "plan"),  # of whoever only wanted to see the pipeline there is none
    }
)


def _several(origin: Any, items: st.SearchStrategy[Any], field: str) -> st.SearchStrategy[Any]:
    some = st.lists(items, min_size=1, max_size=_AT_MOST.get(field, 3))
    return st.one_of(some, some, st.just([])).map(origin)  # nothing is seldom the worst


whole = Walk(
    _WHAT_IT_IS,
    _CHECKED,
    among=st.sampled_from,
    one_of=st.one_of,
    several=_several,
    mapping=lambda keys, values: st.dictionaries(keys, values, max_size=2),
    of_fields=lambda kind, known: st.deferred(lambda: st.builds(kind, **known())),
    not_those=_NOT_THAT,
).of
problems = whole(Problem)
