"""How often Feldera is asked, and how long a step usually takes."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.operations.operation import State
from bot.domain.operations.outcome import Ending, Outcome
from bot.domain.operations.parts import StepDone
from bot.domain.operations.plans import CLEAR, StepName
from bot.domain.operations.polling import (
    LONGEST,
    SHORTEST,
    after_failures,
    milestone_reached,
    next_look,
    next_milestone,
    unusual_after,
)
from bot.domain.operations.usual_durations import longest
from tests.clock import START
from tests.domain.samples import waiting
from tests.operations import changed

waits = st.floats(0, 30 * 24 * 3600).map(lambda seconds: timedelta(seconds=seconds))


@given(waits, waits, st.floats(-1, 1))
def test_looks_grow_rarer_within_bounds(one, other, spread):
    shorter, longer = sorted([one, other])
    assert SHORTEST <= next_look(shorter) <= next_look(longer) <= LONGEST
    assert abs(next_look(one, spread) / next_look(one) - 1) <= 0.1001


@given(st.integers(1, 10_000), st.none() | st.floats(0, 3600))
def test_a_failing_feldera_is_asked_less_and_as_it_wishes(failures, retry_after):
    """At least as long as `Retry-After`, and never less than 2 s or, of our own, more than 15 s."""
    pause = after_failures(failures, retry_after)
    asked = timedelta(seconds=retry_after or 0)
    assert max(SHORTEST, asked) <= pause <= max(LONGEST, asked)


@given(waits)
def test_the_next_milestone_is_ahead_and_none_lies_between(waited):
    reached, following = milestone_reached(waited), next_milestone(waited)
    assert reached <= waited < following
    assert milestone_reached(following) == following
    assert milestone_reached(following - timedelta(microseconds=1)) == reached


def test_the_milestones():
    """30 s, 1, 2, 5, 10, 30 minutes, 1 and 6 hours, then each day."""
    told, waited = [], timedelta(0)
    while len(told) < 11:
        waited = next_milestone(waited)
        told.append(int(waited.total_seconds()))
    days = [number * 24 * 3600 for number in (1, 2, 3)]
    assert told == [30, 60, 120, 300, 600, 1800, 3600, 6 * 3600, *days]


@given(waits, st.sampled_from(StepName))
def test_unusual_is_three_times_the_longest_and_half_a_minute_at_least(longest, step):
    """Only without history a fixed time counts: three minutes, and a quarter of an hour for a start."""
    assert unusual_after(step, longest) == max(3 * longest, timedelta(seconds=30))
    assert unusual_after(step, None) == timedelta(minutes=15 if step is StepName.START else 3)


def seconds(count):
    return timedelta(seconds=count)


def succeeded(took, plan=CLEAR, done=()):
    """Over, `took` seconds after its last step was accepted."""
    return waiting(
        state=State.SUCCEEDED,
        plan=plan,
        step=len(plan) - 1,
        done=done,
        accepted_at=START,
        ended_at=START + seconds(took),
        outcome=Outcome(Ending.CLEARED),
    )


def test_the_longest_counts_and_without_history_nothing_is_usual():
    assert longest(StepName.CLEAR, [succeeded(4), succeeded(9), succeeded(2)]) == seconds(9)
    assert longest(StepName.CLEAR, []) is None
    assert longest(StepName.START, [succeeded(4)]) is None


def test_each_step_of_a_plan_has_a_time_of_its_own():
    stopped = StepDone(Ending.PIPELINE_STOPPED, START, START - seconds(40))
    plan = (StepName.STOP, StepName.CLEAR)
    assert longest(StepName.STOP, [succeeded(5, plan, (stopped,))]) == seconds(40)
    assert longest(StepName.CLEAR, [succeeded(5, plan, (stopped,))]) == seconds(5)
    needless = StepDone(Ending.NOTHING_TO_STOP, START, None)
    assert longest(StepName.STOP, [succeeded(5, plan, (needless,))]) is None


def test_what_was_never_accepted_counts_from_its_request():
    unanswered = changed(succeeded(7), submitted_at=START - seconds(3), accepted_at=None)
    assert longest(StepName.CLEAR, [unanswered]) == seconds(10)
