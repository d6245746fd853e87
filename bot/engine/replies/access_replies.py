"""Replies about access: decisions explained, grants and rules shown, and changes of them."""

from dataclasses import dataclass
from datetime import datetime, tzinfo

from bot.domain.access.admins import Admins
from bot.domain.access.authorization import Authorization
from bot.domain.access.changes import AccessChange, ChangeDecision, GrantRole, WantedChange
from bot.domain.access.grant_effects import NoEffect
from bot.domain.access.permissions import Decision, Grant, Membership
from bot.domain.access.requests.request_objections import Objection
from bot.domain.access.rules import Freeze, Rule
from bot.domain.audit_values import Previous
from bot.domain.ids import PipelineName
from bot.domain.operations.plans import Plan


@dataclass(frozen=True, slots=True)
class Explained:
    """Whether a person may run a plan, what it requires, what is in the way now, and what decided.

    `admins` can grant what they lack, if it is a grant that they lack.
    """

    pipeline: PipelineName
    authority: Authorization
    objection: Objection | None
    break_glass: Decision
    plan: Plan
    admins: Admins | None = None


@dataclass(frozen=True, slots=True)
class Introduced:
    """A person's membership, and what is granted to them."""

    membership: Membership
    grants: tuple[Grant, ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class GrantList:
    grants: tuple[Grant, ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class RuleList:
    rules: tuple[Rule, ...]
    freezes: tuple[Freeze, ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """The change was made; `before` is what was there. Where nothing was to be removed, `near` was probably meant.

    `no_effect`: why a grant that was made may have none. `zone` is whose clock the end of a freeze was read by, if it
    was typed without a zone.
    """

    change: AccessChange
    before: Previous | None
    at: datetime
    near: tuple[WantedChange, ...] = ()
    no_effect: NoEffect | None = None
    zone: tzinfo | None = None


@dataclass(frozen=True, slots=True)
class GrantWithoutEffect:
    """The grant was not made: it certainly would have no effect."""

    change: GrantRole
    no_effect: NoEffect


@dataclass(frozen=True, slots=True)
class NotAllowed:
    """The change of access was denied. `admins` can make it."""

    judgement: ChangeDecision
    admins: Admins | None = None
