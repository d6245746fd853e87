"""Replies about access: a denial, an explanation, a change of grants, rules and freezes."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.access.authorization import Authorization
from bot.domain.access.changes import AccessChange, ChangeDecision
from bot.domain.access.permissions import Decision, Grant, Membership
from bot.domain.access.rules import Freeze, Rule
from bot.domain.audit_values import Previous
from bot.domain.ids import PipelineName
from bot.domain.operations.plans import Plan
from bot.engine.attempted_actions import AttemptedAction


@dataclass(frozen=True, slots=True)
class PermissionDenied:
    """Permission denied. Says nothing about the pipeline, not even whether it exists.

    `tried`: what they wanted to do to an operation on the pipeline, if it was one. `confirming`: they pressed the
    preview's button, and should know that it did nothing. `plan` is what they wanted done to the pipeline, or what the
    operation does to it; None where they only wanted to see the pipeline.
    """

    pipeline: PipelineName
    decision: Decision
    plan: Plan | None
    tried: AttemptedAction | None = None
    confirming: bool = False


@dataclass(frozen=True, slots=True)
class Explained:
    """Whether a person may run a plan, what it requires, and what decided."""

    pipeline: PipelineName
    authority: Authorization
    break_glass: Decision
    plan: Plan


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
    """The change of access was made; `before` is what it replaced, removed or found there, if anything."""

    change: AccessChange
    before: Previous | None


@dataclass(frozen=True, slots=True)
class NothingToChange:
    """What was to be removed does not exist."""

    change: AccessChange


@dataclass(frozen=True, slots=True)
class NotAllowed:
    """The change of access was denied."""

    change: AccessChange
    judgement: ChangeDecision
