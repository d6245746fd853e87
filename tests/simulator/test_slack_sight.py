"""What somebody has before them, and what they press of it, found by Slack's own ids as a page knows them."""

import pytest

from bot.simulator.slack import NotPossibleError, Option
from bot.simulator.slack.state.workspace import Content
from tests.simulator.slack_apps import actions, asks, button, home, modal, option, plain, section, sent, texts

pytestmark = pytest.mark.anyio


@pytest.fixture
def card(slack, ops):
    """Posts a card of these blocks."""
    bot = slack.workspace.bot_user_id
    return lambda *blocks: slack.workspace.posts(ops, bot, content=Content("card", blocks))


def row(*buttons):
    return {**actions(*buttons), "block_id": "row"}


async def test_one_sees_ones_channels_and_ones_own_ephemerals(slack, client, ana, ops):
    ben = slack.adds_person("ben")
    slack.adds_channel("quiet", members=[ana])
    await client.chat_postMessage(channel="ops", text="one")
    private = slack.workspace.shows_only(ana.id, ops, content=Content("two", (row(button("Go")),)))
    await client.chat_postMessage(channel="quiet", text="three")
    await client.chat_postMessage(channel=ana.id, text="four")
    assert texts(ana.sees()) == ["one", "two", "three", "four"]
    assert texts(ana.sees("ops")) == ["one", "two"]
    late = slack.adds_person("late")
    assert texts(ben.sees()) == texts(late.sees("ops")) == ["one"]
    assert (ana.message("ops", private.ts), ben.message("ops", ops.messages[0].ts)) == (
        private,
        ops.messages[0],
    )
    with pytest.raises(NotPossibleError):
        ben.sees("quiet")
    with pytest.raises(NotPossibleError, match="ben does not see"):
        ben.message("ops", private.ts)
    with pytest.raises(NotPossibleError, match="ben does not see the message"):
        ben.button_on(private, version=0, block_id="row", action_id="go")


async def test_a_button_among_several_is_found_by_the_text_before_it(ana, card):
    """Beside the text or in the row below it; without the text, nobody can say which one is meant."""
    first, second = button("Go", "first"), button("Go", "second")
    card(section("orders", accessory=first), section("payments"), row(second))
    found = [ana.finds("Go", below=name) for name in ("orders", "payments")]
    assert [each.element["action_id"] for each in found] == ["first", "second"]
    for below in ("", "nothing"):
        with pytest.raises(NotPossibleError):
            ana.finds("Go", below=below)


async def test_places_are_listed_as_slack_lists_them(slack, client, ana, ops):
    """Channels by name, whatever their age, and the bot last; for somebody external once it wrote to them."""
    slack.adds_channel("approvals")
    secret = slack.adds_channel("secret", private=True, members=[])
    slack.adds_channel("private", private=True, members=[ana])
    assert [place.name for place in ana.places] == ["approvals", "ops", "private", "ana"]
    assert (ana.place("ops"), ana.place(ops.id), ana.place(ana.dm.id)) == (ops, ops, ana.dm)
    for named in ("secret", secret.id, slack.adds_person("ben").dm.id, "nowhere"):
        with pytest.raises(NotPossibleError, match="ana is not in"):
            ana.place(named)
    fay = slack.adds_person("fay", team="T0OTHER")
    slack.adds_channel("shared", members=[fay])
    assert "im" not in [place.kind for place in fay.places]
    await client.chat_postMessage(channel=fay.id, text="Hello")
    assert fay.places[-1].kind == "im"


async def test_a_line_to_type_in_is_where_people_may_write(slack, ana, ops):
    """Not in an archived channel, nor in one for admins, nor with a bot that is not to be written to."""
    old, news = slack.adds_channel("old"), slack.adds_channel("news")
    old.archive()
    news.restricts_posting()
    assert [ana.can_write_in(place) for place in (ops, old, news, ana.dm)] == [True, False, False, True]
    slack.workspace.messages_tab_read_only = True
    assert not ana.can_write_in(ana.dm)
    ana.is_deactivated()
    assert not ana.can_write_in(ops)


@pytest.mark.usefixtures("echo")
async def test_a_button_is_pressed_as_it_was_on_the_screen(slack, ana, card):
    """The message was edited since, and its button is gone: the app hears of the press all the same."""
    message = card(row(button("Approve", "approve", value="op_1")))
    slack.workspace.edits(message, Content("card", (section("Approved"),)))
    stale = ana.button_on(message, version=0, block_id="row", action_id="approve")
    assert (await ana.presses(stale)).error is None
    payload = sent(slack)
    assert (payload["actions"][0]["value"], payload["message"]["blocks"][0]["type"]) == ("op_1", "section")


@pytest.mark.parametrize(
    "asked", [(1, "row", "approve"), (-1, "row", "approve"), (2, "row", "deny"), (1, "other", "deny")]
)
async def test_only_what_was_on_the_screen_can_be_pressed(slack, ana, card, asked):
    version, block_id, action_id = asked
    message = card(row(button("Approve", "approve")))
    slack.workspace.edits(message, Content("card", (row(button("Deny", "deny")),)))
    with pytest.raises(NotPossibleError, match="ana sees no button"):
        ana.button_on(message, version=version, block_id=block_id, action_id=action_id)


@pytest.mark.usefixtures("echo")
async def test_a_button_of_home_is_pressed_as_it_was_before_it_was_published_anew(slack, client, ana):
    """Home may change under the finger: Slack gives its blocks new ids then, but the press counts."""
    with pytest.raises(NotPossibleError, match="ana has no home open"):
        ana.button_in("home", block_id="row", action_id="go")
    for _ in range(2):
        was = ana.home.blocks[0]["block_id"] if ana.home else ""
        await client.views_publish(user_id=ana.id, view=home(actions(button("Go", value="op_1"))))
    assert was != ana.home.blocks[0]["block_id"]
    pressed = ana.button_in("home", block_id=was, action_id="go")
    assert (await ana.presses(pressed)).error is None
    assert sent(slack)["actions"][0]["block_id"] == was
    with pytest.raises(NotPossibleError, match="ana sees no button 'stop'"):
        ana.button_in("home", block_id=was, action_id="stop")


@pytest.mark.usefixtures("ops")
async def test_of_several_menus_one_is_looked_in(echo, client, ana):
    """By the id of its block, or its label; what was found is picked by label or value."""
    menu = {"type": "external_select", "min_query_length": 0}
    which, where = (asks(label, {**menu, "action_id": label.lower()}) for label in ("Which", "Where"))

    @echo.command("/open")
    async def opens(ack, body):
        await client.views_open(trigger_id=body["trigger_id"], view=modal(which, where, row(button("Look"))))
        await ack()

    @echo.options("where")
    async def suggests(ack):
        await ack(options=[option("Here", "here", description=plain("R &amp; D")), option("There", "there")])

    await ana.types("/open", channel="ops")
    found = await ana.looks_for("", block="where")
    assert found.options == (Option("Here", "here", "R & D"), Option("There", "there"))
    await ana.picks("There", block="Where")
    await ana.fills("where", "here")
    assert [ana.modal.values[each.key] for each in ana.modal.inputs] == [(), ("here",)]
    with pytest.raises(NotPossibleError, match="2 menus that ask the app"):
        await ana.looks_for("")
    with pytest.raises(NotPossibleError, match="0 menus 'whence'"):
        await ana.looks_for("", block="whence")
    pressed = ana.button_in("modal", block_id="row", action_id="go")
    assert (await ana.presses(pressed)).error is None


@pytest.mark.usefixtures("ops")
async def test_what_is_said_is_written_as_slack_writes_it(slack, ana):
    ben = slack.adds_person("ben")
    said = ana.says("@ben: <!here> & <b>", channel="ops")
    assert said.text == f"<@{ben.id}|ben>: &lt;!here&gt; &amp; &lt;b&gt;"
    assert ben.unread("ops").mentions == 1
