"""What somebody has before them, and what they press of it, found by Slack's own ids as a page knows them."""

import pytest

from bot.simulator.slack import NotPossibleError, Option, SlackSimulator
from bot.simulator.slack.workspace import Content
from tests.clock import MovableClock
from tests.simulator.slack_apps import actions, button, client_of, connected, echoing_app, patience, section

pytestmark = pytest.mark.anyio


def plain(text):
    return {"type": "plain_text", "text": text}


def option(label, **more):
    return {"text": plain(label), "value": label.lower(), **more}


def menu(block_id):
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(block_id.capitalize()),
        "element": {"type": "external_select", "action_id": block_id, "min_query_length": 0},
    }


@pytest.fixture
async def slack(request):
    async with SlackSimulator(MovableClock(), ack_timeout=patience(request), strict_pacing=False) as slack:
        slack.adds_channel("ops")
        yield slack


@pytest.fixture
async def app(slack):
    app = echoing_app(slack)
    async with connected(app, slack):
        yield app


@pytest.fixture
def ana(slack):
    return slack.adds_person("ana")


def card(slack, *blocks):
    ops = slack.workspace.channels["C01OPS"]
    return slack.workspace.posts(ops, slack.workspace.bot_user_id, content=Content("card", blocks))


def row(*buttons, block_id="row"):
    return {**actions(*buttons), "block_id": block_id}


async def test_places_are_listed_as_slack_lists_them(slack, ana):
    """The channels somebody is in by name, whatever their age, and the conversation with the bot last."""
    slack.adds_channel("approvals")
    slack.adds_channel("secret", private=True, members=[])
    slack.adds_channel("private", private=True, members=[ana])
    assert [place.name for place in ana.places] == ["approvals", "ops", "private", "ana"]
    assert ana.places[-1] is ana.dm


async def test_somebody_external_has_the_bot_once_it_wrote_to_them(slack):
    """They are in shared channels alone; the app can still reach them."""
    fay = slack.adds_person("fay", team="T0OTHER")
    assert [place.kind for place in fay.places] == ["public"]
    await client_of(slack).chat_postMessage(channel=fay.id, text="Hello")
    assert [place.kind for place in fay.places] == ["public", "im"]


async def test_a_place_is_found_by_its_id_or_its_name(slack, ana):
    """Only by who is in it."""
    secret = slack.adds_channel("secret", private=True, members=[])
    ops = ana.places[0]
    assert (ana.place("ops"), ana.place(ops.id), ana.place(ana.dm.id)) == (ops, ops, ana.dm)
    for named in ("secret", secret.id, slack.adds_person("ben").dm.id, "nowhere"):
        with pytest.raises(NotPossibleError, match="ana is not in"):
            ana.place(named)


async def test_a_line_to_type_in_is_where_people_may_write(slack, ana):
    """Not in an archived channel, nor in one for admins, nor with a bot that is not to be written to."""
    ops, old, news = ana.places[0], slack.adds_channel("old"), slack.adds_channel("news")
    old.archive()
    news.restricts_posting()
    assert [ana.can_write_in(place) for place in (ops, old, news, ana.dm)] == [True, False, False, True]
    slack.workspace.messages_tab_read_only = True
    assert not ana.can_write_in(ana.dm)
    ana.is_deactivated()
    assert not ana.can_write_in(ops)


async def test_a_message_is_found_by_who_sees_it(slack, ana):
    """One for somebody else is none."""
    ben = slack.adds_person("ben")
    shared = card(slack, section("hello"))
    private = slack.workspace.shows_only(ben.id, shared.channel, content=Content("for ben"))
    assert (ana.message("ops", shared.ts), ben.message("ops", private.ts)) == (shared, private)
    with pytest.raises(NotPossibleError, match="ana does not see"):
        ana.message("ops", private.ts)


@pytest.mark.usefixtures("app")
async def test_a_button_is_pressed_as_it_was_on_the_screen(slack, ana):
    """The message was edited since, and its button is gone: the app hears of the press all the same."""
    message = card(slack, row(button("Approve", "approve", value="op_1")))
    slack.workspace.edits(message, Content("card", (section("Approved"),)))
    stale = ana.button_on(message, version=0, block_id="row", action_id="approve")
    assert (await ana.presses(stale)).error is None
    payload = slack.deliveries[-1].envelope.payload
    assert (payload["actions"][0]["value"], payload["message"]["blocks"][0]["type"]) == ("op_1", "section")


@pytest.mark.parametrize(
    ("version", "block_id", "action_id"),
    [
        (1, "row", "approve"),
        (-1, "row", "approve"),
        (2, "row", "deny"),
        (1, "other", "deny"),
    ],
)
async def test_only_what_was_on_the_screen_can_be_pressed(slack, ana, version, block_id, action_id):
    """In that version, and in that block."""
    message = card(slack, row(button("Approve", "approve")))
    slack.workspace.edits(message, Content("card", (row(button("Deny", "deny")),)))
    with pytest.raises(NotPossibleError, match="ana sees no button"):
        ana.button_on(message, version=version, block_id=block_id, action_id=action_id)


async def test_a_button_on_a_message_for_somebody_else_cannot_be_pressed(slack, ana):
    message = slack.workspace.shows_only(
        slack.adds_person("ben").id,
        slack.workspace.channels["C01OPS"],
        content=Content("for ben", (row(button("Go")),)),
    )
    with pytest.raises(NotPossibleError, match="ana does not see the message"):
        ana.button_on(message, version=0, block_id="row", action_id="go")


@pytest.mark.usefixtures("app")
async def test_a_button_of_home_is_pressed_as_it_was_before_it_was_published_anew(slack, ana):
    """Home may change under the finger: Slack gives its blocks new ids then, but the press counts."""
    client = client_of(slack)
    with pytest.raises(NotPossibleError, match="ana has no home before them"):
        ana.button_in("home", block_id="row", action_id="go")
    for _ in range(2):
        was = ana.home.blocks[0]["block_id"] if ana.home else ""
        view = {"type": "home", "blocks": [actions(button("Go", value="op_1"))]}
        await client.views_publish(user_id=ana.id, view=view)
    assert was != ana.home.blocks[0]["block_id"]
    pressed = ana.button_in("home", block_id=was, action_id="go")
    assert (await ana.presses(pressed)).error is None
    assert slack.deliveries[-1].envelope.payload["actions"][0]["block_id"] == was
    with pytest.raises(NotPossibleError, match="ana sees no button 'stop'"):
        ana.button_in("home", block_id=was, action_id="stop")


async def test_of_several_menus_one_is_looked_in(slack, app, ana):
    """By the id of its block, or its label; what was found is picked by label or value."""
    client = client_of(slack)
    view = {
        "type": "modal",
        "title": plain("Clear"),
        "submit": plain("Go"),
        "blocks": [menu("which"), menu("where"), row(button("Look"))],
    }

    @app.command("/open")
    async def opens(ack, body):
        await client.views_open(trigger_id=body["trigger_id"], view=view)
        await ack()

    @app.options("where")
    async def suggests(ack):
        await ack(options=[option("Here", description=plain("R &amp; D")), option("There")])

    await ana.types("/open", channel="ops")
    found = await ana.looks_for("", block="where")
    assert found.options == (Option("Here", "here", "R & D"), Option("There", "there"))
    await ana.picks("There", block="Where")
    await ana.fills("where", "here")
    which, where = (ana.modal.values[each.key] for each in ana.modal.inputs)
    assert (which, where) == ((), ("here",))
    with pytest.raises(NotPossibleError, match="2 menus that ask the app"):
        await ana.looks_for("")
    with pytest.raises(NotPossibleError, match="0 menus 'whence'"):
        await ana.looks_for("", block="whence")
    pressed = ana.button_in("modal", block_id="row", action_id="go")
    assert (await ana.presses(pressed)).error is None


async def test_what_is_said_is_written_as_slack_writes_it(slack, ana):
    """Mentions by name call people, and no sign that was typed is markup."""
    ben = slack.adds_person("ben")
    said = ana.says("@ben: <!here> & <b>", channel="ops")
    assert said.text == f"<@{ben.id}|ben>: &lt;!here&gt; &amp; &lt;b&gt;"
    assert ben.unread("ops").mentions == 1
