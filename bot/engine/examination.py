"""Examination: makes `doctor`'s checks, all at once, each within a time of its own. It decides nothing.

One that is slow delays no other, and is reported as slow. One that needs the store reports what the store says.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.domain.diagnosis import CheckResult, failed, unknown
from bot.engine.ports import StoreUnavailable

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Check:
    """`within` is in seconds; None sets no limit."""

    name: str
    make: Callable[[], Awaitable[Iterable[CheckResult]]]
    within: float | None


async def examine(checks: Iterable[Check]) -> tuple[CheckResult, ...]:
    """The results, in the order of the checks."""
    made = await asyncio.gather(*(_made(check) for check in checks))
    return tuple(result for results in made for result in results)


async def _made(check: Check) -> Iterable[CheckResult]:
    limit = asyncio.timeout(check.within)
    try:
        async with limit:
            return await check.make()
    except TimeoutError:
        if not limit.expired():
            raise
        return [unknown(check.name, f"No answer after {check.within:g} s.")]
    except StoreUnavailable as error:
        return [failed(check.name, error.message)]


class AskedOnce(Generic[_T]):
    """An answer that several checks need: asked for once, and awaited by each within its own time."""

    def __init__(self, ask: Callable[[], Awaitable[_T]]) -> None:
        self._ask = ask
        self._task: asyncio.Task[_T] | None = None

    async def answer(self) -> _T:
        if self._task is None:
            self._task = asyncio.ensure_future(_awaited(self._ask))
        return await asyncio.shield(self._task)

    def cancel(self) -> None:
        """Nobody needs it any more."""
        if self._task is not None:
            self._task.cancel()


async def _awaited(ask: Callable[[], Awaitable[_T]]) -> _T:
    return await ask()
