"""Socket Mode as the real Bolt handler meets it: tickets, envelopes, acks, duplicates, disconnects."""

import asyncio
import json
import re

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from bot.simulator.slack import SlackSimulator
from tests.clock import MovableClock
from tests.simulator.slack_apps import HURRIED, client_of, connected, echoing_app, patience

pytestmark = pytest.mark.anyio


@pytest.fixture
async def slack(request):
    async with SlackSimulator(MovableClock(), ack_timeout=patience(request)) as slack:
        slack.adds_channel("ops")
        yield slack


async def opened(slack):
    """A fresh address for one connection."""
    return (await client_of(slack).apps_connections_open(app_token=slack.app_token))["url"]


async def test_a_command_reaches_bolt_with_every_field_and_its_ack_comes_back(slack):
    """What the person typed is sent as Slack sends it, and the ack's text is what they see."""
    ana = slack.adds_person("ana")
    async with connected(echoing_app(slack), slack):
        answer = await ana.types("/pipeline clear orders", channel="#ops")
    assert (answer.text, answer.error) == ("You typed clear orders", None)
    assert ana.ephemerals == [answer.message]
    [delivery] = slack.deliveries
    payload = delivery.envelope.payload
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/commands/T0ACME/[\w-]+", payload.pop("response_url"))
    assert re.fullmatch(r"\d+\.\d+\.[0-9a-f]{32}", payload.pop("trigger_id"))
    assert payload == {
        "token": "simulated-verification-token",
        "team_id": "T0ACME",
        "team_domain": "acme",
        "channel_id": "C01OPS",
        "channel_name": "ops",
        "user_id": ana.id,
        "user_name": "ana",
        "command": "/pipeline",
        "text": "clear orders",
        "api_app_id": "A0PIPELINE",
        "is_enterprise_install": "false",
    }


async def test_only_an_app_token_opens_a_connection(slack):
    """A wrong token is invalid_auth, the bot's is of the wrong type."""
    for token, error in (
        ("xapp-wrong", "invalid_auth"),
        (slack.bot_token, "not_allowed_token_type"),
    ):
        with pytest.raises(SlackApiError) as refused:
            await client_of(slack).apps_connections_open(app_token=token)
        assert refused.value.response["error"] == error


async def test_a_ticket_lets_in_one_connection_once(slack):
    """The second use of the same address is refused, and so is an invented ticket."""
    url = await opened(slack)
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(url) as socket:
            hello = await socket.receive_json()
        for address in (url, url.replace("ticket=", "ticket=x")):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await session.ws_connect(address)
            assert refused.value.status == 401
    assert hello["type"] == "hello"
    assert hello["num_connections"] == 1
    assert hello["connection_info"] == {"app_id": "A0PIPELINE"}


async def test_without_an_app_the_person_sees_dispatch_failed(slack):
    """Nobody is connected: Slack says so at once."""
    ana = slack.adds_person("ana")
    answer = await ana.types("/pipeline help", channel="ops")
    assert (answer.error, answer.message) == ("dispatch_failed", None)


@pytest.mark.parametrize("slack", [HURRIED], indirect=True)
async def test_without_an_ack_the_person_sees_operation_timeout(slack):
    """Bolt sends no ack when the listener fails; three seconds later (less here) Slack gives up."""
    ana = slack.adds_person("ana")
    app = echoing_app(slack)
    heard = []

    @app.command("/silent")
    async def never_acks(command):
        heard.append(command["text"])

    async with connected(app, slack):
        answer = await ana.types("/silent please", channel="ops")
    assert (answer.error, heard) == ("operation_timeout", ["please"])


async def test_an_ack_may_answer_the_whole_channel(slack):
    """With `in_channel` everybody sees what was typed and what the app said."""
    ana, ben = slack.adds_person("ana"), slack.adds_person("ben")
    app = echoing_app(slack)

    @app.command("/loud")
    async def answers(ack):
        await ack(response_type="in_channel", text="Hear, hear")

    async with connected(app, slack):
        await ana.types("/loud now", channel="ops")
    assert [(message.user, message.text) for message in ben.sees("ops")] == [
        (ana.id, "/loud now"),
        ("U0PIPELINE", "Hear, hear"),
    ]


async def test_an_ack_with_impossible_blocks_shows_an_error(slack):
    """The limits hold for acks as well."""
    ana = slack.adds_person("ana")
    app = echoing_app(slack)

    @app.command("/broken")
    async def answers(ack):
        await ack(text="x", blocks=[{"type": "banner"}])

    async with connected(app, slack):
        answer = await ana.types("/broken", channel="ops")
    assert (answer.error, ana.ephemerals) == ("invalid_command_response", [])


async def test_a_duplicate_delivery_runs_the_listener_twice_and_answers_once(slack):
    """The same envelope comes twice: Bolt does not notice, and the person sees one answer."""
    ana = slack.adds_person("ana")
    app = echoing_app(slack)
    heard = []

    @app.command("/count")
    async def counts(ack, command):
        heard.append(command["trigger_id"])
        await ack("once")

    async with connected(app, slack):
        slack.delivers_twice()
        await ana.types("/count", channel="ops")
        await ana.types("/count", channel="ops")
    assert [message.text for message in ana.ephemerals] == ["once", "once"]
    assert len(heard) == 3
    assert heard[0] == heard[1] != heard[2]


async def test_a_delivery_can_come_once_more_much_later(slack):
    """The same envelope, after it was acknowledged: the app hears it again, the person sees nothing new."""
    ana = slack.adds_person("ana")
    with pytest.raises(LookupError):
        await slack.delivers_again()
    async with connected(echoing_app(slack), slack):
        await ana.types("/pipeline help", channel="ops")
        assert await slack.delivers_again() is None
    assert len(ana.ephemerals) == 1
    assert await slack.delivers_again() == "dispatch_failed"


async def test_told_to_refresh_bolt_reconnects_and_goes_on(slack):
    """The old connection gets nothing new; the new one comes with a new ticket."""
    ana = slack.adds_person("ana")
    async with connected(echoing_app(slack), slack):
        await slack.disconnects("refresh_requested")
        assert slack.connections == 0
        await slack.until(lambda: slack.connections == 1)
        answer = await ana.types("/pipeline help", channel="ops")
    assert answer.text == "You typed help"
    assert [call.method for call in slack.calls].count("apps.connections.open") == 2


async def test_a_disabled_link_is_closed_by_slack(slack):
    """The client is told why, then the socket ends."""
    async with aiohttp.ClientSession() as session, session.ws_connect(await opened(slack)) as socket:
        await socket.receive_json()
        closing = asyncio.create_task(slack.disconnects("link_disabled"))
        told = await socket.receive_json()
        ended = await socket.receive()
        await closing
    assert (told["type"], told["reason"]) == ("disconnect", "link_disabled")
    assert ended.type is aiohttp.WSMsgType.CLOSE


async def test_a_warning_leaves_the_connection_in_use(slack):
    """It only announces that a refresh will come."""
    async with aiohttp.ClientSession() as session, session.ws_connect(await opened(slack)) as socket:
        await socket.receive_json()
        await slack.disconnects("warning")
        told = await socket.receive_json()
        assert (told["type"], told["reason"], slack.connections) == ("disconnect", "warning", 1)


async def test_the_app_survives_a_slack_that_was_down(slack):
    """Connections break without a word; when Slack is back, Bolt finds it again by itself."""
    ana = slack.adds_person("ana")
    app = echoing_app(slack)
    async with connected(app, slack) as handler:
        handler.client.ping_interval = 0.05
        await slack.goes_down()
        assert slack.connections == 0
        await slack.comes_back()
        await slack.until(lambda: slack.connections == 1, within=20)
        answer = await ana.types("/pipeline help", channel="ops")
    assert answer.text == "You typed help"


async def test_an_ack_counts_on_whichever_connection_it_comes(slack):
    """A client told to refresh may answer the open envelope on its new connection."""
    ana = slack.adds_person("ana")
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(await opened(slack)) as old:
            await old.receive_json()
            typing = asyncio.create_task(ana.types("/pipeline help", channel="ops"))
            envelope = await old.receive_json()
            await slack.disconnects("refresh_requested")
        async with session.ws_connect(await opened(slack)) as new:
            await new.receive_json()
            await new.send_json({"envelope_id": envelope["envelope_id"], "payload": {"text": "here"}})
            answer = await typing
    assert set(envelope) == {"envelope_id", "type", "payload", "accepts_response_payload"}
    assert (envelope["type"], envelope["accepts_response_payload"]) == ("slash_commands", True)
    assert answer.text == "here"


async def test_envelopes_go_to_any_one_connection_in_turn(slack):
    """Two apps share the work: each envelope goes to one of them only, whoever sent the last one."""
    ana = slack.adds_person("ana")
    one, other = echoing_app(slack), echoing_app(slack)

    @one.command("/who")
    async def first(ack):
        await ack("one")

    @other.command("/who")
    async def second(ack):
        await ack("other")

    async with connected(one, slack), connected(other, slack):
        answers = [(await ana.types("/who", channel="ops")).text for _ in range(4)]
    assert answers == ["one", "other", "one", "other"]


async def test_an_eleventh_connection_is_turned_away(slack):
    """Ten are allowed at once."""
    async with aiohttp.ClientSession() as session:
        sockets = [await session.ws_connect(await opened(slack)) for _ in range(11)]
        first = [await socket.receive_json() for socket in sockets]
        for socket in sockets:
            await socket.close()
    assert [message["type"] for message in first] == ["hello"] * 10 + ["disconnect"]
    assert first[-1]["reason"] == "too_many_websockets"


async def test_nonsense_on_the_socket_is_ignored(slack):
    """Neither broken JSON nor an ack of nothing disturbs the connection."""
    ana = slack.adds_person("ana")
    async with aiohttp.ClientSession() as session, session.ws_connect(await opened(slack)) as socket:
        await socket.receive_json()
        for nonsense in ("{", "[]", json.dumps({"envelope_id": "unknown"})):
            await socket.send_str(nonsense)
        typing = asyncio.create_task(ana.types("/pipeline help", channel="ops"))
        envelope = await socket.receive_json()
        await socket.send_json({"envelope_id": envelope["envelope_id"]})
        answer = await typing
    assert (answer.error, answer.message) == (None, None)
