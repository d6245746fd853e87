"""Replies about a request: what came of an action on it, or why the action has no effect."""

from dataclasses import dataclass
from enum import Enum, auto

from bot.domain.archived_entries import Archived
from bot.domain.operations.operation import Operation
from bot.engine.ports import HistoryLine


class Result(Enum):
    """What came of an action on an operation: it counts, or why it does not."""

    STARTED = auto()  # confirmed: the card comes next, and then the request
    ASKED = auto()  # confirmed: the card comes next, and then other people decide
    DROPPED = auto()
    APPROVED = auto()  # the operation shows how many approvals there are, and whether it goes ahead
    DENIED = auto()
    WITHDRAWN = auto()
    CANCELLED = auto()
    SIGNED_OFF = auto()
    CLOSED = auto()
    ASKED_ALREADY = auto()  # the same request already waits for approval
    TOO_OLD = auto()  # the preview is too old for what it showed to be trusted
    ALREADY_DECIDED = auto()  # the button was valid earlier: the operation has moved on
    ALREADY_SIGNED_OFF = auto()
    NOTHING_TO_SIGN_OFF = auto()  # it was no break-glass, or it has had no effect yet
    APPROVED_BEFORE = auto()  # by this person: one person, one approval
    OWN_REQUEST = auto()  # people cannot decide on their own requests
    OWN_BREAK_GLASS = auto()  # nor review their own break-glass


@dataclass(frozen=True, slots=True)
class ActionResult:
    """The result of an action on `operation`, which is as it was found or has become."""

    result: Result
    operation: Operation

    @property
    def is_confirmed(self) -> bool:
        """Whether they confirmed it just now, so that its card comes next."""
        return self.result in {Result.STARTED, Result.ASKED}


@dataclass(frozen=True, slots=True)
class NotYours:
    """Only the person who was shown the preview, or who requested `operation`, may use this."""

    operation: Operation | None = None


@dataclass(frozen=True, slots=True)
class UnknownRequest:
    """An outdated button, or one whose operation does not exist."""


@dataclass(frozen=True, slots=True)
class NoSuchRequest:
    """No request that this person may see has an id that begins so, whether or not there is one; old ones were archived."""

    beginning: str
    archived: Archived | None = None


@dataclass(frozen=True, slots=True)
class SeveralRequests:
    """Several requests that this person may see have an id that begins so."""

    beginning: str
    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class RequestDetails:
    """All that happened to a request, oldest first: its entries in the audit log."""

    operation: Operation
    lines: tuple[HistoryLine, ...]
