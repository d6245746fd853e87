"""Near matches: what exists and was probably meant, where nothing exists that was named exactly. Only ever offered. Pure."""

from collections.abc import Iterable, Sequence

from bot.domain.access.changes import RevokeRole
from bot.domain.access.patterns import may_overlap
from bot.domain.access.permissions import Grant
from bot.domain.ids import PipelineName
from bot.domain.pipelines.search import resembling

NEAR_SHOWN = 3


def near_patterns(patterns: Iterable[str], wanted: str) -> tuple[str, ...]:
    """The patterns that are spelled like `wanted`, likeliest first, then those that might match the same pipelines."""
    others = sorted({pattern for pattern in patterns if pattern != wanted})
    alike = resembling(map(PipelineName, others), wanted, limit=NEAR_SHOWN)
    overlapping = [pattern for pattern in others if pattern not in alike and may_overlap(pattern, wanted)]
    return (*alike, *overlapping)[:NEAR_SHOWN]


def near_revocations(grants: Sequence[Grant], wanted: RevokeRole) -> tuple[RevokeRole, ...]:
    """The same role on patterns near that one, then other roles on that very pattern; always the same person or group."""
    own = [grant for grant in grants if grant.principal == wanted.principal]
    patterns = near_patterns((grant.pattern for grant in own if grant.role is wanted.role), wanted.pattern)
    roles = dict.fromkeys(grant.role for grant in own if grant.pattern == wanted.pattern)
    return (
        *(RevokeRole(wanted.principal, wanted.role, pattern) for pattern in patterns),
        *(RevokeRole(wanted.principal, role, wanted.pattern) for role in roles),
    )[:NEAR_SHOWN]
