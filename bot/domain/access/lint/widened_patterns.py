"""Lint check: patterns written for plain names that match more now that there are several Felderas. Pure."""

from collections.abc import Iterable, Iterator

from bot.domain.access.authorization import id_of
from bot.domain.access.lint.findings import Finding, warning
from bot.domain.access.patterns import can_match, covers
from bot.domain.access.permissions import Grant
from bot.domain.access.rules import Freeze, Rule
from bot.domain.pipelines.targets import Targets


def widened(
    grants: Iterable[Grant], rules: Iterable[Rule], freezes: Iterable[Freeze], targets: Targets
) -> Iterator[Finding]:
    """One for each pattern without a target that matches names on some target: `*` matches slashes, too."""
    if not targets.names:
        return
    for grant in grants:
        yield from _said(f"{id_of(grant.principal)} is {grant.role} on", grant.pattern, "grant", targets)
    for rule in rules:
        yield from _said("There is a rule on", rule.pattern, "set it on", targets)
    for freeze in freezes:
        yield from _said("There is a freeze on", freeze.pattern, "freeze", targets)


def _said(what: str, pattern: str, verb: str, targets: Targets) -> Iterator[Finding]:
    if "/" in pattern or not pattern.strip("*") or not can_match(pattern, targets):
        return
    whole = [target for target in targets.names if covers(pattern, f"{target}/*")]
    some = [target for target in targets.names if can_match(pattern, Targets((target,)))]
    matches = f"every pipeline of {_all(whole)}" if whole else f"pipelines of {_all(some)}"
    instead = f"{(whole or some)[0]}/…" if whole or some else "TARGET/…"
    yield warning(
        f"{what} {pattern}, which now matches {matches}. If that is not intended, {verb} {instead} instead."
    )


def _all(targets: Iterable[str]) -> str:
    return " and ".join(targets)
