"""Column values to and from Python: times as UTC text that sorts chronologically, people as two columns.

Nothing is left out, guessed or repaired: a value that cannot be parsed raises.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from bot.domain.errors import BadRule
from bot.domain.ids import Actor, TeamId, UserId
from bot.store.errors import DatabaseDamaged

Row = Mapping[str, Any]
Value = str | int | None

DOES_NOT_READ = (ArithmeticError, LookupError, TypeError, ValueError, AttributeError, RecursionError, BadRule)
"""What reading a row can raise that is not what the bot would write."""


@contextmanager
def row_of(table: str) -> Iterator[None]:
    """Parse a row of this table, which only the bot writes.

    Raises:
        DatabaseDamaged: it is not as the bot writes it.
    """
    try:
        yield
    except DOES_NOT_READ as error:
        raise DatabaseDamaged(f"The bot's database is damaged (a row of {table} does not read).") from error


def text_of(moment: datetime) -> str:
    """ISO 8601 in UTC with microseconds: texts of one length, which sort chronologically.

    Raises:
        ValueError: `moment` has no time zone.
    """
    if moment.utcoffset() is None:
        raise ValueError(f"{moment} has no time zone")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def text_or_none(moment: datetime | None) -> str | None:
    return None if moment is None else text_of(moment)


def moment_of(text: str) -> datetime:
    return datetime.fromisoformat(text)


def moment_or_none(text: str | None) -> datetime | None:
    return None if text is None else moment_of(text)


def actor_of(team: str, user: str) -> Actor:
    return Actor(team=TeamId(team), user=UserId(user))


def actor_or_none(team: str | None, user: str | None) -> Actor | None:
    return None if team is None or user is None else actor_of(team, user)
