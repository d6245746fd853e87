"""Asks the workspace and the store what a decision rests on, and lets the domain decide."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.domain.access import Action, Decision, Group, Standing
from bot.domain.authority import Facts
from bot.domain.names import Actor, PipelineName
from bot.engine.ports import Clock, People, Store


@dataclass(frozen=True, slots=True)
class Judge:
    store: Store
    people: People
    clock: Clock

    async def standings(
        self, actors: Iterable[Actor], *, fresh: bool = False, also: frozenset[Group] = frozenset()
    ) -> Mapping[Actor, Standing]:
        """Who these people are, and which of the granted groups they are in, and of `also`; anew if `fresh`."""
        groups = await self.store.granted_groups() | also
        return {
            actor: await self.people.standing(actor, groups, fresh=fresh) for actor in dict.fromkeys(actors)
        }

    async def facts(self, *actors: Actor, fresh: bool = False) -> Facts:
        """What is known about these people now. What is written must be decided on facts of its own transaction."""
        return await self.store.facts(await self.standings(actors, fresh=fresh))

    async def may(self, actor: Actor, action: Action, name: PipelineName) -> Decision:
        facts = await self.facts(actor)
        return facts.may(actor, action, name, self.clock.now())
