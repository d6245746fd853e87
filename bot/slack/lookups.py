"""Answers remembered for a minute: one question to Slack at a time per key, and never for longer than a person waits.

It knows nothing of what is asked. A failure is an answer to those who waited for it and is not remembered.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, TypeVar

import structlog

from bot.engine.ports import Clock

log = structlog.get_logger(__name__)

GOOD_FOR = timedelta(seconds=60)  # counted from when Slack was asked
MANY = 5000  # keys remembered before those unused for longest are forgotten

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Failed:
    """There is no answer: `why` in words, as a clause, and Slack's code for it if it gave one.

    `passing`: Slack is away or wants quiet. What it refuses, it would refuse again.
    """

    why: str
    code: str = ""
    passing: bool = False


@dataclass(slots=True)
class _Asked(Generic[T]):
    """The last time a key was asked for: in which turn it began and which turn it was when the answer was there."""

    began: int
    landed: int
    answer: T | Failed


@dataclass(slots=True)
class _Known(Generic[T]):
    """What is known of a key. Whoever holds `asking` asks; the others wait for what they learn."""

    asking: asyncio.Lock = field(default_factory=asyncio.Lock)
    last: _Asked[T] | None = None
    good: T | None = None
    good_since: datetime | None = None


@dataclass(slots=True)
class Lookups(Generic[T]):
    """`within` is real seconds: how long one look-up may take, waiting for others included."""

    clock: Clock
    within: float
    _known: OrderedDict[str, _Known[T]] = field(default_factory=OrderedDict)
    _turn: int = 0

    async def of(self, key: str, ask: Callable[[], Awaitable[T | Failed]], *, fresh: bool) -> T | Failed:
        """What `ask` says of `key`, or said at most a minute ago; `fresh` takes no answer that was asked for before.

        Never raises but what `ask` raises.
        """
        called = self._next_turn()
        known = self._remembered(key)
        if not fresh and known.good is not None and self._is_recent(known.good_since):
            return known.good
        try:
            async with asyncio.timeout(self.within), known.asking:
                # Others may have asked meanwhile. An answer to a question from before the call is no fresh one.
                last = known.last
                if last is not None and (last.began if fresh else last.landed) > called:
                    return last.answer
                return await self._asks(known, ask)
        except TimeoutError:
            log.warning("slack_did_not_answer", about=key, seconds=self.within)
            return Failed("Slack did not answer in time", passing=True)

    async def _asks(self, known: _Known[T], ask: Callable[[], Awaitable[T | Failed]]) -> T | Failed:
        began, since = self._next_turn(), self.clock.now()
        answer = await ask()
        known.last = _Asked(began, self._next_turn(), answer)
        if not isinstance(answer, Failed):
            known.good, known.good_since = answer, since
        return answer

    def _is_recent(self, since: datetime | None) -> bool:
        return since is not None and self.clock.now() - since <= GOOD_FOR

    def _remembered(self, key: str) -> _Known[T]:
        known = self._known.setdefault(key, _Known())
        self._known.move_to_end(key)
        if len(self._known) > MANY:
            self._known.popitem(last=False)
        return known

    def _next_turn(self) -> int:
        self._turn += 1
        return self._turn
