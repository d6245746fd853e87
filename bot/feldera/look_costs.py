"""The cost of looking at pipelines one by one, and of one list of them all: recent durations, measured.

Feldera answers one request after another. A list of thousands of pipelines takes hundreds of milliseconds, in which
all other requests wait. For thousands of operations one list is cheaper nevertheless.
"""

from dataclasses import dataclass, field
from math import inf
from typing import Final

from bot.engine.ports import Clock

KEPT: Final = 600.0  # seconds: older measurements say little about a Feldera that grows
NOTICEABLE: Final = 0.1  # seconds: if one by one takes longer, it is worth measuring a list


@dataclass(slots=True)
class _Lowest:
    """The lowest of several measurements: a disturbance only makes one longer."""

    seconds: float = 0.0
    at: float | None = None

    def note(self, seconds: float, now: float) -> None:
        if seconds > 0 and (self.now(now) is None or seconds <= self.seconds):  # 0: too short for the clock
            self.seconds, self.at = seconds, now

    def note_failure(self, now: float) -> None:
        """It failed: earlier measurements say nothing any more."""
        self.seconds, self.at = inf, now

    def now(self, now: float) -> float | None:
        return None if self.at is None or now - self.at > KEPT else self.seconds


@dataclass(slots=True)
class LookCosts:
    """The costs at one Feldera, over the connections of one client."""

    clock: Clock
    _one: _Lowest = field(default_factory=_Lowest)
    _list: _Lowest = field(default_factory=_Lowest)

    @property
    def knows_one(self) -> bool:
        return self._one.now(self.clock.monotonic()) is not None

    def list_is_cheaper(self, number: int) -> bool:
        """Whether one list costs less than `number` single looks; if its cost is unknown, whether to measure it."""
        now = self.clock.monotonic()
        one, listed = self._one.now(now), self._list.now(now)
        if one is None or number < 2:  # noqa: PLR2004 - a single one is asked about by its name
            return False
        return number * one > (NOTICEABLE if listed is None else listed)

    def note_some(self, number: int, began: float) -> None:
        """Note `number` single looks, made since `began`."""
        now = self.clock.monotonic()
        self._one.note((now - began) / number, now)

    def note_list(self, began: float) -> None:
        now = self.clock.monotonic()
        self._list.note(now - began, now)

    def note_failed_list(self) -> None:
        """Feldera answers single looks, but gave no list: no other list is tried for a while."""
        self._list.note_failure(self.clock.monotonic())
