"""Every pipeline there is, for whoever types a part of a name: asked for once however fast they type, and kept briefly.

Good for suggestions alone. It decides nothing, and nothing is decided on what it says.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.domain.names import PipelineName
from bot.domain.pipelines import Pipeline, Problem, Trouble
from bot.engine.ports import Clock, Pipelines

GOOD_FOR = timedelta(seconds=5)  # counted from when Feldera was asked

Everything = Mapping[PipelineName, Pipeline | Problem]
Begin = Callable[
    [Coroutine[Any, Any, Everything | Problem]],
    asyncio.Task[Everything | Problem],
]
"""Begins a task that somebody holds, and ends with the process."""


@dataclass(slots=True)
class Catalog:
    pipelines: Pipelines
    clock: Clock
    begin: Begin
    _known: Everything | None = None
    _since: datetime | None = None
    _asking: asyncio.Task[Everything | Problem] | None = None

    async def everything(self, *, within: float) -> Everything | Problem:
        """Every pipeline as it was at most a few seconds ago, or why it is not to be had `within` so many seconds.

        A question that takes longer goes on, for whoever comes next. A failure is not remembered.
        """
        now = self.clock.now()
        # A clock that was set back makes an answer old, not young for ever.
        if (
            self._known is not None
            and self._since is not None
            and timedelta(0) <= now - self._since <= GOOD_FOR
        ):
            return self._known
        if self._asking is None or self._asking.done():
            self._asking = self.begin(self._ask(now))
        done, _ = await asyncio.wait({self._asking}, timeout=within)
        if not done:
            return Problem(Trouble.UNREACHABLE, f"No answer within {within:g} s.")
        return self._asking.result()

    async def _ask(self, now: datetime) -> Everything | Problem:
        answer = await self.pipelines.look_at_all()
        if not isinstance(answer, Problem):
            self._known, self._since = answer, now
        return answer
