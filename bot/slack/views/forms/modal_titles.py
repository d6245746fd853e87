"""Titles of modals that show a reply: what the person did, and to what kind of request. Pure."""

from collections.abc import Mapping

from bot.engine.replies import ActionResult, NotYours, PermissionDenied, Reply
from bot.slack.sentences.plan_text import action_name
from bot.slack.views import card
from bot.slack.views.access import access_request_view
from bot.slack.views.forms import clear_form_view, modals
from bot.slack.views.forms.modals import TITLE_MAX

OF_ANY = "Request status"

_VERBS: Mapping[str, str] = {
    card.APPROVE: "Approve",
    card.DENY: "Deny",
    card.WITHDRAW: "Withdraw",
    card.CANCEL: "Cancel",
    card.SIGN_OFF: "Review",
    card.CLOSE: "Close",
}
_FORMS: Mapping[str, str] = {
    modals.BREAK_GLASS_FORM: "Run as break-glass",
    access_request_view.ASK_FOR_ACCESS: "Ask for access",
    clear_form_view.CLEAR_FORM: clear_form_view.TITLE,
    clear_form_view.SHORTCUT: clear_form_view.TITLE,
}


def title(pressed: str, action: str = "") -> str:
    """`Approve clear`, for the reply to this button (its action id), form or shortcut (its callback id).

    `action` is what the request does to its pipeline; it is left out where it is unknown or too long for a title.
    """
    verb = _VERBS.get(pressed)
    if verb is None:
        return _FORMS.get(pressed, OF_ANY)
    whole = f"{verb} {action or 'request'}"
    return whole if len(whole) <= TITLE_MAX else f"{verb} request"


def action_of(reply: Reply) -> str:
    """The action of the request that a reply is about, as `title` takes it."""
    match reply:
        case ActionResult(operation=operation):
            return action_name(operation.plan)
        case NotYours(operation=operation) if operation is not None:
            return action_name(operation.plan)
        case PermissionDenied(plan=plan) if plan is not None:
            return action_name(plan)
        case _:
            return ""
