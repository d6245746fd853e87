"""How often Feldera is asked: soon at first, gently on long waits, and never in step with other bots."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.operations.plans import StepName
from bot.domain.operations.polling import (
    LONGEST,
    SHORTEST,
    after_failures,
    milestone_reached,
    next_look,
    next_milestone,
    unusual_after,
)

waits = st.floats(0, 30 * 24 * 3600).map(lambda seconds: timedelta(seconds=seconds))


@given(waits, waits, st.floats(-1, 1))
def test_looks_grow_rarer_within_bounds(one, other, spread):
    """From 2 s to 15 s, never sooner after a longer wait, and spread by a tenth at most."""
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
    """A wait lies between the milestone it reached and the next one, and then reaches that one."""
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
