"""What a person can type and press, and exactly what the app is sent when they do."""

import asyncio
import re

import pytest

from bot.simulator.slack import NotPossibleError, render
from bot.simulator.slack.state.workspace import Content
from tests.clock import START
from tests.simulator.slack_apps import actions, button, plain, sent

pytestmark = pytest.mark.anyio

CONFIRM = {
    "title": plain("Clear orders?"),
    "text": {"type": "mrkdwn", "text": "This <https://example.org|cannot> be undone &amp; more."},
    "confirm": plain("Clear it"),
    "deny": plain("Keep it"),
}


@pytest.fixture
def posts(client, ops):
    """Posts these buttons in ops, each in a row of its own."""

    async def post(*buttons):
        rows = [actions(each) for each in buttons]
        return await client.chat_postMessage(channel=ops.id, text="x", blocks=rows)

    return post


@pytest.mark.usefixtures("echo")
async def test_what_is_typed_is_sent_escaped(slack):
    """Mentions, channels and links become tokens; every other & < > is an entity."""
    ana, ben = slack.adds_person("ana"), slack.adds_person("ben")
    ops, secret = slack.adds_channel("ops"), slack.adds_channel("secret", private=True)
    for typed, text in (
        ("  clear   orders  ", "clear   orders"),
        ("a & b <c>", "a &amp; b &lt;c&gt;"),
        ("ask @ben, or #ops", f"ask <@{ben.id}|ben>, or <#{ops.id}|ops>"),
        ("#secret @nobody #nowhere", f"<#{secret.id}|> @nobody #nowhere"),
        ("ana@ben.example", "ana@ben.example"),
        ("see https://x.example/?a=1&b=2", "see <https://x.example/?a=1&amp;b=2>"),
        ("<!channel> @here", "&lt;!channel&gt; <!here>"),
        ("“orders”", "“orders”"),
    ):
        await ana.types(f"/pipeline {typed}", channel="ops")
        assert (sent(slack)["command"], sent(slack)["text"]) == ("/pipeline", text)


@pytest.mark.usefixtures("echo")
async def test_the_channels_name_is_hidden_where_slack_hides_it(slack, ana):
    """Private channels are `privategroup`, direct messages `directmessage`; the bot need not be a member."""
    private = slack.adds_channel("x", private=True, bot_is_member=False)
    for place, name in ((private, "privategroup"), (ana.dm, "directmessage")):
        await ana.types("/pipeline help", channel=place)
        assert (sent(slack)["channel_id"], sent(slack)["channel_name"]) == (place.id, name)


async def test_nobody_types_where_they_cannot(slack, ana):
    ben, stranger = slack.adds_person("ben"), slack.adds_person("stranger", team="T0OTHER")
    slack.adds_channel("ops", members=[ana, stranger])
    for person, text in ((ben, "/pipeline help"), (stranger, "/pipeline help"), (ana, "hello")):
        with pytest.raises(NotPossibleError):
            await person.types(text, channel="ops")
    ana.is_deactivated()
    with pytest.raises(NotPossibleError, match="deactivated"):
        await ana.types("/pipeline help", channel="ops")
    assert slack.deliveries == []


@pytest.mark.usefixtures("echo")
async def test_a_press_carries_everything_slack_sends(slack, client, ana, ops):
    root = await client.chat_postMessage(channel=ops.id, text="root")
    go = button("Go", "go", value="op_1", style="danger")
    reply = await client.chat_postMessage(
        channel=ops.id, text="reply", thread_ts=root["ts"], blocks=[{**actions(go), "block_id": "b"}]
    )
    answer = await ana.clicks("Go")
    assert (answer.error, answer.message) == (None, None)
    payload = sent(slack)
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/actions/T0ACME/[\w-]+", payload.pop("response_url"))
    assert payload.pop("trigger_id")
    assert payload == {
        "type": "block_actions",
        "team": {"id": "T0ACME", "domain": "acme"},
        "user": {"id": ana.id, "username": "ana", "name": "ana", "team_id": "T0ACME"},
        "api_app_id": "A0PIPELINE",
        "token": "simulated-verification-token",
        "container": {
            "type": "message",
            "message_ts": reply["ts"],
            "channel_id": ops.id,
            "is_ephemeral": False,
            "thread_ts": root["ts"],
        },
        "channel": {"id": ops.id, "name": "ops"},
        "message": reply["message"],
        "state": {"values": {}},
        "enterprise": None,
        "is_enterprise_install": False,
        "actions": [{**go, "block_id": "b", "action_ts": f"{START.timestamp():.6f}"}],
    }


@pytest.mark.usefixtures("echo")
async def test_a_press_under_an_ephemeral_message_does_not_carry_it(slack, ana, ops):
    """The app has to know what it said."""
    slack.workspace.shows_only(ana.id, ops, content=Content("x", (actions(button("Go")),)))
    await ana.clicks("Go")
    assert "message" not in sent(slack)
    assert sent(slack)["container"]["is_ephemeral"] is True


@pytest.mark.usefixtures("echo")
async def test_an_external_person_presses_under_their_own_team(slack, posts):
    """They cannot type commands, but they can press what they see: only `user.team_id` tells."""
    stranger = slack.adds_person("stranger", team="T0OTHER")
    slack.workspace.channels["C01OPS"].member_ids = {stranger.id}
    await posts(button("Go"))
    await stranger.clicks("Go")
    assert (sent(slack)["user"]["team_id"], sent(slack)["team"]["id"]) == ("T0OTHER", "T0ACME")


async def test_a_button_must_be_there_as_now_rendered(client, ana, ops, posts):
    """After an edit that took it away nobody finds it; of two alike on one message, nobody could say which."""
    posted = await posts(button("Go"))
    assert ana.finds("Go").message is ops.messages[0]
    rows = [actions(button("Stop")), actions(button("Stop"))]
    await client.chat_update(channel=ops.id, ts=posted["ts"], text="x", blocks=rows)
    with pytest.raises(NotPossibleError, match=r"no button 'Go'; there are \['Stop', 'Stop'\]"):
        ana.finds("Go")
    with pytest.raises(NotPossibleError, match="2 buttons 'Stop'"):
        ana.finds("Stop")


async def test_the_newest_message_with_that_button_wins(slack, client, ana, ops, posts):
    await posts(button("Go", value="old"))
    await posts(button("Go", value="new"))
    await client.chat_postMessage(channel=ops.id, text="no buttons")
    assert ana.finds("Go").element["value"] == "new"
    assert ana.finds("Go", on=ops.messages[0]).element["value"] == "old"
    with pytest.raises(NotPossibleError, match="does not see"):
        slack.adds_person("ben").finds("Go", on=ana.says("psst", channel=ana.dm))


@pytest.mark.usefixtures("echo")
async def test_a_confirm_dialog_stands_between_press_and_app(slack, ana, posts):
    """Declined, nothing is sent; a story that declines fails where there is no dialog."""
    await posts(button("Clear orders", confirm=CONFIRM), button("Go"))
    await ana.clicks("Clear orders", confirms=False)
    assert ana.last_confirm == "Clear orders?\nThis cannot be undone & more.\n[Clear it] [Keep it]"
    assert slack.deliveries == []
    await ana.clicks("Clear orders")
    assert len(slack.deliveries) == 1
    with pytest.raises(NotPossibleError, match="no confirmation"):
        await ana.clicks("Go", confirms=False)


@pytest.mark.usefixtures("echo")
async def test_a_slow_screen_can_press_what_is_gone(slack, client, ana, ops, posts):
    """Found before the edit, pressed after it, twice at once: Slack sends all of that."""
    posted = await posts(button("Go", value="op_1"))
    late = ana.finds("Go")
    await client.chat_update(channel=ops.id, ts=posted["ts"], text="too late")
    answers = await asyncio.gather(ana.presses(late), ana.presses(late))
    assert [answer.error for answer in answers] == [None, None]
    pressed = [delivery.envelope.payload["actions"][0]["value"] for delivery in slack.deliveries]
    assert pressed == ["op_1", "op_1"]
    assert [render(message, slack.names) for message in ana.sees()] == ["too late"]


async def test_waiting_ends_when_it_came_true_or_the_time_is_up(slack, ops, posts):
    waiting = asyncio.create_task(slack.until(lambda: len(ops.messages) == 1))
    await posts(button("Go"))
    await waiting
    with pytest.raises(TimeoutError):
        await slack.until(lambda: len(ops.messages) == 2, within=0.01)
