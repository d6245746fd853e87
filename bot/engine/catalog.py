"""Every pipeline there is, for whoever types a part of a name: asked for once however fast they type, and kept briefly.

Where there are several Felderas, one that is slow keeps nobody waiting who could choose of another's. Good for suggestions
alone. It decides nothing, and nothing is decided on what it says.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.domain.pipelines import Problem, Trouble
from bot.domain.targets import TargetName
from bot.engine.ports import Clock, Everything, Pipelines

GOOD_FOR = timedelta(seconds=5)  # counted from when Feldera was asked
LATE_AFTER = 0.3  # seconds: how long the others are waited for, once one Feldera has answered

Answer = Everything | Problem
Begin = Callable[[Coroutine[Any, Any, Answer]], asyncio.Task[Answer]]
"""Begins a task that somebody holds, and ends with the process."""


@dataclass(slots=True)
class Catalog:
    pipelines: Pipelines
    clock: Clock
    begin: Begin
    _known: dict[TargetName, tuple[datetime, Everything]] = field(default_factory=dict)
    _asking: dict[TargetName, asyncio.Task[Answer]] = field(default_factory=dict)

    async def everything(self, *, within: float) -> Answer:
        """Every pipeline as it was at most a few seconds ago, or why it is not to be had `within` so many seconds.

        A question that takes longer goes on, for whoever comes next. A failure is not remembered.
        """
        answers: dict[TargetName, Answer] = {}
        asked: dict[TargetName, asyncio.Task[Answer]] = {}
        for target in self.pipelines.targets.all:
            known = self._fresh(target)
            if known is None:
                asked[target] = self._ask(target)
            else:
                answers[target] = known
        await _enough(asked.values(), within, has_some=bool(answers))
        late = Problem(Trouble.UNREACHABLE, f"No answer within {within:g} s.")
        answers |= {target: task.result() if task.done() else late for target, task in asked.items()}
        return Everything.of(answers)

    def _fresh(self, target: TargetName) -> Everything | None:
        since, known = self._known.get(target, (None, None))
        # A clock that was set back makes an answer old, not young for ever.
        is_young = since is not None and timedelta(0) <= self.clock.now() - since <= GOOD_FOR
        return known if is_young else None

    def _ask(self, target: TargetName) -> asyncio.Task[Answer]:
        asking = self._asking.get(target)
        if asking is None or asking.done():
            asking = self._asking[target] = self.begin(self._asked(target, self.clock.now()))
        return asking

    async def _asked(self, target: TargetName, now: datetime) -> Answer:
        answer = await self.pipelines.look_at_all(target)
        if not isinstance(answer, Problem):
            self._known[target] = now, answer
        return answer


async def _enough(asked: Iterable[asyncio.Task[Answer]], within: float, *, has_some: bool) -> None:
    """Wait until all have answered, or one has and the others had their chance, or it has been long enough."""
    loop = asyncio.get_running_loop()
    waiting, until = set(asked), loop.time() + within
    while waiting:
        left = min(until - loop.time(), LATE_AFTER) if has_some else until - loop.time()
        done, waiting = await asyncio.wait(waiting, timeout=max(left, 0), return_when=asyncio.FIRST_COMPLETED)
        if not done:
            return
        has_some = has_some or any(isinstance(each.result(), Everything) for each in done)
