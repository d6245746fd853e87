"""What a person does in a modal, exactly what the app is sent, and what its answer does to the screen."""

import asyncio

import pytest

from bot.simulator.slack import NotPossibleError, render_view
from tests.simulator.slack_apps import (
    HURRIED,
    FormApp,
    actions,
    asks,
    button,
    connected,
    modal,
    option,
    plain,
    section,
    sent,
)

pytestmark = pytest.mark.anyio

R_AND_D = option("R &amp; D", "rd")
ANA, BEN = option("Ana", "a"), option("Ben", "b")
WHY = asks("Reason", {"type": "plain_text_input", "multiline": True, "max_length": 20})
HOW = asks(
    "How", {"type": "external_select", "initial_option": R_AND_D, "min_query_length": 0}, optional=True
)
TELL = asks("Tell", {"type": "checkboxes", "options": [ANA, BEN], "initial_options": [BEN]}, optional=True)


@pytest.fixture
async def app(slack, ops):  # noqa: ARG001 - commands are typed there
    app = FormApp(slack, modal(WHY))
    async with connected(app.bolt, slack):
        yield app


async def opened(app, person, *blocks, **more):
    app.opens = modal(*blocks, **more) if blocks else app.opens
    assert (await person.types("/open", channel="ops")).error is None
    return person.modal


async def test_a_submission_carries_everything_slack_sends(slack, client, app, ana):
    view = await opened(app, ana, section("Sure?"), WHY, private_metadata="op_1")
    answer = await ana.submits(Reason="too late")
    assert (answer.error, answer.message, dict(answer.errors)) == (None, None, {})
    payload = sent(slack)
    trigger = payload.pop("trigger_id")
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
            "title": plain("Clear"),
            "submit": plain("Go"),
            "close": None,
            "callback_id": "form",
            "external_id": "",
            "private_metadata": "op_1",
            "clear_on_close": False,
            "notify_on_close": False,
            "blocks": list(view.blocks),
            "state": {"values": {"reason": {"input": {"type": "plain_text_input", "value": "too late"}}}},
        },
    }
    assert view.blocks[0]["block_id"]
    assert ana.modal is None
    await client.views_open(trigger_id=trigger, view=modal(section("Next")))
    assert ana.modal.blocks[0]["text"]["text"] == "Next"


async def test_inputs_are_filled_in_by_label_or_block_id(app, ana):
    for given in ({"How": "R & D", "tell": ["Ana", "b"]}, {}, {"Tell": []}):
        await opened(app, ana, WHY, HOW, TELL)
        await ana.submits(reason="no", **given)
    picked = {"type": "external_select", "selected_option": R_AND_D}
    told = [(values["how"]["input"], values["tell"]["input"]) for values in app.heard]
    assert told == [
        (picked, {"type": "checkboxes", "selected_options": ticked}) for ticked in ([ANA, BEN], [BEN], [])
    ]


async def test_slack_lets_nobody_submit_what_the_modal_does_not_take(slack, app, ana):
    """The client sees to it: nothing is sent, and the modal stays."""
    await opened(app, ana, WHY, HOW)
    before = len(slack.deliveries)
    for given, says in (
        ({}, "Reason must be filled in"),
        ({"Reason": ""}, "Reason must be filled in"),
        ({"Reason": "x" * 21}, "0 to 20 characters"),
        ({"Reason": "no", "How": "rudely"}, "no option 'rudely'"),
        ({"Reason": "no", "How": ["kind", "rd"]}, "takes one option"),
        ({"Why": "no"}, "0 inputs 'Why'; there are"),
    ):
        with pytest.raises(NotPossibleError, match=says):
            await ana.submits(**given)
        await ana.closes_modal()
        await opened(app, ana)
        before += 1
    assert len(slack.deliveries) == before


async def test_without_a_modal_there_is_nothing_to_submit_or_close(slack, app, ana):
    """Nor by somebody deactivated, nor a modal without a button for it. That one is closed is told to nobody."""
    for doing in (ana.submits(), ana.closes_modal()):
        with pytest.raises(NotPossibleError, match="no modal open"):
            await doing
    await opened(app, ana)
    before = len(slack.deliveries)
    await ana.closes_modal()
    assert (ana.modal, len(slack.deliveries)) == (None, before)
    app.opens = {"type": "modal", "title": plain("Hi"), "blocks": [section("Hi")]}
    await opened(app, ana)
    with pytest.raises(NotPossibleError, match="nothing to submit"):
        await ana.submits()
    ana.is_deactivated()
    with pytest.raises(NotPossibleError, match="deactivated"):
        await ana.closes_modal()


async def test_errors_stand_under_their_inputs_until_the_next_try(slack, app, ana):
    view = await opened(app, ana, section("Sure?"), WHY, close=plain("Back"))
    app.answers = {"response_action": "errors", "errors": {"reason": "Name a ticket."}}
    assert (await ana.submits(Reason="because")).errors == {"Reason": "Name a ticket."}
    shown = "Clear\nSure?\nReason: because\n⚠ Name a ticket.\n[Back] [Go]"
    assert render_view(view, slack.names) == shown
    app.answers = {}
    assert (await ana.submits(Reason="OPS-1")).errors == {}
    assert ana.modal is None
    assert [values["reason"]["input"]["value"] for values in app.heard] == ["because", "OPS-1"]


async def test_an_update_shows_another_view_in_its_place(slack, app, ana):
    """The same view by its id, with a new hash; inputs of the same ids keep what stands in them."""
    view = await opened(app, ana)
    old_hash = view.hash
    app.answers = {"response_action": "update", "view": modal(WHY, HOW, title=plain("Again"))}
    await ana.submits(Reason="because")
    assert ana.modal is view
    assert view.hash != old_hash
    assert render_view(view, slack.names) == "Again\nReason: because\nHow: R & D\n[Cancel] [Go]"


async def test_an_answer_slack_would_not_take_is_an_error_for_the_person(app, ana):
    view = await opened(app, ana)
    for app.answers in (
        {"response_action": "errors", "errors": {"no such block": "x"}},
        {"response_action": "update", "view": {"type": "modal", "blocks": []}},
        {"response_action": "shout"},
        {"text": "Thank you"},
    ):
        assert (await ana.submits(Reason="no")).error == "invalid_modal_response"
        assert ana.modal is view
        assert view.errors == {}


@pytest.mark.parametrize("slack", [HURRIED], indirect=True)
async def test_a_submission_that_no_listener_takes_leaves_the_modal_open(app, ana):
    view = await opened(app, ana, WHY, callback_id="other")
    assert (await ana.submits(Reason="no")).error == "operation_timeout"
    assert ana.modal is view


async def test_a_button_in_a_modal_is_pressed_with_the_view(slack, client, app, ana):
    """It is found before the messages' buttons; there is no message and no response_url to answer."""
    await client.chat_postMessage(channel="ops", text="x", blocks=[actions(button("Go", "message"))])
    view = await opened(app, ana, WHY, actions(button("Go", "modal", value="op_1")))
    assert (await ana.clicks("Go")).error is None
    payload = sent(slack)
    assert payload["container"] == {"type": "view", "view_id": view.id}
    assert payload["view"]["id"] == view.id
    assert [pressed["value"] for pressed in payload["actions"]] == ["op_1"]
    assert not {"message", "channel", "response_url", "state"} & payload.keys()
    await ana.clicks("Go", on=ana.sees("ops")[0])
    assert sent(slack)["actions"][0]["action_id"] == "message"


async def test_a_modal_submitted_twice_at_once_closes_once(app, ana):
    await opened(app, ana)
    answers = await asyncio.gather(ana.submits(Reason="no"), ana.submits(Reason="no"))
    assert [answer.error for answer in answers] == [None, None]
    assert ana.modal is None
