"""Lanes: work runs one at a time within a lane, and concurrently with the other lanes.

A tick of a loop starts lanes and waits for them. A lane that takes longer than `PATIENCE` while there is new work is
left running: it finishes its current item beside the next ticks, which leave its work alone meanwhile. The rest
of its work waits for a tick that reads again what there is to do, since the new work may be more urgent.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

PATIENCE = 1.0  # seconds of real time, in which Slack answers almost everything

Work = Callable[[], Coroutine[Any, Any, datetime | None]]
"""Does one item; returns when to go on with the rest of it."""


@dataclass(slots=True)
class _Lane:
    work: list[Work]
    is_left_behind: bool = False
    task: asyncio.Task[datetime | None] = field(init=False)

    def __post_init__(self) -> None:
        self.task = asyncio.create_task(self._one_by_one())

    async def _one_by_one(self) -> datetime | None:
        moments: list[datetime] = []
        for work in self.work:
            at = await work()
            if at is not None:
                moments.append(at)
            if self.is_left_behind:
                break
        return min(moments, default=None)


@dataclass(slots=True)
class Lanes:
    """`wake` is set when there is new work, and when a lane that was left running has ended."""

    wake: asyncio.Event
    patience: float = PATIENCE
    _running: dict[str, _Lane] = field(default_factory=dict)

    def busy(self) -> frozenset[str]:
        """The lanes still running. Ask before reading what there is to do: what they do meanwhile is not in it yet.

        Raises:
            Exception: what broke a lane that was left running and has ended since.
        """
        self._ended()
        return frozenset(self._running)

    def start(self, name: str, work: list[Work]) -> None:
        self._running[name] = _Lane(work)

    async def waited_for(self) -> dict[str, datetime | None]:
        """Wait for all lanes, for slow ones only until there is new work; returns when to go on with each that ended.

        Raises:
            Exception: what broke one of them. The others go on: Slack may already have a message but not have answered,
                and a lane that is cut off there would post it once more.
        """
        try:
            if self._running:
                await asyncio.wait(self._tasks(), timeout=self.patience)
            moments = self._ended()
            if self._running:
                moments |= await self._until_woken()
        except asyncio.CancelledError:
            await self.abandon()
            raise
        finally:
            for lane in self._running.values():
                lane.is_left_behind = True
                lane.task.add_done_callback(lambda _: self.wake.set())
        return moments

    async def _until_woken(self) -> dict[str, datetime | None]:
        moments: dict[str, datetime | None] = {}
        woken = asyncio.create_task(self.wake.wait())
        try:
            while self._running and not woken.done():
                await asyncio.wait([*self._tasks(), woken], return_when=asyncio.FIRST_COMPLETED)
                moments |= self._ended()
        finally:
            woken.cancel()
        return moments

    async def finished(self) -> None:
        """Wait until no lane is running."""
        while going_on := [task for task in self._tasks() if not task.done()]:
            await asyncio.wait(going_on)

    async def abandon(self) -> None:
        """Cancel all running lanes."""
        tasks = self._tasks()
        self._running.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _tasks(self) -> list[asyncio.Task[datetime | None]]:
        return [lane.task for lane in self._running.values()]

    def _ended(self) -> dict[str, datetime | None]:
        ended = {name: lane.task for name, lane in self._running.items() if lane.task.done()}
        for name in ended:
            del self._running[name]
        broken = [error for task in ended.values() if (error := task.exception()) is not None]
        if broken:  # several usually broke for the same reason, or break again at the next tick
            raise broken[0]
        return {name: task.result() for name, task in ended.items()}
