"""The access linter's rules: what is wrong with grants and rules. Each finding says what to do about it.

Pure. It changes nothing and decides nothing: `decide()` does. It reports only what the grants, the rules and the
`Roster` prove: if the members of a group are not known, it says nothing about numbers.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.domain.access.authorization import id_of
from bot.domain.access.lint import principals
from bot.domain.access.lint.findings import Finding, Roster, Severity, notice, problem, warning
from bot.domain.access.lint.widened_patterns import widened
from bot.domain.access.patterns import can_match, covers, may_overlap
from bot.domain.access.permissions import Action, Grant, Group, Kind, Principal
from bot.domain.access.rules import REQUESTER_APPROVALS, Freeze, Requirements, Rule, strictest
from bot.domain.ids import Actor
from bot.domain.pipelines.targets import ONE, Targets

LISTED_MAX = 5  # people named in one sentence
NO_ONE_CLOSES = (
    "If a request on {pattern} needs attention, no one can close it, and the pipeline stays locked: that takes the role "
    "operator. Grant it to someone, or be ready to."
)


def lint(  # noqa: PLR0913 - all that is linted
    grants: Iterable[Grant],
    rules: Iterable[Rule],
    roster: Roster,
    now: datetime,
    targets: Targets = ONE,
    *,
    freezes: Iterable[Freeze],
) -> tuple[Finding, ...]:
    """All findings, most severe first."""
    grants, rules = tuple(grants), tuple(rules)
    in_force = tuple(grant for grant in grants if grant.is_current(now))
    access = _Access(tuple(grant for grant in in_force if roster.serves(grant.principal)), rules, roster)
    found = [
        *_nowhere(access, targets),
        *widened(access.grants, rules, freezes, targets),
        *principals.elsewhere(in_force, roster),
        *principals.who_never_passes(access.grants, roster),
        *_quorums(access),
        *_glasses(access),
        *_asking(access),
        *principals.nobody_is_admin(access.grants),
        *_closing(access),
        *principals.given_twice(access.grants),
        *principals.ends(grants, now),
    ]
    order = list(Severity)
    return tuple(sorted(found, key=lambda finding: order.index(finding.severity)))


@dataclass(frozen=True, slots=True)
class _Access:
    """The grants in force, the rules, and the people they apply to."""

    grants: tuple[Grant, ...]
    rules: tuple[Rule, ...]
    roster: Roster

    def able(self, pattern: str, *actions: Action, everywhere: bool = False) -> frozenset[Actor] | None:
        """The distinct people with a right to one of `actions` on some (`everywhere`: all) of what `pattern` matches.

        None: some of them come from a group whose members are not known.
        """
        reaches = covers if everywhere else may_overlap
        people: set[Actor] = set()
        for grant in self.grants:
            if not grant.role.actions.isdisjoint(actions) and reaches(grant.pattern, pattern):
                members = self._members(grant.principal)
                if members is None:
                    return None
                people |= members
        return frozenset(person for person in people if self._may_pass(person))

    def on_all_of(self, pattern: str) -> Iterator[Rule]:
        """The rules that apply to every pipeline that `pattern` matches."""
        return (rule for rule in self.rules if covers(rule.pattern, pattern))

    def terms_on(self, pattern: str) -> Requirements:
        """The requirements for every pipeline that `pattern` matches, no matter who asks."""
        return strictest(tuple(self.on_all_of(pattern)), approvals=0)

    def _members(self, principal: Principal) -> frozenset[Actor] | None:
        return self.roster.members.get(principal) if isinstance(principal, Group) else frozenset({principal})

    def _may_pass(self, person: Actor) -> bool:
        # A person who cannot be looked up now may be a member later: a finding about the person, not about the rule.
        return self.roster.kinds.get(person, Kind.MEMBER) in {Kind.MEMBER, Kind.UNKNOWN}


def _nowhere(access: _Access, targets: Targets) -> Iterator[Finding]:
    """Patterns written for other Felderas: they look as if they had an effect."""
    if targets.names:
        here = f"pipelines are named TARGET/NAME, and the targets are {', '.join(targets.names)}"
    else:
        here = "there is one Feldera, and pipeline names have no target"
    for rule in access.rules:
        if not can_match(rule.pattern, targets):
            yield problem(f"The rule on {rule.pattern} matches no pipeline: {here}. Replace it.")
    for grant in access.grants:
        if not can_match(grant.pattern, targets):
            yield problem(
                f"{id_of(grant.principal)} is {grant.role} on {grant.pattern}, which matches no pipeline: {here}. "
                "Replace the grant."
            )


@dataclass(frozen=True, slots=True)
class _Quorum:
    """`needed` approvals on `pattern`, by the rule on `ruled_by`, or by the default."""

    pattern: str
    needed: int
    ruled_by: str | None

    @property
    def words(self) -> str:
        if self.ruled_by is None:
            return f"Without a rule, a requester on {self.pattern} needs {_approvals(self.needed)}"
        elsewhere = "" if self.ruled_by == self.pattern else f", also on {self.pattern}"
        return f"The rule on {self.ruled_by} needs {_approvals(self.needed)}{elsewhere}"


def _quorums(access: _Access) -> Iterator[Finding]:
    hopeless: list[str] = []  # patterns already reported: what they cover needs no line of its own
    for quorum in _quorums_of(access):
        if any(covers(pattern, quorum.pattern) for pattern in hopeless):
            continue
        for finding in _unmet(quorum, access):
            if finding.severity is Severity.PROBLEM:
                hopeless.append(quorum.pattern)
            yield finding


def _quorums_of(access: _Access) -> list[_Quorum]:
    """One per pattern: of each rule, and of each grant to request clears."""
    asking = [grant.pattern for grant in access.grants if Action.REQUEST in grant.role.actions]
    bound_to_ask = {
        grant.pattern
        for grant in access.grants
        if Action.REQUEST in grant.role.actions and Action.CLEAR not in grant.role.actions
    }
    found = []
    for pattern in dict.fromkeys([*(rule.pattern for rule in access.rules), *asking]):
        strictest = max(
            access.on_all_of(pattern),
            key=lambda rule: -1 if rule.approvals is None else rule.approvals,
            default=None,
        )
        if strictest is not None and strictest.approvals is not None:
            found.append(_Quorum(pattern, strictest.approvals, strictest.pattern))
        elif pattern in bound_to_ask:
            found.append(_Quorum(pattern, REQUESTER_APPROVALS, None))
    return [quorum for quorum in found if quorum.needed]


def _unmet(quorum: _Quorum, access: _Access) -> Iterator[Finding]:
    approvers = access.able(quorum.pattern, Action.APPROVE)
    if approvers is None:
        return
    if not approvers:
        yield problem(
            f"{quorum.words}, but no one can approve there. Grant approver on {quorum.pattern} to someone."
        )
        return
    if len(approvers) < quorum.needed:
        yield problem(
            f"{quorum.words}, but only {_people(approvers)} can approve there. "
            f"Grant approver on {quorum.pattern} to more people, or lower the number of approvals."
        )
        return
    askers = access.able(quorum.pattern, Action.REQUEST, Action.CLEAR) or frozenset()
    stuck = frozenset(asker for asker in askers & approvers if len(approvers - {asker}) < quorum.needed)
    if stuck:
        yield warning(
            f"{quorum.words}, but requests of {_people(stuck)} can never get enough: people cannot approve their own "
            f"requests, and too few others can. Grant approver on {quorum.pattern} to more people."
        )
        return
    on_all = access.able(quorum.pattern, Action.APPROVE, everywhere=True)
    if on_all is not None and len(on_all) < quorum.needed:
        yield notice(
            f"{quorum.words}, but on some names that it matches, too few people can approve. "
            f"If there are such pipelines, grant approver on {quorum.pattern}."
        )


def _glasses(access: _Access) -> Iterator[Finding]:
    for rule in access.rules:
        if rule.break_glass is not True or not access.terms_on(rule.pattern).break_glass:
            continue
        what = f"The rule on {rule.pattern} allows break-glass"
        signers = access.able(rule.pattern, Action.APPROVE)
        breakers = access.able(rule.pattern, Action.BREAK_GLASS)
        if breakers == frozenset():
            yield notice(
                f"{what}, but no one is responder there. Grant responder, or set break-glass=forbidden."
            )
        elif signers == frozenset():
            yield problem(f"{what}, but no one can review it. Grant approver on {rule.pattern} to someone.")
        elif signers is not None and breakers is not None and len(signers) == 1 and signers <= breakers:
            yield warning(
                f"{what}, but a run of {_people(signers)} could be reviewed by no one else. "
                f"Grant approver on {rule.pattern} to another person."
            )


def _closing(access: _Access) -> Iterator[Finding]:
    """Patterns on which people may make requests, and no one may close one that needs attention."""
    noted: list[str] = []  # patterns already noted: what they cover needs no line of its own
    for pattern in dict.fromkeys(
        grant.pattern for grant in access.grants if Action.REQUEST in grant.role.actions
    ):
        is_noted = any(covers(other, pattern) for other in noted)
        if is_noted or access.able(pattern, Action.CLEAR) != frozenset():
            continue
        noted.append(pattern)
        yield notice(NO_ONE_CLOSES.format(pattern=pattern))


def _asking(access: _Access) -> Iterator[Finding]:
    for rule in access.rules:
        requirements = access.terms_on(rule.pattern)
        if rule.approvals and not requirements.ask_channels and not requirements.ask_groups:
            yield warning(
                f"The rule on {rule.pattern} needs {_approvals(rule.approvals)} but notifies no one: requests are posted "
                "where they were typed, and mention no approver. Add channel=… or group=… to it."
            )
        yield from _asked(rule, access)
        if rule.remind_after is not None and rule.remind_after >= requirements.approve_within:
            yield notice(
                f"The rule on {rule.pattern} reminds too late: requests have expired by then. Make remind shorter than within."
            )


def _asked(rule: Rule, access: _Access) -> Iterator[Finding]:
    """The group that a rule mentions, and the channel that another rule overrides."""
    notifies = f"The rule on {rule.pattern} notifies the user group {rule.ask_group}"
    for group, why in access.roster.unread.items():
        if group.group == rule.ask_group:
            yield problem(f"{notifies}, which could not be read: {why}. Name another group.")
    for group, members in access.roster.members.items():
        if group.group == rule.ask_group and not members:
            yield warning(
                f"{notifies}, which has no members. Add people to it in Slack, or name another group."
            )
    first = next((other for other in access.on_all_of(rule.pattern) if other.ask_channel), rule)
    if rule.ask_channel is not None and first.ask_channel not in {None, rule.ask_channel}:
        yield notice(
            f"Requests on {rule.pattern} are posted in {first.ask_channel}, the channel of the rule on {first.pattern}, "
            f"not in {rule.ask_channel}. Set the same channel in both rules."
        )


def _approvals(number: int) -> str:
    return "1 approval" if number == 1 else f"{number} approvals"


def _people(people: Iterable[Actor]) -> str:
    ids = sorted(person.user for person in people)
    return ", ".join(ids[:LISTED_MAX]) + (
        f" and {len(ids) - LISTED_MAX} more" if len(ids) > LISTED_MAX else ""
    )
