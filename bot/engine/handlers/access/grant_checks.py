"""Grant checks: look up whether a grant will have any effect, before it is made. Never raises."""

from bot.domain.access.grant_effects import NoEffect, Obstacle, no_effect_on
from bot.domain.access.permissions import Group, Principal
from bot.engine.ports import Directory, Unresolved


async def no_effect(directory: Directory, principal: Principal) -> NoEffect | None:
    """Why a grant to this person or group has no effect, or may have none; None if it has one."""
    if not isinstance(principal, Group):
        memberships = await directory.memberships([principal], frozenset())
        return no_effect_on(memberships[principal])
    members = await directory.members(principal)
    if not isinstance(members, Unresolved):
        return None if members else NoEffect(Obstacle.EMPTY_GROUP)
    return NoEffect(Obstacle.GROUP_UNCHECKED if members.exists else Obstacle.NO_SUCH_GROUP, members.why)
