"""Operations, grants, people and files that the store's tests begin with."""

import asyncio
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

from bot.domain.access.authorization import AccessData
from bot.domain.access.permissions import Group, Membership
from bot.domain.events import Event, EventKind
from bot.domain.ids import Actor, ChannelId, GroupId, OperationId, PipelineId, PipelineName, TeamId, UserId
from bot.domain.operations.fingerprints import Fingerprint
from bot.domain.operations.inputs import Transition
from bot.domain.operations.operation import Operation, State
from bot.domain.operations.parts import Card
from bot.domain.operations.plans import CLEAR
from bot.domain.pipelines.pipeline import Checkpoints
from bot.engine.ports import Decide
from bot.store import operations
from bot.store.store import SqliteStore
from tests.clock import START
from tests.operations import changed

ANA = Actor(TeamId("T1"), UserId("U0ANA"))
BEN = Actor(TeamId("T1"), UserId("U0BEN"))
CLEO = Actor(TeamId("T1"), UserId("U0CLEO"))
ONCALL = Group(TeamId("T1"), GroupId("S0ONCALL"))
CARD = Card(ChannelId("C1"), "1700000000.000100")
NOBODY: Mapping[Actor, Membership] = {}
EVERYBODY = {actor: Membership(actor) for actor in (ANA, BEN, CLEO)}


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def proposed(name: str = "op-1", *, pipeline: str = "orders", **fields: Any) -> Operation:
    operation = Operation(
        id=OperationId(name),
        requester=ANA,
        origin=ChannelId("C1"),
        pipeline=PipelineName(pipeline),
        previewed=Fingerprint(PipelineId(f"id-of-{pipeline}"), START, Checkpoints(count=3, size=4096)),
        reason="schema change",
        created_at=START,
        plan=CLEAR,
    )
    return changed(operation, **fields)


def event(kind: EventKind, minutes: float = 0, *, by: Actor | None = None, **data: str | int | None) -> Event:
    return Event(kind=kind, at=at(minutes), data=data, by=by)


PROPOSED = event(EventKind.PROPOSED)


def becomes(*events: Event, **fields: Any) -> Decide:
    """A decision for the row with these fields changed, one version on, and these events."""

    def decide(operation: Operation, _access_data: AccessData) -> Transition:
        after = changed(operation, **{"version": operation.version + 1} | fields)
        return Transition(after, events)

    return decide


def confirmed(minutes: float = 1) -> Decide:
    return becomes(
        event(EventKind.CONFIRMED, minutes),
        state=State.READY,
        confirmed_at=at(minutes),
        ready_at=at(minutes),
        due_at=at(minutes),
    )


def requested(minutes: float = 1, *, needed: int = 1, **fields: Any) -> Decide:
    return becomes(
        event(EventKind.REQUESTED, minutes),
        **{
            "state": State.AWAITING_APPROVAL,
            "confirmed_at": at(minutes),
            "needed": needed,
            "deadline": at(minutes + 60),
            "due_at": at(minutes + 60),
        }
        | fields,
    )


def change(
    db: Database, name: str, decide: Decide, memberships: Mapping[Actor, Membership] = NOBODY
) -> Transition | None:
    return operations.change(db, OperationId(name), decide, memberships=memberships)


@asynccontextmanager
async def held_up(store: SqliteStore) -> AsyncIterator[asyncio.Task[Transition | None]]:
    """The thread that writes is in the middle of a transaction: its disk takes a while."""
    begun, may_go_on = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def slow(operation: Operation, access_data: AccessData) -> Transition:
        loop.call_soon_threadsafe(begun.set)
        assert may_go_on.wait(timeout=10)
        return confirmed()(operation, access_data)

    changing = asyncio.create_task(store.change(OperationId("op-1"), slow, memberships={}))
    await begun.wait()
    try:
        yield changing
    finally:
        may_go_on.set()
        await asyncio.wait([changing])
