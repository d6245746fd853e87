"""Replies about access: decisions explained, grants and rules shown, and changes of them."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.access.admins import Admins
from bot.domain.access.authorization import Authorization
from bot.domain.access.changes import AccessChange, ChangeDecision, WantedChange
from bot.domain.access.permissions import Decision, Grant, Membership
from bot.domain.access.request_objections import Objection
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
    """The change was made; `before` is what was there. Where nothing was to be removed, `near` was probably meant."""

    change: AccessChange
    before: Previous | None
    at: datetime
    near: tuple[WantedChange, ...] = ()


@dataclass(frozen=True, slots=True)
class NotAllowed:
    """The change of access was denied. `admins` can make it."""

    judgement: ChangeDecision
    admins: Admins | None = None
