"""Event types: what each kind of audit log entry is called outside, and what it means.

A contract with receivers: a type is never renamed. The names differ from the stored ones where those are of an earlier
vocabulary. Identifiers and full stops alone, as Standard Webhooks recommends.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.events import EventKind

PREFIX = "pipeline_bot."


@dataclass(frozen=True, slots=True)
class EventType:
    """`name` is the type without `PREFIX`."""

    name: str
    meaning: str


TYPES: Mapping[EventKind, EventType] = {
    EventKind.PROPOSED: EventType(
        "request.proposed", "Somebody was shown a preview. Nothing is requested yet."
    ),
    EventKind.CONFIRMED: EventType(
        "request.confirmed", "The requester confirmed, and no approval is needed."
    ),
    EventKind.REQUESTED: EventType(
        "request.approval_requested", "The requester confirmed; approvals are needed."
    ),
    EventKind.REMINDED: EventType("request.approval_reminded", "Approvers were reminded."),
    EventKind.APPROVED: EventType(
        "request.approved", "Somebody approved; `count` of `needed` approvals are given."
    ),
    EventKind.BREAK_GLASS_RUN: EventType(
        "request.break_glass", "Somebody runs it without approval in an emergency."
    ),
    EventKind.SIGNED_OFF: EventType("request.reviewed", "Somebody reviewed a break-glass run."),
    EventKind.HELD: EventType("request.held", "A freeze holds it back until it ends or is removed."),
    EventKind.UNVERIFIED: EventType("request.unverified", "Slack does not tell who somebody is; it waits."),
    EventKind.SENT: EventType("request.sent", "The call to Feldera goes out right after this entry."),
    EventKind.SENT_AGAIN: EventType(
        "request.sent_again", "The call is repeated: the first one had no effect."
    ),
    EventKind.POSTPONED: EventType(
        "request.postponed", "Feldera could not take the call; it is tried again."
    ),
    EventKind.ANSWER_LOST: EventType(
        "request.answer_lost", "It is not known whether Feldera received the call."
    ),
    EventKind.ACCEPTED: EventType("request.accepted", "Feldera accepted the call."),
    EventKind.FOUND_CLEARING: EventType("request.found_in_progress", "A look shows that the call arrived."),
    EventKind.STILL_CLEARING: EventType("request.still_in_progress", "It is not done after a while."),
    EventKind.PHASE: EventType("request.phase", "A start has reached a phase."),
    EventKind.STEP_DONE: EventType("request.step_done", "A step of a plan is done; the next one follows."),
    EventKind.UNREACHABLE: EventType("request.feldera_unreachable", "Feldera gives no usable answer."),
    EventKind.REACHABLE: EventType("request.feldera_reachable", "Feldera answers again."),
    EventKind.OVERDUE: EventType("request.overdue", "It takes unusually long."),
    EventKind.NEEDS_HUMAN: EventType(
        "request.needs_attention", "The outcome is not known; somebody has to look."
    ),
    EventKind.ENDED: EventType("request.ended", "It is over: `ending` says how."),
    EventKind.REFUSED: EventType("action.denied", "A command or a click was denied: `why` says why."),
    EventKind.GRANTED: EventType("access.granted", "A role was granted."),
    EventKind.REVOKED: EventType("access.revoked", "A grant was revoked."),
    EventKind.RULE_SET: EventType("access.rule_set", "A rule was set or changed."),
    EventKind.RULE_DROPPED: EventType("access.rule_dropped", "A rule was removed."),
    EventKind.FROZEN: EventType("access.frozen", "A freeze was set."),
    EventKind.UNFROZEN: EventType("access.unfrozen", "A freeze was removed."),
    EventKind.ACCESS_REQUESTED: EventType("access.requested", "Somebody asked admins for a role."),
    EventKind.ARCHIVED: EventType(
        "log.archived", "The oldest entries were moved to an archive: those from `first` to `last`."
    ),
    EventKind.CLOCK_RESET: EventType("clock.reset", "The bot's own time was set in the shell."),
}
BY_NAME: Mapping[str, EventKind] = {event_type.name: kind for kind, event_type in TYPES.items()}


def type_of(kind: EventKind) -> str:
    return f"{PREFIX}{TYPES[kind].name}"
