"""Looks up every person and group with a grant or named by a rule, for the linter. Decides nothing, never raises.

It is gentle: a few look-ups at a time, and of a group that may approve no more people than a rule could ever need. It does
not look up more people than Slack's rate limit allows, unless the caller has the patience.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from bot.domain.access.lint.findings import Roster
from bot.domain.access.permissions import Action, Grant, Group, Kind, Membership, Principal
from bot.domain.access.rules import Rule
from bot.domain.ids import Actor
from bot.engine.ports import Caller, Clock, Directory, Unresolved

AT_ONCE = 5  # look-ups in Slack
LOOKED_AT = 20  # people of one approvers' group: four times what a rule can ask for

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Patience:
    """Waits out Slack's rate limit, `within` at most, all look-ups together. `begins` is called before the first wait."""

    clock: Clock
    within: timedelta
    begins: Callable[[], None] = lambda: None
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


class _Turns:
    """A few look-ups at a time, each repeated while patience lasts and Slack's rate limit is why there is no answer."""

    def __init__(self, patience: Patience | None) -> None:
        self._patience = patience
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._until = (
            0.0 if patience is None else patience.clock.monotonic() + patience.within.total_seconds()
        )
        self._waited = False

    async def take(self, ask: Callable[[], Awaitable[_T]], limit: Callable[[_T], timedelta | None]) -> _T:
        """The answer; `limit` says how long to wait for a better one."""
        async with self._turns:
            answer = await ask()
            while (wait := limit(answer)) is not None and await self._waits(wait.total_seconds()):
                answer = await ask()
            return answer

    async def _waits(self, seconds: float) -> bool:
        """False if patience ends before."""
        patience = self._patience
        if patience is None or patience.clock.monotonic() + seconds > self._until:
            return False
        if not self._waited:
            self._waited = True
            patience.begins()
        await patience.sleep(seconds)
        return True


async def survey(  # noqa: PLR0913 - people, caller and patience
    directory: Directory,
    grants: Iterable[Grant],
    rules: Iterable[Rule],
    now: datetime,
    *,
    caller: Caller = Caller.PEOPLE,
    patience: Patience | None = None,
) -> Roster:
    """What the workspace knows of people with a grant in force, of the members of their groups, and of ask groups."""
    home = directory.home_team  # people of other workspaces have no access, whatever Slack says of them
    current = [grant for grant in grants if grant.is_current(now) and grant.principal.team == home]
    turns = _Turns(patience)

    async def members_of(group: Group) -> frozenset[Actor] | Unresolved:
        return await turns.take(
            lambda: directory.members(group, caller=caller),
            lambda said: said.retry_after if isinstance(said, Unresolved) else None,
        )

    async def membership_of(person: Actor) -> Membership:
        async def ask() -> Membership:
            return (await directory.memberships([person], frozenset(), caller=caller))[person]

        return await turns.take(ask, lambda said: said.retry_after)

    granted = {grant.principal for grant in current if isinstance(grant.principal, Group)}
    asked = {Group(home, rule.ask_group) for rule in rules if rule.ask_group is not None}
    groups = sorted(granted | asked, key=repr)
    answers = dict(zip(groups, await asyncio.gather(*map(members_of, groups)), strict=True))
    members = {group: said for group, said in answers.items() if not isinstance(said, Unresolved)}
    approving = {grant.principal for grant in current if Action.APPROVE in grant.role.actions}
    people = {grant.principal for grant in current if isinstance(grant.principal, Actor)}
    for group, listed in members.items():
        if group in approving:
            people |= set(sorted(listed, key=repr)[:LOOKED_AT])
    memberships = await asyncio.gather(*map(membership_of, sorted(people, key=repr)))
    left_out: set[Principal] = {each.actor for each in memberships if _is_left_out(each)}
    unread = {group: said for group, said in answers.items() if isinstance(said, Unresolved)}
    left_out |= {group for group, said in unread.items() if said.retry_after is not None}
    return Roster(
        home=home,
        kinds={each.actor: each.kind for each in memberships if each.actor not in left_out},
        members=members,
        unread={group: said.why for group, said in unread.items() if group not in left_out},
        not_asked=frozenset(left_out),
    )


def _is_left_out(membership: Membership) -> bool:
    return membership.kind is Kind.UNKNOWN and membership.retry_after is not None
