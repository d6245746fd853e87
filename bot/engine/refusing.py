"""How the record keeps that somebody was told no. Pure: the caller writes it down."""

from datetime import datetime

from bot.domain.access import Decision
from bot.domain.names import Actor, PipelineName
from bot.domain.operations import Event, EventKind, Operation

NOT_THEIRS = "not_theirs"  # why; these words are stored
OWN_REQUEST = "own_request"
TOO_LATE = "too_late"


def refused(actor: Actor, name: PipelineName, decision: Decision, now: datetime) -> Event:
    """By the decision on what they wanted to do to the pipeline."""
    data = {"pipeline": name, "action": decision.action.value, "why": decision.why.value}
    return Event(EventKind.REFUSED, now, data | decision.on_record, actor)


def refusal(actor: Actor, operation: Operation, why: str, now: datetime) -> Event:
    """About an operation that is what it is."""
    data = {"pipeline": operation.pipeline, "why": why, "state": operation.state.value}
    return Event(EventKind.REFUSED, now, data, actor)
