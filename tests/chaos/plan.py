"""The plan of a run: who does what and which fault begins and ends when, drawn from the seed alone.

It is complete before anything runs, so the same seed always gives the same plan. What comes of it is not in it: a step
names a position ("the third newest card"), and does nothing where there is none.
"""

from dataclasses import replace
from datetime import timedelta
from random import Random

from tests.chaos.draws import KINDS, Step

DAY = 24 * 60  # minutes
STEPS_PER_DAY = 90


def plan(seed: int, minutes: int) -> list[Step]:
    """Every step of the run, in order of time."""
    rng = Random(seed)  # noqa: S311 - a run, not a secret
    end = timedelta(minutes=minutes)
    moments = sorted(_moments(rng, end, round(STEPS_PER_DAY * minutes / DAY)))
    steps = [step for at in moments for step in _drawn(rng, at)]
    return sorted(steps, key=lambda step: step.at)


def _moments(rng: Random, end: timedelta, many: int) -> list[timedelta]:
    """Bursts of a few steps within a minute: what never meets never conflicts."""
    found: list[timedelta] = []
    while len(found) < many:
        at = rng.uniform(0, 1) * end
        for _ in range(rng.randint(1, 8)):
            found.append(at)
            at += timedelta(seconds=rng.choice((0, 1, 3, 8, 20, 45)))
    return found[:many]


def _drawn(rng: Random, at: timedelta) -> list[Step]:
    name = rng.choices([*KINDS], [weight for weight, _ in KINDS.values()])[0]
    return [replace(step, drawn_from=name) for step in KINDS[name][1](rng, at)]
