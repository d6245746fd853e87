"""How the bot ends: on SIGTERM or Ctrl-C, with exit status 0, within ten seconds, whatever it is in the middle of."""

import asyncio
import signal
import socket
import sqlite3
from contextlib import closing

import pytest
from aiohttp import web

from tests.processes.books import requests
from tests.streams import served_by

pytestmark = pytest.mark.anyio


def stored(world):
    """The only operation's state, as the next bot will find it."""
    with closing(sqlite3.connect(world.database)) as db:
        ((state,),) = db.execute("SELECT state FROM operations").fetchall()
    return state


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
async def test_an_idle_bot_stops_when_it_is_told(world, ending):
    async with world.serving_bot() as bot:
        assert await bot.stops(ending) == 0
        assert len(bot.logged("stopped")) == 1
        assert bot.stderr.count("\n") == 1


async def test_it_stops_while_a_clear_waits(world):
    """The clear goes on in Feldera; the next bot tells its end in the same thread."""
    world.feldera.adds("slow", clear_takes=3.0)
    ana = world.operator("ana")
    async with world.serving_bot() as bot:
        await world.confirms_a_clear(ana, "slow")
        await bot.until_it_logs("accepted")
        assert await bot.stops() == 0
    assert stored(world) == "waiting"
    async with world.serving_bot():
        line = await world.until_told("Cleared `slow`")
    (card,) = world.cards()
    assert line.thread_ts == card.ts
    assert world.feldera.clears["slow"] == 1


async def test_it_stops_while_a_request_gets_no_answer(world):
    """The request may have arrived: the row says so, and the next bot looks before anything else."""
    ana = world.operator("ana")
    async with world.serving_bot() as bot:
        world.feldera.hangs("POST", once_processed=True)
        await world.confirms_a_clear(ana, "orders")
        await world.feldera.until_it_hangs()
        assert await bot.stops() == 0
    assert stored(world) == "submitting"
    world.feldera.lets_go()
    async with world.serving_bot():
        await world.until_told("Cleared `orders`")
    assert world.feldera.clears["orders"] == requests(world, "orders") == 1


async def test_it_stops_while_slack_is_down(world):
    ana = world.operator("ana")
    async with world.serving_bot() as bot:
        world.slack.rate_limits("chat.postMessage", retry_after=600)
        await world.confirms_a_clear(ana, "orders")
        await bot.until_it_logs("slack_asks_us_to_wait")
        await world.slack.goes_down()
        assert await bot.stops() == 0
    assert stored(world) == "ready"
    await world.slack.comes_back()
    async with world.serving_bot():
        await world.until_told("Cleared `orders`")


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
async def test_it_stops_before_it_serves(world, ending):
    world.feldera.hangs()
    async with world.bot() as bot:
        await world.feldera.until_it_hangs()
        assert await bot.stops(ending) == 0
        assert not bot.logged("serving")


async def test_it_stops_while_it_waits_for_slack(world):
    await world.slack.goes_down()
    async with world.bot() as bot:
        await bot.until_it_logs("slack_is_away")
        assert await bot.stops() == 0


async def test_it_stops_before_it_serves_while_slacks_socket_is_silent(world):
    """The Web API answers, and nothing answers at the address it gives: the SDK would try that for ever."""
    asked = []
    connecting = asyncio.Event()

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.match_info["method"])
        if asked.count("apps.connections.open") > 1:  # the first one only proved the token
            connecting.set()
        who = {
            "team_id": "T1",
            "team": "Acme",
            "url": "https://acme.slack.com/",
            "bot_id": "B1",
            "user_id": "U1",
        }
        return web.json_response({"ok": True, "url": f"ws://127.0.0.1:{port}/", **who})

    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        async with (
            served_by({"/api/{method}": answer}) as api,
            world.bot(SLACK_API_URL=f"http://{api}/api/") as bot,
        ):
            await asyncio.wait_for(connecting.wait(), 20)
            assert await bot.stops() == 0
            assert not bot.logged("serving")
