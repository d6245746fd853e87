"""Duplicate targets: the same Feldera and tenant under two addresses, found by what the targets answer.

Each pipeline would have two names: two locks, and typing one name would bypass the rules on the other. A tenant's id
is a UUID that one Feldera made, except for the tenant `default`, whose id is the same everywhere, and for a Feldera
before 0.327, which reports none: those are identified by the ids of their pipelines.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import structlog

from bot.domain.ids import PipelineId
from bot.domain.pipelines.observations import Observation
from bot.domain.pipelines.pipeline import Identity, Problem, Seen
from bot.domain.pipelines.targets import TargetName
from bot.feldera.client import FelderaClient

ASKED_WITHIN: Final = 5.0  # seconds, at the start
ASKED_MEANWHILE_WITHIN: Final = 1.0  # seconds: how long a look at one target waits for another, once
SLOW_LEFT_ALONE: Final = (
    30.0  # seconds until a target that did not answer is asked again: it must not delay every look
)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Known:
    """A target's last answer; `ids` of its pipelines only if its tenant alone does not identify it."""

    here: Identity
    ids: frozenset[PipelineId] = frozenset()

    def is_one_with(self, other: "_Known") -> bool:
        if self.here.tenant != other.here.tenant:
            return False
        return self.here == other.here or self.here.is_unique or bool(self.ids & other.ids)


class DuplicateTargets:
    """Of two duplicates, the one that became one must not be used: the other was this Feldera and tenant before.

    Where both showed that from the beginning, that is the later one in the settings; `clients` are in their order.
    """

    def __init__(self, clients: Mapping[TargetName, FelderaClient]) -> None:
        self._clients = clients
        self._known: dict[TargetName, _Known] = {}
        self._changes: Counter[TargetName] = Counter()  # a target's rank: by the last change of its tenant
        self._silent: set[TargetName] = set()  # known, and not waited for again until they answer
        self._slow_until: defaultdict[TargetName, float] = defaultdict(float)  # by the loop's clock
        self._said: set[tuple[TargetName, TargetName]] = set()

    async def find(self) -> Mapping[TargetName, TargetName]:
        """Each duplicate target with the earlier target it equals. One that does not answer in time is not known yet."""
        if len(self._clients) == 1:
            return {}
        await self._ask(self._clients, ASKED_WITHIN)
        return {target: first for target in self._clients if (first := self._first(target)) is not None}

    async def earlier(self, target: TargetName, observed: Observation) -> TargetName | None:
        """The target that was before what the one just observed is now."""
        if len(self._clients) == 1:
            return None
        self._silent.discard(target)
        is_news = self._is_news(target, observed)
        if observed.here.is_unique:  # as observed just now, not as remembered
            self._note(target, _Known(observed.here))
        now = asyncio.get_running_loop().time()
        never_answered = {
            each for each in self._clients if each not in self._known and self._slow_until[each] <= now
        }
        if is_news:
            await self._ask(set(self._clients) - self._silent | never_answered, ASKED_MEANWHILE_WITHIN)
        elif never_answered:
            await self._ask(never_answered, ASKED_MEANWHILE_WITHIN)
        first = self._first(target)
        if first is None or first in self._silent:
            return first
        await self._ask([first], ASKED_MEANWHILE_WITHIN)  # it may have changed since
        return self._first(target)

    def _is_news(self, target: TargetName, observed: Observation) -> bool:
        known = self._known.get(target)
        if known is None or known.here != observed.here:
            return True
        ids = {look.pipeline.id for look in observed.looks.values() if isinstance(look, Seen)}
        return not known.here.is_unique and not ids <= known.ids

    def _first(self, target: TargetName) -> TargetName | None:
        for earlier in sorted(
            self._clients, key=self._changes.__getitem__
        ):  # stable: then as in the settings
            if earlier == target:
                return None
            both = self._known.get(earlier), self._known.get(target)
            if both[0] is not None and both[1] is not None and both[0].is_one_with(both[1]):
                self._say(target, earlier)
                return earlier
        return None

    def _say(self, target: TargetName, first: TargetName) -> None:
        if (target, first) not in self._said:
            self._said.add((target, first))
            log.warning("feldera_is_another_target", target=target, same_as=first)

    async def _ask(self, targets: Iterable[TargetName], within: float) -> None:
        async with asyncio.TaskGroup() as group:
            for target in targets:
                group.create_task(self._learn(target, within))

    async def _learn(self, target: TargetName, within: float) -> None:
        try:
            async with asyncio.timeout(within):
                known = await self._answer(self._clients[target])
        except TimeoutError:
            known = None
            self._slow_until[target] = asyncio.get_running_loop().time() + SLOW_LEFT_ALONE
        if known is None:
            self._silent.add(target)
        else:
            self._silent.discard(target)
            self._note(target, known)

    def _note(self, target: TargetName, known: _Known) -> None:
        before = self._known.get(target)
        if before is not None and before.here.tenant != known.here.tenant:
            self._changes[target] = max(self._changes.values(), default=0) + 1
        self._known[target] = known

    async def _answer(self, client: FelderaClient) -> _Known | None:
        here = await client.identity()
        if isinstance(here, Problem):
            return None
        if here.is_unique:
            return _Known(here)
        ids = await client.ids()
        return None if isinstance(ids, Problem) else _Known(here, ids)
