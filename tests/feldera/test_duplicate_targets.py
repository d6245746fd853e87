"""Two targets that are one Feldera and tenant are known by what they answer, not by how their addresses are spelled."""

import pytest

from bot.domain.ids import PipelineName
from bot.domain.pipelines.observations import Observation
from bot.domain.pipelines.pipeline import Problem, ProblemKind
from bot.domain.pipelines.targets import TargetName
from bot.simulator.feldera import FelderaSimulator

pytestmark = pytest.mark.anyio

ONE, OTHER = TargetName("prod"), TargetName("staging")
TENANT, ANOTHER = "0198d2a4-5e0b-7c11-9c2e-2d9d1f0a7b10", "0198d2a4-5e0b-7c11-9c2e-2d9d1f0a7b11"
TWINS = Problem(ProblemKind.ELSEWHERE, "staging is the same Feldera and tenant as prod")


async def observed(fleet, target):
    return await fleet.observe(target, {PipelineName(f"{target}/orders"): None})


@pytest.fixture
async def spelled_twice(feldera, fleet_of):
    return await fleet_of({ONE: feldera.url, OTHER: feldera.url.replace("127.0.0.1", "localhost")})


@pytest.mark.parametrize("is_old", [False, True])
async def test_one_address_spelled_twice_is_known_by_its_pipelines(feldera, spelled_twice, is_old):
    """Even where its tenant does not tell, or an old Feldera has none to tell."""
    if is_old:
        feldera.is_downgraded()
    assert await spelled_twice.same() == {OTHER: ONE}


@pytest.mark.parametrize(("tenant", "same"), [(TENANT, {OTHER: ONE}), (ANOTHER, {})])
async def test_a_tenants_id_is_of_one_feldera(clock, fleet_of, tenant, same):
    """Two tenants of one Feldera are two targets; one tenant behind two addresses is one."""
    async with (
        FelderaSimulator(clock, tenant_id=TENANT) as one,
        FelderaSimulator(clock, tenant_id=tenant, installation=1) as other,
    ):
        fleet = await fleet_of({ONE: one.url, OTHER: other.url})
        assert await fleet.same() == same
        is_refused = await observed(fleet, OTHER) == TWINS
        assert is_refused is bool(same)


async def test_the_default_tenant_is_everybodys(feldera, clock, fleet_of):
    """Every Feldera without authentication has it: the ids of pipelines tell them apart."""
    async with FelderaSimulator(clock, installation=1) as other:
        other.adds("orders")
        fleet = await fleet_of({ONE: feldera.url, OTHER: other.url})
        assert await fleet.same() == {}
        assert isinstance(await observed(fleet, OTHER), Observation)
        other.answers_as(feldera)
        assert await observed(fleet, OTHER) == TWINS
        assert isinstance(await observed(fleet, ONE), Observation), "the first one of them goes on"
        other.answers_as(other)
        assert isinstance(await observed(fleet, OTHER), Observation), "and the second, once it is one again"


async def test_nothing_told_them_apart_at_first(feldera, spelled_twice):
    """What was down at the start is known as soon as it answers."""
    await feldera.goes_down()
    assert await spelled_twice.same() == {}
    await feldera.comes_back()
    assert await observed(spelled_twice, OTHER) == TWINS
    assert isinstance(await observed(spelled_twice, ONE), Observation)


async def test_pipelines_that_were_created_since(clock, fleet_of):
    """One Feldera of an old kind, behind two addresses, that had no pipeline to be known by."""
    async with FelderaSimulator(clock) as one, FelderaSimulator(clock, installation=1) as other:
        other.answers_as(one)
        fleet = await fleet_of({ONE: one.url, OTHER: other.url})
        assert await fleet.same() == {}
        one.adds("orders")
        assert await observed(fleet, OTHER) == TWINS
