"""How often to look at Feldera, and when to speak of a long wait."""

from datetime import timedelta

FIRST_LOOK = timedelta(seconds=0.5)  # most clears are done by then
SHORTEST = timedelta(seconds=2)  # what Feldera's own console polls at
LONGEST = timedelta(seconds=15)
SPREAD = 0.1  # of the interval, either way
FOR_A_HUMAN = timedelta(seconds=60)  # between looks while a person is wanted anyway
UNUSUALLY_LONG = timedelta(minutes=3)  # a clear takes seconds; a volume being deleted, a minute or two
UNUSUAL_START = timedelta(minutes=15)  # a program that has to be compiled first takes minutes

_MILESTONES = tuple(timedelta(seconds=seconds) for seconds in (30, 60, 120, 300, 600))
_THEN_EVERY = timedelta(minutes=10)


def next_look(waited: timedelta, spread: float = 0.0) -> timedelta:
    """How long to leave a pipeline alone after `waited`: 2 s at first, 15 s from four minutes on.

    `spread` in [-1, 1] moves it by up to a tenth.
    """
    interval = min(max(SHORTEST, waited / 15), LONGEST)
    return interval * (1 + SPREAD * spread)


def after_failures(failures: int, retry_after: float | None) -> timedelta:
    """How long to leave Feldera alone after so many failed calls in a row, at least as long as it asks."""
    backoff = min(SHORTEST * 1.5 ** min(failures - 1, 10), LONGEST)
    return max(backoff, timedelta(seconds=retry_after or 0))


def milestone_reached(waited: timedelta) -> timedelta:
    """The last moment of a wait that people are told of: 30 s, 1, 2, 5, 10 min, then every 10; zero before."""
    if waited >= _MILESTONES[-1]:
        return waited // _THEN_EVERY * _THEN_EVERY
    return max((at for at in _MILESTONES if at <= waited), default=timedelta(0))


def next_milestone(waited: timedelta) -> timedelta:
    """The next such moment after `waited`."""
    reached = milestone_reached(waited)
    return next((at for at in _MILESTONES if at > reached), reached + _THEN_EVERY)
