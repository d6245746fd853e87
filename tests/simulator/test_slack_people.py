"""What a person can see and press, and exactly what the app is sent when they do."""

import asyncio
import re

import pytest

from bot.simulator.slack import NotPossibleError, SlackSimulator, render
from bot.simulator.slack.workspace import Content
from tests.clock import START, MovableClock
from tests.simulator.slack_apps import actions, button, client_of, connected, echoing_app, patience

pytestmark = pytest.mark.anyio

CONFIRM = {
    "title": {"type": "plain_text", "text": "Clear orders?"},
    "text": {"type": "mrkdwn", "text": "This <https://example.org|cannot> be undone &amp; more."},
    "confirm": {"type": "plain_text", "text": "Clear it"},
    "deny": {"type": "plain_text", "text": "Keep it"},
}


@pytest.fixture
def clock():
    return MovableClock()


@pytest.fixture
async def slack(clock, request):
    async with SlackSimulator(clock, ack_timeout=patience(request), strict_pacing=False) as slack:
        yield slack


@pytest.fixture
async def app(slack):
    app = echoing_app(slack)
    async with connected(app, slack):
        yield app


@pytest.fixture
def client(slack):
    return client_of(slack)


def sent(slack):
    """The payload of the last delivery."""
    return slack.deliveries[-1].envelope.payload


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("clear orders", "clear orders"),
        ("  clear   orders  ", "clear   orders"),
        ("a & b <c>", "a &amp; b &lt;c&gt;"),
        ("ask @ben, or #ops", "ask <@U02BEN|ben>, or <#C03OPS|ops>"),
        ("#secret @nobody #nowhere", "<#C04SECRET|> @nobody #nowhere"),
        ("ana@ben.example", "ana@ben.example"),
        ("see https://x.example/?a=1&b=2", "see <https://x.example/?a=1&amp;b=2>"),
        ("<!channel> @here", "&lt;!channel&gt; <!here>"),
        ("“orders”", "“orders”"),
    ],
)
async def test_what_is_typed_is_sent_escaped(slack, typed, text):
    """Mentions, channels and links become tokens; every other & < > is an entity."""
    ana, _ben = slack.adds_person("ana"), slack.adds_person("ben")
    slack.adds_channel("ops")
    slack.adds_channel("secret", private=True)
    await ana.types(f"/pipeline {typed}", channel="ops")
    assert (sent(slack)["command"], sent(slack)["text"]) == ("/pipeline", text)


@pytest.mark.usefixtures("app")
async def test_the_channels_name_is_hidden_where_slack_hides_it(slack):
    """Private channels are `privategroup`, direct messages `directmessage`; the bot need not be a member."""
    ana = slack.adds_person("ana")
    names = []
    for place in (slack.adds_channel("x", private=True, bot_is_member=False), ana.dm):
        await ana.types("/pipeline help", channel=place)
        names.append((sent(slack)["channel_id"], sent(slack)["channel_name"]))
    assert names[0][1] == "privategroup"
    assert names[1] == (ana.dm.id, "directmessage")


async def test_nobody_types_where_they_cannot(slack):
    """Not in a channel they are not in, not from outside, not after they left, and only commands."""
    ana, ben = slack.adds_person("ana"), slack.adds_person("ben")
    stranger = slack.adds_person("stranger", team="T0OTHER")
    slack.adds_channel("ops", members=[ana, stranger])
    for person, text in ((ben, "/pipeline help"), (stranger, "/pipeline help"), (ana, "hello")):
        with pytest.raises(NotPossibleError):
            await person.types(text, channel="ops")
    ana.is_deactivated()
    with pytest.raises(NotPossibleError, match="deactivated"):
        await ana.types("/pipeline help", channel="ops")
    assert slack.deliveries == []


@pytest.mark.usefixtures("app")
async def test_a_press_carries_everything_slack_sends(slack, client):
    """The full block_actions payload of a button under a message in a thread."""
    ana = slack.adds_person("ana")
    ops = slack.adds_channel("ops")
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


@pytest.mark.usefixtures("app")
async def test_a_press_under_an_ephemeral_message_does_not_carry_it(slack):
    """Slack sends no `message` for those: the app has to know what it said."""
    ana, ops = slack.adds_person("ana"), slack.adds_channel("ops")
    slack.workspace.shows_only(ana.id, ops, content=Content("x", (actions(button("Go")),)))
    await ana.clicks("Go")
    assert "message" not in sent(slack)
    assert sent(slack)["container"]["is_ephemeral"] is True


@pytest.mark.usefixtures("app")
async def test_an_external_person_presses_under_their_own_team(slack, client):
    """They cannot type commands, but they can press what they see: only `user.team_id` tells."""
    stranger = slack.adds_person("stranger", team="T0OTHER")
    slack.adds_channel("shared", members=[stranger])
    await client.chat_postMessage(channel="shared", text="x", blocks=[actions(button("Go"))])
    await stranger.clicks("Go")
    assert (sent(slack)["user"]["team_id"], sent(slack)["team"]["id"]) == ("T0OTHER", "T0ACME")


async def test_one_sees_ones_channels_and_ones_own_ephemerals(slack, client):
    """In order, across channels or in one of them; never what is meant for others."""
    ana, ben = slack.adds_person("ana"), slack.adds_person("ben")
    ops = slack.adds_channel("ops")
    slack.adds_channel("quiet", members=[ana])
    await client.chat_postMessage(channel="ops", text="one")
    slack.workspace.shows_only(ana.id, ops, content=Content("two"))
    await client.chat_postMessage(channel="quiet", text="three")
    await client.chat_postMessage(channel=ana.id, text="four")
    assert [message.text for message in ana.sees()] == ["one", "two", "three", "four"]
    assert [message.text for message in ana.sees("ops")] == ["one", "two"]
    assert [message.text for message in ben.sees()] == ["one"]
    with pytest.raises(NotPossibleError):
        ben.sees("quiet")


async def test_a_button_must_be_there_as_now_rendered(slack, client):
    """After an edit that took it away nobody finds it, and the error says what there is."""
    ana = slack.adds_person("ana")
    ops = slack.adds_channel("ops")
    posted = await client.chat_postMessage(channel=ops.id, text="x", blocks=[actions(button("Go"))])
    assert ana.finds("Go").message is ops.messages[0]
    await client.chat_update(channel=ops.id, ts=posted["ts"], text="x", blocks=[actions(button("Stop"))])
    with pytest.raises(NotPossibleError, match=r"no button 'Go'; there are \['Stop'\]"):
        ana.finds("Go")


async def test_the_newest_message_with_that_button_wins(slack, client):
    """Unless the person says which message they mean."""
    ana = slack.adds_person("ana")
    ops = slack.adds_channel("ops")
    for value in ("old", "new"):
        row = [actions(button("Go", value=value))]
        await client.chat_postMessage(channel=ops.id, text="x", blocks=row)
    await client.chat_postMessage(channel=ops.id, text="no buttons")
    assert ana.finds("Go").element["value"] == "new"
    assert ana.finds("Go", on=ops.messages[0]).element["value"] == "old"
    ben = slack.adds_person("ben")
    with pytest.raises(NotPossibleError, match="does not see"):
        ben.finds("Go", on=ana.says("psst", channel=ana.dm))


async def test_two_buttons_alike_on_one_message_are_ambiguous(slack, client):
    """Nobody could say which one was meant."""
    ana = slack.adds_person("ana")
    slack.adds_channel("ops")
    rows = [actions(button("Go")), actions(button("Go"))]
    await client.chat_postMessage(channel="ops", text="x", blocks=rows)
    with pytest.raises(NotPossibleError, match="2 buttons 'Go'"):
        ana.finds("Go")


@pytest.mark.usefixtures("app")
async def test_a_confirm_dialog_stands_between_press_and_app(slack, client):
    """Declined, nothing is sent; the person can read what it asked."""
    ana = slack.adds_person("ana")
    slack.adds_channel("ops")
    row = [actions(button("Clear orders", confirm=CONFIRM))]
    await client.chat_postMessage(channel="ops", text="x", blocks=row)
    assert ana.last_confirm is None
    await ana.clicks("Clear orders", confirms=False)
    assert ana.last_confirm == "Clear orders?\nThis cannot be undone & more.\n[Clear it] [Keep it]"
    assert slack.deliveries == []
    await ana.clicks("Clear orders")
    assert len(slack.deliveries) == 1


async def test_without_a_dialog_there_is_nothing_to_decline(slack, client):
    """A story that expects a dialog fails when it is missing."""
    ana = slack.adds_person("ana")
    slack.adds_channel("ops")
    await client.chat_postMessage(channel="ops", text="x", blocks=[actions(button("Go"))])
    with pytest.raises(NotPossibleError, match="no confirmation"):
        await ana.clicks("Go", confirms=False)


@pytest.mark.usefixtures("app")
async def test_a_slow_screen_can_press_what_is_gone(slack, client):
    """Found before the edit, pressed after it, twice at once: Slack sends all of that."""
    ana = slack.adds_person("ana")
    ops = slack.adds_channel("ops")
    row = [actions(button("Go", "late", value="op_1"))]
    posted = await client.chat_postMessage(channel=ops.id, text="x", blocks=row)
    late = ana.finds("Go")
    await client.chat_update(channel=ops.id, ts=posted["ts"], text="too late")
    answers = await asyncio.gather(ana.presses(late), ana.presses(late))
    assert [answer.error for answer in answers] == [None, None]
    pressed = [delivery.envelope.payload["actions"][0]["value"] for delivery in slack.deliveries]
    assert pressed == ["op_1", "op_1"]
    assert [render(message, slack.names) for message in ana.sees()] == ["too late"]


async def test_a_press_that_no_listener_takes_shows_the_warning(slack, client):
    """Without any app the button answers nothing."""
    ana = slack.adds_person("ana")
    slack.adds_channel("ops")
    await client.chat_postMessage(channel="ops", text="x", blocks=[actions(button("Go"))])
    answer = await ana.clicks("Go")
    assert answer.error == "dispatch_failed"


async def test_people_who_come_later_are_in_open_channels(slack, client):
    """A channel without a list of members is everybody's."""
    slack.adds_channel("ops")
    await client.chat_postMessage(channel="ops", text="welcome")
    late = slack.adds_person("late")
    assert [message.text for message in late.sees("ops")] == ["welcome"]


async def test_waiting_ends_when_it_came_true_or_the_time_is_up(slack, client):
    """`until` notices a change at once and gives up after the time given."""
    ops = slack.adds_channel("ops")
    waiting = asyncio.create_task(slack.until(lambda: len(ops.messages) == 1))
    await client.chat_postMessage(channel="ops", text="here")
    await waiting
    with pytest.raises(TimeoutError):
        await slack.until(lambda: len(ops.messages) == 2, within=0.01)
