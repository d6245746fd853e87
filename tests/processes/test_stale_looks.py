"""Between the last look at a pipeline and the request that rests on it, nobody can change it unnoticed."""

import signal
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from tests.processes.relay import Relay, relay_to
from tests.processes.world import World
from tests.proxy import small_proxy
from tests.tls import NAME, encrypted

pytestmark = pytest.mark.anyio

LOOK = "GET /v0/pipelines/orders?selector=status"
CLEAR = "POST /v0/pipelines/orders/clear"


async def someone_runs_it_and_stops_it(world: World) -> None:
    world.feldera.someone_starts("orders")
    await world.until_feldera(lambda: world.feldera.pipeline("orders").deployment_status == "Running")
    world.feldera.someone_stops("orders")
    await world.until_feldera(lambda: world.feldera.pipeline("orders").deployment_status == "Stopped")


async def asks_for_a_clear(world: World, *, held: Callable[[], None]) -> None:
    """`held` is called between the preview and the confirmation."""
    ana = world.operator("ana")
    await ana.types("/pipeline clear orders", channel=world.channel)
    await world.sees(ana, "Clear orders")
    held()
    assert (await ana.clicks("Clear orders")).error is None


async def asks_and_waits_for_the_last_look(world: World, relay: Relay) -> None:
    """The answer to the look that the request would rest on is on its way, and held there."""
    # The first look after the confirmation is the last one before the request.
    await asks_for_a_clear(world, held=partial(relay.holds_the_answer, LOOK.__eq__))
    await relay.until_held()


async def everything_is_revoked(world: World) -> None:
    world.revokes_everything()


@pytest.mark.parametrize(
    ("meanwhile", "told"),
    [
        (someone_runs_it_and_stops_it, "Nothing was sent"),
        (everything_is_revoked, "lost the role for it after confirming it"),
    ],
)
async def test_a_process_stopped_while_it_looks_sends_nothing_on_what_it_saw(world, meanwhile, told):
    """SIGSTOP with the answer on its way: when the process goes on, the pipeline, or the right to clear it, is another."""
    async with relay_to(world.feldera) as relay, world.serving_bot(FELDERA_HOST=relay.url) as bot:
        await asks_and_waits_for_the_last_look(world, relay)
        bot.is_told(signal.SIGSTOP)
        relay.releases()
        await meanwhile(world)
        await world.waits(timedelta(seconds=2.5))
        bot.is_told(signal.SIGCONT)
        await world.until_told(told)
        assert CLEAR not in relay.passed
        assert world.feldera.clears["orders"] == 0
        assert await bot.stops() == 0


async def test_a_commit_that_took_long_is_not_followed_by_the_request(world):
    """The row says that it may have been sent; not a byte was: the look before it is too old by then."""
    async with relay_to(world.feldera) as relay, world.serving_bot(FELDERA_HOST=relay.url) as bot:
        await asks_and_waits_for_the_last_look(world, relay)
        other = sqlite3.connect(world.database, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        relay.releases()
        await world.waits(timedelta(seconds=2.5))
        other.execute("ROLLBACK")
        other.close()
        await bot.until_it_logs("put_off")
        assert relay.passed[-1] == LOOK
        await world.until_told("Cleared `orders`")
        assert relay.passed.count(CLEAR) == world.feldera.clears["orders"] == 1
        assert await bot.stops() == 0


async def test_a_slow_handshake_comes_before_the_last_look(world):
    """The pipeline is run and stopped while a proxy holds up the TLS handshake: the look that follows shows it."""
    async with (
        relay_to(world.feldera) as relay,
        encrypted(relay.url, world.folder) as tls,
        small_proxy() as proxy,
    ):
        proxy.knows(NAME, tls.address)
        settings = {
            "FELDERA_HOST": f"https://{NAME}",
            "FELDERA_HTTPS_TLS_CERT": str(tls.certificate),
            "HTTPS_PROXY": proxy.url,
            "NO_PROXY": "127.0.0.1",
        }
        async with world.serving_bot(**settings) as bot:
            await asks_for_a_clear(world, held=proxy.holds_tunnels)
            await proxy.until_tunnel_held()
            looks = relay.passed.count(LOOK)
            await someone_runs_it_and_stops_it(world)
            assert relay.passed.count(LOOK) == looks
            proxy.releases_tunnels()
            await world.until_told("Nothing was sent")
            assert CLEAR not in relay.passed
            assert await bot.stops() == 0
