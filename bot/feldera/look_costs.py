"""What it costs to look at pipelines one by one, and all of them in one list: measured, by how long it took of late.

Feldera answers one request after another, the whole list in hundreds of milliseconds where it has thousands of
pipelines: so long everybody else waits. For thousands of operations one list is cheaper nevertheless.
"""

from dataclasses import dataclass, field
from math import inf
from typing import Final

from bot.engine.ports import Clock

KEPT: Final = 600.0  # seconds: what was measured before says little of a Feldera that grows
NOTICEABLE: Final = 0.1  # seconds: one by one may take as long before it is worth trying what a list costs


@dataclass(slots=True)
class _Lowest:
    """Of several measurements the lowest: what disturbs one only makes it longer."""

    seconds: float = 0.0
    at: float | None = None

    def note(self, seconds: float, now: float) -> None:
        if seconds > 0 and (self.now(now) is None or seconds <= self.seconds):  # 0: too short for the clock
            self.seconds, self.at = seconds, now

    def note_failure(self, now: float) -> None:
        """It cannot be had: what it took before says nothing any more."""
        self.seconds, self.at = inf, now

    def now(self, now: float) -> float | None:
        return None if self.at is None or now - self.at > KEPT else self.seconds


@dataclass(slots=True)
class LookCosts:
    """Of one Feldera, over the connections of one client."""

    clock: Clock
    _one: _Lowest = field(default_factory=_Lowest)
    _list: _Lowest = field(default_factory=_Lowest)

    @property
    def knows_one(self) -> bool:
        return self._one.now(self.clock.monotonic()) is not None

    def list_is_cheaper(self, number: int) -> bool:
        """Than asking about so many pipelines one by one. Where nobody knows what a list costs, whether to try it."""
        now = self.clock.monotonic()
        one, listed = self._one.now(now), self._list.now(now)
        if one is None or number < 2:  # noqa: PLR2004 - a single one is asked about by its name
            return False
        return number * one > (NOTICEABLE if listed is None else listed)

    def note_some(self, number: int, began: float) -> None:
        """So many were asked about one by one, since then."""
        now = self.clock.monotonic()
        self._one.note((now - began) / number, now)

    def note_list(self, began: float) -> None:
        now = self.clock.monotonic()
        self._list.note(now - began, now)

    def note_failed_list(self) -> None:
        """Feldera answers about single pipelines, but gave no list: no other is tried for a while."""
        self._list.note_failure(self.clock.monotonic())
