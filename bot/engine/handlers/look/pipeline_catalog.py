"""Pipeline catalog: a cached list of all pipelines, to suggest names while people type. Reads share one request.

For suggestions alone: no decision uses it. Each Feldera is asked separately, so that one that is slow or away hides
nothing of another.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.domain.pipelines.pipeline import Problem, ProblemKind
from bot.domain.pipelines.targets import TargetName
from bot.engine.ports import AllPipelines, Clock, Pipelines

GOOD_FOR = timedelta(seconds=5)  # from when Feldera answered, even if slowly
BETTER_THAN_NONE_FOR = timedelta(minutes=10)  # the same, while Feldera takes long to answer again
LOADING = Problem(ProblemKind.UNREACHABLE, "No answer yet.")  # a target that is still being asked
LATE_AFTER = 0.3  # seconds to wait for the others, once one Feldera has answered

Listed = AllPipelines | Problem
Begin = Callable[[Coroutine[Any, Any, Listed]], asyncio.Task[Listed]]
"""Starts a task that somebody holds on to, and that ends with the process."""


@dataclass(slots=True)
class _Known:
    listed: AllPipelines | None = None
    since: datetime | None = None
    asking: asyncio.Task[Listed] | None = None

    @property
    def is_asked(self) -> bool:
        return self.asking is not None and not self.asking.done()

    def answered_within(self, span: timedelta, now: datetime) -> AllPipelines | None:
        is_recent = self.since is not None and now - self.since <= span
        return self.listed if is_recent else None


@dataclass(slots=True)
class PipelineCatalog:
    pipelines: Pipelines
    clock: Clock
    begin: Begin
    _known: dict[TargetName, _Known] = field(default_factory=dict)

    async def everything(self, *, within: float) -> AllPipelines:
        """Every pipeline as of a few seconds ago, of the targets that answer `within` that many seconds.

        A slower question goes on (`LOADING`), for the next caller; until then the previous answer is used.
        A failure is not cached.
        """
        targets = self.pipelines.targets.all
        asking = {target: task for target in targets if (task := self._asked(target)) is not None}
        await _enough(asking.values(), within, has_some=len(asking) < len(targets))
        return AllPipelines.of({target: self._listed(target, asking.get(target)) for target in targets})

    async def loaded(self) -> None:
        """Wait until every target that is being asked has answered or failed."""
        asking = [
            known.asking for known in self._known.values() if known.asking is not None and known.is_asked
        ]
        if asking:
            await asyncio.wait(asking)

    def _asked(self, target: TargetName) -> asyncio.Task[Listed] | None:
        """The pending question to this target, started if necessary; None if its answer is still good."""
        known, now = self._known.setdefault(target, _Known()), self.clock.now()
        if known.answered_within(GOOD_FOR, now) is not None:
            return None
        if known.asking is None or not known.is_asked:
            known.asking = self.begin(self._ask(target, known))
        return known.asking

    async def _ask(self, target: TargetName, known: _Known) -> Listed:
        listed = await self.pipelines.look_at_all(target)
        if not isinstance(listed, Problem):
            known.listed, known.since = listed, self.clock.now()
        return listed

    def _listed(self, target: TargetName, asked: asyncio.Task[Listed] | None) -> Listed:
        known = self._known[target]
        if asked is None:
            return AllPipelines({}) if known.listed is None else known.listed
        if not asked.done():
            told = known.answered_within(BETTER_THAN_NONE_FOR, self.clock.now())
            return LOADING if told is None else told
        return asked.result()


async def _enough(asking: Iterable[asyncio.Task[Listed]], within: float, *, has_some: bool) -> None:
    """Wait until all have answered, or one has and the others had their chance, or the time is up."""
    loop = asyncio.get_running_loop()
    waiting, until = set(asking), loop.time() + within
    while waiting:
        left = until - loop.time()
        timeout = max(min(left, LATE_AFTER) if has_some else left, 0)
        done, waiting = await asyncio.wait(waiting, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        if not done:
            return
        has_some = has_some or any(isinstance(each.result(), AllPipelines) for each in done)
