"""The simulated Web API, through the real slack_sdk client: tokens, scopes, bodies, people, user groups, books."""

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.simulator.slack import RecordedCall, SlackSimulator, render
from tests.clock import START
from tests.simulator.slack_apps import client_of, error_of, refusal, sent

pytestmark = pytest.mark.anyio


async def test_auth_test_says_who_the_bot_is(client):
    answer = await client.auth_test()
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


async def test_a_token_must_be_known_and_of_the_right_kind(slack, client):
    """No token, a wrong one, the app's for the bot's method: three different refusals. Another method is none."""
    assert await error_of(AsyncWebClient(base_url=slack.url).auth_test()) == "not_authed"
    assert await error_of(client_of(slack, "xoxb-other").auth_test()) == "invalid_auth"
    assert await error_of(client_of(slack, slack.app_token).auth_test()) == "not_allowed_token_type"
    slack.refuses_tokens()
    assert await error_of(client.auth_test()) == "invalid_auth"
    slack.accepts_tokens()
    assert (await client.auth_test())["ok"]
    assert await error_of(client.api_call("chat.shout")) == "unknown_method"


async def test_a_missing_scope_is_named_with_those_there_are(clock):
    async with SlackSimulator(clock, scopes={"commands", "chat:write"}) as slack:
        client = client_of(slack)
        assert (await refusal(client.users_info(user=slack.adds_person("ana").id))).data == {
            "ok": False,
            "error": "missing_scope",
            "needed": "users:read",
            "provided": "chat:write,commands",
        }
        listing = client.usergroups_users_list(usergroup="S1")
        assert (await refusal(listing))["needed"] == "usergroups:read"


async def test_a_body_may_be_a_form_or_json(client, ops):
    blocks = [{"type": "divider", "block_id": "b"}]
    await client.chat_postMessage(channel=ops.id, text="by JSON", blocks=blocks)
    form = {"channel": ops.id, "text": "by form", "blocks": '[{"type": "divider", "block_id": "b"}]'}
    await client.api_call("chat.postMessage", data=form)
    posted = [(message.text, list(message.blocks)) for message in ops.messages]
    assert posted == [("by JSON", blocks), ("by form", blocks)]


@pytest.mark.parametrize(("body", "error"), [("{", "invalid_json"), ("[]", "json_not_object")])
async def test_a_malformed_body_is_refused(slack, body, error):
    headers = {"Authorization": f"Bearer {slack.bot_token}", "Content-Type": "application/json"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{slack.url}auth.test", data=body, headers=headers) as response,
    ):
        assert (await response.json())["error"] == error


async def test_users_info_tells_what_to_check_before_trusting_somebody(slack, client):
    """Guest, deactivated, bot and external people can be told apart; Slack does not call Slackbot a bot."""
    people = [
        slack.adds_person("ana"),
        slack.adds_person("guest", guest=True),
        slack.adds_person("visitor", single_channel_guest=True),
        slack.adds_person("gone", deactivated=True),
        slack.adds_person("robot", is_bot=True),
        slack.adds_person("stranger", team="T0OTHER"),
    ]
    ids = [*(person.id for person in people), "USLACKBOT", "U0PIPELINE"]
    users = [(await client.users_info(user=each))["user"] for each in ids]
    traits = ("name", "is_restricted", "is_ultra_restricted", "deleted", "is_bot", "team_id")
    assert [tuple(user.get(trait) for trait in traits) for user in users] == [
        ("ana", False, False, False, False, "T0ACME"),
        ("guest", True, False, False, False, "T0ACME"),
        ("visitor", True, True, False, False, "T0ACME"),
        ("gone", None, None, True, False, "T0ACME"),
        ("robot", False, False, False, True, "T0ACME"),
        ("stranger", False, False, False, False, "T0OTHER"),
        ("slackbot", False, False, False, False, "T0ACME"),
        ("pipeline", False, False, False, True, "T0ACME"),
    ]
    assert await error_of(client.users_info(user="U0NOBODY")) == "user_not_found"


async def test_who_shares_a_channel_with_the_app_is_no_stranger_to_slack(slack, client, ana):
    """`is_stranger` is only said of external people, and is false in a shared channel: it cannot be relied on."""

    async def is_stranger(person):
        return (await client.users_info(user=person.id))["user"].get("is_stranger")

    eve = slack.adds_person("eve", team="T0OTHER")
    shared = slack.adds_channel("shared", members=[ana, eve], bot_is_member=False)
    assert (await is_stranger(ana), await is_stranger(eve)) == (None, True)
    shared.bot_joins()
    assert await is_stranger(eve) is False


async def members(client, group, **how):
    return (await client.usergroups_users_list(usergroup=group.id, **how))["users"]


async def test_people_join_and_leave_a_group(slack, client, ana):
    """The list is the members' ids, deactivated people included; joining twice is joining."""
    ben, oncall = slack.adds_person("ben"), slack.adds_user_group("oncall", [ana])
    oncall.joins(ben)
    oncall.joins(ben)
    ben.is_deactivated()
    assert await members(client, oncall) == [ana.id, ben.id]
    oncall.leaves(ana)
    assert await members(client, oncall) == [ben.id]
    with pytest.raises(ValueError, match="not in list"):
        oncall.leaves(ana)


async def test_a_group_may_not_be_there(slack, client):
    """Unknown, disabled until it is enabled again, or the plan has none at all."""
    oncall = slack.adds_user_group("oncall")
    assert await error_of(client.usergroups_users_list(usergroup="S0")) == "no_such_subteam"
    oncall.is_disabled()
    assert await error_of(members(client, oncall)) == "no_such_subteam"
    assert await members(client, oncall, include_disabled=True) == []
    oncall.is_enabled()
    slack.downgrades_plan()
    assert await error_of(members(client, oncall)) == "plan_upgrade_required"
    slack.upgrades_plan()
    assert await members(client, oncall) == []


@pytest.mark.usefixtures("echo", "ops")
async def test_a_typed_group_is_sent_as_a_mention(slack, ana):
    oncall, typed = slack.adds_user_group("on-call"), []
    for change in (lambda: None, oncall.is_disabled, oncall.is_enabled, slack.downgrades_plan):
        change()
        await ana.types("/pipeline grant @on-call operator *", channel="ops")
        typed.append(sent(slack)["text"].split()[1])
    mention = f"<!subteam^{oncall.id}|@on-call>"
    assert typed == [mention, "@on-call", mention, "@on-call"]


async def test_a_group_is_shown_by_its_handle(slack, client, ops):
    oncall = slack.adds_user_group("oncall")
    text = f"<!subteam^{oncall.id}> <!subteam^{oncall.id}|@old>"
    await client.chat_postMessage(channel=ops.id, text=text)
    assert [render(message, slack.names) for message in ops.messages] == ["@oncall @oncall"]
    assert slack.suspicious == []


async def test_the_books_hold_every_call_and_no_token(slack, client, ops):
    """Method, arguments, error and time, in order; wherever a token was sent, it is left out."""
    bare, token = AsyncWebClient(base_url=slack.url), {"token": slack.bot_token}
    await client.chat_postMessage(channel=ops.id, text="x")
    await error_of(client.api_call("chat.postMessage", params={"channel": "C0NOWHERE", "text": "y"}))
    await bare.api_call("auth.test", data=token)
    slack.fails_next("auth.test", "fatal_error")
    await error_of(bare.api_call("auth.test", data=token))
    assert slack.calls == [
        RecordedCall("chat.postMessage", {"channel": ops.id, "text": "x"}, None, START),
        RecordedCall("chat.postMessage", {"channel": "C0NOWHERE", "text": "y"}, "channel_not_found", START),
        RecordedCall("auth.test", {}, None, START),
        RecordedCall("auth.test", {}, "fatal_error", START),
    ]


async def test_the_books_hold_what_was_answered_and_whether_it_arrived(slack, client, ops):
    """A reply that was lost is the one that the client would have had."""
    slack.loses_the_next_reply("chat.postMessage")
    with pytest.raises(aiohttp.ClientConnectionError):
        await client.chat_postMessage(channel=ops.id, text="x")
    await error_of(client.chat_postMessage(channel="C0NOWHERE", text="x"))
    lost, refused = slack.calls
    assert (lost.error, lost.is_lost, lost.reply["ts"]) == (None, True, ops.messages[0].ts)
    assert (refused.is_lost, refused.reply) == (False, {"ok": False, "error": "channel_not_found"})
