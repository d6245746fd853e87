"""Admins: who can grant roles on a pipeline or a pattern, by the grants alone. Pure.

Whether they are members of the workspace now, and who is in a group, only the workspace knows.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.domain.access.patterns import covers, may_overlap
from bot.domain.access.permissions import Action, Grant
from bot.domain.ids import Actor


@dataclass(frozen=True, slots=True)
class Admins:
    """Admins to name to somebody who lacks a role, a few at most.

    `of_part`: none of them can grant it on all that was asked for, but each on some of it. `unread` is what Slack did
    not answer, where there is nobody to name for that reason.
    """

    people: tuple[Actor, ...] = ()
    of_part: bool = False
    unread: str = ""


def admin_grants(
    grants: Iterable[Grant], pattern: str, now: datetime, *, of_part: bool = False
) -> tuple[Grant, ...]:
    """The grants in force that let somebody grant roles on all of `pattern`, or on some of it.

    Those with the longest pattern come first: it is the narrowest as a rule, and so the nearest to the pipeline.
    """
    reaches = may_overlap if of_part else covers
    able = [
        grant
        for grant in grants
        if Action.ADMINISTER in grant.role.actions
        and grant.is_current(now)
        and reaches(grant.pattern, pattern)
    ]
    return tuple(sorted(able, key=lambda grant: (-len(grant.pattern), grant.id)))
