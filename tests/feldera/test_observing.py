"""What is asked for one observation: who answers, and how pipelines look, all of it to one token."""

from contextlib import AsyncExitStack

import pytest
from pydantic import SecretStr

from bot.domain.names import PipelineId, PipelineName
from bot.domain.observations import Observation
from bot.domain.pipelines import Absent, Identity, Problem, Seen, Trouble
from bot.feldera import FelderaAddress, FelderaClient
from bot.simulator.feldera import FelderaSimulator
from tests.clock import MovableClock

pytestmark = pytest.mark.anyio

SESSION, LIST = "/v0/config/session", "/v0/pipelines"
ORDERS, USERS = PipelineName("orders"), PipelineName("users")
THEIRS = "0198d2a4-5e0b-7c11-9c2e-2d9d1f0a7b10"
FIRST, SECOND = "apikey:first", "apikey:second"


def paths(feldera: FelderaSimulator) -> list[str]:
    return [request.path for request in feldera.requests]


def theirs(clock: MovableClock) -> FelderaSimulator:
    return FelderaSimulator(clock, tenant_id=THEIRS, installation=1)


async def test_one_is_asked_about_by_name_and_several_by_one_list(
    feldera: FelderaSimulator, client: FelderaClient
) -> None:
    """Each after a word on who answers."""
    feldera.adds("users")
    await client.observe({ORDERS: None})
    await client.observe({ORDERS: None, USERS: None})
    assert paths(feldera) == [SESSION, f"{LIST}/orders", SESSION, LIST]


async def test_what_a_list_lacks_is_asked_about_by_name(
    feldera: FelderaSimulator, client: FelderaClient
) -> None:
    """Only Feldera's own word on that name makes it absent."""
    feldera.leaves_out("orders")
    observed = await client.observe({ORDERS: None, USERS: None})
    assert isinstance(observed, Observation)
    assert isinstance(observed.looks[ORDERS], Seen)
    assert observed.looks[USERS] == Absent()
    assert paths(feldera) == [SESSION, LIST, f"{LIST}/orders", f"{LIST}/users"]


@pytest.mark.parametrize("surprise", ["gone", "another"])
async def test_a_surprise_needs_a_second_word_on_who_answers(
    feldera: FelderaSimulator, client: FelderaClient, surprise: str
) -> None:
    """A pipeline that is gone, or another one of its name, may be that of another Feldera which answers by now."""
    name = USERS if surprise == "gone" else ORDERS
    await client.observe({name: PipelineId("another")})
    assert paths(feldera) == [SESSION, f"{LIST}/{name}", SESSION]


async def test_who_answers_changes_between_word_and_look(clock: MovableClock) -> None:
    """Then the look is of nobody known."""
    another = theirs(clock)
    async with AsyncExitStack() as stack:
        feldera = await stack.enter_async_context(FelderaSimulator(clock))
        feldera.adds("orders")
        credentials = Tokens(SecretStr(FIRST))
        client = await stack.enter_async_context(
            FelderaClient(FelderaAddress(feldera.url), credentials, clock=clock)
        )
        feldera.answers_next(200, body={"tenant_id": feldera.tenant.id, "role": "write"})
        feldera.answers_as(another)
        assert await client.observe({ORDERS: PipelineId("0198")}) == Problem(
            Trouble.ELSEWHERE, "another Feldera, or another tenant, began to answer at Feldera's address"
        )


class Tokens:
    """The first, and once that is rejected, the second."""

    def __init__(self, first: SecretStr) -> None:
        self._now = first

    async def token(self) -> SecretStr:
        return self._now

    async def replacement(self, _rejected: SecretStr | None, /) -> SecretStr:
        self._now = SecretStr(SECOND)
        return self._now


async def test_a_token_that_expires_half_way_takes_its_answers_with_it(clock: MovableClock) -> None:
    """What was told to the old token does not vouch for what the new one is shown: all is asked again."""
    another = theirs(clock)
    another.adds("orders")
    async with AsyncExitStack() as stack:
        feldera = await stack.enter_async_context(FelderaSimulator(clock))
        feldera.gives_key(SECOND, another)
        feldera.adds("orders")
        feldera.answers_next(200, body={"tenant_id": feldera.tenant.id, "role": "write"})
        credentials = Tokens(SecretStr(FIRST))
        client = await stack.enter_async_context(
            FelderaClient(FelderaAddress(feldera.url), credentials, clock=clock)
        )
        observed = await client.observe({ORDERS: None})
        url = feldera.url
    assert isinstance(observed, Observation)
    assert observed.here == Identity(url, THEIRS)
    look = observed.looks[ORDERS]
    assert isinstance(look, Seen)
    assert look.pipeline.id == another.pipeline("orders").id
    assert paths(feldera) == [SESSION, f"{LIST}/orders", SESSION, f"{LIST}/orders"]


async def test_the_record_says_whose_it_is(feldera: FelderaSimulator, client: FelderaClient) -> None:
    """It settles what a look could not: so it has to be of the same Feldera and tenant."""
    history = await client.history(ORDERS)
    assert not isinstance(history, Problem)
    assert history.here == Identity(feldera.url, feldera.tenant.id)
