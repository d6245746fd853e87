"""Menus whose options the app is asked for, checkboxes that tell at once, and shortcuts: what Slack sends for each."""

import pytest

from bot.simulator.slack import NotPossibleError, render_view
from tests.simulator.slack_apps import (
    HURRIED,
    FormApp,
    asks,
    connected,
    modal,
    option,
    section,
    sent,
    serving,
)

pytestmark = pytest.mark.anyio


def menu(shortest=0):
    element = {"type": "external_select", "action_id": "find", "min_query_length": shortest}
    return asks("Which", element, dispatch_action=True)


TICKS = asks(
    "How",
    {"type": "checkboxes", "action_id": "ticks", "options": [option("Stop"), option("Start")]},
    optional=True,
    dispatch_action=True,
)


@pytest.fixture
def form(slack, ops):  # noqa: ARG001 - commands are typed there
    slack.adds_shortcut("Clear something", "open")
    form = FormApp(slack, modal(menu(), TICKS))
    form.options = [option("orders"), option("R &amp; D")]
    return form


@pytest.fixture
async def app(slack, form):
    async with connected(form.bolt, slack):
        yield form


async def test_a_menu_asks_for_its_options(slack, app, ana):
    """With what was typed, the menu's ids and the view; there is no trigger, since nothing can be opened then."""
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
    nothing = {"type": "external_select", "selected_option": None}
    assert payload["view"]["state"]["values"]["which"]["find"] == nothing
    assert not {"trigger_id", "response_url"} & payload.keys()
    app.options = []
    found = await ana.looks_for("zzz")
    assert (found.labels, found.error) == ((), None)


async def test_a_pick_is_told_at_once_and_stays(slack, client, app, ana):
    """With the whole option; it stands in the view's state, is shown, and outlives an update of the view."""

    def picked():
        return sent(slack)["view"]["state"]["values"]["which"]["find"]["selected_option"]

    await ana.types("/open", channel="ops")
    await ana.looks_for("")
    await ana.picks("orders")
    (action,) = sent(slack)["actions"]
    assert (action["type"], action["action_id"], action["block_id"]) == ("external_select", "find", "which")
    assert action["selected_option"] == picked() == option("orders")
    updated = modal(section("Sure?"), menu(), TICKS)
    await client.views_update(view_id=ana.modal.id, hash=ana.modal.hash, view=updated)
    shown = "Clear\nSure?\nWhich: orders\nHow: ☐ Stop ☐ Start\n[Cancel] [Go]"
    assert render_view(ana.modal, slack.names) == shown
    app.options = [option("users")]
    await ana.looks_for("us")
    await ana.submits()
    assert picked() == option("orders")


async def test_only_what_is_shown_can_be_picked(app, ana):
    """An option that was not found, or not found again, is not on the screen; an empty menu cannot be submitted."""
    await ana.types("/open", channel="ops")
    for query, options in (("", ["orders"]), ("u", ["users"])):
        with pytest.raises(NotPossibleError, match="no option 'users'"):
            await ana.picks("users")
        app.options = [option(label) for label in options]
        await ana.looks_for(query)
    with pytest.raises(NotPossibleError, match="no option 'orders'"):
        await ana.picks("orders")
    with pytest.raises(NotPossibleError, match="must be filled in"):
        await ana.submits()


async def test_a_menu_wants_three_characters_unless_it_says_otherwise(app, ana):
    """Slack does not ask the app before."""
    app.opens = modal(menu(shortest=None))
    await ana.types("/open", channel="ops")
    with pytest.raises(NotPossibleError, match="3 characters"):
        await ana.looks_for("or")
    assert (await ana.looks_for("ord")).error is None


async def test_options_that_slack_would_not_show(app, ana):
    await ana.types("/open", channel="ops")
    for app.options in (
        [option(f"number-{number}") for number in range(101)],
        [option("x" * 76)],
        [option("x", "x" * 151)],
        [{"text": option("x")["text"]}],
        None,
    ):
        found = await ana.looks_for("")
        assert (found.labels, found.error) == ((), "invalid_options_response")


@pytest.mark.parametrize("slack", [HURRIED], indirect=True)
async def test_an_app_that_is_too_slow(app, ana):
    app.is_slow = True
    await ana.types("/open", channel="ops")
    assert (await ana.looks_for("")).error == "operation_timeout"


async def test_a_checkbox_is_told_at_once(slack, app, ana):
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
    """From anywhere: neither a channel nor a response_url comes with it. Nobody external or deactivated has it."""
    assert (await ana.uses_shortcut("Clear something")).error is None
    payload = sent(slack)
    assert (payload["type"], payload["callback_id"]) == ("shortcut", "open")
    assert payload["user"]["id"] == ana.id
    assert not {"channel", "response_url", "message"} & payload.keys()
    assert ana.modal is not None
    with pytest.raises(NotPossibleError, match="no shortcut"):
        await ana.uses_shortcut("Clear everything")
    with pytest.raises(NotPossibleError, match="external"):
        await slack.adds_person("eve", team="T0OTHER").uses_shortcut("Clear something")
    ana.is_deactivated()
    with pytest.raises(NotPossibleError, match="deactivated"):
        await ana.uses_shortcut("Clear something")


async def test_over_http_options_have_an_address_of_their_own(slack, form, ana):
    """Where the app names none, menus stay empty; where it does, they are asked for there, signed like the rest."""
    async with serving(form.bolt) as url:
        slack.serves_over_http(url)
        await ana.uses_shortcut("Clear something")
        assert (await ana.looks_for("")).error == "dispatch_failed"
        slack.serves_over_http(url, options_url=url)
        assert (await ana.looks_for("")).labels == ("orders", "R & D")
        slack.serves_over_http(url, options_url=url, signing_secret="another")
        assert (await ana.looks_for("")).error == "dispatch_failed"
