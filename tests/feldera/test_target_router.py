"""Several Felderas behind one port, over real HTTP: each question goes to the one that the name says."""

import asyncio
from math import inf

import pytest

from bot.domain.operations.plans import StepName
from bot.domain.pipelines.observations import Observation
from bot.domain.pipelines.pipeline import Absent, Accepted, Problem, ProblemKind, RunnerHealth, Seen
from bot.domain.pipelines.targets import ONE, Targets
from bot.feldera import target_router as fleets
from bot.simulator.feldera import FelderaSimulator

pytestmark = pytest.mark.anyio


@pytest.fixture
async def felderas(clock):
    """`prod` and `staging`, each with a stopped pipeline `orders`."""
    async with FelderaSimulator(clock) as prod, FelderaSimulator(clock, installation=1) as staging:
        for feldera in (prod, staging):
            feldera.adds("orders")
        yield {"prod": prod, "staging": staging}


@pytest.fixture
async def fleet(felderas, fleet_of):
    return await fleet_of({target: feldera.url for target, feldera in felderas.items()})


async def test_each_is_asked_about_its_own_and_answers_by_whole_names(felderas, fleet):
    felderas["staging"].adds("users", running=True)
    assert fleet.targets == Targets(("prod", "staging"))
    look = await fleet.look("staging/users")
    assert isinstance(look, Seen)
    assert (look.pipeline.name, look.pipeline.status) == ("staging/users", "Running")
    assert await fleet.look("prod/users") == Absent()
    async with fleet.connection("prod/orders") as connection:
        observation = await connection.observe(felderas["prod"].pipeline("orders").id)
        assert observation.looks["prod/orders"].pipeline.name == "prod/orders"
        assert await connection.submit(StepName.CLEAR, not_after=inf) == Accepted()
    assert (felderas["prod"].clears["orders"], felderas["staging"].clears["orders"]) == (1, 0)
    assert len((await fleet.history("prod/orders")).changes) > len(
        (await fleet.history("staging/orders")).changes
    )
    observed = await fleet.observe("staging", {"staging/users": None})
    assert observed.here.address == felderas["staging"].url
    assert observed.looks == {"staging/users": look}
    felderas["staging"].runner_is(healthy=False, message="down")
    assert (await fleet.runner_health("staging/users")).healthy is False
    assert (await fleet.runner_health("prod/orders")).healthy is True


async def test_a_list_is_of_all_or_of_one(felderas, fleet):
    felderas["prod"].adds("users")
    everything = await fleet.look_at_all()
    assert sorted(everything) == ["prod/orders", "prod/users", "staging/orders"]
    assert everything["prod/users"].name == "prod/users"
    assert everything.unanswered == {}
    assert [*await fleet.look_at_all("staging")] == ["staging/orders"]
    assert [len(feldera.requests) for feldera in felderas.values()] == [1, 2]


async def test_a_list_has_what_was_answered(felderas, fleet):
    """And says who is missing; where nobody answers, why."""
    await felderas["prod"].goes_down()
    everything = await fleet.look_at_all()
    assert [*everything] == ["staging/orders"]
    assert {target: problem.trouble for target, problem in everything.unanswered.items()} == {
        "prod": ProblemKind.UNREACHABLE
    }
    await felderas["staging"].goes_down()
    assert isinstance(await fleet.look_at_all(), Problem)


async def test_who_is_slow_is_not_waited_for_for_long(felderas, fleet, monkeypatch):
    monkeypatch.setattr(fleets, "LATE_AFTER", 0.05)
    felderas["prod"].hangs("GET")
    async with asyncio.timeout(10):
        everything = await fleet.look_at_all()
    felderas["prod"].lets_go()
    assert [*everything] == ["staging/orders"]
    assert [*everything.unanswered] == ["prod"]


async def test_a_name_of_no_target_reaches_nobody(felderas, fleet):
    """It proves nothing either: a pipeline that is not there would prove that its storage is cleared."""
    for name in ("orders", "dev/orders"):
        problem = await fleet.look(name)
        assert isinstance(problem, Problem)
        assert problem.trouble is ProblemKind.ELSEWHERE
        with pytest.raises(LookupError):
            await fleet.connection(name).__aenter__()
        assert await fleet.history(name) == await fleet.observe(None, {name: None}) == problem
        assert await fleet.runner_health(name) == RunnerHealth(None, problem.message)
    assert [feldera.requests for feldera in felderas.values()] == [[], []]


async def test_a_single_one_has_no_target(felderas, fleet_of):
    """Whatever it is called in the settings, names are plain ones."""
    fleet = await fleet_of({"prod": felderas["prod"].url})
    assert fleet.targets == ONE
    look = await fleet.look("orders")
    assert isinstance(look, Seen)
    assert look.pipeline.name == "orders"
    assert [*await fleet.look_at_all()] == ["orders"]
    assert isinstance(await fleet.observe("", {"orders": None}), Observation)
    assert isinstance(await fleet.look("prod/orders"), Problem)
