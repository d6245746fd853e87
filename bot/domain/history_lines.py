"""History lines: which audit log entries have a line of their own in the history that people read. Pure.

The line of a request is where it was confirmed. That entry never moves, whatever becomes of the request, so a page that
begins or ends at it shows the same however many entries are added meanwhile.
"""

from bot.domain.events import Event, EventKind
from bot.domain.ids import Actor
from bot.domain.operations.operation import Operation

_MAKES_A_REQUEST = frozenset({EventKind.CONFIRMED, EventKind.REQUESTED, EventKind.BREAK_GLASS_RUN})


def has_line(event: Event, operation: Operation | None, *, of: Actor | None = None) -> bool:
    """Whether the entry of this event has a line, in the history of everything or of a pipeline, or of the person `of`.

    One line a request: the other entries of it are its details. A preview that nobody confirmed is no request; what
    somebody was denied on it has a line, as has what concerns no operation. A person's history also has the requests
    that they decided on, at their first decision, and what they were denied on those.
    """
    if operation is None:
        return True
    if operation.confirmed_at is None:
        return event.kind is EventKind.REFUSED
    if event.kind in _MAKES_A_REQUEST:
        return True
    if of is None or of == operation.requester:
        return False
    return event.kind in {EventKind.REFUSED, _first_decision(operation, of)}


def is_of_request(event: Event, operation: Operation | None) -> bool:
    """Whether the line is that of a request, rather than of what the entry alone says."""
    return (
        operation is not None and operation.confirmed_at is not None and event.kind is not EventKind.REFUSED
    )


def _first_decision(operation: Operation, person: Actor) -> EventKind:
    if person in {approval.by for approval in operation.approval.given}:
        return EventKind.APPROVED
    if operation.outcome is not None and operation.outcome.by == person:
        return EventKind.ENDED
    return EventKind.SIGNED_OFF
