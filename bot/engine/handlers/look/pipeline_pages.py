"""Pages of the pipelines that a person may see. They change nothing, and are as quick with ten thousand pipelines.

Feldera sends all of them at once or none, so a page costs one request, however many pages there are. A page is found
by the name next to it, not by its number: pipelines come and go between two clicks, and nobody should miss one.
"""

import asyncio
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from typing import TypeVar

from bot.domain.access.authorization import AccessData
from bot.domain.access.patterns import may_overlap
from bot.domain.access.permissions import Action, Decision
from bot.domain.access.rules import frozen
from bot.domain.commands.model import List
from bot.domain.ids import Actor, PipelineName
from bot.domain.operations.operation import Operation
from bot.domain.pipelines.pipeline import Problem
from bot.domain.pipelines.state_filters import in_any
from bot.domain.pipelines.targets import TargetName, full_name
from bot.engine.authorizer import Authorizer
from bot.engine.handlers.access.admins import with_admins
from bot.engine.handlers.denial_events import refused_to_list
from bot.engine.handlers.look.offered_actions import OfferedActions
from bot.engine.ports import Clock, Pipelines, Store
from bot.engine.replies import Listed, NoList, PipelineList, Reply, SeesNothing

_T = TypeVar("_T")
_ANY = PipelineName("*")
PAGE = 12  # pipelines: a screenful, and within Slack's limits whatever is in a row


@dataclass(frozen=True, slots=True)
class PipelinePages:
    store: Store
    pipelines: Pipelines
    authorizer: Authorizer
    clock: Clock

    async def may_list(self, actor: Actor, pattern: str) -> Decision:
        """Whether there is anything that `actor` may see: quick enough to answer before an ack."""
        access_data, now = await self.authorizer.access_data(actor), self.clock.now()
        decision = access_data.may_somewhere(actor, Action.VIEW, now)
        if not decision.allowed:
            await self.store.note(refused_to_list(actor, pattern, decision, now))
        return decision

    async def page(
        self,
        actor: Actor,
        wanted: List,
        *,
        after: PipelineName | None = None,
        before: PipelineName | None = None,
    ) -> Reply:
        """The first page, or the one that begins after a name, or ends before one."""
        pattern = wanted.pattern
        decision = await self.may_list(actor, pattern)
        if not decision.allowed:
            return await with_admins(SeesNothing(pattern, decision), self.authorizer)
        everything = await self.pipelines.look_at_all()
        if isinstance(everything, Problem):
            return NoList(everything)
        access_data, now = await self.authorizer.access_data(actor), self.clock.now()
        underway = _Underway(await self.store.underway(fresh=False))

        offered = OfferedActions(actor, access_data, now)

        def is_wanted(name: PipelineName) -> bool:
            return fnmatchcase(name, pattern) and in_any(
                wanted.states, everything[name], is_held=underway.holds(name)
            )

        def listed() -> list[PipelineName]:
            return sorted(access_data.visible_to(actor, filter(is_wanted, everything), now), key=_place)

        # In a thread: fifty thousand names take a while.
        names = await asyncio.to_thread(listed)
        start = _start(names, after, before)

        def row(name: PipelineName) -> Listed:
            pipeline, live, pending = everything[name], underway.live_on(name), underway.pending_on(name)
            actions = offered.on(pipeline, live=live, pending=pending)
            return Listed(name, pipeline, live, pending, frozen(access_data.freezes, name, now), actions)

        return PipelineList(
            wanted,
            tuple(await asyncio.to_thread(lambda: [row(name) for name in names[start : start + PAGE]])),
            before=start,
            total=len(names),
            now=now,
            unread=_unread(actor, access_data),
            unanswered=hiding(everything.unanswered, pattern, actor, access_data, now),
            unreadable=hiding(everything.unreadable, pattern, actor, access_data, now),
        )


class _Underway:
    """What is under way or waits, by pipeline."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._operations = {(each.pipeline, each.state.is_live): each for each in operations}

    def live_on(self, name: PipelineName) -> Operation | None:
        return self._operations.get((name, True))

    def pending_on(self, name: PipelineName) -> Operation | None:
        return self._operations.get((name, False))

    def holds(self, name: PipelineName) -> bool:
        return self.live_on(name) is not None or self.pending_on(name) is not None


def _place(name: PipelineName) -> tuple[str, str]:
    """Sort key: upper and lower case beside each other."""
    return name.lower(), name


def _start(names: list[PipelineName], after: PipelineName | None, before: PipelineName | None) -> int:
    """The index where the page begins. If it would be empty because pipelines are gone, the last or first page."""
    if after is not None:
        start = bisect_right(names, _place(after), key=_place)
        return start if start < len(names) else max(0, len(names) - PAGE)
    if before is not None:
        return max(0, bisect_left(names, _place(before), key=_place) - PAGE)
    return 0


def hiding(
    about: Mapping[TargetName, _T], pattern: str, actor: Actor, access_data: AccessData, now: datetime
) -> dict[TargetName, _T]:
    """Of targets that hide pipelines, those that might have shown this person something: they learn of no other."""
    membership = access_data.memberships[actor]
    held = [
        grant.pattern
        for grant in access_data.grants
        if Action.VIEW in grant.role.actions and grant.is_to(membership) and grant.is_current(now)
    ]
    return {
        target: said
        for target, said in about.items()
        if may_overlap(pattern, full_name(target, _ANY))
        and any(may_overlap(each, full_name(target, _ANY)) for each in held)
    }


def _unread(actor: Actor, access_data: AccessData) -> str:
    membership = access_data.memberships[actor]
    hidden = any(
        grant.may_be_to(membership) and Action.VIEW in grant.role.actions and not grant.is_to(membership)
        for grant in access_data.grants
    )
    return membership.why if hidden else ""
