"""Socket Mode as the real Bolt handler meets it: tickets, envelopes, acks, duplicates, disconnects."""

import asyncio
import json
import re
from contextlib import asynccontextmanager

import aiohttp
import pytest

from tests.simulator.slack_apps import (
    HURRIED,
    client_of,
    connected,
    echoing_app,
    error_of,
    sent,
    texts,
)

pytestmark = pytest.mark.anyio


async def opened(slack):
    return (await client_of(slack).apps_connections_open(app_token=slack.app_token))["url"]


@asynccontextmanager
async def joined(slack):
    """A bare connection that has been greeted."""
    async with aiohttp.ClientSession() as session, session.ws_connect(await opened(slack)) as socket:
        await socket.receive_json()
        yield socket


@pytest.fixture
def types(ana, ops):
    return lambda text: ana.types(text, channel=ops)


@pytest.mark.usefixtures("echo")
async def test_a_command_reaches_bolt_with_every_field_and_its_ack_comes_back(slack, ana, ops, types):
    answer = await types("/pipeline clear orders")
    assert (answer.text, answer.error) == ("You typed clear orders", None)
    assert ana.ephemerals == [answer.message]
    payload = sent(slack)
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/commands/T0ACME/[\w-]+", payload.pop("response_url"))
    assert re.fullmatch(r"\d+\.\d+\.[0-9a-f]{32}", payload.pop("trigger_id"))
    assert payload == {
        "token": "simulated-verification-token",
        "team_id": "T0ACME",
        "team_domain": "acme",
        "channel_id": ops.id,
        "channel_name": "ops",
        "user_id": ana.id,
        "user_name": "ana",
        "command": "/pipeline",
        "text": "clear orders",
        "api_app_id": "A0PIPELINE",
        "is_enterprise_install": "false",
    }


async def test_only_an_app_token_opens_a_connection(slack, client):
    for token, error in (("xapp-wrong", "invalid_auth"), (slack.bot_token, "not_allowed_token_type")):
        assert await error_of(client.apps_connections_open(app_token=token)) == error


async def test_a_ticket_lets_in_one_connection_once(slack):
    url = await opened(slack)
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(url) as socket:
            hello = await socket.receive_json()
        for address in (url, url.replace("ticket=", "ticket=x")):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await session.ws_connect(address)
            assert refused.value.status == 401
    assert (hello["type"], hello["num_connections"]) == ("hello", 1)
    assert hello["connection_info"] == {"app_id": "A0PIPELINE"}


async def test_without_an_app_the_person_sees_dispatch_failed(types):
    answer = await types("/pipeline help")
    assert (answer.error, answer.message) == ("dispatch_failed", None)


async def test_a_delivery_is_recorded_at_the_time_it_was_sent(slack, clock, echo, types):
    """Not when it is acknowledged: what the app asks for in between came later."""

    @echo.command("/slow")
    async def looks_first(ack, client):
        clock.passes(seconds=1)
        await client.auth_test()
        clock.passes(seconds=1)
        await ack()

    before = clock.now()
    await types("/slow")
    moments = [slack.deliveries[-1].at, slack.calls[-1].at, clock.now()]
    assert [(moment - before).total_seconds() for moment in moments] == [0, 1, 2]


@pytest.mark.parametrize("slack", [HURRIED], indirect=True)
async def test_without_an_ack_the_person_sees_operation_timeout(echo, types):
    """Bolt sends no ack when the listener fails; three seconds later (less here) Slack gives up."""
    heard = []

    @echo.command("/silent")
    async def never_acks(command):
        heard.append(command["text"])

    answer = await types("/silent please")
    assert (answer.error, heard) == ("operation_timeout", ["please"])


async def test_an_ack_may_answer_the_whole_channel(slack, echo, ana, ops, types):
    """With `in_channel` everybody sees what was typed and what the app said, within the limits of a message."""

    @echo.command("/loud")
    async def answers(ack):
        await ack(response_type="in_channel", text="Hear, hear")

    @echo.command("/broken")
    async def breaks(ack):
        await ack(text="x", blocks=[{"type": "banner"}])

    await types("/loud now")
    seen = [(message.user, message.text) for message in slack.adds_person("ben").sees("ops")]
    assert seen == [(ana.id, "/loud now"), ("U0PIPELINE", "Hear, hear")]
    assert ((await types("/broken")).error, ana.ephemerals) == ("invalid_command_response", [])
    assert len(ops.messages) == 2


async def test_a_duplicate_delivery_runs_the_listener_twice_and_answers_once(slack, echo, ana, types):
    """At once, or much later: Bolt does not notice, and the person sees one answer."""
    heard = []

    @echo.command("/count")
    async def counts(ack, command):
        heard.append(command["trigger_id"])
        await ack("once")

    with pytest.raises(LookupError):
        await slack.delivers_again()
    slack.delivers_twice()
    await types("/count")
    await types("/count")
    assert await slack.delivers_again() is None
    assert texts(ana.ephemerals) == ["once", "once"]
    assert len(heard) == 4
    assert heard[0] == heard[1] != heard[2] == heard[3]


async def test_a_delivery_repeated_to_no_app_is_dispatch_failed(slack, types):
    async with connected(echoing_app(slack), slack):
        await types("/pipeline help")
    assert await slack.delivers_again() == "dispatch_failed"


@pytest.mark.usefixtures("echo")
async def test_told_to_refresh_bolt_reconnects_and_goes_on(slack, types):
    await slack.disconnects("refresh_requested")
    assert slack.connections == 0
    await slack.until(lambda: slack.connections == 1)
    assert (await types("/pipeline help")).text == "You typed help"
    assert [call.method for call in slack.calls].count("apps.connections.open") == 2


async def test_a_warning_leaves_the_connection_in_use_and_a_disabled_link_is_closed(slack):
    async with joined(slack) as socket:
        await slack.disconnects("warning")
        told = await socket.receive_json()
        assert (told["type"], told["reason"], slack.connections) == ("disconnect", "warning", 1)
        closing = asyncio.create_task(slack.disconnects("link_disabled"))
        told = await socket.receive_json()
        assert (told["type"], told["reason"]) == ("disconnect", "link_disabled")
        assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE
        await closing


async def test_the_app_survives_a_slack_that_was_down(slack, types):
    """Connections break without a word; when Slack is back, Bolt finds it again by itself."""
    async with connected(echoing_app(slack), slack) as handler:
        handler.client.ping_interval = 0.05
        await slack.goes_down()
        assert slack.connections == 0
        await slack.comes_back()
        await slack.until(lambda: slack.connections == 1, within=20)
        assert (await types("/pipeline help")).text == "You typed help"


async def test_an_ack_counts_on_whichever_connection_it_comes(slack, types):
    """A client told to refresh may answer the open envelope on its new connection."""
    async with joined(slack) as old:
        typing = asyncio.create_task(types("/pipeline help"))
        envelope = await old.receive_json()
        await slack.disconnects("refresh_requested")
    async with joined(slack) as new:
        await new.send_json({"envelope_id": envelope["envelope_id"], "payload": {"text": "here"}})
        answer = await typing
    assert set(envelope) == {"envelope_id", "type", "payload", "accepts_response_payload"}
    assert (envelope["type"], envelope["accepts_response_payload"]) == ("slash_commands", True)
    assert answer.text == "here"


async def test_envelopes_go_to_any_one_connection_in_turn(slack, types):
    """Two apps share the work: each envelope goes to one of them only, whoever sent the last one."""
    one, other = echoing_app(slack), echoing_app(slack)

    @one.command("/who")
    async def first(ack):
        await ack("one")

    @other.command("/who")
    async def second(ack):
        await ack("other")

    async with connected(one, slack), connected(other, slack):
        answers = [(await types("/who")).text for _ in range(4)]
    assert answers == ["one", "other", "one", "other"]


async def test_an_eleventh_connection_is_turned_away(slack):
    async with aiohttp.ClientSession() as session:
        sockets = [await session.ws_connect(await opened(slack)) for _ in range(11)]
        first = [await socket.receive_json() for socket in sockets]
        for socket in sockets:
            await socket.close()
    assert [message["type"] for message in first] == ["hello"] * 10 + ["disconnect"]
    assert first[-1]["reason"] == "too_many_websockets"


async def test_nonsense_on_the_socket_is_ignored(slack, types):
    async with joined(slack) as socket:
        for nonsense in ("{", "[]", json.dumps({"envelope_id": "unknown"})):
            await socket.send_str(nonsense)
        typing = asyncio.create_task(types("/pipeline help"))
        await socket.send_json({"envelope_id": (await socket.receive_json())["envelope_id"]})
        answer = await typing
    assert (answer.error, answer.message) == (None, None)
