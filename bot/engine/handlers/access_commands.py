"""Access commands: show and change grants, rules and freezes, and explain permissions."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.domain.access.authorization import AccessData
from bot.domain.access.changes import (
    ChangeDecision,
    DropRule,
    EditRule,
    GrantRole,
    RemoveFreeze,
    RevokeRole,
    SetFreeze,
    WantedChange,
    audit_data,
    decide_change,
    kind_of,
    resolved,
)
from bot.domain.access.patterns import may_overlap
from bot.domain.access.permissions import Action, Group, Membership, Principal, decide_on_pattern
from bot.domain.access.rules import Rule
from bot.domain.audit_values import previous_in
from bot.domain.commands import model
from bot.domain.commands.freeze_ends import end_of_freeze
from bot.domain.commands.parsers import is_group
from bot.domain.events import Event, EventKind
from bot.domain.ids import Actor, GroupId, PipelineName, UserId
from bot.domain.operations.plans import Plan
from bot.engine import replies
from bot.engine.authorizer import Authorizer
from bot.engine.handlers.admins import with_admins
from bot.engine.handlers.explanations import explained
from bot.engine.handlers.near_changes import near_changes
from bot.engine.ports import Clock, NotAuthorized, Store
from bot.engine.replies import Reply

_REMOVES = (RevokeRole, DropRule, RemoveFreeze)


@dataclass(frozen=True, slots=True)
class AccessCommands:
    store: Store
    authorizer: Authorizer
    clock: Clock
    work: Callable[[], None]

    async def change(self, actor: Actor, change: WantedChange) -> Reply:
        """Make the change, if this person may; either way it is recorded."""
        # A group that nothing is granted to yet must be looked up, too: the person may be in it.
        meant = change.principal if isinstance(change, GrantRole) else None
        also = frozenset({meant}) if isinstance(meant, Group) else frozenset()

        def may(access_data: AccessData) -> bool:
            membership = access_data.memberships[actor]
            return self._decided(change, membership, access_data, self.clock.now()).decision.allowed

        # Whether a rule is loosened in their own favor depends on all their roles; other changes, on their admin role.
        to = Action if isinstance(change, EditRule | DropRule) else [Action.ADMINISTER]
        membership = await self.authorizer.for_change(
            actor, may, to=to, also=also, remembered=isinstance(change, RevokeRole | SetFreeze)
        )

        def authorize(access_data: AccessData) -> Event:
            now = self.clock.now()
            judgement = self._decided(change, membership, access_data, now)
            if judgement.objection is not None:
                raise NotAuthorized(judgement, self._refusal(actor, judgement))
            data = audit_data(judgement.change) | judgement.decision.on_record
            return Event(kind_of(judgement.change), now, data, actor)

        try:
            event = await self.store.administer(
                change, authorize, membership=membership, by=f"{actor.team}/{actor.user}"
            )
        except NotAuthorized as refused:
            return await with_admins(replies.NotAllowed(refused.judgement), self.authorizer)
        before = previous_in(event)
        made = resolved(change, [before] if isinstance(before, Rule) else [])
        if isinstance(made, _REMOVES) and before is None:
            near = await near_changes(self.store, change, membership, event.at)
            return replies.Changed(made, None, event.at, near)
        self.work()
        return replies.Changed(made, before, event.at)

    async def give(self, actor: Actor, command: model.GrantCommand) -> Reply:
        expires_at = None if command.lasts is None else self.clock.now() + command.lasts
        principal = principal_of(actor, command.who)
        return await self.change(
            actor, GrantRole(principal, command.role, command.pattern, expires_at, command.note)
        )

    async def take_away(self, actor: Actor, command: model.Revoke) -> Reply:
        return await self.change(
            actor, RevokeRole(principal_of(actor, command.who), command.role, command.pattern)
        )

    async def freeze(self, actor: Actor, command: model.FreezeCommand) -> Reply:
        """Raises Misunderstood: the freeze would already be over, or last too long."""
        until = end_of_freeze(command.ends, self.clock.now())
        return await self.change(actor, SetFreeze(command.pattern, until, command.reason))

    async def explain(self, actor: Actor, name: PipelineName, plan: Plan) -> Reply:
        """*can-i*: explain the decision about this person's plan on this pipeline."""
        access_data, now = await self.authorizer.access_data(actor, on=[name]), self.clock.now()
        return await with_admins(explained(actor, name, plan, access_data, now), self.authorizer)

    async def introduce(self, actor: Actor) -> Reply:
        membership = (await self.authorizer.memberships([actor]))[actor]
        held = [
            grant
            for grant in await self.store.grants()
            if grant.is_to(membership) or grant.may_be_to(membership)
        ]
        return replies.Introduced(membership, tuple(held), self.clock.now())

    async def grants(self, actor: Actor, command: model.Grants) -> Reply:
        """Their own grants, and those on patterns that they administer."""
        access_data, now = await self.authorizer.access_data(actor), self.clock.now()
        membership = access_data.memberships[actor]
        wanted = None if command.who is None else principal_of(actor, command.who)
        return replies.GrantList(
            tuple(
                grant
                for grant in await self.store.grants()
                if access_data.is_member(actor)
                and (
                    grant.is_to(membership)
                    or decide_on_pattern(membership, grant.pattern, access_data.grants, now).allowed
                )
                and wanted in {None, grant.principal}
                and (command.pattern is None or may_overlap(grant.pattern, command.pattern))
            ),
            now,
        )

    async def rules(self, actor: Actor) -> Reply:
        """The rules on patterns that concern anything granted to this person."""
        access_data, now = await self.authorizer.access_data(actor), self.clock.now()
        membership = access_data.memberships[actor]
        own = [
            grant.pattern for grant in access_data.grants if grant.is_to(membership) and grant.is_current(now)
        ]

        def concerns(pattern: str) -> bool:
            return access_data.is_member(actor) and any(may_overlap(pattern, held) for held in own)

        return replies.RuleList(
            tuple(rule for rule in await self.store.rules() if concerns(rule.pattern)),
            tuple(freeze for freeze in await self.store.freezes(now) if concerns(freeze.pattern)),
        )

    def _decided(
        self, wanted: WantedChange, membership: Membership, access_data: AccessData, now: datetime
    ) -> ChangeDecision:
        return decide_change(resolved(wanted, access_data.rules), membership, access_data, now)

    def _refusal(self, actor: Actor, judgement: ChangeDecision) -> Event:
        change = judgement.change
        why = judgement.objection.value if judgement.objection else ""
        data = {
            **audit_data(change),
            **judgement.decision.on_record,
            "action": kind_of(change).value,
            "why": why,
        }
        return Event(EventKind.REFUSED, self.clock.now(), data, actor)


def principal_of(actor: Actor, who: model.Who) -> Principal:
    """A principal of the same workspace."""
    if is_group(who):
        return Group(actor.team, GroupId(who))
    return Actor(actor.team, UserId(who))
