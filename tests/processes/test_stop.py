"""How the bot ends: on SIGTERM or Ctrl-C, with exit status 0, within ten seconds, whatever it is in the middle of."""

import asyncio
import signal
import socket
import sqlite3

import pytest
from aiohttp import web


def stored(world):
    """The only operation's state, as the next bot will find it."""
    db = sqlite3.connect(world.database)
    try:
        ((state,),) = db.execute("SELECT state FROM operations").fetchall()
    finally:
        db.close()
    return state


@pytest.mark.anyio
@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
async def test_an_idle_bot_stops_when_it_is_told(world, ending):
    """It says so, and nothing that looks like a fault."""
    async with world.serving_bot() as bot:
        assert await bot.stops(ending) == 0
        assert len(bot.logged("stopped")) == 1
        assert bot.stderr.count("\n") == 1
        assert "Traceback" not in bot.stderr


@pytest.mark.anyio
async def test_over_http_it_stops_although_somebody_keeps_a_connection_open(world):
    """Half a request and an idle connection: neither may hold it up."""
    settings = {"SLACK_APP_TOKEN": None, "SLACK_SIGNING_SECRET": "s", "PIPELINE_BOT_LISTEN": "127.0.0.1:0"}
    async with world.serving_bot(**settings) as bot:
        host, _, port = bot.logged("serving")[0]["over"].removeprefix("HTTP on ").partition(":")
        _, half = await asyncio.open_connection(host, int(port))
        half.write(b"POST /slack/events HTTP/1.1\r\nHost: bot\r\nContent-Length: 100\r\n\r\npayload=")
        await half.drain()
        reader, idle = await asyncio.open_connection(host, int(port))
        idle.write(b"GET /healthz HTTP/1.1\r\nHost: bot\r\n\r\n")
        assert await reader.readline() == b"HTTP/1.1 200 OK\r\n"
        assert await bot.stops() == 0
        for writer in (half, idle):
            writer.close()


@pytest.mark.anyio
@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
async def test_it_stops_while_a_clear_waits(world, ending):
    """The clear goes on in Feldera; the next bot tells its end in the same thread."""
    world.feldera.adds("slow", clear_takes=3.0)
    ana = world.operator("ana")
    async with world.serving_bot() as bot:
        await world.confirms_a_clear(ana, "slow")
        await bot.until_it_logs("accepted")
        assert await bot.stops(ending) == 0
    assert stored(world) == "waiting"
    async with world.serving_bot():
        line = await world.until_told("Cleared `slow`")
    (card,) = world.cards()
    assert line.thread_ts == card.ts
    assert world.feldera.clears["slow"] == 1


@pytest.mark.anyio
@pytest.mark.parametrize("once_processed", [True, False])
async def test_it_stops_while_a_request_gets_no_answer(world, once_processed):
    """The request may have arrived: the row says so, and the next bot looks before anything else."""
    ana = world.operator("ana")
    async with world.serving_bot() as bot:
        world.feldera.hangs("POST", once_processed=once_processed)
        await world.confirms_a_clear(ana, "orders")
        await world.feldera.until_it_hangs()
        assert await bot.stops() == 0
        assert "Traceback" not in bot.stderr
    assert stored(world) == "submitting"
    world.feldera.lets_go()
    async with world.serving_bot():
        await world.until_told("Cleared `orders`")
    assert world.feldera.clears["orders"] == 1
    assert [request.method for request in world.feldera.requests].count("POST") == 1


@pytest.mark.anyio
async def test_it_stops_while_somebody_waits_for_a_preview(world):
    """Feldera hangs: the preview is given up, and was worth nothing yet."""
    ana = world.operator("ana")
    async with world.serving_bot() as bot:
        world.feldera.hangs("GET")
        await ana.types("/pipeline clear orders", channel=world.channel)
        await world.feldera.until_it_hangs()
        assert await bot.stops() == 0
        assert "Traceback" not in bot.stderr


@pytest.mark.anyio
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


@pytest.mark.anyio
@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
async def test_it_stops_before_it_serves(world, ending):
    """While it waits for an answer that does not come: from Feldera, here."""
    world.feldera.hangs()
    async with world.bot() as bot:
        await world.feldera.until_it_hangs()
        assert await bot.stops(ending) == 0
        assert not bot.logged("serving")
        assert "Traceback" not in bot.stderr


@pytest.mark.anyio
@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
async def test_it_stops_while_it_waits_for_slack(world, ending):
    await world.slack.goes_down()
    async with world.bot() as bot:
        await bot.until_it_logs("slack_is_away")
        assert await bot.stops(ending) == 0
        assert "Traceback" not in bot.stderr


@pytest.mark.anyio
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

    api = web.Application()
    api.router.add_post("/api/{method}", answer)
    runner = web.AppRunner(api, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        async with world.bot(SLACK_API_URL=f"http://127.0.0.1:{runner.addresses[0][1]}/api/") as bot:
            await asyncio.wait_for(connecting.wait(), 20)
            assert await bot.stops() == 0
            assert not bot.logged("serving")
            assert "Traceback" not in bot.stderr
    await runner.cleanup()
