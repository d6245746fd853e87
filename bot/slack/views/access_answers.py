"""Replies about access: a person's own, grants, rules, changes, and the audit log. Pure."""

from collections.abc import Callable, Mapping
from datetime import datetime

from bot.domain.access.authorization import Authorization, id_of
from bot.domain.access.changes import (
    AccessChange,
    DropRule,
    GrantRole,
    RemoveFreeze,
    RevokeRole,
    SetFreeze,
    SetRule,
    pattern_of,
)
from bot.domain.access.permissions import Action, Grant, Group, Kind
from bot.domain.commands import COMMAND
from bot.domain.durations import span_in_words
from bot.domain.events import Event, EventKind
from bot.domain.operations.operation import Operation, State
from bot.domain.operations.plans import CLEAR, Plan
from bot.engine import replies
from bot.engine.attempted_actions import AttemptedAction
from bot.engine.ports import HistoryLine
from bot.slack.text import blocks, plan_text, rule_text
from bot.slack.text.blocks import Message, message, said
from bot.slack.text.labels import GLASS, GRANT, NO, REASON, RULE, YES, sign, what, words
from bot.slack.text.mrkdwn import TEXT_MAX, at, code, escaped, link, mention, mention_any, some_of
from bot.slack.text.pipeline_text import link_to, permalink
from bot.slack.views.previews_view import approvals_in_words, frozen_in_words
from bot.slack.views.refusals_view import why

OLDER = "older_history"  # action id; see `card.CLOSE`
EVERYTHING = "*"  # in that button's value: no pipeline has this name
ROWS_SHOWN = 40  # of a list; more would not fit Slack's limits


_KINDS = {
    Kind.MEMBER: "a member",
    Kind.GUEST: "a guest, who may do nothing here, whatever is granted",
    Kind.BOT: "a bot, which may do nothing here, whatever is granted",
    Kind.DEACTIVATED: "deactivated, and may do nothing here, whatever is granted",
    Kind.STRANGER: "of another workspace, and may do nothing here, whatever is granted",
    Kind.UNKNOWN: "perhaps a member, and until I know you may do nothing here",
}


def explained(shown: replies.Explained) -> Message:
    """*can-i*: what would happen, and which grant and which rules say so."""
    authority, name = shown.authority, shown.pipeline
    if not authority.requester.allowed:
        return said(
            f"{NO} You may not {plan_text.action_name(shown.plan)} `{name}`: {why(authority.requester)}"
        )
    yes = sign(State.AWAITING_APPROVAL) if authority.approvals_needed else YES
    lines = [f"{yes} {_then(authority, name, shown.plan)} By {why(authority.requester)}"]
    if authority.freeze is not None:
        frozen = f"{frozen_in_words(authority.freeze)}. Until then nothing new starts, not by breaking the glass either."
        lines.insert(0, f"Frozen {frozen}")
    rules = some_of([f"`{pattern}`" for pattern in authority.requirements.rules])
    lines.append(f"{RULE} Rules that decide: {rules or 'none, so the usual holds'}.")
    if authority.requirements.reason_required or authority.requirements.reason_patterns:
        must = some_of([code(pattern, 100) for pattern in authority.requirements.reason_patterns])
        lines.append(f"{REASON} It takes a reason{f' that matches {must}' if must else ''}.")
    if shown.break_glass.allowed and authority.requirements.break_glass:
        lines.append(
            f"{GLASS} In an emergency: `{plan_text.command(shown.plan, name)} --break-glass INCIDENT reason…`."
        )
    return said("\n".join(lines))


def _then(authority: Authorization, name: str, plan: Plan) -> str:
    if authority.approvals_needed == 0:
        return f"You may {plan_text.action_name(plan)} `{name}` yourself."
    return f"You may ask to {plan_text.action_name(plan)} `{name}`: it takes {approvals_in_words(authority.approvals_needed)} by others, within {span_in_words(authority.requirements.approve_within)}."


def introduced(shown: replies.Introduced) -> Message:
    membership = shown.membership
    lines = [
        f"You are {mention(membership.actor.user)}, `{membership.actor.user}` of `{membership.actor.team}`: {_KINDS[membership.kind]}."
    ]
    if membership.why:
        lines.append(f"Slack did not tell all: {code(membership.why)}. What depends on it counts as no.")
    lines += [f"{GRANT} {grant_in_words(grant, shown.now)}" for grant in shown.grants] or [
        "Nothing is granted to you."
    ]
    return said(cut(lines))


def grant_list(shown: replies.GrantList) -> Message:
    if not shown.grants:
        return said("No grants to show: you see your own, and those on patterns that you administer.")
    return said(
        cut(
            [
                f"{mention_any(id_of(grant.principal))}: {grant_in_words(grant, shown.now)}"
                for grant in shown.grants
            ]
        )
    )


def rule_list(shown: replies.RuleList) -> Message:
    lines = [f"{RULE} `{rule.pattern}`: {rule_text.rule_in_text(rule)}" for rule in shown.rules]
    lines += [f"`{freeze.pattern}`: {frozen_in_words(freeze)}" for freeze in shown.freezes]
    usual = "Without a rule a requester needs 1 approval, an operator none."
    return said(cut(["*Rules and freezes*", *(lines or ["None that concerns you."]), usual]))


def changed(shown: replies.Changed) -> Message:
    if shown.before is None and isinstance(shown.change, RevokeRole | DropRule | RemoveFreeze):
        return _nothing_to_change(shown.change)
    if isinstance(shown.change, GrantRole) and shown.before is not None:
        return said(
            f"Nothing to change: {_change(shown.change)} It is granted already, {rule_text.before(shown.before)}."
        )
    before = "" if shown.before is None else f" Before: {rule_text.before(shown.before)}."
    return said(f"✅ {_change(shown.change)}{before}")


def _nothing_to_change(change: AccessChange) -> Message:
    match change:
        case RevokeRole(principal, role, pattern):
            what = f"no grant of *{role.value}* on `{pattern}` to {mention_any(id_of(principal))}. `{COMMAND} grants` lists them"
        case DropRule(pattern):
            what = f"no rule on `{pattern}`. `{COMMAND} rules` lists them"
        case _:
            what = f"no freeze on `{pattern_of(change)}`. `{COMMAND} rules` lists them"
    return said(f"Nothing to change: there is {what}, written as they were given.")


def pending_list(shown: replies.PendingList, workspace_url: str) -> Message:
    if not shown.operations:
        return said("Nothing waits for anybody.")
    return said(cut([_waiting(operation, workspace_url) for operation in shown.operations]))


def history_page(shown: replies.HistoryPage, workspace_url: str) -> Message:
    lines = [_entry(line, workspace_url) for line in shown.lines]
    if shown.read:
        nothing = "Nothing else" if lines else "Nothing"
        lines.append(f"{nothing} for you among {shown.read:,} entries: *Older* looks further.")
    lines = lines or ["Nothing that you may see."]
    title = shown.title if shown.title.startswith("<@") else escaped(shown.title or "everything")
    older = None
    if shown.before is not None:
        of = shown.title or EVERYTHING
        older = blocks.buttons(blocks.plain_button("Older", OLDER, f"{shown.before} {of}"))
    # A block each: a long line must not cut off one that no later page would show. (`text` has one limit for all.)
    all_of_it = [f"*The record of {title}*", *lines]
    return message(cut(all_of_it), *map(blocks.section, all_of_it), older)


def _waiting(operation: Operation, workspace_url: str) -> str:
    where = link_to(operation, workspace_url)
    if operation.incident:
        glass = f"glass broken for {code(operation.incident, 100)}, to be signed off"
        return f"{GLASS} `{operation.pipeline}`: {what(operation)}, {glass}: {where}"
    count = f"{len(operation.approval.given)} of {operation.approval.needed} approvals"
    until = "" if operation.approval.deadline is None else f", until {at(operation.approval.deadline)}"
    return f"{sign(operation.state)} `{operation.pipeline}`: {what(operation)}, {count}{until}: {where}"


def grant_in_words(grant: Grant, now: datetime | None = None) -> str:
    """Its number, role, pattern and end, through which group somebody has it, and whether it expired by `now`."""
    until = "" if grant.expires_at is None else f" until {at(grant.expires_at)}"
    lapsed = "" if now is None or grant.is_current(now) else " (lapsed)"
    through = f" through {mention_any(grant.principal.group)}" if isinstance(grant.principal, Group) else ""
    note = f", {code(grant.note, 100)}" if grant.note else ""
    return f"number {grant.id}, *{grant.role.value}* on `{grant.pattern}`{until}{lapsed}{through}{note}"


def _change(change: AccessChange) -> str:
    match change:
        case GrantRole(principal, role, pattern, expires_at, _):
            until = "" if expires_at is None else f" until {at(expires_at)}"
            return f"{mention_any(id_of(principal))} is *{role.value}* on `{pattern}`{until}."
        case RevokeRole(principal, role, pattern):
            return f"{mention_any(id_of(principal))} is no longer *{role.value}* on `{pattern}`."
        case SetRule(rule):
            return f"Rule on `{rule.pattern}`: {rule_text.rule_in_text(rule)}."
        case DropRule(pattern):
            return f"No rule on `{pattern}` any more."
        case SetFreeze(pattern, until, reason):
            return f"🧊 Nothing new starts on `{pattern}` until {at(until)}: {code(reason)}."
        case RemoveFreeze(pattern):
            return f"No freeze on `{pattern}` any more."


def _entry(line: HistoryLine, workspace_url: str) -> str:
    event, operation = line.entry.event, line.operation
    data = {
        key: str(value) for key, value in event.data.items() if isinstance(value, str | int) and value != ""
    }
    told = words(event.kind)
    who = mention(event.by.user) if event.by else code(data["shell"], 60) if "shell" in data else ""
    by = f" by {who}" if who else ""
    if event.kind is EventKind.REFUSED:
        action_name = _action_name(data.get("action", ""), data.get("plan"))
        told, by = f"refused {who}{f': {action_name}' if action_name else ''}", ""
    because = data.get("why") or data.get("ending") or data.get("step") or ""
    if because:
        because = f" ({escaped(because.replace('_', ' '), 60)})"
    about = _about_access(data)
    if operation is not None:
        plan = "" if operation.plan == CLEAR else f" ({plan_text.action_name(operation.plan)})"
        told, about = f"`{operation.pipeline}`{plan}: {told}", ""
    shown = operation.state if operation is not None and event.kind is EventKind.ENDED else event.kind
    card = _card(line, workspace_url)
    return f"{sign(shown)} {at(event.at)}: {told}{about}{because}{by}{_in_detail(event, data)}{card}"


def _action_name(action: str, plan: str | None) -> str:
    """What somebody was refused; for a plan, all of it."""
    if plan is not None and action in {Action.REQUEST, Action.CLEAR, Action.STOP, Action.START}:
        return f"to {escaped(plan_text.listed(plan.split()), 60)}"
    return _DEEDS.get(action) or escaped(action.replace("_", " "))


_DEEDS: dict[str, str] = {
    EventKind.GRANTED: "to grant",
    EventKind.REVOKED: "to revoke",
    EventKind.RULE_SET: "to set the rule on",
    EventKind.RULE_DROPPED: "to drop the rule on",
    EventKind.FROZEN: "to freeze",
    EventKind.UNFROZEN: "to unfreeze",
    Action.VIEW: "to see",
    Action.REQUEST: "to clear",
    Action.CLEAR: "to clear",
    Action.STOP: "to stop",
    Action.START: "to start",
    Action.BREAK_GLASS: "to break the glass of",
    AttemptedAction.CONFIRM: "to confirm it",
    AttemptedAction.DROP: "to dismiss it",
    AttemptedAction.APPROVE: "to approve it",
    AttemptedAction.DENY: "to deny it",
    AttemptedAction.WITHDRAW: "to take it back",
    AttemptedAction.STOP: "to keep it from being sent",
    AttemptedAction.SIGN_OFF: "to sign it off",
    AttemptedAction.CLOSE: "to close it",
}


def _card(line: HistoryLine, workspace_url: str) -> str:
    """The card that the entry names; an entry older than the card links the operation's present one."""
    data, operation = line.entry.event.data, line.operation
    if "ts" in data:
        url = permalink(workspace_url, str(data.get("channel")), str(data["ts"]))
        return f" · {link(url, 'its thread')}"
    return (
        ""
        if operation is None or operation.display.card is None
        else f" · {link_to(operation, workspace_url)}"
    )


def _about_access(data: Mapping[str, str]) -> str:
    role = f" *{escaped(data['role'], 20)}*" if "role" in data else ""
    whose = data.get("user") or data.get("group")
    to = f" of {mention_any(escaped(whose, 30))}" if whose else ""
    where = data.get("pipeline") or data.get("pattern")
    on = f"{' on' if role else ''} {code(where, 100)}" if where else ""
    return f"{role}{to}{on}"


def _as_typed(words: str) -> str:
    return code(words, 150)


_DETAILS: dict[str, Callable[[str], str]] = {
    "plan": _as_typed,
    "incident": _as_typed,
    "request": _as_typed,
    "button": _as_typed,
    "until": rule_text.moment_again,
    "note": _as_typed,
    "reason": _as_typed,
}


def _in_detail(event: Event, data: Mapping[str, str]) -> str:
    """The new value, and the one before."""
    said = [f"{key} {_DETAILS[key](data[key])}" for key in _DETAILS if key in data]
    said += rule_text.rule_and_before(event)
    return f": {', '.join(said)}" if said else ""


def cut(lines: list[str]) -> str:
    """The lines that fit one text, and how many more there are."""
    shown: list[str] = []
    room = TEXT_MAX - 60
    for line in lines[:ROWS_SHOWN]:
        if room < len(line) + 1:
            break
        shown.append(line)
        room -= len(line) + 1
    left = len(lines) - len(shown)
    return "\n".join([*shown, f"… and {left} more."] if left else shown)
