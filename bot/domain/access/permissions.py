"""Permissions: roles and grants. `decide()` is the only place that says yes or no, and its default is no.

It evaluates a `Membership`: a person as the workspace knows them now, with their user groups. What could not be read
or resolved about them counts against them, and the decision says so.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from fnmatch import fnmatchcase

from bot.domain.access.patterns import covers
from bot.domain.ids import Actor, GroupId, PipelineName, TeamId


class Action(StrEnum):
    """What somebody may do. All but `ADMINISTER` apply to a pipeline; that one, to a pattern."""

    VIEW = "view"
    REQUEST = "request"
    CLEAR = "clear"
    STOP = "stop"
    START = "start"
    APPROVE = "approve"
    BREAK_GLASS = "break_glass"
    ADMINISTER = "administer"


ASKS = (Action.CLEAR, Action.STOP, Action.START, Action.REQUEST, Action.BREAK_GLASS)
"""Actions of somebody who starts an operation on a pipeline, with or without approval."""

SAY = (Action.CLEAR, Action.REQUEST, Action.APPROVE, Action.BREAK_GLASS)
"""Anybody who may do one of these may cancel an operation before it is sent."""


class Role(StrEnum):
    VIEWER = "viewer"
    REQUESTER = "requester"
    OPERATOR = "operator"
    APPROVER = "approver"
    RESPONDER = "responder"
    ADMIN = "admin"

    @property
    def actions(self) -> frozenset[Action]:
        return _ACTIONS[self]


_ACTIONS = {
    Role.VIEWER: frozenset({Action.VIEW}),
    Role.REQUESTER: frozenset({Action.VIEW, Action.REQUEST}),
    Role.OPERATOR: frozenset({Action.VIEW, Action.REQUEST, Action.CLEAR, Action.STOP, Action.START}),
    Role.APPROVER: frozenset({Action.VIEW, Action.APPROVE}),
    Role.RESPONDER: frozenset({Action.VIEW, Action.REQUEST, Action.BREAK_GLASS}),
    Role.ADMIN: frozenset({Action.ADMINISTER}),
}


@dataclass(frozen=True, slots=True)
class Group:
    """A Slack user group (`S…`) of a workspace."""

    team: TeamId
    group: GroupId


Principal = Actor | Group


class Kind(StrEnum):
    """What a person is in the workspace. Only a member is ever allowed anything, whatever is granted to the others."""

    MEMBER = "member"
    GUEST = "guest"
    BOT = "bot"
    DEACTIVATED = "deactivated"
    OUTSIDER = "outsider"  # of another workspace (Slack Connect, Enterprise Grid), or unknown to ours
    UNKNOWN = "unknown"  # the workspace could not be asked


@dataclass(frozen=True, slots=True)
class Membership:
    """A person as the workspace knows them now. `unresolved_groups` could not be looked up; `why` says why not.

    `transient`: something is missing only because Slack is away or rate-limits us. A retry may get it; `retry_after` says
    when, if it was not looked up because of the rate limit.
    """

    actor: Actor
    kind: Kind = Kind.MEMBER
    groups: frozenset[GroupId] = frozenset()
    unresolved_groups: frozenset[GroupId] = frozenset()
    why: str = ""
    transient: bool = False
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """A role on the pipelines whose names match `pattern` (a case-sensitive glob), until `expires_at` if set."""

    id: int
    principal: Principal
    role: Role
    pattern: str
    granted_by: str
    granted_at: datetime
    expires_at: datetime | None
    note: str

    def is_current(self, now: datetime) -> bool:
        return self.expires_at is None or now < self.expires_at

    def is_to(self, membership: Membership) -> bool:
        """Whether this person holds it, directly or through a group they are known to be in."""
        if isinstance(self.principal, Group):
            return self.principal.team == membership.actor.team and self.principal.group in membership.groups
        return self.principal == membership.actor

    def may_be_to(self, membership: Membership) -> bool:
        """Whether they might hold it through a group that could not be looked up."""
        return (
            isinstance(self.principal, Group)
            and self.principal.team == membership.actor.team
            and self.principal.group in membership.unresolved_groups
        )


class Why(StrEnum):
    """The reason for a decision."""

    GRANTED = "granted"
    NOT_A_MEMBER = "not_a_member"
    UNRESOLVED = "unresolved"
    LAPSED = "lapsed"
    NO_GRANT = "no_grant"


@dataclass(frozen=True, slots=True)
class Decision:
    """Yes or no, and why: the grant that allows it, or the roles that would and the grant that expired."""

    allowed: bool
    action: Action
    why: Why = Why.NO_GRANT
    grant: Grant | None = None
    would_allow: tuple[Role, ...] = ()
    lapsed: Grant | None = None
    rules: tuple[str, ...] = field(default=(), compare=False)  # the patterns of the rules on the pipeline
    membership: Membership | None = field(default=None, compare=False)

    @property
    def unread(self) -> str:
        """If it is a no only because something is unknown: what Slack did not answer, as a clause."""
        membership = self.membership
        if self.allowed or membership is None:
            return ""
        unknown = self.why is Why.UNRESOLVED or membership.kind is Kind.UNKNOWN
        return (membership.why or "nothing is known of the person") if unknown else ""

    @property
    def may_be_confirmed_later(self) -> bool:
        """Whether it is a no only until Slack answers: nothing else is known against the person."""
        return self.unread != "" and self.membership is not None and self.membership.transient

    @property
    def on_record(self) -> dict[str, str | int | None]:
        """What the audit log keeps of it: the id of the deciding grant (also one that expired), and the rules."""
        decisive = self.grant or self.lapsed
        rules = {"rules": " ".join(self.rules)} if self.rules else {}
        return {"grant": None if decisive is None else decisive.id, **rules}


def decide(
    membership: Membership, action: Action, name: PipelineName, grants: Iterable[Grant], now: datetime
) -> Decision:
    """Whether this person may do `action` to the pipeline `name` at `now`, by these grants alone."""
    return _decide(membership, action, [grant for grant in grants if fnmatchcase(name, grant.pattern)], now)


def decide_somewhere(
    membership: Membership, action: Action, grants: Iterable[Grant], now: datetime
) -> Decision:
    """Whether there is any name at all on which this person may do `action`, even if no pipeline has it."""
    return _decide(membership, action, list(grants), now)


def decide_on_pattern(
    membership: Membership, pattern: str, grants: Iterable[Grant], now: datetime
) -> Decision:
    """Whether this person may administer all that `pattern` can match: its grants, rules and freezes."""
    return _decide(
        membership, Action.ADMINISTER, [grant for grant in grants if covers(grant.pattern, pattern)], now
    )


def _decide(membership: Membership, action: Action, matching: list[Grant], now: datetime) -> Decision:
    able = [grant for grant in matching if action in grant.role.actions]
    would_allow = tuple(role for role in Role if action in role.actions)

    def no(why: Why, lapsed: Grant | None = None) -> Decision:
        return Decision(
            allowed=False,
            action=action,
            why=why,
            would_allow=would_allow,
            lapsed=lapsed,
            membership=membership,
        )

    if membership.kind is not Kind.MEMBER:
        return no(Why.NOT_A_MEMBER)
    held = [grant for grant in able if grant.is_to(membership)]
    for grant in held:
        if grant.is_current(now):
            return Decision(allowed=True, action=action, why=Why.GRANTED, grant=grant, membership=membership)
    if any(grant.may_be_to(membership) and grant.is_current(now) for grant in able):
        return no(Why.UNRESOLVED)
    if held:
        return no(Why.LAPSED, max(held, key=lambda grant: (grant.expires_at or now, grant.id)))
    return no(Why.NO_GRANT)
