"""Admins to name in a refusal: who can grant what somebody lacks, looked up in the workspace.

Nobody is named who could not grant it now: no guest, nobody deactivated, no bot, and never the person who asks. It is
for display, so it takes display's part of Slack's rate limit, and looks up only the people that it needs.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.domain.access.admins import Admins, admin_grants
from bot.domain.access.changes import ChangeObjection, pattern_of
from bot.domain.access.patterns import EVERYTHING
from bot.domain.access.permissions import (
    Action,
    Decision,
    Grant,
    Group,
    Kind,
    Membership,
    Role,
    Why,
    decide_somewhere,
)
from bot.domain.access.requests.request_objections import NotPermitted
from bot.domain.access.visibility import Visibility
from bot.domain.ids import Actor
from bot.engine import replies
from bot.engine.authorizer import Authorizer
from bot.engine.ports import Caller, Directory, Unresolved
from bot.engine.replies import Reply

NAMED = 3  # a person who needs help asks one of them; more would be a crowd
LOOKED_UP = 12  # people for one refusal, and as many of a group's members
_GROUPS = 3


async def with_admins(reply: Reply, authorizer: Authorizer) -> Reply:
    """The reply, with the admins who can help if it is a refusal for lack of a grant."""
    match reply:
        case replies.PermissionDenied(pipeline=pattern, decision=decision) if lacks_a_grant(decision):
            return replace(reply, admins=await _for(decision, pattern, authorizer))
        case replies.SeesNothing(pattern=pattern, decision=decision) if lacks_a_grant(decision):
            return replace(reply, admins=await _of_all_or_part(decision, pattern, authorizer))
        case replies.NoDiagnosis(decision=decision) if lacks_a_grant(decision):
            return replace(reply, admins=await _of_all_or_part(decision, EVERYTHING, authorizer))
        case replies.PendingList(sees=Visibility(decision=decision)) if lacks_a_grant(decision):
            return replace(reply, admins=await _of_all_or_part(decision, EVERYTHING, authorizer))
        case replies.Explained(pipeline=pattern, objection=NotPermitted(requester=decision)) if lacks_a_grant(
            decision
        ):
            return replace(reply, admins=await _for(decision, pattern, authorizer))
        case replies.NotAllowed(judgement=judgement):
            own = judgement.objection is ChangeObjection.OWN_FAVOUR
            if own or lacks_a_grant(judgement.decision):
                admins = await _for(judgement.decision, pattern_of(judgement.change), authorizer)
                return replace(reply, admins=admins)
    return reply


def lacks_a_grant(decision: Decision) -> bool:
    """Whether a grant would help: not somebody who may do nothing here, nor one who has only to try again."""
    return decision.why in {Why.NO_GRANT, Why.LAPSED} and not decision.allowed


async def _for(decision: Decision, pattern: str, authorizer: Authorizer) -> Admins | None:
    if decision.membership is None:
        return None
    return await _admins_of(pattern, besides=decision.membership.actor, authorizer=authorizer)


async def _of_all_or_part(decision: Decision, pattern: str, authorizer: Authorizer) -> Admins | None:
    if decision.membership is None:
        return None
    return await admins_of_all_or_part(pattern, besides=decision.membership.actor, authorizer=authorizer)


async def admins_of_all_or_part(
    pattern: str, *, besides: Actor, authorizer: Authorizer, caller: Caller = Caller.DISPLAY
) -> Admins:
    """Those who can grant roles on all of `pattern`; if there is nobody, those who can on some of it."""
    admins = await _admins_of(pattern, besides=besides, authorizer=authorizer, caller=caller)
    if admins.people:
        return admins
    return await _admins_of(pattern, besides=besides, authorizer=authorizer, caller=caller, of_part=True)


async def _admins_of(
    pattern: str,
    *,
    besides: Actor,
    authorizer: Authorizer,
    of_part: bool = False,
    caller: Caller = Caller.DISPLAY,
) -> Admins:
    """Those who can grant roles on all of `pattern`, or on some of it; `besides` needs one, and is none."""
    everything, now = await authorizer.store.grants(Role.ADMIN), authorizer.clock.now()
    grants = [
        grant
        for grant in admin_grants(everything, pattern, now, of_part=of_part)
        if grant.principal.team == besides.team
    ]
    if not grants:
        return Admins()
    lookup = _Lookup(grants, authorizer.people, now, caller, known={besides})
    await lookup.add([grant.principal for grant in grants if isinstance(grant.principal, Actor)])
    groups = [grant.principal for grant in grants if isinstance(grant.principal, Group)]
    if groups and not (lookup.is_enough or lookup.is_silent):
        await lookup.add_members(list(dict.fromkeys(groups))[:_GROUPS])
    return lookup.found(of_part=of_part)


@dataclass(slots=True)
class _Lookup:
    """A look-up of admins, a few people at a time until enough are found. `grants` are those that make somebody one."""

    grants: Sequence[Grant]
    directory: Directory
    now: datetime
    caller: Caller
    known: set[Actor]
    people: list[Actor] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    is_silent: bool = False  # Slack does not say who somebody is: asking for others would take as long

    @property
    def is_enough(self) -> bool:
        return len(self.people) >= NAMED

    def found(self, *, of_part: bool) -> Admins:
        if self.people:
            return Admins(tuple(self.people[:NAMED]), of_part=of_part)
        return Admins(unread="; ".join(dict.fromkeys(self.unread)))

    async def add(self, people: Iterable[Actor], groups: frozenset[Group] = frozenset()) -> None:
        """Add those who can grant it, by a grant of their own or as members of `groups`."""
        others = [each for each in dict.fromkeys(people) if each not in self.known]
        self.known |= set(others)
        for start in range(0, min(len(others), LOOKED_UP), NAMED):
            if self.is_enough or self.is_silent:
                return
            batch = others[start : start + NAMED]
            memberships = await self.directory.memberships(batch, groups, caller=self.caller)
            for each in batch:
                self._add(memberships[each])
        if len(others) > LOOKED_UP and not self.people:
            self.unread.append(f"none of the first {LOOKED_UP} can be asked")

    async def add_members(self, groups: Sequence[Group]) -> None:
        members = await asyncio.gather(*(self.directory.members(each, caller=self.caller) for each in groups))
        for group, listed in zip(groups, members, strict=True):
            if isinstance(listed, Unresolved):
                self.unread.append(listed.why)
            else:
                await self.add(sorted(listed, key=lambda each: each.user), frozenset({group}))

    def _add(self, membership: Membership) -> None:
        if decide_somewhere(membership, Action.ADMINISTER, self.grants, self.now).allowed:
            self.people.append(membership.actor)
        elif membership.kind is Kind.UNKNOWN:
            self.unread.append(membership.why)
            self.is_silent = True
