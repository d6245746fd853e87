"""Slack's WebSocket: it is kept up however long that takes, without a storm, and each change is said once."""

import asyncio
from contextlib import asynccontextmanager
from itertools import islice, repeat

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from structlog.testing import capture_logs

from bot.simulator.slack import SlackSimulator
from bot.slack.api.response_urls import ResponseUrls
from bot.slack.api.web_api import session
from bot.slack.listeners.background import BackgroundTasks
from bot.slack.listeners.deduplication import AT_ONCE_MOST, DeduplicatingApp
from bot.slack.transport.socket_transport import SocketTransport
from tests.clock import MovableClock
from tests.simulator.slack_apps import client_of

pytestmark = pytest.mark.anyio

AN_AGE = 60.0  # seconds: longer than any test
HURRY = {"pauses": lambda: repeat(0.01), "holds_after": 0.01}  # seconds
PATIENT = {"pauses": lambda: repeat(AN_AGE)}


@pytest.fixture
async def slack():
    """One that waits for an ack however busy the machine is."""
    async with SlackSimulator(MovableClock(), ack_timeout=AN_AGE) as slack:
        slack.adds_channel("ops")
        yield slack


async def typed(slack):
    """What somebody who types a command is answered."""
    return (await slack.adds_person("ana").types("/pipeline x", channel="ops")).message.text


@asynccontextmanager
async def transport_of(slack, *, url=None, listener=None, **hurry):
    """Not connected yet; answers each command with what it was told."""
    app = DeduplicatingApp(
        BackgroundTasks(), ResponseUrls(), client=client_of(slack), signing_secret=slack.signing_secret
    )

    async def echo(ack, delivery):
        await ack(f"You typed {delivery.text}")

    app.command("/pipeline")(listener or echo)
    async with session(timeout=5.0) as connections:
        client = AsyncWebClient(base_url=url or slack.url, session=connections, retry_handlers=[])
        transport = SocketTransport(app, slack.app_token, client, **(HURRY | hurry))
        try:
            yield transport
        finally:
            await transport.stop()


class Slow:
    """A listener that answers once it is let."""

    def __init__(self):
        self.taken = asyncio.Event()
        self.answered = asyncio.Event()
        self.begun = 0

    async def answers(self, ack):
        self.begun += 1
        self.taken.set()
        await self.answered.wait()
        await ack("At last")


def ours(logs):
    return [(line["log_level"], line["event"]) for line in logs]


def whys(logs):
    return [line["why"] for line in logs if line["event"] == "socket_mode_disconnected"]


def opens(slack):
    return [call.method for call in slack.calls].count("apps.connections.open")


async def until(condition):
    async with asyncio.timeout(AN_AGE):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.005)  # what is logged wakes nobody


async def test_it_starts_once_slack_lets_it(slack):
    slack.fails_next("apps.connections.open", "internal_error", times=5)
    slack.fails_next("apps.connections.open", "missing_scope", times=5)
    async with transport_of(slack, holds_after=AN_AGE) as transport:
        with capture_logs() as logs:
            await transport.start()
        assert transport.is_connected
        default = SocketTransport(transport.app, slack.app_token, transport.client)
    assert list(islice(default.pauses(), 8)) == [1, 2, 4, 8, 16, 32, 60, 60], "Slack takes about one a minute"
    assert [line["why"] for line in logs] == [
        f"What answers at {slack.url} makes no sense (internal_error).",
        "Slack answers missing_scope.",
    ]


async def test_a_slack_that_is_away_for_long(slack):
    """A hundred attempts or a thousand: it goes on; the outage is said with its reasons, and its end once."""
    async with transport_of(slack, holds_after=0.0) as transport:
        await transport.start()
        with capture_logs() as logs:
            slack.fails_next("apps.connections.open", "internal_error", times=100)
            await slack.goes_down()
            await slack.comes_back()
            await slack.until(lambda: slack.connections > 0, within=AN_AGE)
            assert await typed(slack) == "You typed x"
            await until(lambda: ours(logs)[-1] == ("info", "socket_mode_connected_again"))
    assert [event for _, event in ours(logs)].count("socket_mode_connected_again") == 1
    assert len(set(whys(logs))) == len(whys(logs)) <= 3
    assert slack.pending_faults == {}


async def test_a_renewal_is_nothing_to_tell(slack):
    """Slack asks for it every few hours: the next connection is there before the one before it goes."""
    async with transport_of(slack, holds_after=0.0) as transport:
        with capture_logs() as logs:
            await transport.start()
            for reason in ("warning", "refresh_requested"):
                first = transport._connection
                await slack.disconnects(reason)
                await until(lambda first=first: transport._connection is not first)
                assert await typed(slack) == "You typed x"
    assert logs == []
    assert opens(slack) == 3


async def test_what_slack_sends_over_a_connection_that_was_renewed_is_answered(slack):
    """After a `warning` it goes on sending over both, until it closes the one before."""
    async with transport_of(slack, holds_after=0.0, renewed_within=AN_AGE) as transport:
        await transport.start()
        first = transport._connection
        await slack.disconnects("warning")
        await slack.until(lambda: slack.connections == 2)
        await until(lambda: transport._connection is not first)
        for _ in range(2):
            assert await typed(slack) == "You typed x"
        assert slack.connections == 2


async def test_a_connection_that_slack_does_not_close_after_its_renewal(slack):
    """It is closed by the bot: Slack allows ten for an app."""
    async with transport_of(slack, holds_after=0.0, renewed_within=0.0) as transport:
        await transport.start()
        first = transport._connection
        await slack.disconnects("warning")
        await until(lambda: first.socket.closed and transport._before == {})
        assert transport.is_connected


async def test_it_is_connected_while_a_renewal_takes_long(slack):
    """The connection before still takes what people do, until Slack closes it."""
    async with transport_of(slack, **PATIENT, holds_after=0.0) as transport:
        await transport.start()
        slack.fails_next("apps.connections.open", "internal_error")
        await slack.disconnects("warning")
        await until(lambda: opens(slack) == 2)
        assert await typed(slack) == "You typed x"
        assert transport.is_connected
        slack.drops_connections()
        await until(lambda: not transport.is_connected)


async def test_an_answer_that_takes_longer_than_its_connection(slack):
    """It goes over the next one: Slack takes an ack on whichever it comes."""
    slow = Slow()
    async with transport_of(slack, listener=slow.answers, holds_after=0.0) as transport:
        await transport.start()
        first = transport._connection
        typing = asyncio.create_task(typed(slack))
        await slow.taken.wait()
        await slack.disconnects("refresh_requested")
        await until(lambda: transport._connection is not first)
        await first.socket.close()
        slow.answered.set()
        assert await typing == "At last"


async def test_a_stop_waits_for_answers(slack):
    """What was taken is answered before the connection goes: it may be done already."""
    slow = Slow()
    async with transport_of(slack, listener=slow.answers) as transport:
        await transport.start()
        typing = asyncio.create_task(typed(slack))
        await slow.taken.wait()
        stopping = asyncio.create_task(transport.stop())
        await until(transport._connection._reading.done)
        slow.answered.set()
        await stopping
        await until(lambda: typing.done() or slack.connections == 0)
        assert await typing == "At last"
    assert slack.connections == 0


async def test_too_many_connections_are_not_asked_for_in_a_storm(slack):
    """Ten others have the places: it is said once, and tried again after a pause that grows."""
    others = [AsyncWebClient(base_url=slack.url) for _ in range(10)]
    async with session(timeout=5.0) as connections, transport_of(slack, **PATIENT) as transport:
        urls = [(await other.apps_connections_open(app_token=slack.app_token))["url"] for other in others]
        _open = [await connections.ws_connect(url) for url in urls]
        await slack.until(lambda: slack.connections == 10)
        with capture_logs() as logs:
            starting = asyncio.create_task(transport.start())
            await until(lambda: whys(logs))
            for _ in range(200):
                await asyncio.sleep(0)
        starting.cancel()
        await asyncio.wait([starting])
    assert opens(slack) == 11
    assert whys(logs) == [
        "Slack says that the app has too many WebSockets open: too many bots run on one app token."
    ]


async def test_another_bot_on_the_same_token(slack):
    """Slack deals commands out among all connections of an app: the log says that there is another."""
    async with transport_of(slack) as first, transport_of(slack) as second:
        with capture_logs() as logs:
            await first.start()
            await second.start()
    assert [(line["event"], line["others"]) for line in logs] == [("socket_mode_shared", 1)]


async def test_more_at_once_than_can_be_answered_in_time(slack):
    """So many are worked on; each of the others is told to come again, while somebody still waits for it."""
    slow = Slow()
    async with transport_of(slack, listener=slow.answers) as transport:
        await transport.start()
        with capture_logs() as logs:
            typing = [asyncio.create_task(typed(slack)) for _ in range(250)]
            await until(lambda: sum(task.done() for task in typing) == 250 - AT_ONCE_MOST)
            slow.answered.set()
            texts = [await task for task in typing]
            again = await typed(slack)
    assert slow.begun == AT_ONCE_MOST + 1
    assert texts.count("At last") == AT_ONCE_MOST
    assert again == "At last"
    busy = "⏳ Too many commands and clicks arrive at once, so nothing was changed. Try again in a minute."
    assert texts.count(busy) == 50
    assert ours(logs) == [("warning", "too_many_deliveries_at_once")]
