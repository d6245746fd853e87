"""A Feldera behind a company's proxy: what the proxy fails at was not sent, and what it passed on may have been."""

from contextlib import asynccontextmanager
from math import inf

import pytest

from bot.domain.ids import PipelineName
from bot.domain.operations.plans import StepName
from bot.domain.pipelines.pipeline import Accepted, NotSent, ProblemKind, Seen, Unknown
from bot.feldera import FelderaAddress, FelderaClient, NoCredentials
from tests import proxy as proxies
from tests.proxy import small_proxy
from tests.tls import NAME, encrypted

pytestmark = pytest.mark.anyio

ORDERS = PipelineName("orders")


@pytest.fixture
async def proxy():
    async with small_proxy("user:hush%40") as proxy:
        yield proxy


@pytest.fixture
def over_tls(feldera, proxy, clock, tmp_path):
    """A client of Feldera by https:// through the proxy, which alone knows where its name leads."""

    @asynccontextmanager
    async def connect(**changed):
        async with encrypted(feldera.url, tmp_path) as tls:
            proxy.knows(NAME, tls.address)
            address = FelderaAddress(
                f"https://{NAME}", tls_cert=tls.certificate, **{"proxy": proxy.url, **changed}
            )
            async with FelderaClient(address, NoCredentials(), clock=clock) as client:
                yield client

    return connect


async def test_a_clear_goes_through_the_tunnel(feldera, proxy, over_tls):
    """The proxy is asked for a connection, with its password, and sees nothing of the rest."""
    async with over_tls() as client:
        assert isinstance(await client.look(ORDERS), Seen)
        assert await client.submit(StepName.CLEAR, ORDERS, not_after=inf) == Accepted()
    assert set(proxy.asked) == {f"CONNECT {NAME}:443 HTTP/1.1"}
    assert [request.method for request in feldera.requests] == ["GET", "POST"]


NO_CONNECTION = "The proxy {proxy} makes no connection to Feldera at feldera.example."


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (proxies.BUSY, "The proxy {proxy} answers 503 when it is asked for Feldera at feldera.example."),
        (
            proxies.WANTS_A_PASSWORD,
            "The proxy {proxy} does not accept the user and password in its URL (407).",
        ),
        (proxies.JUNK, NO_CONNECTION),
        (proxies.DROPS, NO_CONNECTION),
        (None, NO_CONNECTION),
        (proxies.TUNNEL_TO_NOWHERE, "No connection to Feldera at feldera.example through the proxy {proxy}."),
    ],
)
async def test_what_the_proxy_fails_at_was_not_sent(feldera, proxy, over_tls, answer, said):
    """Not one byte for Feldera went out: the clear can be sent again, and nobody is told that it may have been."""
    if answer is None:
        proxy.hangs()
    else:
        proxy.fails_with(answer)
    async with over_tls(**{"request_timeout": 0.2} if answer is None else {}) as client:
        outcome = await client.submit(StepName.CLEAR, ORDERS, not_after=inf)
    assert isinstance(outcome, NotSent), outcome
    assert outcome.problem.trouble is ProblemKind.UNREACHABLE
    assert outcome.problem.message == said.format(proxy=proxy.address)
    assert feldera.requests == []


async def test_a_proxy_that_is_down(client_of):
    async with small_proxy() as proxy:
        pass
    async with client_of("https://feldera.example", proxy=proxy.url) as client:
        outcome = await client.submit(StepName.CLEAR, ORDERS, not_after=inf)
    assert isinstance(outcome, NotSent), outcome
    said = f"No connection to Feldera at feldera.example through the proxy {proxy.address}."
    assert outcome.problem.message == said


async def test_an_answer_lost_in_the_tunnel_leaves_it_unknown(feldera, over_tls):
    """Once the request went into the tunnel, only looking can tell."""
    feldera.loses_the_next_reply("POST")
    async with over_tls() as client:
        outcome = await client.submit(StepName.CLEAR, ORDERS, not_after=inf)
    assert isinstance(outcome, Unknown)
    assert feldera.clears["orders"] == 1


@pytest.mark.parametrize("answer", [proxies.BUSY, proxies.JUNK, proxies.DROPS])
async def test_without_tls_the_proxy_has_the_request_itself(feldera, proxy, clock, answer):
    """It may have passed it on before it failed: unknown, until somebody looks."""
    proxy.knows("feldera.example", feldera.url.removeprefix("http://"))
    address = FelderaAddress("http://feldera.example", proxy=proxy.url)
    async with FelderaClient(address, NoCredentials(), clock=clock) as client:
        proxy.fails_with(answer)
        assert isinstance(await client.submit(StepName.CLEAR, ORDERS, not_after=inf), Unknown)
        proxy.works()
        assert isinstance(await client.look(ORDERS), Seen)
    assert feldera.clears["orders"] == 0


async def test_the_environment_is_not_asked(feldera, monkeypatch, clock):
    """Which proxy there is was decided at the start, with the exceptions that go with it."""
    async with small_proxy() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        async with FelderaClient(FelderaAddress(feldera.url), NoCredentials(), clock=clock) as client:
            assert isinstance(await client.look(ORDERS), Seen)
        assert proxy.asked == []


async def test_a_reused_tunnel_that_breaks_leaves_it_unknown(feldera, proxy, over_tls):
    async with over_tls() as client:
        assert isinstance(await client.look(ORDERS), Seen)
        feldera.drops_the_next_request("POST")
        assert isinstance(await client.submit(StepName.CLEAR, ORDERS, not_after=inf), Unknown)
    assert proxy.asked == [f"CONNECT {NAME}:443 HTTP/1.1"]
