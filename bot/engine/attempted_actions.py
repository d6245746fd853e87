"""Attempted actions: what somebody tries to do to a pipeline or to an operation, whether or not they may."""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.access.patterns import is_of_several
from bot.domain.access.permissions import SAY, Action
from bot.domain.ids import PipelineName
from bot.domain.operations.plans import Plan


class AttemptedAction(StrEnum):
    """These words are stored, as `action`, beside those of `Action`."""

    CONFIRM = "confirm"
    DROP = "drop"
    APPROVE = "approve"
    DENY = "deny"
    WITHDRAW = "withdraw"
    STOP = "stop_operation"  # `stop` is an action on a pipeline
    SIGN_OFF = "sign_off"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class DeniedAction:
    """What somebody may not do: run `plan` on a pipeline, or do what they `tried` to an operation with that plan.

    Without a plan they only wanted to see the pipeline, or all that match a pattern: then `name` is that pattern.
    `action` is what they lack the right to.
    """

    name: PipelineName
    action: Action
    plan: Plan | None = None
    tried: AttemptedAction | None = None

    @property
    def is_of_several(self) -> bool:
        """Whether `name` is a pattern: somebody wanted to see any pipeline of those."""
        return self.plan is None and is_of_several(self.name)

    @property
    def any_of(self) -> tuple[Action, ...]:
        """The right to one of these is enough."""
        return SAY if self.tried is AttemptedAction.STOP else (self.action,)
