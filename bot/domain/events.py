"""Events: what happened to an operation or to access. Each is an entry of the audit log; some are lines in a thread.

The stored values of `EventKind` are a contract with databases that exist.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.domain.ids import Actor, OperationId


class EventKind(StrEnum):
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REQUESTED = "requested"
    REMINDED = "reminded"
    APPROVED = "approved"
    BREAK_GLASS_RUN = "glass_broken"
    SIGNED_OFF = "signed_off"
    HELD = "held"
    UNVERIFIED = "untold"
    SENT = "sent"
    SENT_AGAIN = "sent_again"
    POSTPONED = "put_off"
    ANSWER_LOST = "answer_lost"
    ACCEPTED = "accepted"
    FOUND_CLEARING = "found_clearing"
    STILL_CLEARING = "still_clearing"
    PHASE = "phase"  # a start has reached this phase
    STEP_DONE = "step_done"
    UNREACHABLE = "unreachable"
    REACHABLE = "reachable"
    OVERDUE = "overdue"
    NEEDS_HUMAN = "needs_human"
    ENDED = "ended"
    REFUSED = (
        "refused"  # something was denied: a command, a click that came too late or from the wrong person
    )
    GRANTED = "granted"
    REVOKED = "revoked"
    RULE_SET = "rule_set"
    RULE_DROPPED = "rule_dropped"
    FROZEN = "frozen"
    UNFROZEN = "unfrozen"
    CLOCK_RESET = "clock_reset"
    ACCESS_REQUESTED = "access_requested"  # somebody asked admins for a role
    ARCHIVED = "archived"  # the oldest entries were moved out of this log

    @property
    def is_spoken(self) -> bool:
        """Whether the thread gets a line for it."""
        return self not in _UNSPOKEN

    @property
    def is_for_the_requester(self) -> bool:
        """Whether the requester must be notified wherever they are: its line mentions them."""
        return self in _FOR_THE_REQUESTER


_FOR_THE_REQUESTER = frozenset(
    {EventKind.APPROVED, EventKind.SIGNED_OFF, EventKind.OVERDUE, EventKind.NEEDS_HUMAN, EventKind.ENDED}
)
_UNSPOKEN = frozenset(
    {
        EventKind.PROPOSED,
        EventKind.CONFIRMED,
        EventKind.REQUESTED,
        EventKind.REFUSED,
        EventKind.GRANTED,
        EventKind.REVOKED,
        EventKind.RULE_SET,
        EventKind.RULE_DROPPED,
        EventKind.FROZEN,
        EventKind.UNFROZEN,
        EventKind.CLOCK_RESET,
        EventKind.ACCESS_REQUESTED,
        EventKind.ARCHIVED,
    }
)


Value = str | int | None | Sequence["Value"] | Mapping[str, "Value"]
"""What JSON keeps as it is: texts, whole numbers and nothing, in lists and objects."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to an operation, and who did it, if a person did. `data` is what its line needs.

    It holds values, never a sentence that code would have to take apart again.
    """

    kind: EventKind
    at: datetime
    data: Mapping[str, Value] = field(default_factory=dict)
    by: Actor | None = None

    @property
    def is_progress(self) -> bool:
        """Whether any later line makes its line obsolete: a backlog may skip it. Never if it mentions people."""
        return self.kind in {EventKind.STILL_CLEARING, EventKind.PHASE} and not self.data.get("called")


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event with its position in the audit log. `posted_ts` is None until Slack has posted its line."""

    id: int
    operation: OperationId
    event: Event
    posted_ts: str | None
