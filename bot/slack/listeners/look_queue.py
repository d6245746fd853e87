"""Queue for looks at each Feldera that people wait for: a hundred previews at once would delay every ack by seconds.

Each takes a part of every event loop iteration, and an ack takes many iterations. What waits here takes none.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.domain.ids import PipelineName
from bot.domain.pipelines.targets import TargetName, Targets

LOOKS_AT_ONCE = 8  # per Feldera: one that hangs delays its own looks alone
QUICK_LOOKS_AT_ONCE = 1  # of these, the ones that may keep the bot itself busy
QUICK_WITHIN = 0.1  # seconds; a longer look is waiting for Feldera, and takes no part of an iteration


@dataclass(slots=True)
class LookQueue:
    """First come, first served, per Feldera."""

    targets: Targets
    at_once: int = LOOKS_AT_ONCE
    quick_at_once: int = QUICK_LOOKS_AT_ONCE
    quick_within: float = QUICK_WITHIN
    _lines: defaultdict[TargetName | None, "_Line"] = field(init=False)

    def __post_init__(self) -> None:
        self._lines = defaultdict(
            lambda: _Line(asyncio.Semaphore(self.at_once), asyncio.Semaphore(self.quick_at_once))
        )

    @asynccontextmanager
    async def turn(self, name: PipelineName) -> AsyncIterator[None]:
        """Hold this while looking at the pipeline."""
        line = self._lines[self.targets.of(name)]
        line.length += 1
        try:
            async with line.all, _held_for(line.quick, self.quick_within):
                yield
        finally:
            line.length -= 1

    def is_long(self, name: PipelineName) -> bool:
        """Whether so many look already that the next one would only wait, and its ack with it."""
        return self._lines[self.targets.of(name)].length >= self.at_once


@dataclass(slots=True)
class _Line:
    """`length`: how many look, or wait to."""

    all: asyncio.Semaphore
    quick: asyncio.Semaphore
    length: int = 0


@asynccontextmanager
async def _held_for(semaphore: asyncio.Semaphore, seconds: float) -> AsyncIterator[None]:
    """Hold the semaphore, for these seconds at most."""
    await semaphore.acquire()
    is_held = True

    def release() -> None:
        nonlocal is_held
        if is_held:
            is_held = False
            semaphore.release()

    timer = asyncio.get_running_loop().call_later(seconds, release)
    try:
        yield
    finally:
        timer.cancel()
        release()
