"""Requests, as rights and rules weigh them: a command that is not stored yet, or an operation. Pure."""

from dataclasses import dataclass
from enum import Enum, auto

from bot.domain.ids import Actor, PipelineName
from bot.domain.operations.fingerprints import Fingerprint
from bot.domain.operations.operation import Operation, State
from bot.domain.operations.plans import Plan


class Stage(Enum):
    """How far a request is. It decides what can still say no to it."""

    ASKED = auto()  # not confirmed yet: its requester can still word it differently, or wait
    CONFIRMED = auto()
    SENT = auto()  # its first request may have been sent, and would be repeated
    BEGUN = auto()  # an earlier step was sent: what has begun goes on


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asks for, and who has approved it.

    `reason` is None while it may still be typed. `typed_name` is the pipeline's name as the requester of a break-glass
    typed it once more; None before they are asked for it. `previewed` is how the pipeline was shown; None before the
    first look at it.
    """

    requester: Actor
    pipeline: PipelineName
    plan: Plan
    reason: str | None = None
    incident: str = ""
    approved_by: frozenset[Actor] = frozenset()
    stage: Stage = Stage.ASKED
    typed_name: str | None = None
    previewed: Fingerprint | None = None

    @staticmethod
    def of(operation: Operation, *, typed_name: str | None = None) -> "Request":
        return Request(
            operation.requester,
            operation.pipeline,
            operation.plan,
            operation.reason,
            operation.incident,
            frozenset(approval.by for approval in operation.approval.given),
            _stage(operation),
            typed_name,
            operation.previewed,
        )


def _stage(operation: Operation) -> Stage:
    match operation.state:
        case State.PROPOSED:
            return Stage.ASKED
        case State.AWAITING_APPROVAL | State.READY:
            return Stage.BEGUN if operation.has_begun else Stage.CONFIRMED
        case _:
            return Stage.BEGUN if operation.has_begun else Stage.SENT
