"""The authorizer: reads from the workspace and the store what a decision rests on, and lets the domain decide."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from bot.domain.access.authorization import AccessData
from bot.domain.access.permissions import Action, Decision, Group, Membership
from bot.domain.ids import Actor, OperationId, PipelineName
from bot.domain.operations.operation import Operation
from bot.engine.ports import Caller, Clock, Directory, Mark, Store
from bot.engine.rate_budget import RateBudget

LOOKED_UP_AGAIN_MOST = 6  # times a minute for one person's actions


@dataclass(frozen=True, slots=True)
class Authorizer:
    """Reads access data. Slack allows few look-ups a minute, so callers narrow down what they need.

    `on` are the pipelines and `to` the actions that will be decided about: a decision about anything else must not rest
    on what was read for these.
    """

    store: Store
    people: Directory
    clock: Clock
    budget: RateBudget

    async def memberships(  # noqa: PLR0913 - what narrows it down, and how new it must be
        self,
        actors: Iterable[Actor],
        *,
        on: Iterable[PipelineName] | None = None,
        to: Iterable[Action] = Action,
        also: frozenset[Group] = frozenset(),
        since: Mark | None = None,
        caller: Caller | None = None,
    ) -> Mapping[Actor, Membership]:
        """The people's memberships: who they are, and their groups among those granted what matters and `also`.

        Each person and each group is looked up once, all at the same time. A query about all pipelines is only for
        display: it needs every group there is, and must leave look-ups to actions on one pipeline.
        """
        people = tuple(dict.fromkeys(actors))
        if not people:
            return {}
        names = None if on is None else frozenset(on)
        groups = await self.store.granted_groups(names, frozenset(to)) | also
        if caller is None:
            caller = Caller.DISPLAY if names is None else Caller.PEOPLE
        return await self.people.memberships(people, groups, since=since, caller=caller)

    async def for_sending(
        self, actors: Iterable[Actor], *, on: PipelineName, to: Iterable[Action]
    ) -> Mapping[Actor, Membership]:
        """Looked up now, bypassing any cache: what is sent rests on it."""
        return await self.memberships(actors, on=[on], to=to, since=self.people.mark(), caller=Caller.SENDING)

    async def for_action(
        self,
        operation_id: OperationId,
        actor: Actor,
        *,
        to: Iterable[Action],
        others: Callable[[Operation], Iterable[Actor]] = lambda _operation: (),
    ) -> Mapping[Actor, Membership]:
        """Looked up again for `actor`'s action on this operation, if the last minute's cache says that they may do it.

        Empty if there is no such operation. `others` are further people that it may depend on.

        Somebody who may not is denied from the cache, at no cost: otherwise anybody who clicks a public button uses up
        the look-ups that Slack allows for all. Somebody who may has a limited number of these a minute; after that the
        last minute's cache is used: before anything is sent, everybody is looked up once more.
        """
        operation = await self.store.operation(operation_id)
        if operation is None:
            return {}
        name, actions, people = operation.pipeline, tuple(to), (actor, *others(operation))
        since = self.people.mark()
        known = await self.memberships(people, on=[name], to=actions)
        access_data, now = await self.store.access_data(known), self.clock.now()
        if not any(access_data.may(actor, action, name, now).allowed for action in actions):
            return known
        if not self.budget.takes(_key(actor), LOOKED_UP_AGAIN_MOST):
            return known
        # What was looked up since `since`, just now, is not looked up again.
        return await self.memberships(people, on=[name], to=actions, since=since)

    async def for_change(
        self,
        actor: Actor,
        may: Callable[[AccessData], bool],
        *,
        to: Iterable[Action],
        also: frozenset[Group],
        remembered: bool,
    ) -> Membership:
        """Looked up for a change of access, in the same way.

        Nobody is looked up again after it: the cache is used only if `remembered` says so, and people who may change
        access have no limit of their own. If Slack may not be asked, the person is unknown, and the membership says for
        how long.
        """
        since, caller = self.people.mark(), Caller.PEOPLE if remembered else Caller.ACCESS
        known = await self.memberships([actor], to=[Action.ADMINISTER], also=also, caller=caller)
        if not may(await self.store.access_data(known)):
            return known[actor]
        if remembered and not self.budget.takes(_key(actor), LOOKED_UP_AGAIN_MOST):
            return known[actor]
        return (await self.memberships([actor], to=to, also=also, since=since, caller=caller))[actor]

    async def access_data(
        self, *actors: Actor, on: Iterable[PipelineName] | None = None, to: Iterable[Action] = Action
    ) -> AccessData:
        """What is known about these people now. A decision to write must use data read in its own transaction."""
        return await self.store.access_data(await self.memberships(actors, on=on, to=to))

    async def may(self, actor: Actor, action: Action, name: PipelineName) -> Decision:
        access_data = await self.access_data(actor, on=[name], to=[action])
        return access_data.may(actor, action, name, self.clock.now())


def _key(actor: Actor) -> str:
    return f"{actor.team}/{actor.user}"
