"""Operations as a running bot leaves them in the database."""

from bot.domain.events import Event, EventKind
from bot.store import operations
from bot.store.connection.database import open_database
from tests.store.samples import ANA, START, becomes


def stands(world, operation, state, **fields):
    """The operation, stored and then in this state; `world` is whatever has the database."""
    with open_database(world.database) as db:
        operations.propose(db, operation, Event(EventKind.PROPOSED, START, by=ANA))
        confirmed = becomes(
            Event(EventKind.CONFIRMED, START, by=ANA), **{"state": state, "confirmed_at": START} | fields
        )
        return operations.change(db, operation.id, confirmed, memberships={}).operation
