"""What a run sees happen, and what it lets hit the bot in the middle of whatever happens next."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Post:
    """A request that changes something, as Feldera's book has it: `place` in that of `target`."""

    target: str
    place: int
    pipeline: str
    step: str
    at: datetime
    moment: int


@dataclass(frozen=True, slots=True)
class Moment:
    """What had happened by then: `last_entry` is the audit log's."""

    at: datetime
    last_entry: int


@dataclass(frozen=True, slots=True)
class Cleared:
    """A clear that took effect, as Feldera counts them."""

    pipeline: str
    at: datetime
    moment: int
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Dying:
    """The bot is cut off after so many steps of the event loop."""

    awaits: int


@dataclass(frozen=True, slots=True)
class Hanging:
    """An answer is kept back: `arrange` it, wait until it is met, do something, and release it."""

    arrange: Callable[[], None]
    met: Callable[[], Coroutine[Any, Any, Any]]
    meanwhile: Callable[[], None]
    release: Callable[[], Coroutine[Any, Any, Any]]
