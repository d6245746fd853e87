"""Objections: why rights or rules say no to a request. `Authorization.objections` alone makes them. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import ClassVar

from bot.domain.access.permissions import Decision
from bot.domain.access.rules import Freeze, Requirements
from bot.domain.ids import PipelineName
from bot.domain.operations.outcome import Ending, Outcome
from bot.domain.operations.plans import Plan


class FormField(Enum):
    """The field of a form that an objection is about."""

    PIPELINE = "pipeline"
    REASON = "reason"


@dataclass(frozen=True)
class ObjectionBase:
    """A no to `plan` on `pipeline`, with what decided: the decision on the requester, and what the rules require.

    Each kind says how the audit log records it (`recorded_as`, which never changes; None: as the decision says), which
    field of a form it is about, and how it ends a request that was confirmed (`ending`; None: it holds it at most).

    Subclasses are dataclasses without slots: with slots, `dataclass` makes the class a second time, without these
    arguments.
    """

    recorded_as: ClassVar[str | None]
    form_field: ClassVar[FormField]
    ending: ClassVar[Ending | None]

    pipeline: PipelineName
    plan: Plan
    requester: Decision
    requirements: Requirements

    def __init_subclass__(
        cls, *, recorded_as: str | None, form_field: FormField, ending: Ending | None
    ) -> None:
        cls.recorded_as, cls.form_field, cls.ending = recorded_as, form_field, ending

    @property
    def outcome(self) -> Outcome | None:
        """How a confirmed request ends by it; None if it waits until the objection is over."""
        return None if self.ending is None else Outcome(self.ending)

    @property
    def on_record(self) -> dict[str, str | int | None]:
        """What the audit log keeps of what decided."""
        if self.recorded_as is None:
            return self.requester.on_record
        return {**self.requester.on_record, "rules": " ".join(self.requirements.rules)}


@dataclass(frozen=True)
class NameNotTyped(ObjectionBase, recorded_as="name_differs", form_field=FormField.PIPELINE, ending=None):
    """A break-glass needs the pipeline's name typed again, letter by letter."""


@dataclass(frozen=True)
class NotPermitted(
    ObjectionBase, recorded_as=None, form_field=FormField.PIPELINE, ending=Ending.PERMISSION_LOST
):
    """The requester may not; of a confirmed request, also: too few approvals count, or rights end too soon (`lost`).

    `unread` is what Slack did not tell about somebody, if it is for that. It may pass then: `may_be_confirmed_later`.
    """

    lost: Ending = Ending.PERMISSION_LOST
    unread: str = ""
    may_be_confirmed_later: bool = False

    @property
    def outcome(self) -> Outcome | None:
        if self.may_be_confirmed_later:
            return None
        return Outcome(Ending.RIGHTS_UNREAD, self.unread) if self.unread else Outcome(self.lost)


@dataclass(frozen=True)
class Frozen(ObjectionBase, recorded_as="frozen", form_field=FormField.PIPELINE, ending=None):
    """The pipeline is frozen for now: no clear, stop or start, not even break-glass."""

    freeze: Freeze


@dataclass(frozen=True)
class BreakGlassForbidden(
    ObjectionBase,
    recorded_as="glass_forbidden",
    form_field=FormField.PIPELINE,
    ending=Ending.PERMISSION_LOST,
):
    """No rule allows break-glass here, or one forbids it."""


@dataclass(frozen=True)
class ReasonMissing(ObjectionBase, recorded_as="reason_wanted", form_field=FormField.REASON, ending=None):
    """The rules require a reason, or a different one than was typed.

    `incident`: the break-glass incident; `patterns`: those that neither it nor the reason contains.
    """

    incident: str
    reason: str
    patterns: tuple[str, ...]


@dataclass(frozen=True)
class TooManyOpen(ObjectionBase, recorded_as="too_many_open", form_field=FormField.PIPELINE, ending=None):
    """The person has the maximum number of open requests."""

    limit: int


@dataclass(frozen=True)
class TooManyRecentRequests(
    ObjectionBase, recorded_as="too_many_lately", form_field=FormField.PIPELINE, ending=None
):
    """The person has made the maximum number of requests in the last `within`; the next is possible at `again_at`."""

    limit: int
    within: timedelta
    again_at: datetime


RuleObjection = (
    NameNotTyped | Frozen | BreakGlassForbidden | ReasonMissing | TooManyOpen | TooManyRecentRequests
)
"""What holds for anybody, whatever is granted to them."""

Objection = NotPermitted | RuleObjection
