"""What a person does in a modal, exactly what the app is sent, and what its answer does to the screen."""

import asyncio

import pytest

from bot.simulator.slack import NotPossibleError, SlackSimulator, render_view
from tests.clock import MovableClock
from tests.simulator.slack_apps import (
    HURRIED,
    actions,
    button,
    client_of,
    connected,
    echoing_app,
    patience,
    section,
    serving,
)

pytestmark = pytest.mark.anyio


def plain(text):
    return {"type": "plain_text", "text": text}


def option(label, value):
    return {"text": plain(label), "value": value}


def asks(label, element, *, block_id="", **more):
    """An input; `element` is its type or all of it."""
    element = {"type": element} if isinstance(element, str) else element
    return {
        "type": "input",
        "block_id": block_id or label.lower(),
        "label": plain(label),
        "element": {"action_id": "input", **element},
        **more,
    }


WHY = asks("Reason", {"type": "plain_text_input", "multiline": True, "max_length": 20}, block_id="why")
HOW = asks(
    "How",
    {"type": "external_select", "initial_option": option("R &amp; D", "rd"), "min_query_length": 0},
    optional=True,
)
TELL = asks(
    "Tell",
    {
        "type": "checkboxes",
        "options": [option("Ana", "a"), option("Ben", "b")],
        "initial_options": [option("Ben", "b")],
    },
    optional=True,
)


def modal(*blocks, **more):
    shape = {"type": "modal", "title": plain("Deny"), "submit": plain("Deny it"), "callback_id": "deny"}
    return {**shape, "blocks": list(blocks or [WHY]), **more}


@pytest.fixture
async def slack(request):
    async with SlackSimulator(MovableClock(), ack_timeout=patience(request), strict_pacing=False) as slack:
        slack.adds_channel("ops")
        yield slack


class App:
    """Opens the modal it is told for every command, and answers submissions as told."""

    def __init__(self, slack):
        self.bolt = echoing_app(slack)
        self.opens = modal()
        self.answers = {}
        self.heard = []
        client = client_of(slack)

        @self.bolt.command("/open")
        async def opens(ack, command):
            await client.views_open(trigger_id=command["trigger_id"], view=self.opens)
            await ack()

        @self.bolt.view("deny")
        async def submitted(ack, view):
            self.heard.append(view["state"]["values"])
            await ack(**self.answers)


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


async def opened(app, person, view=None):
    """The modal on this person's screen."""
    app.opens = view or app.opens
    answer = await person.types("/open", channel="ops")
    assert answer.error is None
    return person.modal


async def test_a_submission_carries_everything_slack_sends(slack, app, ana):
    """Who, the whole view with what stands in it, a trigger, and no response_url."""
    view = await opened(app, ana, modal(section("Sure?"), WHY, private_metadata="op_1"))
    answer = await ana.submits(Reason="too late")
    assert (answer.error, answer.message, dict(answer.errors)) == (None, None, {})
    payload = sent(slack)
    assert payload.pop("trigger_id")
    assert payload == {
        "type": "view_submission",
        "team": {"id": "T0ACME", "domain": "acme"},
        "user": {"id": ana.id, "username": "ana", "name": "ana", "team_id": "T0ACME"},
        "api_app_id": "A0PIPELINE",
        "token": "simulated-verification-token",
        "enterprise": None,
        "is_enterprise_install": False,
        "response_urls": [],
        "view": {
            "id": view.id,
            "hash": view.hash,
            "team_id": "T0ACME",
            "app_id": "A0PIPELINE",
            "app_installed_team_id": "T0ACME",
            "bot_id": "B0PIPELINE",
            "root_view_id": view.id,
            "previous_view_id": None,
            "type": "modal",
            "title": plain("Deny"),
            "submit": plain("Deny it"),
            "close": None,
            "callback_id": "deny",
            "external_id": "",
            "private_metadata": "op_1",
            "clear_on_close": False,
            "notify_on_close": False,
            "blocks": list(view.blocks),
            "state": {"values": {"why": {"input": {"type": "plain_text_input", "value": "too late"}}}},
        },
    }
    assert view.blocks[0]["block_id"]
    assert ana.modal is None


async def test_inputs_are_filled_in_by_label_or_block_id(app, ana):
    """Text, an option and ticked boxes; what nobody touched has its initial value."""
    await opened(app, ana, modal(WHY, HOW, TELL))
    await ana.submits(why="no", How="R & D", tell=["Ana", "b"])
    await opened(app, ana)
    await ana.submits(Reason="no")
    await opened(app, ana)
    await ana.submits(Reason="no", Tell=[])
    told = [(values["how"]["input"], values["tell"]["input"]) for values in app.heard]
    ana_and_ben = [option("Ana", "a"), option("Ben", "b")]
    assert told == [
        (
            {"type": "external_select", "selected_option": option("R &amp; D", "rd")},
            {"type": "checkboxes", "selected_options": ticked},
        )
        for ticked in (ana_and_ben, ana_and_ben[1:], [])
    ]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "'Reason'.* must be filled in"),
        ({"Reason": ""}, "'Reason'.* must be filled in"),
        ({"Reason": "x" * 21}, "0 to 20 characters"),
        ({"Reason": "no", "How": "rudely"}, "no option 'rudely'"),
        ({"Reason": "no", "How": ["kind", "rd"]}, "takes one option"),
        ({"Why": "no"}, "0 inputs 'Why'; there are"),
    ],
)
async def test_slack_lets_nobody_submit_what_the_modal_does_not_take(slack, app, ana, given, says):
    """The client sees to it: nothing is sent, and the modal stays."""
    await opened(app, ana, modal(WHY, HOW))
    before = len(slack.deliveries)
    with pytest.raises(NotPossibleError, match=says):
        await ana.submits(**given)
    assert ana.modal is not None
    assert len(slack.deliveries) == before


async def test_without_a_modal_there_is_nothing_to_submit_or_close(app, ana):
    """Nor by somebody deactivated, nor a modal without inputs and without a button for it."""
    for doing in (ana.submits(), ana.closes_modal()):
        with pytest.raises(NotPossibleError, match="no modal open"):
            await doing
    only_says = {"type": "modal", "title": plain("Hi"), "blocks": [section("Hi")]}
    await opened(app, ana, only_says)
    with pytest.raises(NotPossibleError, match="nothing to submit"):
        await ana.submits()
    ana.is_deactivated()
    with pytest.raises(NotPossibleError, match="deactivated"):
        await ana.closes_modal()


async def test_errors_stand_under_their_inputs_until_the_next_try(slack, app, ana):
    """The modal stays with what was typed; fixed, it goes through."""
    view = await opened(app, ana, modal(section("Sure?"), WHY, close=plain("Back")))
    app.answers = {"response_action": "errors", "errors": {"why": "Name a ticket."}}
    assert (await ana.submits(Reason="because")).errors == {"Reason": "Name a ticket."}
    assert render_view(view, slack.names) == (
        "Deny\nSure?\nReason: because\n⚠ Name a ticket.\n[Back] [Deny it]"
    )
    app.answers = {}
    assert (await ana.submits(Reason="OPS-1")).errors == {}
    assert ana.modal is None
    assert [values["why"]["input"]["value"] for values in app.heard] == ["because", "OPS-1"]


async def test_an_update_shows_another_view_in_its_place(slack, app, ana):
    """The same view by its id, with a new hash; inputs of the same ids keep what stands in them."""
    view = await opened(app, ana)
    old_hash = view.hash
    app.answers = {"response_action": "update", "view": modal(WHY, HOW, title=plain("Again"))}
    await ana.submits(Reason="because")
    assert ana.modal is view
    assert view.hash != old_hash
    assert render_view(view, slack.names) == "Again\nReason: because\nHow: R & D\n[Cancel] [Deny it]"


@pytest.mark.parametrize(
    "answers",
    [
        {"response_action": "errors", "errors": {"no such block": "x"}},
        {"response_action": "update", "view": {"type": "modal", "blocks": []}},
        {"response_action": "shout"},
        {"text": "Thank you"},
    ],
)
async def test_an_answer_slack_would_not_take_is_an_error_for_the_person(app, ana, answers):
    """The modal stays as it was."""
    view = await opened(app, ana)
    app.answers = answers
    assert (await ana.submits(Reason="no")).error == "invalid_modal_response"
    assert ana.modal is view
    assert view.errors == {}


@pytest.mark.parametrize("slack", [HURRIED], indirect=True)
async def test_a_submission_that_no_listener_takes_leaves_the_modal_open(app, ana):
    """The person sees that it did not work, and can try again."""
    view = await opened(app, ana, modal(callback_id="other"))
    assert (await ana.submits(Reason="no")).error == "operation_timeout"
    assert ana.modal is view


async def test_closing_is_told_to_nobody(slack, app, ana):
    await opened(app, ana)
    before = len(slack.deliveries)
    await ana.closes_modal()
    assert (ana.modal, len(slack.deliveries)) == (None, before)


async def test_a_button_in_a_modal_is_pressed_with_the_view(slack, app, ana):
    """It is found before the messages' buttons; there is no message and no response_url to answer."""
    client = client_of(slack)
    await client.chat_postMessage(channel="ops", text="x", blocks=[actions(button("Go", "message"))])
    view = await opened(app, ana, modal(WHY, actions(button("Go", "modal", value="op_1"))))
    assert (await ana.clicks("Go")).error is None
    payload = sent(slack)
    assert payload["container"] == {"type": "view", "view_id": view.id}
    assert payload["view"]["id"] == view.id
    assert [pressed["value"] for pressed in payload["actions"]] == ["op_1"]
    assert not {"message", "channel", "response_url", "state"} & payload.keys()
    await ana.clicks("Go", on=ana.sees("ops")[0])
    assert sent(slack)["actions"][0]["action_id"] == "message"


async def test_a_submissions_trigger_opens_a_view(slack, app, ana):
    """For whoever submitted."""
    await opened(app, ana)
    await ana.submits(Reason="no")
    await client_of(slack).views_open(trigger_id=sent(slack)["trigger_id"], view=modal(section("Next")))
    assert ana.modal.blocks[0]["text"]["text"] == "Next"


@pytest.mark.usefixtures("app")
async def test_an_external_person_submits_under_their_own_team(slack):
    """What they press in a shared channel may open a modal, too: only `user.team_id` tells."""
    eve = slack.adds_person("eve", team="T0OTHER")
    shared = slack.adds_channel("shared", members=[eve])
    client = client_of(slack)
    await client.chat_postMessage(channel=shared.id, text="x", blocks=[actions(button("Deny"))])
    await eve.clicks("Deny")
    await client.views_open(trigger_id=sent(slack)["trigger_id"], view=modal())
    await eve.submits(Reason="no")
    assert (sent(slack)["user"]["team_id"], sent(slack)["team"]["id"]) == ("T0OTHER", "T0ACME")


async def test_a_modal_submitted_twice_at_once_closes_once(app, ana):
    await opened(app, ana)
    answers = await asyncio.gather(ana.submits(Reason="no"), ana.submits(Reason="no"))
    assert [answer.error for answer in answers] == [None, None]
    assert ana.modal is None


async def test_submissions_go_by_signed_http_as_well(slack, ana):
    """The answer comes in the body of the response."""
    app = App(slack)
    async with serving(app.bolt) as url:
        slack.serves_over_http(url)
        await opened(app, ana)
        app.answers = {"response_action": "errors", "errors": {"why": "Name a ticket."}}
        assert (await ana.submits(Reason="no")).errors == {"Reason": "Name a ticket."}
        app.answers = {}
        await ana.submits(Reason="OPS-1")
    assert ana.modal is None
