"""Looks up every person and group with a grant or named by a rule, for the linter. Decides nothing, never raises.

It is gentle: a few look-ups at a time, and of a group that may approve no more people than a rule could ever need.
"""

import asyncio
from collections.abc import Awaitable, Iterable
from datetime import datetime
from typing import TypeVar

from bot.domain.access.lint.findings import Roster
from bot.domain.access.permissions import Action, Grant, Group
from bot.domain.access.rules import Rule
from bot.domain.ids import Actor
from bot.engine.ports import Caller, Directory, Unresolved

AT_ONCE = 5  # look-ups in Slack
LOOKED_AT = 20  # people of one approvers' group: four times what a rule can ask for

_T = TypeVar("_T")


async def survey(
    directory: Directory,
    grants: Iterable[Grant],
    rules: Iterable[Rule],
    now: datetime,
    *,
    caller: Caller = Caller.PEOPLE,
) -> Roster:
    """What the workspace knows of people with a grant in force, of the members of their groups, and of ask groups."""
    home = directory.home_team  # people of other workspaces have no access, whatever Slack says of them
    current = [grant for grant in grants if grant.is_current(now) and grant.principal.team == home]
    turns = asyncio.Semaphore(AT_ONCE)

    async def in_turn(question: Awaitable[_T]) -> _T:
        async with turns:
            return await question

    granted = {grant.principal for grant in current if isinstance(grant.principal, Group)}
    asked = {Group(home, rule.ask_group) for rule in rules if rule.ask_group is not None}
    groups = sorted(granted | asked, key=repr)
    answers = await asyncio.gather(*(in_turn(directory.members(group, caller=caller)) for group in groups))
    members = {
        group: said for group, said in zip(groups, answers, strict=True) if not isinstance(said, Unresolved)
    }
    approving = {grant.principal for grant in current if Action.APPROVE in grant.role.actions}
    people = {grant.principal for grant in current if isinstance(grant.principal, Actor)}
    for group, listed in members.items():
        if group in approving:
            people |= set(sorted(listed, key=repr)[:LOOKED_AT])
    memberships = await asyncio.gather(
        *(
            in_turn(directory.memberships([person], frozenset(), caller=caller))
            for person in sorted(people, key=repr)
        )
    )
    return Roster(
        home=home,
        kinds={actor: membership.kind for answer in memberships for actor, membership in answer.items()},
        members=members,
        unread={
            group: said.why
            for group, said in zip(groups, answers, strict=True)
            if isinstance(said, Unresolved)
        },
    )
