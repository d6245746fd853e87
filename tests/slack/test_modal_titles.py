"""A modal that shows a reply says in its title what the reply is about, within Slack's 24 characters."""

import pytest

from bot.domain.operations.operation import State
from bot.domain.operations.plans import CLEAR, PLANS
from bot.engine.replies import ActionResult, NotYours, Result, UnknownRequest
from bot.simulator.slack.blocks.block_rules import problems_in_view
from bot.slack.sentences.plan_text import action_name
from bot.slack.text.blocks import said
from bot.slack.views import card
from bot.slack.views.forms import clear_form_view, modals
from bot.slack.views.forms.modal_titles import action_of, title
from tests.slack.test_action_names import operation_of

BUTTONS = (card.APPROVE, card.DENY, card.WITHDRAW, card.CANCEL, card.SIGN_OFF, card.CLOSE)
FORMS = (modals.BREAK_GLASS_FORM, clear_form_view.CLEAR_FORM, clear_form_view.SHORTCUT, "of another time")


def test_it_says_what_was_pressed_and_what_the_request_does():
    assert title(card.APPROVE, "clear") == "Approve clear"
    assert title(card.SIGN_OFF, "stop and clear") == "Review stop and clear"
    assert title(card.APPROVE, "stop, clear and start") == "Approve request"
    assert title(card.DENY) == "Deny request"
    assert title(clear_form_view.CLEAR_FORM) == "Clear a pipeline"
    assert title("of another time", "clear") == "Request status"


@pytest.mark.parametrize("plan", PLANS, ids=action_name)
@pytest.mark.parametrize("pressed", [*BUTTONS, *FORMS])
def test_slack_takes_every_title(pressed, plan):
    view = modals.showing(said("Done."), title(pressed, action_name(plan)))
    assert problems_in_view(view) == []
    assert view["title"]["text"] != "Answer"


@pytest.mark.parametrize("plan", PLANS, ids=action_name)
def test_the_form_for_a_denial_names_action_and_pipeline(plan):
    view = modals.why_deny(operation_of(plan, State.AWAITING_APPROVAL))
    assert problems_in_view(view) == []
    assert view["title"]["text"] in {f"Deny {action_name(plan)}", "Deny request"}
    assert view["blocks"][0]["text"]["text"] == f"Deny the {action_name(plan)} of `orders`"


def test_a_reply_about_no_known_request_has_no_action():
    operation = operation_of(CLEAR, State.AWAITING_APPROVAL)
    assert action_of(ActionResult(Result.APPROVED, operation)) == "clear"
    assert action_of(NotYours(operation)) == "clear"
    assert action_of(NotYours()) == action_of(UnknownRequest()) == ""
