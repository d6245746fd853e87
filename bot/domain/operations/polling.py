"""Polling intervals: how often to look at Feldera, and when to report a long wait."""

from bisect import bisect_right
from datetime import timedelta

from bot.domain.operations.plans import StepName

FIRST_LOOK = timedelta(seconds=0.5)  # most clears are done by then
SHORTEST = timedelta(seconds=2)  # what Feldera's own console polls at
LONGEST = timedelta(seconds=15)
SPREAD = 0.1  # of the interval, either way
FOR_A_HUMAN = timedelta(seconds=60)  # between looks while it needs a human anyway
USUAL_TIMES = 3  # … times the longest of a pipeline's last ten is unusual, but never less than …
UNUSUAL_LEAST = timedelta(seconds=30)
UNUSUALLY_LONG = timedelta(minutes=3)  # without history: a volume being deleted takes a minute or two
UNUSUAL_START = timedelta(minutes=15)  # the same: a program that has to be compiled first takes minutes
OTHERS_CALLED_AFTER = timedelta(hours=1)  # the requester has not fixed it by then

_MILESTONES = tuple(timedelta(seconds=seconds) for seconds in (30, 60, 120, 300, 600, 1800, 3600, 21600))
_THEN_EVERY = timedelta(days=1)


def next_look(waited: timedelta, spread: float = 0.0) -> timedelta:
    """How long to wait before the next look after `waited`: 2 s at first, 15 s from four minutes on.

    `spread` in [-1, 1] moves it by up to a tenth.
    """
    interval = min(max(SHORTEST, waited / 15), LONGEST)
    return interval * (1 + SPREAD * spread)


def after_failures(failures: int, retry_after: float | None) -> timedelta:
    """How long to wait after so many failed calls in a row: at least as long as Feldera asks."""
    backoff = min(SHORTEST * 1.5 ** min(failures - 1, 10), LONGEST)
    return max(backoff, timedelta(seconds=retry_after or 0))


def milestone_reached(waited: timedelta) -> timedelta:
    """The last milestone of a wait to report: 30 s, 1, 2, 5, 10, 30 min, 1, 6 h, then each day; zero before."""
    if waited >= _THEN_EVERY:
        return waited // _THEN_EVERY * _THEN_EVERY
    reached = bisect_right(_MILESTONES, waited)
    return _MILESTONES[reached - 1] if reached else timedelta(0)


def next_milestone(waited: timedelta) -> timedelta:
    """The next milestone after `waited`."""
    further = bisect_right(_MILESTONES, waited)
    if waited >= _THEN_EVERY or further == len(_MILESTONES):
        return (waited // _THEN_EVERY + 1) * _THEN_EVERY
    return _MILESTONES[further]


def unusual_after(step: StepName, usual: timedelta | None) -> timedelta:
    """How long a step may take before it is unusual; `usual` is the longest of the last ten, None without history."""
    if usual is not None:
        return max(USUAL_TIMES * usual, UNUSUAL_LEAST)
    return UNUSUAL_START if step is StepName.START else UNUSUALLY_LONG
