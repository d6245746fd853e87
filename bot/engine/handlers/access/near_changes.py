"""Near changes: what somebody probably meant to remove, where nothing exists that they named exactly."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bot.domain.access.changes import DropRule, EditRule, RemoveFreeze, RevokeRole, WantedChange
from bot.domain.access.near_matches import near_patterns, near_revocations
from bot.domain.access.permissions import Membership, decide_on_pattern
from bot.engine.ports import Store


async def near_changes(
    store: Store, wanted: WantedChange, membership: Membership, now: datetime
) -> tuple[WantedChange, ...]:
    """The same change of grants, rules or freezes that exist, among those that this person administers."""
    grants = await store.grants()

    def administers(pattern: str) -> bool:
        return decide_on_pattern(membership, pattern, grants, now).allowed

    match wanted:
        case RevokeRole():
            return near_revocations([grant for grant in grants if administers(grant.pattern)], wanted)
        case DropRule(pattern):
            return tuple(map(DropRule, await _near_rules(store, pattern, administers)))
        case EditRule(edit):
            near = await _near_rules(store, edit.pattern, administers)
            values = (replace(edit.values, pattern=pattern) for pattern in near)
            return tuple(EditRule(replace(edit, values=each)) for each in values)
        case RemoveFreeze(pattern):
            frozen = [freeze.pattern for freeze in await store.freezes(now) if administers(freeze.pattern)]
            return tuple(map(RemoveFreeze, near_patterns(frozen, pattern)))
        case _:
            return ()


async def _near_rules(store: Store, pattern: str, administers: Callable[[str], bool]) -> tuple[str, ...]:
    rules = [rule.pattern for rule in await store.rules() if administers(rule.pattern)]
    return near_patterns(rules, pattern)
