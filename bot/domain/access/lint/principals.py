"""Lint checks of principals: people whose grants cannot work, grants that end or repeat, and a missing admin. Pure.

A part of the linter. Like it, it reports only what the grants and the `Roster` prove.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from bot.domain.access.authorization import id_of
from bot.domain.access.lint.findings import Finding, Roster, notice, problem, warning
from bot.domain.access.permissions import Grant, Group, Kind, Principal, Role

EXPIRES_SOON = timedelta(hours=72)  # covers a weekend: somebody who reads it on Friday can still act
TO_COME = 0  # the number of a grant that so far exists only in a file
NOBODY_IS_ADMIN = "No one is admin: grants, rules and freezes can only be changed in the shell. Grant admin on '*' to someone."

_NEVER = {
    Kind.DEACTIVATED: "is deactivated",
    Kind.GUEST: "is a guest",
    Kind.BOT: "is a bot",
    Kind.OUTSIDER: "is not a member of this workspace",
}


def elsewhere(grants: Iterable[Grant], roster: Roster) -> Iterator[Finding]:
    """Grants to people of another workspace."""
    for principal, held in _by_principal(grant for grant in grants if not roster.serves(grant.principal)):
        yield problem(
            f"{id_of(principal)} ({_roles(held)}) is of the workspace {principal.team}, but the bot serves {roster.home}: "
            f"the grant has no effect. {_away(held, team=principal.team)}"
        )


def who_never_passes(grants: Iterable[Grant], roster: Roster) -> Iterator[Finding]:
    for principal, held in _by_principal(grants):
        who, what = id_of(principal), _roles(held)
        if isinstance(principal, Group):
            yield from _group(principal, what, roster)
            continue
        kind = roster.kinds.get(principal, Kind.MEMBER)
        if kind is Kind.UNKNOWN:
            yield warning(
                f"{who} ({what}) could not be looked up in Slack, and has no access until that works. "
                "Try again; if it persists, check the app's scopes."
            )
        elif kind is not Kind.MEMBER:
            yield warning(f"{who} {_NEVER[kind]}: the grant ({what}) has no effect. {_away(held)}")


def _group(group: Group, what: str, roster: Roster) -> Iterator[Finding]:
    why = roster.unread.get(group)
    if why is not None:
        yield problem(
            f"The user group {group.group} ({what}) could not be read: {why}. Its grants have no effect until then. "
            "Fix the group, or grant its members directly."
        )
    elif roster.members.get(group) == frozenset():
        yield warning(
            f"The user group {group.group} ({what}) has no members. Add people to it in Slack, or revoke the grants."
        )


def nobody_is_admin(grants: Sequence[Grant]) -> Iterator[Finding]:
    """Something was set up, but nobody is an admin."""
    if grants and not any(grant.role is Role.ADMIN for grant in grants):
        yield notice(NOBODY_IS_ADMIN)


def given_twice(grants: Iterable[Grant]) -> Iterator[Finding]:
    """The same role on the same pattern: only the one that lasts longest has an effect."""
    times = Counter((grant.principal, grant.role, grant.pattern) for grant in grants)
    for (principal, role, pattern), count in times.items():
        if count > 1:
            yield notice(
                f"{id_of(principal)} has {count} grants as {role} on {pattern}. One is enough: keep the one that lasts longest."
            )


def ends(grants: Sequence[Grant], now: datetime) -> Iterator[Finding]:
    expired = [grant for grant in grants if not grant.is_current(now)]
    for grant in grants:
        if grant.expires_at is not None and now < grant.expires_at <= now + EXPIRES_SOON:
            yield notice(
                f"{id_of(grant.principal)} is {grant.role} on {grant.pattern} only until "
                f"{grant.expires_at:%Y-%m-%d %H:%M} UTC. To extend it, grant it again."
            )
    if expired:
        numbers = ", ".join(f"#{grant.id}" for grant in expired)
        yield notice(f"Expired grants: {numbers}. They have no effect; revoke them to clear the list.")


def _by_principal(grants: Iterable[Grant]) -> Iterable[tuple[Principal, list[Grant]]]:
    held: dict[Principal, list[Grant]] = {}
    for grant in grants:
        held.setdefault(grant.principal, []).append(grant)
    return held.items()


def _roles(held: Iterable[Grant]) -> str:
    return ", ".join(f"{grant.role} on {grant.pattern}" for grant in held)


def _away(held: Iterable[Grant], team: str = "") -> str:
    """How to revoke it; for a workspace other than the bot's, `revoke` needs the team."""
    if all(grant.id == TO_COME for grant in held):
        return "Remove it from the file."
    return f"Revoke it{f' with --team {team}' if team else ''}."
