"""The simulated Web API, through the real slack_sdk client: tokens, scopes, bodies, books."""

import re

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.simulator.slack import RecordedCall, SlackSimulator
from tests.clock import START, MovableClock
from tests.simulator.slack_apps import client_of, error_of, refusal

pytestmark = pytest.mark.anyio


@pytest.fixture
def clock():
    return MovableClock()


@pytest.fixture
async def slack(clock):
    async with SlackSimulator(clock) as slack:
        yield slack


async def test_auth_test_says_who_the_bot_is(slack):
    """The bot's ids, its workspace, and its scopes in the header Bolt reads."""
    answer = await client_of(slack).auth_test()
    assert answer.data == {
        "ok": True,
        "url": "https://acme.slack.com/",
        "team": "Acme",
        "user": "pipeline",
        "team_id": "T0ACME",
        "user_id": "U0PIPELINE",
        "bot_id": "B0PIPELINE",
        "is_enterprise_install": False,
    }
    assert answer.headers["x-oauth-scopes"] == "chat:write,commands,usergroups:read,users:read"


async def test_a_token_must_be_known_and_of_the_right_kind(slack):
    """No token, a wrong one, the app's for the bot's method and the other way round: four different refusals."""
    assert await error_of(AsyncWebClient(base_url=slack.url).auth_test()) == "not_authed"
    assert await error_of(client_of(slack, "xoxb-other").auth_test()) == "invalid_auth"
    assert await error_of(client_of(slack, slack.app_token).auth_test()) == "not_allowed_token_type"
    opening = client_of(slack).apps_connections_open(app_token=slack.bot_token)
    assert await error_of(opening) == "not_allowed_token_type"
    slack.refuses_tokens()
    assert await error_of(client_of(slack).auth_test()) == "invalid_auth"
    slack.accepts_tokens()
    assert (await client_of(slack).auth_test())["ok"]


async def test_a_missing_scope_is_named_with_those_there_are(clock):
    """The refusal says which scope the app would need."""
    async with SlackSimulator(clock, scopes={"commands", "chat:write"}) as slack:
        client = client_of(slack)
        ana = slack.adds_person("ana")
        refused = await refusal(client.users_info(user=ana.id))
        assert refused.data == {
            "ok": False,
            "error": "missing_scope",
            "needed": "users:read",
            "provided": "chat:write,commands",
        }
        listing = client.usergroups_users_list(usergroup="S1")
        assert (await refusal(listing))["needed"] == "usergroups:read"


async def test_an_unknown_method_is_refused(slack):
    """Slack answers 200 with unknown_method, never 404."""
    assert await error_of(client_of(slack).api_call("chat.shout")) == "unknown_method"


async def test_a_body_may_be_a_form_or_json(slack, clock):
    """Forms carry blocks as JSON text; both kinds post the same message."""
    ops = slack.adds_channel("ops")
    blocks = [{"type": "divider", "block_id": "b"}]
    await client_of(slack).chat_postMessage(channel=ops.id, text="by JSON", blocks=blocks)
    clock.passes(seconds=1)
    form = {"channel": ops.id, "text": "by form", "blocks": '[{"type": "divider", "block_id": "b"}]'}
    await client_of(slack).api_call("chat.postMessage", data=form)
    assert [(message.text, list(message.blocks)) for message in ops.messages] == [
        ("by JSON", blocks),
        ("by form", blocks),
    ]


@pytest.mark.parametrize(("body", "error"), [("{", "invalid_json"), ("[]", "json_not_object")])
async def test_a_malformed_body_is_refused(slack, body, error):
    """JSON that is none, or no object."""
    headers = {"Authorization": f"Bearer {slack.bot_token}", "Content-Type": "application/json"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{slack.url}auth.test", data=body, headers=headers) as response,
    ):
        assert (await response.json())["error"] == error


async def test_users_info_tells_what_to_check_before_trusting_somebody(clock):
    """Guest, deactivated, bot and external people can be told apart."""
    async with SlackSimulator(clock, scopes={"users:read"}) as slack:
        people = [
            slack.adds_person("ana"),
            slack.adds_person("guest", guest=True),
            slack.adds_person("visitor", single_channel_guest=True),
            slack.adds_person("gone", deactivated=True),
            slack.adds_person("robot", is_bot=True),
            slack.adds_person("stranger", team="T0OTHER"),
        ]
        client = client_of(slack)
        users = [(await client.users_info(user=person.id))["user"] for person in people]
        assert await error_of(client.users_info(user="U0NOBODY")) == "user_not_found"
    traits = ("is_restricted", "is_ultra_restricted", "deleted", "is_bot", "team_id")
    assert [tuple(user.get(trait) for trait in traits) for user in users] == [
        (False, False, False, False, "T0ACME"),
        (True, False, False, False, "T0ACME"),
        (True, True, False, False, "T0ACME"),
        (None, None, True, False, "T0ACME"),
        (False, False, False, True, "T0ACME"),
        (False, False, False, False, "T0OTHER"),
    ]


async def test_who_shares_a_channel_with_the_app_is_no_stranger_to_slack(slack):
    """`is_stranger` is only said of external people, and is false in a shared channel: it cannot be relied on."""
    client = client_of(slack)
    ana, eve = slack.adds_person("ana"), slack.adds_person("eve", team="T0OTHER")
    seen = [(await client.users_info(user=person.id))["user"].get("is_stranger") for person in (ana, eve)]
    shared = slack.adds_channel("shared", members=[ana, eve], bot_is_member=False)
    seen.append((await client.users_info(user=eve.id))["user"]["is_stranger"])
    shared.bot_joins()
    seen.append((await client.users_info(user=eve.id))["user"]["is_stranger"])
    assert seen == [None, True, True, False]


async def test_slackbot_and_the_app_are_users_too(slack):
    """Slack does not call Slackbot a bot."""
    client = client_of(slack)
    told = [(await client.users_info(user=who))["user"] for who in ("USLACKBOT", "U0PIPELINE")]
    assert [(user["name"], user["is_bot"]) for user in told] == [("slackbot", False), ("pipeline", True)]


async def test_the_books_hold_every_call_and_no_token(slack):
    """Method, arguments, error and time, in order; wherever a token was sent, it is left out."""
    ops = slack.adds_channel("ops")
    await client_of(slack).chat_postMessage(channel=ops.id, text="x")
    await error_of(
        client_of(slack).api_call("chat.postMessage", params={"channel": "C0NOWHERE", "text": "y"})
    )
    await AsyncWebClient(base_url=slack.url).api_call("auth.test", data={"token": slack.bot_token})
    slack.fails_next("auth.test", "fatal_error")
    await error_of(AsyncWebClient(base_url=slack.url).api_call("auth.test", data={"token": slack.bot_token}))
    assert slack.calls == [
        RecordedCall("chat.postMessage", {"channel": ops.id, "text": "x"}, None, START),
        RecordedCall("chat.postMessage", {"channel": "C0NOWHERE", "text": "y"}, "channel_not_found", START),
        RecordedCall("auth.test", {}, None, START),
        RecordedCall("auth.test", {}, "fatal_error", START),
    ]


async def test_the_books_hold_what_was_answered_and_whether_it_arrived(slack):
    """A reply that was lost is the one that the client would have had."""
    ops = slack.adds_channel("ops")
    slack.loses_the_next_reply("chat.postMessage")
    with pytest.raises(aiohttp.ClientConnectionError):
        await client_of(slack).chat_postMessage(channel=ops.id, text="x")
    await error_of(client_of(slack).chat_postMessage(channel="C0NOWHERE", text="x"))
    lost, refused = slack.calls
    assert (lost.error, lost.is_lost, lost.reply["ts"]) == (None, True, ops.messages[0].ts)
    assert (refused.is_lost, refused.reply) == (False, {"ok": False, "error": "channel_not_found"})


async def test_a_lone_client_can_use_any_free_port(clock):
    """Two workspaces run side by side; the address tells which is which."""
    async with SlackSimulator(clock) as one, SlackSimulator(clock) as two:
        assert one.url != two.url
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/api/", one.url)
