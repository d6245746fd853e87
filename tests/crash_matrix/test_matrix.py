"""The bot is killed at each commit, request, response and post, and nothing is cleared twice, lost, or left unsaid."""

import asyncio

import pytest

from tests.crash_matrix.matrix import Case, Result, all_cases, covering, run
from tests.crash_matrix.scenarios import SCENARIOS

KILLED_AT_LEAST = (
    0.75  # of the cases: how often the bot looks, and so whether some hits come, depends on the machine
)


@pytest.fixture(scope="session")
def cases(request) -> list[Case]:
    found = asyncio.run(all_cases())
    return found if request.config.getoption("--crash-matrix") == "all" else covering(found)


async def _results(cases: list[Case]) -> list[Result]:
    return [result async for result in run(cases, most_failures=3)]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_books_balance_wherever_it_is_killed(cases, scenario):
    """One request, one POST for each step, permitted and recorded before; one card and one last line."""
    results = asyncio.run(_results([case for case in cases if case.scenario == scenario]))
    failures = [result.failure for result in results if result.failure]
    assert not failures, "\n\n".join(failures)
    assert sum(result.was_killed for result in results) >= KILLED_AT_LEAST * len(results)
    assert results
