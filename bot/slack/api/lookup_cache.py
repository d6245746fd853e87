"""Cache of Slack lookups: answers last a minute; per key, one lookup at a time, limited to what a person waits.

It knows nothing about what is looked up. A failure goes to those who waited for it, and is not cached.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, TypeVar

import structlog

from bot.engine.ports import Caller, Clock, Mark

log = structlog.get_logger(__name__)

GOOD_FOR = timedelta(seconds=60)  # counted from when Slack was asked
MANY = 5000  # keys; above that, the least recently used are dropped

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class LookupFailed:
    """There is no answer: `why` as a clause, and Slack's error code if it gave one.

    `transient`: Slack is unreachable or rate-limits us. What it refuses, it would refuse again. `retry_after` is set if
    its rate limit is the reason.
    """

    why: str
    code: str = ""
    transient: bool = False
    retry_after: timedelta | None = None


@dataclass(slots=True)
class _Asked(Generic[T]):
    """The last lookup of a key, and its caller: when it began and when the answer came, in `LookupQueue`."""

    began: int
    landed: int
    caller: Caller
    answer: T | LookupFailed


@dataclass(slots=True)
class _Known(Generic[T]):
    """What is cached for a key. The holder of `asking` looks it up; the others wait for the answer."""

    asking: asyncio.Lock = field(default_factory=asyncio.Lock)
    last: _Asked[T] | None = None
    good: T | None = None
    good_since: datetime | None = None


@dataclass(slots=True)
class LookupQueue:
    """The order in which lookups begin and end, across all caches that share it."""

    last: int = 0

    def next(self) -> Mark:
        self.last += 1
        return Mark(self.last)


@dataclass(slots=True)
class LookupCache(Generic[T]):
    """`within` is real seconds: how long one lookup may take, waiting for others included."""

    clock: Clock
    within: float
    turns: LookupQueue = field(default_factory=LookupQueue)
    _known: OrderedDict[str, _Known[T]] = field(default_factory=OrderedDict)

    async def of(
        self,
        key: str,
        ask: Callable[[], Awaitable[T | LookupFailed]],
        *,
        since: Mark | None = None,
        caller: Caller = Caller.PEOPLE,
        good_for: timedelta = GOOD_FOR,
    ) -> T | LookupFailed:
        """The answer of `ask` for `key`, or one at most `good_for` old; with `since`, none asked for before that.

        Raises only what `ask` raises.
        """
        called = self.turns.next()
        known = self._remembered(key)
        if since is None and known.good is not None and self._is_recent(known.good_since, good_for):
            return known.good
        try:
            async with asyncio.timeout(self.within), known.asking:
                # Others may have asked meanwhile. Where they failed, another kind of caller may succeed.
                last = known.last
                is_new = last is not None and (last.landed > called if since is None else last.began > since)
                if (
                    last is not None
                    and is_new
                    and not (isinstance(last.answer, LookupFailed) and last.caller != caller)
                ):
                    return last.answer
                return await self._asks(known, ask, caller)
        except TimeoutError:
            log.warning("slack_did_not_answer", about=key, seconds=self.within)
            return LookupFailed("Slack did not answer in time", transient=True)

    async def _asks(
        self, known: _Known[T], ask: Callable[[], Awaitable[T | LookupFailed]], caller: Caller
    ) -> T | LookupFailed:
        began, since = self.turns.next(), self.clock.now()
        answer = await ask()
        known.last = _Asked(began, self.turns.next(), caller, answer)
        if not isinstance(answer, LookupFailed):
            known.good, known.good_since = answer, since
        return answer

    def answered_at(self, key: str) -> datetime | None:
        """When the cached answer was asked for; None if there is none."""
        known = self._known.get(key)
        return None if known is None else known.good_since

    def _is_recent(self, since: datetime | None, good_for: timedelta) -> bool:
        return since is not None and self.clock.now() - since <= good_for

    def _remembered(self, key: str) -> _Known[T]:
        known = self._known.setdefault(key, _Known())
        self._known.move_to_end(key)
        if len(self._known) > MANY:
            self._known.popitem(last=False)
        return known
