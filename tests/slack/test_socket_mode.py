"""The watch over Slack's WebSocket: it gets a new one however long that takes, and says so once."""

import asyncio
import logging
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient
from structlog.testing import capture_logs

from bot.simulator.slack import SlackSimulator
from bot.slack.calls import session
from bot.slack.deliveries import DeliveredOnce
from bot.slack.errands import Errands
from bot.slack.socket_transport import NO_WEBSOCKET, SocketTransport
from tests.clock import MovableClock
from tests.simulator.slack_apps import client_of

HURRY = {"looked_at_every": 0.01, "left_alone": 0.05, "longest_pause": 0.01}


@pytest.fixture
async def slack():
    async with SlackSimulator(MovableClock()) as slack:
        yield slack


@asynccontextmanager
async def transport_of(slack, *, url=None, **hurry):
    """Not connected yet; slack_sdk's own complaints are not what these tests are about."""
    app = DeliveredOnce(Errands(), client=client_of(slack), signing_secret=slack.signing_secret)
    app.logger.setLevel(logging.CRITICAL)

    @app.command("/pipeline")
    async def echo(ack, delivery):
        await ack(f"You typed {delivery.text}")

    async with session(timeout=5.0) as connections:
        client = AsyncWebClient(base_url=url or slack.url, session=connections, retry_handlers=[])
        transport = SocketTransport(app, slack.app_token, client, **(HURRY | hurry))
        try:
            yield transport
        finally:
            await transport.stop()


@asynccontextmanager
async def watched(transport):
    watch = asyncio.create_task(transport.watch())
    try:
        yield
    finally:
        watch.cancel()
        await asyncio.wait([watch])
    assert watch.cancelled()


def ours(logs):
    return [(line["log_level"], line["event"]) for line in logs]


@pytest.mark.anyio
async def test_it_starts_once_slack_lets_it(slack):
    """Each reason is said once, however often it is the reason."""
    slack.fails_next("apps.connections.open", "internal_error", times=5)
    slack.fails_next("apps.connections.open", "missing_scope", times=5)
    async with transport_of(slack) as transport:
        with capture_logs() as logs:
            await transport.start()
        assert await transport.is_connected()
    assert [line["why"] for line in logs] == [
        f"What answers at {slack.url} makes no sense (internal_error).",
        "Slack answers missing_scope.",
    ]


@pytest.mark.anyio
async def test_a_slack_that_is_away_for_long(slack):
    """A hundred attempts or a thousand: the watch goes on; the outage is said once, and its end once."""
    ana = slack.adds_person("ana")
    slack.adds_channel("ops")
    async with transport_of(slack) as transport:
        await transport.start()
        with capture_logs() as logs:
            async with watched(transport):
                slack.fails_next("apps.connections.open", "internal_error", times=100)
                await slack.goes_down()
                await slack.comes_back()
                await slack.until(lambda: slack.connections > 0, within=20)
                answer = await ana.types("/pipeline x", channel="ops")
                assert answer.message.text == "You typed x"
                await slack.until(transport_has_said(logs, "socket_mode_connected_again"))
    assert ours(logs) == [("warning", "socket_mode_disconnected"), ("info", "socket_mode_connected_again")]
    assert slack.pending_faults == {}


def transport_has_said(logs, event):
    return lambda: event in [line["event"] for line in logs]


@pytest.mark.anyio
async def test_a_client_that_is_stuck_is_replaced(slack):
    """slack_sdk's client gives up reconnecting for good if it is cut short at it: it is not asked to mend itself."""
    async with transport_of(slack) as transport:
        await transport.start()
        stuck = transport._handler.client
        stuck.auto_reconnect_enabled = False
        with capture_logs():
            async with watched(transport):
                await slack.goes_down()
                await slack.comes_back()
                await slack.until(lambda: slack.connections > 0, within=20)
        assert transport._handler.client is not stuck
        assert stuck.closed


@pytest.mark.anyio
async def test_a_websocket_that_nothing_answers(slack):
    """The Web API is there and its WebSocket is not: a fresh address each time, and a sentence that says what to look at."""
    asked = []
    enough = asyncio.Event()

    async def silent(reader, writer):
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]

    async def opens(_request: web.Request) -> web.Response:
        asked.append(1)
        if len(asked) == 3:
            enough.set()
        return web.json_response({"ok": True, "url": f"ws://127.0.0.1:{port}/{len(asked)}"})

    api = web.Application()
    api.router.add_post("/api/apps.connections.open", opens)
    runner = web.AppRunner(api, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    async with transport_of(slack, url=url, connects_within=0.05) as transport:
        with capture_logs() as logs:
            starting = asyncio.create_task(transport.start())
            await asyncio.wait_for(enough.wait(), 10)
            starting.cancel()
            await asyncio.wait([starting])
    await runner.cleanup()
    server.close()
    assert [line["why"] for line in logs] == [NO_WEBSOCKET]
