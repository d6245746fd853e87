"""A queue for what people are shown of each Feldera: a hundred previews at once would delay every ack by seconds.

Each takes a part of the event loop's every turn, and an ack takes many turns. What waits here takes none.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.domain.ids import PipelineName
from bot.domain.pipelines.targets import TargetName, Targets

LOOKS_AT_ONCE = 8  # at one Feldera: one that hangs delays what is shown of itself alone
QUICK_LOOKS_AT_ONCE = 1  # of them, those that the bot itself may be busy with
QUICK_WITHIN = 0.1  # seconds; a look that takes longer waits for Feldera, and takes no part of a turn


@dataclass(slots=True)
class LookQueue:
    """First come, first served, for each Feldera by itself."""

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
        """To be held while looking at this pipeline."""
        line = self._lines[self.targets.of(name)]
        async with line.all, _held_for(line.quick, self.quick_within):
            yield


@dataclass(frozen=True, slots=True)
class _Line:
    all: asyncio.Semaphore
    quick: asyncio.Semaphore


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
