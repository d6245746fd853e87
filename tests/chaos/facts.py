"""Facts that the oracle keeps: what changes with time, roles granted, and requests as their people know them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class When:
    """A place in the order of things: a moment's number, and its time."""

    moment: int
    at: datetime


@dataclass(slots=True)
class Known(Generic[T]):
    """A fact that changes: each value, and from when on."""

    values: list[tuple[When, T]] = field(default_factory=list)

    def becomes(self, value: T, when: When) -> None:
        if not self.values or self.values[-1][1] != value:
            self.values.append((when, value))

    def around(self, when: When, within: timedelta) -> list[T]:
        """Every value that the bot may go by then: the current one, and those that it had a short while ago."""
        found: list[T] = []
        for place, (since, value) in enumerate(self.values):
            until = self.values[place + 1][0] if place + 1 < len(self.values) else None
            is_over = until is not None and until.moment < when.moment and until.at < when.at - within
            if since.moment <= when.moment + 1 and not is_over:
                found.append(value)
        return found


@dataclass(frozen=True, slots=True)
class Held:
    """A role granted; `until` is the latest moment at which it may still count."""

    to: str
    role: str
    pattern: str
    until: datetime | None = None


@dataclass(slots=True)
class Asked:
    """A request as its people know it; `approved` has everybody who approved."""

    by: str
    pipeline: str
    plan: tuple[str, ...]
    incident: str
    proposed: When
    confirmed: When | None = None
    approve_by: datetime | None = None
    ready: When | None = None
    window: timedelta = timedelta(0)
    approved: set[str] = field(default_factory=set)
    sent: list[str] = field(default_factory=list)
    is_over: bool = False
