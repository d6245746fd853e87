"""Access as a whole: the current grants and rules, the desired ones, and the changes that lead from one to the other.

Pure. A part for which nothing is desired (None) stays as it is. Expired grants are not part of it: they have no effect.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.domain.access.authorization import id_of
from bot.domain.access.changes import AccessChange, DropRule, GrantRole, RevokeRole, SetRule
from bot.domain.access.permissions import Grant, Principal, Role
from bot.domain.access.rules import Rule
from bot.domain.ids import TeamId


@dataclass(frozen=True, slots=True)
class DesiredAccess:
    """`grants` and `rules`: all that should exist; None leaves them as they are. One rule per pattern."""

    grants: frozenset[GrantRole] | None = None
    rules: frozenset[Rule] | None = None

    def at(self, now: datetime) -> "DesiredAccess":
        """Without expired grants."""
        if self.grants is None:
            return self
        return DesiredAccess(frozenset(give for give in self.grants if _is_current(give, now)), self.rules)


def as_it_stands(grants: Iterable[Grant], rules: Iterable[Rule], now: datetime) -> DesiredAccess:
    given = (given_as(grant) for grant in grants if grant.is_current(now))
    return DesiredAccess(frozenset(given), frozenset(rules))


def given_as(grant: Grant) -> GrantRole:
    return GrantRole(grant.principal, grant.role, grant.pattern, grant.expires_at, grant.note)


def once_made(current: DesiredAccess, wanted: DesiredAccess) -> DesiredAccess:
    """The access that results."""
    return DesiredAccess(
        current.grants if wanted.grants is None else wanted.grants,
        current.rules if wanted.rules is None else wanted.rules,
    )


def plan(current: DesiredAccess, wanted: DesiredAccess) -> tuple[AccessChange, ...]:
    """The changes to make, all together. What is already as desired is left alone where possible."""
    return (*_of_grants(current, wanted), *_of_rules(current, wanted))


def differences(current: DesiredAccess, wanted: DesiredAccess, home: TeamId | None = None) -> tuple[str, ...]:
    """One line each: `- grant …` for what is removed, `+ rule …` for what is added, sorted by subject.

    `home` is the workspace that lines need not name.
    """
    lines = []
    if wanted.grants is not None:
        before = current.grants or frozenset()
        lines += [
            (grant_key(give), f"- grant {grant_in_words(give, home)}") for give in before - wanted.grants
        ]
        lines += [
            (grant_key(give), f"+ grant {grant_in_words(give, home)}") for give in wanted.grants - before
        ]
    ordered = [line for _, line in sorted(lines, key=lambda each: (each[0][:3], each[1][0] == "+", each[0]))]
    if wanted.rules is not None:
        rules = current.rules or frozenset()
        changed = [(rule, "-") for rule in rules - wanted.rules] + [
            (rule, "+") for rule in wanted.rules - rules
        ]
        changed.sort(key=lambda each: (each[0].pattern, each[1] == "+"))
        ordered += [f"{sign} rule {rule.pattern} {rule.in_words}".rstrip() for rule, sign in changed]
    return tuple(ordered)


def grant_key(give: GrantRole) -> tuple[str, str, str, str, str]:
    """The sort order of grants: by pattern, so that all lines about a pipeline are together."""
    until = "" if give.expires_at is None else give.expires_at.isoformat()
    return give.pattern, give.role.value, id_of(give.principal), until, give.note


def grant_in_words(give: GrantRole, home: TeamId | None = None) -> str:
    team = "" if home in {None, give.principal.team} else f"{give.principal.team}/"
    until = "" if give.expires_at is None else f" until {give.expires_at:%Y-%m-%d %H:%M} UTC"
    note = f" ({give.note})" if give.note else ""
    return f"{team}{id_of(give.principal)} {give.role.value} {give.pattern}{until}{note}"


def _of_grants(current: DesiredAccess, wanted: DesiredAccess) -> Iterator[AccessChange]:
    """A grant is revoked only with all others of its person, role and pattern; those to keep are granted again."""
    if wanted.grants is None:
        return
    before, after = _by_what(current.grants or frozenset()), _by_what(wanted.grants)
    for what in sorted(before.keys() | after.keys(), key=lambda what: grant_key(GrantRole(*what))):
        had, has = before.get(what, frozenset()), after.get(what, frozenset())
        goes = had - has
        if goes:
            yield RevokeRole(*what)
        yield from sorted(has if goes else has - had, key=grant_key)


def _of_rules(current: DesiredAccess, wanted: DesiredAccess) -> Iterator[AccessChange]:
    if wanted.rules is None:
        return
    before = current.rules or frozenset()
    kept = {rule.pattern for rule in wanted.rules}
    for pattern in sorted(rule.pattern for rule in before if rule.pattern not in kept):
        yield DropRule(pattern)
    for rule in sorted(wanted.rules - before, key=lambda rule: rule.pattern):
        yield SetRule(rule)


def _by_what(gives: frozenset[GrantRole]) -> dict[tuple[Principal, Role, str], frozenset[GrantRole]]:
    found: dict[tuple[Principal, Role, str], frozenset[GrantRole]] = {}
    for give in gives:
        what = give.principal, give.role, give.pattern
        found[what] = found.get(what, frozenset()) | {give}
    return found


def _is_current(give: GrantRole, now: datetime) -> bool:
    return give.expires_at is None or now < give.expires_at
