"""Operations in the middle of their lives, put into the database by the bot's own store before it starts.

Nothing is news to anybody: their cards are up to date, and their threads are as after an hour of waiting, so that no line
is due during a measurement. All else of them is as right after Feldera accepted the clear: they are looked at every two
seconds.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from bot.clock import SystemClock
from bot.composition_root import connected
from bot.config import Settings
from bot.domain.events import Event, EventKind
from bot.domain.ids import Actor, ChannelId, OperationId, PipelineName
from bot.domain.operations.fingerprints import Fingerprint
from bot.domain.operations.operation import Operation, State
from bot.domain.operations.parts import Card
from bot.domain.operations.plans import CLEAR
from bot.domain.pipelines.pipeline import Identity, Pipeline, Problem
from bot.store import operations
from bot.store.connection.database import open_database
from tests.operations import changed

APPROVED_WITHIN = timedelta(hours=1)
HOUR = 3600  # seconds


class Fleet:
    """The pipelines as the bot's own client sees them."""

    def __init__(self, here: Identity, pipelines: dict[str, Pipeline]) -> None:
        self._here = here
        self._pipelines = pipelines

    @classmethod
    async def look(cls, settings: Settings) -> "Fleet":
        async with connected(settings, SystemClock()) as fleet:
            (client,) = fleet.clients.values()
            here, listed = await client.identity(), await client.look_at_all()
        assert isinstance(here, Identity), here
        assert not isinstance(listed, Problem), listed
        return cls(here, {name: each for name, each in listed.items() if isinstance(each, Pipeline)})

    def waiting(self, name: str, requester: Actor, card: Card, at: datetime) -> Operation:
        """A clear that Feldera accepted at this moment."""
        return self._operation(
            name,
            requester,
            card.channel,
            at,
            card=card,
            state=State.WAITING,
            ready_at=at,
            submitted_at=at,
            accepted_at=at,
            due_at=at,
            sends=1,
            reported_seconds=HOUR,
        )

    def awaiting_approval(self, name: str, requester: Actor, channel: ChannelId, at: datetime) -> Operation:
        """A request that one other person has to approve; its card is still to be posted."""
        return self._operation(
            name,
            requester,
            channel,
            at,
            state=State.AWAITING_APPROVAL,
            needed=1,
            deadline=at + APPROVED_WITHIN,
            remind_at=at + APPROVED_WITHIN / 2,
            due_at=at + APPROVED_WITHIN / 2,
        )

    def _operation(
        self, name: str, requester: Actor, channel: ChannelId, at: datetime, **differences: object
    ) -> Operation:
        operation = Operation(
            id=OperationId(secrets.token_hex(12)),
            requester=requester,
            origin=channel,
            pipeline=PipelineName(name),
            previewed=Fingerprint.of(self._pipelines[name]),
            reason="reload after the schema change",
            created_at=at,
            plan=CLEAR,
            feldera=self._here,
            confirmed_at=at,
        )
        return changed(operation, posts=1, rendered_version=1, **differences)


def fill(database: Path, made: Iterable[Operation]) -> None:
    """Store them. The disk is not waited for: nothing happens until the file is closed."""
    db = open_database(database)
    try:
        db.execute("PRAGMA synchronous = OFF")
        for operation in made:
            proposed = Event(EventKind.PROPOSED, operation.created_at, by=operation.requester)
            operations.propose(db, operation, proposed)
    finally:
        db.close()
