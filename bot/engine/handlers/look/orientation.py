"""Orientation: the commands that a person can use, and what waits for them. It decides nothing and changes nothing."""

from dataclasses import dataclass

from bot.domain.access.authorization import AccessData
from bot.domain.access.permissions import Membership
from bot.domain.commands.usable_verbs import UsableVerb, usable_verbs
from bot.domain.home_content import HomeData, compose
from bot.domain.ids import Actor
from bot.domain.operations.operation import Operation
from bot.domain.pipelines.targets import Targets
from bot.engine.authorizer import Authorizer
from bot.engine.ports import Clock, Store
from bot.engine.replies import CommandHelp, WaitingForYou

COMMONEST = ("clear", "status", "list")


@dataclass(frozen=True, slots=True)
class Orientation:
    store: Store
    authorizer: Authorizer
    clock: Clock
    targets: Targets

    async def help(self, actor: Actor) -> CommandHelp:
        """The commands that the person can use by their grants, and by what they have requested."""
        membership, access_data = await self._known(actor)
        verbs = self._verbs(membership, access_data, await self.store.pending())
        page = compose(membership, access_data, HomeData(), self.clock.now())
        return CommandHelp(verbs, page, self.targets)

    async def overview(self, actor: Actor) -> WaitingForYou:
        """What waits for the person, and the commonest commands."""
        membership, access_data = await self._known(actor)
        pending, underway = await self.store.pending(), await self.store.underway(fresh=False)
        verbs = self._verbs(membership, access_data, pending)
        page = compose(membership, access_data, HomeData(pending, underway), self.clock.now())
        return WaitingForYou(page, tuple(each for each in verbs if each.verb.word in COMMONEST))

    async def _known(self, actor: Actor) -> tuple[Membership, AccessData]:
        access_data = await self.authorizer.access_data(actor)
        return access_data.memberships[actor], access_data

    def _verbs(
        self, membership: Membership, access_data: AccessData, pending: tuple[Operation, ...]
    ) -> tuple[UsableVerb, ...]:
        has_request = any(operation.requester == membership.actor for operation in pending)
        return usable_verbs(membership, access_data.grants, self.clock.now(), has_request=has_request)
