"""Operations, grants and files that the store's tests begin with."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.domain.access import Grant
from bot.domain.happenings import Transition
from bot.domain.names import Actor, ChannelId, OperationId, PipelineId, PipelineName, TeamId, UserId
from bot.domain.operations import Card, Event, EventKind, Operation, Reviewed, State
from bot.domain.pipelines import Checkpoints
from bot.engine.ports import Decide
from tests.clock import START

ANA = Actor(TeamId("T1"), UserId("U0ANA"))
BEN = Actor(TeamId("T1"), UserId("U0BEN"))
CARD = Card(ChannelId("C1"), "1700000000.000100")


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def proposed(name: str = "op-1", *, pipeline: str = "orders", **fields: Any) -> Operation:
    return Operation(
        **{
            "id": OperationId(name),
            "requester": ANA,
            "origin": ChannelId("C1"),
            "pipeline": PipelineName(pipeline),
            "reviewed": Reviewed(PipelineId("p-1"), START, Checkpoints(count=3, size=4096)),
            "reason": "schema change",
            "created_at": START,
        }
        | fields
    )


def event(kind: EventKind, minutes: float = 0, **data: str | int | None) -> Event:
    return Event(kind=kind, at=at(minutes), data=data)


PROPOSED = event(EventKind.PROPOSED)


def becomes(*events: Event, **fields: Any) -> Decide:
    """A decision for the row with these fields changed, one version on, and these events."""

    def decide(operation: Operation, _grants: tuple[Grant, ...]) -> Transition:
        after = replace(operation, **{"version": operation.version + 1} | fields)
        return Transition(after, events)

    return decide


def confirmed(minutes: float = 1) -> Decide:
    return becomes(
        event(EventKind.CONFIRMED, minutes), state=State.READY, confirmed_at=at(minutes), due_at=at(minutes)
    )
