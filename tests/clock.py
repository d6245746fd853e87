"""A clock that stands still until a test moves it."""

import asyncio
from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)


class MovableClock:
    def __init__(self, start: datetime = START) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return (self._now - START).total_seconds()

    def moves_to(self, moment: datetime) -> None:
        assert moment >= self._now, "time does not run backwards"
        self._now = moment

    def passes(self, **duration: float) -> None:
        self.moves_to(self._now + timedelta(**duration))

    async def wait(self, _wake: asyncio.Event, _until: datetime | None) -> None:
        raise AssertionError("stories move work forward tick by tick; nothing of theirs waits on the clock")
