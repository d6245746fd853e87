"""Menus whose options the app is asked for, checkboxes that tell at once, and shortcuts: what Slack sends for each."""

import pytest

from bot.simulator.slack import NotPossibleError, SlackSimulator, render_view
from tests.clock import MovableClock
from tests.simulator.slack_apps import (
    HURRIED,
    client_of,
    connected,
    echoing_app,
    error_of,
    patience,
    section,
    serving,
)

pytestmark = pytest.mark.anyio


def plain(text):
    return {"type": "plain_text", "text": text}


def option(label):
    return {"text": plain(label), "value": label}


def menu(**more):
    return {
        "type": "input",
        "block_id": "which",
        "label": plain("Which"),
        "dispatch_action": True,
        "element": {"type": "external_select", "action_id": "find", "min_query_length": 0, **more},
    }


TICKS = {
    "type": "input",
    "block_id": "how",
    "label": plain("How"),
    "optional": True,
    "dispatch_action": True,
    "element": {"type": "checkboxes", "action_id": "ticks", "options": [option("Stop"), option("Start")]},
}


def modal(*blocks, **more):
    shape = {"type": "modal", "title": plain("Clear"), "submit": plain("Go"), "callback_id": "clear"}
    return {**shape, "blocks": list(blocks), **more}


@pytest.fixture
async def slack(request):
    async with SlackSimulator(MovableClock(), ack_timeout=patience(request), strict_pacing=False) as slack:
        slack.adds_channel("ops")
        slack.adds_shortcut("Clear something", "clear_something")
        yield slack


class App:
    """Opens the modal it is told, for a command and for the shortcut, and answers menus as told."""

    def __init__(self, slack, *, listens=True):
        self.bolt = echoing_app(slack)
        self.opens = modal(menu(), TICKS)
        self.options = []
        self.is_slow = False
        client = client_of(slack)

        @self.bolt.command("/open")
        @self.bolt.shortcut("clear_something")
        async def opens(ack, body):
            await client.views_open(trigger_id=body["trigger_id"], view=self.opens)
            await ack()

        if listens:

            @self.bolt.options("find")
            async def suggests(ack):
                if not self.is_slow:
                    await ack(options=self.options)

        @self.bolt.view("clear")
        async def submitted(ack):
            await ack()


@pytest.fixture
async def app(slack):
    app = App(slack)
    async with connected(app.bolt, slack):
        yield app


@pytest.fixture
def ana(slack):
    return slack.adds_person("ana")


def sent(slack):
    return slack.deliveries[-1].envelope.payload


async def test_a_menu_asks_for_its_options(slack, app, ana):
    """With what was typed, the menu's ids and the view; there is no trigger, since nothing can be opened then."""
    app.options = [option("orders"), option("R &amp; D")]
    await ana.types("/open", channel="ops")
    assert (await ana.looks_for("or")).labels == ("orders", "R & D")
    payload = sent(slack)
    assert {key: payload[key] for key in ("type", "block_id", "action_id", "value", "container")} == {
        "type": "block_suggestion",
        "block_id": "which",
        "action_id": "find",
        "value": "or",
        "container": {"type": "view", "view_id": ana.modal.id},
    }
    assert payload["user"]["id"] == ana.id
    assert payload["view"]["state"]["values"]["which"]["find"] == {
        "type": "external_select",
        "selected_option": None,
    }
    assert not {"trigger_id", "response_url"} & payload.keys()


async def test_a_pick_is_told_at_once_and_stays(slack, app, ana):
    """With the whole option; it stands in the view's state, is shown, and outlives an update of the view."""
    app.options = [option("orders"), option("users")]
    await ana.types("/open", channel="ops")
    await ana.looks_for("")
    await ana.picks("orders")
    payload = sent(slack)
    (action,) = payload["actions"]
    assert (action["type"], action["action_id"], action["block_id"]) == ("external_select", "find", "which")
    assert action["selected_option"] == option("orders")
    assert payload["view"]["state"]["values"]["which"]["find"]["selected_option"] == option("orders")
    await client_of(slack).views_update(
        view_id=ana.modal.id, hash=ana.modal.hash, view=modal(section("Sure?"), menu(), TICKS)
    )
    assert render_view(ana.modal, slack.names) == (
        "Clear\nSure?\nWhich: orders\nHow: ☐ Stop ☐ Start\n[Cancel] [Go]"
    )
    app.options = [option("users")]
    await ana.looks_for("us")
    await ana.submits()
    assert sent(slack)["view"]["state"]["values"]["which"]["find"]["selected_option"] == option("orders")


async def test_only_what_is_shown_can_be_picked(app, ana):
    """An option that was not found, or not found again, is not on the screen; an empty menu cannot be submitted."""
    app.options = [option("orders")]
    await ana.types("/open", channel="ops")
    with pytest.raises(NotPossibleError, match="no option 'orders'"):
        await ana.picks("orders")
    await ana.looks_for("")
    app.options = [option("users")]
    await ana.looks_for("u")
    with pytest.raises(NotPossibleError, match="no option 'orders'"):
        await ana.picks("orders")
    with pytest.raises(NotPossibleError, match="must be filled in"):
        await ana.submits()


async def test_a_menu_wants_three_characters_unless_it_says_otherwise(app, ana):
    """Slack does not ask the app before."""
    app.opens = modal(menu(min_query_length=None))
    await ana.types("/open", channel="ops")
    with pytest.raises(NotPossibleError, match="3 characters"):
        await ana.looks_for("or")
    assert (await ana.looks_for("ord")).error is None


@pytest.mark.parametrize(
    "options",
    [
        [option(f"number-{number}") for number in range(101)],
        [option("x" * 76)],
        [{"text": plain("x"), "value": "x" * 151}],
        [{"text": plain("x")}],
        None,
    ],
)
async def test_options_that_slack_would_not_show(app, ana, options):
    """More than a hundred, too long, without a value, or none at all: the menu stays empty."""
    app.options = options
    await ana.types("/open", channel="ops")
    found = await ana.looks_for("")
    assert (found.labels, found.error) == ((), "invalid_options_response")


async def test_no_options_are_an_answer(app, ana):
    """The menu says that nothing was found."""
    app.options = []
    await ana.types("/open", channel="ops")
    found = await ana.looks_for("zzz")
    assert (found.labels, found.error) == ((), None)


@pytest.mark.parametrize("slack", [HURRIED], indirect=True)
async def test_an_app_that_is_too_slow(app, ana):
    """After three seconds the menu shows an error."""
    app.is_slow = True
    await ana.types("/open", channel="ops")
    assert (await ana.looks_for("")).error == "operation_timeout"


async def test_a_checkbox_is_told_at_once(slack, app, ana):
    """Each tick with all that is ticked then; unticked again, it is gone."""
    await ana.types("/open", channel="ops")
    await ana.ticks("Stop")
    await ana.ticks("Start")
    assert sent(slack)["actions"][0]["selected_options"] == [option("Stop"), option("Start")]
    assert "How: ☑ Stop ☑ Start" in render_view(ana.modal, slack.names)
    await ana.ticks("Stop")
    assert sent(slack)["actions"][0]["selected_options"] == [option("Start")]
    assert app.opens["blocks"][1] == TICKS
    with pytest.raises(NotPossibleError, match="no checkbox 'Run'"):
        await ana.ticks("Run")


@pytest.mark.usefixtures("app")
async def test_a_shortcut_opens_a_view(slack, ana):
    """From anywhere: neither a channel nor a response_url comes with it."""
    assert (await ana.uses_shortcut("Clear something")).error is None
    payload = sent(slack)
    assert (payload["type"], payload["callback_id"]) == ("shortcut", "clear_something")
    assert payload["user"]["id"] == ana.id
    assert not {"channel", "response_url", "message"} & payload.keys()
    assert ana.modal is not None


@pytest.mark.usefixtures("app")
async def test_shortcuts_that_are_not_there(slack, ana):
    """Another name, somebody external, somebody deactivated."""
    with pytest.raises(NotPossibleError, match="no shortcut"):
        await ana.uses_shortcut("Clear everything")
    eve = slack.adds_person("eve", team="T0OTHER")
    with pytest.raises(NotPossibleError, match="external"):
        await eve.uses_shortcut("Clear something")
    ana.is_deactivated()
    with pytest.raises(NotPossibleError, match="deactivated"):
        await ana.uses_shortcut("Clear something")


async def test_an_update_that_comes_too_late(slack, app, ana):
    """With a hash of before another update it is refused, and changes nothing; so is one of a closed view."""
    app.options = [option("orders")]
    await ana.types("/open", channel="ops")
    client, view, old = client_of(slack), ana.modal, ana.modal.hash
    await client.views_update(view_id=view.id, hash=old, view=modal(section("First"), menu()))
    late = modal(section("Second"), menu())
    assert await error_of(client.views_update(view_id=view.id, hash=old, view=late)) == "hash_conflict"
    assert "First" in render_view(view, slack.names)
    await ana.closes_modal()
    assert await error_of(client.views_update(view_id=view.id, view=late)) == "not_found"


async def test_over_http_options_have_an_address_of_their_own(slack, ana):
    """Where the app names none, menus stay empty; where it does, they are asked for there, signed like the rest."""
    app = App(slack)
    app.options = [option("orders")]
    async with serving(app.bolt) as url:
        slack.serves_over_http(url)
        await ana.uses_shortcut("Clear something")
        assert (await ana.looks_for("")).error == "dispatch_failed"
        slack.serves_over_http(url, options_url=url)
        assert (await ana.looks_for("")).labels == ("orders",)
        slack.serves_over_http(url, options_url=url, signing_secret="another")
        assert (await ana.looks_for("")).error == "dispatch_failed"


@pytest.mark.parametrize("slack", [HURRIED], indirect=True)
async def test_nobody_listens_to_the_menu(slack, ana):
    """The person sees an error."""
    app = App(slack, listens=False)
    async with connected(app.bolt, slack):
        await ana.types("/open", channel="ops")
        assert (await ana.looks_for("")).error is not None
