"""The cases of the crash matrix: each scenario, killed at each hit of a seam that a run without a kill has found.

The next process has seams of its own, on the way back: the worst are those after a request that was recorded and never
went out. So each scenario is also killed there first, and then once more at each seam of the process after that.
"""

import asyncio
import re
import shlex
import tempfile
import traceback
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

from tests.crash_matrix.play import play
from tests.crash_matrix.scenarios import SCENARIOS, Scenario

EACH_UP_TO = 8  # hits of one seam: of more, the first, the second and the last are taken
AT_ONCE = 3  # cases side by side: each waits for its clock most of the time
TRIES = 3  # to come to a hit: how often the bot looks at Feldera depends on the machine
NEVER_WENT_OUT = re.compile(r"before request POST /v0/pipelines/\w+/clear #1")
THEN = ", then "


@dataclass(frozen=True, slots=True)
class Case:
    scenario: str
    kills: tuple[str, ...]

    @property
    def seam(self) -> str:
        """Where it is killed last, without the number."""
        return self.kills[-1].rpartition(" #")[0]

    def __str__(self) -> str:
        return f"{self.scenario}: {THEN.join(self.kills)}"

    @classmethod
    def named(cls, text: str) -> "Case":
        """From what `str` makes of one.

        Raises:
            ValueError: there is no such scenario.
        """
        scenario, _, kills = text.partition(": ")
        if scenario not in SCENARIOS or not kills:
            raise ValueError(f"{text!r} is no case; scenarios are: {'; '.join(SCENARIOS)}")
        return cls(scenario, tuple(kills.split(THEN)))

    @property
    def replay(self) -> str:
        return f"python -m tests.crash_matrix {shlex.quote(str(self))}"


@dataclass(frozen=True, slots=True)
class Result:
    """How a case ended: `failure` is why it does not balance; `was_killed` is false if the hit never came."""

    case: Case
    was_killed: bool
    failure: str = ""


async def cases_of(scenario: Scenario) -> list[Case]:
    """Those with one kill: play the scenario without any; each hit is a case, those of frequent seams thinned out."""
    hits = await _hits(scenario)
    seams = [hit.rpartition(" #")[0] for hit in hits]
    start = seams.index(scenario.only_after) if scenario.only_after else 0
    return _thinned(Case(scenario.name, (hit,)) for hit in hits[start:])


async def cases_on_the_way_back(cases: Iterable[Case]) -> list[Case]:
    """Those with two kills: the first with the request recorded that never went out, of a scenario with these cases."""
    first = next(case for case in cases if NEVER_WENT_OUT.fullmatch(case.kills[0]))
    hits = await _hits(SCENARIOS[first.scenario], first.kills)
    return [Case(first.scenario, (*first.kills, hit)) for hit in hits if hit.endswith(" #1")]


async def _hits(scenario: Scenario, kills: Sequence[str] = ()) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        return (await play(Path(folder), scenario, kills)).hits


def _thinned(cases: Iterable[Case]) -> list[Case]:
    by_seam: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        by_seam[case.seam].append(case)
    return [
        case
        for found in by_seam.values()
        for case in (found if len(found) <= EACH_UP_TO else [*found[:2], found[-1]])
    ]


async def run(
    cases: Collection[Case], *, at_once: int = AT_ONCE, most_failures: int | None = None
) -> AsyncIterator[Result]:
    """The results, as they come, until so many have failed: each of them may have taken all its patience."""
    free = asyncio.Semaphore(at_once)

    async def one(case: Case) -> Result:
        async with free:
            return await _result(case)

    tasks, failures = [asyncio.create_task(one(case)) for case in cases], 0
    try:
        for task in asyncio.as_completed(tasks):
            result = await task
            failures += bool(result.failure)
            yield result
            if failures == most_failures:
                return
    finally:
        for task in tasks:
            task.cancel()


async def _result(case: Case) -> Result:
    for _ in range(TRIES):
        with tempfile.TemporaryDirectory() as folder:
            try:
                played = await play(Path(folder), SCENARIOS[case.scenario], case.kills)
            except (AssertionError, TimeoutError) as error:
                why = "".join(traceback.format_exception(error))
                return Result(case, was_killed=True, failure=f"{why}\nReplay it alone: {case.replay}")
        if played.was_killed:
            break
    return Result(case, played.was_killed)


def covering(cases: Sequence[Case]) -> list[Case]:
    """A part of all cases: each seam once, in one of the scenarios that have it, and so spread over all of them.

    The same part in every process that found the same seams.
    """
    by_seam: dict[str, dict[str, Case]] = defaultdict(dict)
    for case in sorted(cases, key=lambda case: len(case.kills)):
        by_seam[case.seam].setdefault(case.scenario, case)
    return [
        list(cases_by_scenario.values())[crc32(seam.encode()) % len(cases_by_scenario)]
        for seam, cases_by_scenario in by_seam.items()
    ]


async def all_cases(scenarios: Iterable[str] = tuple(SCENARIOS)) -> list[Case]:
    """Those with one kill and those with two, of these scenarios."""
    free = asyncio.Semaphore(AT_ONCE)

    async def both(name: str) -> list[Case]:
        async with free:
            found = await cases_of(SCENARIOS[name])
            return [*found, *await cases_on_the_way_back(found)]

    return [case for found in await asyncio.gather(*map(both, scenarios)) for case in found]
