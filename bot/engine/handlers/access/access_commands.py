"""Access commands: show and change grants, rules and freezes, and explain permissions."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo

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
from bot.domain.errors import Misunderstood
from bot.domain.events import Event, EventKind
from bot.domain.ids import Actor, GroupId, PipelineName, UserId
from bot.domain.operations.plans import Plan
from bot.engine import replies
from bot.engine.authorizer import Authorizer
from bot.engine.handlers.access.admins import with_admins
from bot.engine.handlers.access.explanations import explained
from bot.engine.handlers.access.grant_checks import no_effect
from bot.engine.handlers.access.near_changes import near_changes
from bot.engine.ports import Clock, Directory, NotAuthorized, Store, Unresolved
from bot.engine.replies import Reply

_REMOVES = (RevokeRole, DropRule, RemoveFreeze)


@dataclass(frozen=True, slots=True)
class AccessCommands:
    store: Store
    authorizer: Authorizer
    directory: Directory
    clock: Clock
    work: Callable[[], None]

    async def change(self, actor: Actor, change: WantedChange) -> Reply:
        """Make the change, if this person may; either way it is recorded."""
        return await self._make(actor, change, await self._membership(actor, change))

    async def _membership(self, actor: Actor, change: WantedChange) -> Membership:
        """The person's, as new as this change needs it."""
        # A group that nothing is granted to yet must be looked up, too: the person may be in it.
        meant = change.principal if isinstance(change, GrantRole) else None
        also = frozenset({meant}) if isinstance(meant, Group) else frozenset()

        def may(access_data: AccessData) -> bool:
            membership = access_data.memberships[actor]
            return self._decided(change, membership, access_data, self.clock.now()).decision.allowed

        # Whether a rule is loosened in their own favor depends on all their roles; other changes, on their admin role.
        to = Action if isinstance(change, EditRule | DropRule) else [Action.ADMINISTER]
        return await self.authorizer.for_change(
            actor, may, to=to, also=also, remembered=isinstance(change, RevokeRole | SetFreeze)
        )

    async def _make(self, actor: Actor, change: WantedChange, membership: Membership) -> Reply:
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
        change = GrantRole(principal, command.role, command.pattern, expires_at, command.note)
        membership = await self._membership(actor, change)
        access_data = await self.store.access_data({actor: membership})
        if not self._decided(change, membership, access_data, self.clock.now()).decision.allowed:
            return await self._make(actor, change, membership)
        # Only an admin learns anything about the person that it is for.
        without = await no_effect(self.directory, principal)
        if without is not None and without.is_certain:
            return replies.GrantWithoutEffect(change, without)
        made = await self._make(actor, change, membership)
        return replace(made, no_effect=without) if isinstance(made, replies.Changed) else made

    async def take_away(self, actor: Actor, command: model.Revoke) -> Reply:
        return await self.change(
            actor, RevokeRole(principal_of(actor, command.who), command.role, command.pattern)
        )

    async def freeze(self, actor: Actor, command: model.FreezeCommand) -> Reply:
        """Freeze a pattern; an end without a zone is by the clock of the person's Slack profile.

        Raises:
            Misunderstood: the freeze would already be over or last too long, or when it ends is not known.
        """
        zone = None if _names_its_zone(command.ends) else await self._zone(actor)
        until = end_of_freeze(command.ends, self.clock.now(), zone or UTC)
        made = await self.change(actor, SetFreeze(command.pattern, until, command.reason))
        return replace(made, zone=zone) if isinstance(made, replies.Changed) else made

    async def _zone(self, actor: Actor) -> tzinfo:
        zone = await self.directory.time_zone(actor)
        if not isinstance(zone, Unresolved):
            return zone
        problem = "cannot be checked right now" if zone.exists else "is not known"
        raise Misunderstood(
            f"Your time zone {problem} ({zone.why}), so I cannot tell when that is. "
            "Type a length (`for 4h`) or a time in UTC (`until 2026-11-25T08:00Z`)."
        )

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


def _names_its_zone(ends: model.Ends) -> bool:
    return isinstance(ends, timedelta) or ends.tzinfo is not None


def principal_of(actor: Actor, who: model.Who) -> Principal:
    """A principal of the same workspace."""
    if is_group(who):
        return Group(actor.team, GroupId(who))
    return Actor(actor.team, UserId(who))
