"""Answers with the worst texts and the longest names: Slack takes each, and nothing in it acts."""

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.access import Action, Decision, Grant, Role
from bot.domain.commands import parse
from bot.domain.errors import Misunderstood
from bot.domain.operations import Ending, Outcome
from bot.domain.pipelines import Checkpoints, PipelineError, Problem, Storage, Trouble
from bot.domain.policy import Freeze
from bot.engine import replies
from bot.slack import answers
from tests.clock import START
from tests.domain.samples import ANA, AUTHORITIES, IN_EVERY_STATE, pipeline
from tests.slack.reading import LONGEST_NAME, WORKSPACE_URL, check, hostile

pipelines = st.builds(
    pipeline,
    name=st.just(LONGEST_NAME),
    storage=st.sampled_from(Storage),
    status=hostile,
    desired_status=hostile,
    resources=hostile,
    program_status=hostile,
    checkpoints=st.builds(Checkpoints, st.integers(0, 10**15), st.none() | st.integers(0, 10**24)),
    error=st.none() | st.builds(PipelineError, hostile, hostile),
)


@st.composite
def operations(draw):
    operation = draw(st.sampled_from(list(IN_EVERY_STATE.values())))
    outcome = Outcome(draw(st.sampled_from(Ending)), draw(hostile), draw(hostile))
    changes = {"pipeline": LONGEST_NAME, "reason": draw(hostile), "displaced": draw(st.none() | hostile)}
    changes |= {
        "outcome": operation.outcome and outcome,
        "card": draw(st.sampled_from([None, operation.card])),
    }
    return type(operation)(**{name: getattr(operation, name) for name in operation.__slots__} | changes)


lapsed = Grant(
    id=1,
    principal=ANA,
    role=Role.OPERATOR,
    pattern="[!a]" * 50,
    granted_by="root",
    granted_at=START,
    expires_at=START,
    note="`<!here>`",
)
decisions = st.builds(
    Decision,
    allowed=st.just(value=False),
    action=st.sampled_from(Action),
    would_allow=st.just(tuple(Role)),
    lapsed=st.sampled_from([None, lapsed]),
)
names = st.just(LONGEST_NAME)
freezes = st.builds(Freeze, st.just(1), st.just("*"), st.just(START), hostile, hostile, st.just(START))
problems = st.builds(Problem, st.sampled_from(Trouble), hostile, hostile)
every_reply = st.one_of(
    st.builds(replies.Denied, names, decisions),
    st.builds(replies.NotFound, names, st.lists(names, max_size=3).map(tuple)),
    st.builds(replies.NoAnswer, names, problems),
    st.builds(replies.Preview, operations(), pipelines, st.sampled_from(AUTHORITIES)),
    *(
        st.builds(kind, pipelines)
        for kind in (
            replies.NotStopped,
            replies.AlreadyCleared,
            replies.ClearingAlready,
            replies.NotUnderstood,
        )
    ),
    st.builds(replies.Busy, operations(), may_close=st.booleans()),
    st.builds(
        replies.Described, pipelines, st.none() | operations(), st.none() | operations(), st.none() | freezes
    ),
    st.builds(replies.Frozen, names, freezes),
    *(
        st.builds(kind, operations())
        for kind in (
            replies.Begun,
            replies.NeverMind,
            replies.ClosedByHand,
            replies.AlreadyDecided,
            replies.TooOld,
        )
    ),
    st.builds(replies.NotYours),
    st.builds(replies.NotKnown),
)


@given(every_reply)
def test_no_text_of_a_stranger_breaks_an_answer(reply):
    """Feldera's words, a reason, Slack's own: whatever is in the world, the person gets their answer."""
    check(answers.answer(reply, WORKSPACE_URL))


@given(operations())
def test_no_text_of_a_stranger_breaks_the_way_to_the_card(operation):
    """The preview always turns into something."""
    check(answers.placed(operation, WORKSPACE_URL))


@given(st.one_of(hostile, st.tuples(st.sampled_from(["clear ", "status ", "help "]), hostile).map("".join)))
def test_whatever_is_typed_is_answered(typed):
    """A misunderstanding repeats the words that caused it, and none of them acts."""
    try:
        parse(typed)
    except Misunderstood as error:
        check(answers.misunderstood(error))
