"""Asks the workspace and the store what a decision rests on, and lets the domain decide."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.domain.access import Action, Decision, Group, Standing
from bot.domain.authority import Facts
from bot.domain.names import Actor, OperationId, PipelineName
from bot.engine.ports import Clock, People, Store


@dataclass(frozen=True, slots=True)
class Judge:
    """What is asked of the workspace costs: it takes few questions a minute, and of what is narrowed down, fewer are asked.

    `on` are the pipelines and `to` the actions that will be decided about: a decision about anything else must not rest
    on what was asked for these.
    """

    store: Store
    people: People
    clock: Clock

    async def standings(
        self,
        actors: Iterable[Actor],
        *,
        on: Iterable[PipelineName] | None = None,
        to: Iterable[Action] = Action,
        fresh: bool = False,
        also: frozenset[Group] = frozenset(),
    ) -> Mapping[Actor, Standing]:
        """Who these people are, and which groups they are in: those granted what matters, and `also`; anew if `fresh`.

        Each person and each group is asked after once, all at the same time.
        """
        people = tuple(dict.fromkeys(actors))
        if not people:
            return {}
        names = None if on is None else frozenset(on)
        groups = await self.store.granted_groups(names, frozenset(to)) | also
        return await self.people.standings(people, groups, fresh=fresh)

    async def anew(
        self, operation_id: OperationId, actors: Iterable[Actor], *, to: Iterable[Action]
    ) -> Mapping[Actor, Standing]:
        """Looked up for a deed on this operation; nobody's where there is none."""
        operation = await self.store.operation(operation_id)
        if operation is None:
            return {}
        return await self.standings(actors, on=[operation.pipeline], to=to, fresh=True)

    async def facts(
        self, *actors: Actor, on: Iterable[PipelineName] | None = None, to: Iterable[Action] = Action
    ) -> Facts:
        """What is known about these people now. What is written must be decided on facts of its own transaction."""
        return await self.store.facts(await self.standings(actors, on=on, to=to))

    async def may(self, actor: Actor, action: Action, name: PipelineName) -> Decision:
        facts = await self.facts(actor, on=[name], to=[action])
        return facts.may(actor, action, name, self.clock.now())
