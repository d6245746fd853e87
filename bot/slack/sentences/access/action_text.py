"""Action text: what somebody wanted to do, in words that a sentence about them can go on with. Pure."""

from typing import assert_never

from bot.domain.access.changes import (
    AccessChange,
    DropRule,
    GrantRole,
    RemoveFreeze,
    RevokeRole,
    SetFreeze,
    SetRule,
)
from bot.domain.access.patterns import EVERYTHING
from bot.domain.access.permissions import Action
from bot.domain.events import EventKind
from bot.engine.attempted_actions import AttemptedAction, DeniedAction
from bot.slack.sentences.plan_text import action_name, listed
from bot.slack.text.spans import NOTHING, Text, shortened

_TRIED = {
    AttemptedAction.CONFIRM: "confirm",
    AttemptedAction.DROP: "dismiss the preview of",
    AttemptedAction.APPROVE: "approve",
    AttemptedAction.DENY: "deny",
    AttemptedAction.WITHDRAW: "withdraw",
    AttemptedAction.STOP: "cancel",
    AttemptedAction.SIGN_OFF: "review",
    AttemptedAction.CLOSE: "close",
}


def wanted(denied: DeniedAction) -> str:
    """`clear`, `approve a clear of`: to go before the pipeline's name; `how` goes after it."""
    if denied.plan is None:
        return "see"
    if denied.tried is not None:
        which = "the" if denied.tried is AttemptedAction.DROP else "a"
        return f"{_TRIED[denied.tried]} {which} {action_name(denied.plan)} of"
    return action_name(denied.plan)


def how(denied: DeniedAction) -> Text:
    """What follows the pipeline's name, if anything: ` as break-glass`."""
    is_break_glass = denied.tried is None and denied.action is Action.BREAK_GLASS
    return Text(" as break-glass") if is_break_glass else NOTHING


def denied_in_words(denied: DeniedAction) -> Text:
    """``clear `orders` ``: all of it, to follow a verb such as *tried to*."""
    if denied.name == EVERYTHING:
        return Text("{} pipelines{}", wanted(denied), how(denied))
    return Text("{} `{}`{}", wanted(denied), denied.name, how(denied))


def allowed_in_words(denied: DeniedAction) -> Text:
    """``request a clear of `orders` ``: what a role would let them do, for the button or command that was refused."""
    if denied.plan is None or denied.tried not in {None, AttemptedAction.CONFIRM}:
        return denied_in_words(denied)
    if denied.action is Action.REQUEST:
        return Text("request a {} of `{}`", action_name(denied.plan), denied.name)
    how_run = Text(" as break-glass") if denied.action is Action.BREAK_GLASS else NOTHING
    return Text("{} `{}`{}", action_name(denied.plan), denied.name, how_run)


def change_in_words(change: AccessChange) -> Text:
    """`freeze`, `set a rule on`: to go before the pattern."""
    match change:
        case GrantRole(role=role):
            return Text("grant *{}* on", role.value)
        case RevokeRole(role=role):
            return Text("revoke *{}* on", role.value)
        case SetRule():
            return Text("set a rule on")
        case DropRule():
            return Text("drop the rule on")
        case SetFreeze():
            return Text("freeze")
        case RemoveFreeze():
            return Text("unfreeze")
        case _:
            assert_never(change)


_RECORDED: dict[str, str] = {
    EventKind.GRANTED: "grant",
    EventKind.REVOKED: "revoke",
    EventKind.RULE_SET: "set the rule on",
    EventKind.RULE_DROPPED: "drop the rule on",
    EventKind.FROZEN: "freeze",
    EventKind.UNFROZEN: "unfreeze",
    Action.VIEW: "see",
    Action.REQUEST: "clear",
    Action.CLEAR: "clear",
    Action.STOP: "stop",
    Action.START: "start",
    Action.BREAK_GLASS: "use break-glass on",
    AttemptedAction.CONFIRM: "confirm it",
    AttemptedAction.DROP: "dismiss the preview",
    AttemptedAction.APPROVE: "approve it",
    AttemptedAction.DENY: "deny it",
    AttemptedAction.WITHDRAW: "withdraw it",
    AttemptedAction.STOP: "cancel it",
    AttemptedAction.SIGN_OFF: "review it",
    AttemptedAction.CLOSE: "close it",
}


def recorded_action(action: str, plan: str | None) -> Text:
    """`clear`: what the audit log says that somebody was refused; for a plan, all of it."""
    if plan is not None and action in {Action.REQUEST, Action.CLEAR, Action.STOP, Action.START}:
        return Text("{}", shortened(listed(plan.split()), 60))
    return Text("{}", _RECORDED.get(action) or action.replace("_", " "))
