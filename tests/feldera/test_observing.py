"""What is asked for one observation: who answers, and how pipelines look, all of it to one token."""

from contextlib import AsyncExitStack

import pytest
from pydantic import SecretStr

from bot.domain.ids import PipelineId, PipelineName
from bot.domain.pipelines.observations import Observation
from bot.domain.pipelines.pipeline import Absent, Identity, Problem, ProblemKind, Seen
from bot.feldera import FelderaAddress, FelderaClient, NoCredentials
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


async def test_each_is_asked_about_by_its_name(feldera, client):
    """After a word on who answers: a list takes all that Feldera has, and keeps everybody else waiting."""
    feldera.adds("users")
    await client.observe({ORDERS: None})
    await client.observe({ORDERS: None, USERS: None})
    assert paths(feldera) == [SESSION, f"{LIST}/orders", SESSION, f"{LIST}/orders", f"{LIST}/users"]


async def test_what_a_list_lacks_is_asked_about_by_name(feldera, client):
    """Only Feldera's own word on that name makes it absent."""
    feldera.leaves_out("orders")
    has_measured(client)
    observed = await client.observe({ORDERS: None, USERS: None})
    assert isinstance(observed, Observation)
    assert isinstance(observed.looks[ORDERS], Seen)
    assert observed.looks[USERS] == Absent()
    assert paths(feldera) == [SESSION, LIST, f"{LIST}/orders", f"{LIST}/users"]


class Busy(MovableClock):
    """The clock in whose time Feldera answers: a list takes 237 ms, whatever else 2 ms."""

    def __init__(self) -> None:
        super().__init__()
        self.feldera: FelderaSimulator | None = None

    def monotonic(self) -> float:
        asked = [] if self.feldera is None else paths(self.feldera)
        return super().monotonic() + sum(0.237 if path == LIST else 0.002 for path in asked)


@pytest.fixture
async def busy():
    """A Feldera with 300 pipelines."""
    clock = Busy()
    async with FelderaSimulator(clock) as feldera:
        clock.feldera = feldera
        feldera.adds_many(f"p-{number}" for number in range(300))
        async with FelderaClient(FelderaAddress(feldera.url), NoCredentials(), clock=clock) as client:
            yield feldera, client, clock


def reviewed(feldera: FelderaSimulator, number: int) -> dict[PipelineName, PipelineId | None]:
    """So many of its pipelines, as they are."""
    return {PipelineName(each.name): PipelineId(each.id) for each in feldera.pipelines[:number]}


async def rounds(client: FelderaClient, feldera: FelderaSimulator, number: int, times: int) -> list[str]:
    """How each round asked about so many pipelines; all of them were seen, and none was asked about twice."""
    wanted, how = reviewed(feldera, number), []
    for _ in range(times):
        before = len(feldera.requests)
        observed = await client.observe(wanted)
        assert isinstance(observed, Observation)
        assert all(isinstance(look, Seen) for look in observed.looks.values())
        assert observed.looks.keys() == wanted.keys()
        asked = [path for path in paths(feldera)[before:] if path != SESSION]
        assert len(set(asked)) == len(asked)
        how.append(f"{len([path for path in asked if path != LIST])} by name, {asked.count(LIST)} list")
    return how


async def test_one_by_one_while_that_is_cheaper(busy):
    """By the bot's own measurements. What a list costs is tried once where one by one takes a while."""
    feldera, client, _ = busy
    assert await rounds(client, feldera, 40, 2) == ["40 by name, 0 list"] * 2
    assert await rounds(client, feldera, 100, 3) == [
        "0 by name, 1 list",
        "100 by name, 0 list",
        "100 by name, 0 list",
    ]


async def test_one_list_where_that_is_cheaper(busy):
    """Also in the first round, after a few by name to learn what that costs; and learned anew after a while."""
    feldera, client, clock = busy
    assert await rounds(client, feldera, 300, 3) == [
        "32 by name, 1 list",
        "0 by name, 1 list",
        "0 by name, 1 list",
    ]
    clock.passes(minutes=11)
    assert await rounds(client, feldera, 300, 2) == ["32 by name, 1 list", "0 by name, 1 list"]


def has_measured(client: FelderaClient) -> None:
    """By what it took the bot, one list is cheaper than two single questions; nothing takes any time by this clock."""
    now = client.costs.clock.monotonic()
    client.costs.note_some(1, began=now - 1.0)
    client.costs.note_list(began=now - 0.1)


def the_next_list_fails(feldera: FelderaSimulator, how: str) -> None:
    """The first question of a round is who answers."""
    feldera.answers_next(200, body={"tenant_id": feldera.tenant.id, "role": "write"})
    if how == "lost":
        feldera.drops_the_next_request("GET")
    elif how == "no list":
        feldera.answers_next(200, body={"what": "ever"})
    else:
        retry = {"Retry-After": "5"} if how == "503" else {}
        feldera.answers_next(int(how), headers=retry, body=b"", content_type=None)


@pytest.mark.parametrize("how", ["lost", "500", "504", "no list"])
async def test_a_list_that_fails_leaves_nobody_without_an_answer(feldera, client, clock, how):
    """A list grows with Feldera, single answers do not: those are asked for, and no list is tried for a while."""
    feldera.adds_many(["users", "payments", "invoices"])
    has_measured(client)
    assert await rounds(client, feldera, 4, 1) == ["0 by name, 1 list"]
    the_next_list_fails(feldera, how)
    assert await rounds(client, feldera, 4, 3) == ["4 by name, 1 list", *["4 by name, 0 list"] * 2]
    clock.passes(minutes=11)
    client.costs.note_some(1, began=clock.monotonic() - 1.0)
    assert await rounds(client, feldera, 4, 1) == ["0 by name, 1 list"]


async def test_a_list_for_which_feldera_wants_quiet_is_not_asked_for_again(feldera, client):
    """It gets its quiet now, and is asked by name afterwards."""
    feldera.adds("users")
    has_measured(client)
    the_next_list_fails(feldera, "503")
    assert isinstance(await client.observe(reviewed(feldera, 2)), Problem)
    assert paths(feldera) == [SESSION, LIST]
    assert await rounds(client, feldera, 2, 1) == ["2 by name, 0 list"]


async def test_an_outage_says_nothing_of_lists(feldera, client):
    feldera.adds_many(["users", "payments", "invoices"])
    has_measured(client)
    the_next_list_fails(feldera, "502")
    feldera.answers_next(502, body=b"", content_type=None, times=4)
    observed = await client.observe(reviewed(feldera, 4))
    assert isinstance(observed, Observation)
    assert all(isinstance(look, Problem) for look in observed.looks.values())
    assert await rounds(client, feldera, 4, 1) == ["0 by name, 1 list"]


async def test_what_people_list_is_measured_as_well(busy):
    feldera, client, _ = busy
    await client.look_at_all()
    assert await rounds(client, feldera, 100, 1) == ["100 by name, 0 list"]


async def test_an_outage_half_way_is_not_waited_for_by_each(busy):
    """After four that failed the others fail alike; one alone is no outage."""
    feldera, client, _ = busy
    wanted = reviewed(feldera, 30)
    feldera.answers_next(200, body={"tenant_id": feldera.tenant.id, "role": "write"})
    feldera.answers_next(502, body=b"", content_type=None, times=30)
    observed = await client.observe(wanted)
    assert isinstance(observed, Observation)
    assert {look.trouble for look in observed.looks.values() if isinstance(look, Problem)} == {
        ProblemKind.UNREACHABLE
    }
    assert len(observed.looks) == 30
    assert len(feldera.requests) <= 8


@pytest.mark.parametrize("surprise", ["gone", "another"])
async def test_a_surprise_needs_a_second_word_on_who_answers(feldera, client, surprise):
    """A pipeline that is gone, or another one of its name, may be that of another Feldera which answers by now."""
    name = USERS if surprise == "gone" else ORDERS
    await client.observe({name: PipelineId("another")})
    assert paths(feldera) == [SESSION, f"{LIST}/{name}", SESSION]


async def test_who_answers_changes_between_word_and_look(clock):
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
            ProblemKind.ELSEWHERE, "another Feldera, or another tenant, began to answer at Feldera's address"
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


async def test_a_token_that_expires_half_way_takes_its_answers_with_it(clock):
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


async def test_the_record_says_whose_it_is(feldera, client):
    """It settles what a look could not: so it has to be of the same Feldera and tenant."""
    history = await client.history(ORDERS)
    assert not isinstance(history, Problem)
    assert history.here == Identity(feldera.url, feldera.tenant.id)
