"""What stands between a person and a clear, and what it comes to where nothing does. Pure."""

from dataclasses import dataclass
from typing import assert_never

from bot.domain.authority import Authority
from bot.domain.commands import Clear
from bot.domain.operations import Operation
from bot.domain.pipelines import Identity, Pipeline, Storage
from bot.engine import replies
from bot.engine.replies import Reply

OPEN_REQUESTS_MAX = 5  # of one person


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a clear would destroy and take: all that a proposal is made of, but the person's own words."""

    pipeline: Pipeline
    feldera: Identity
    authority: Authority


def hindrance(command: Clear, basis: Authority) -> Reply | None:
    """What the rules have against it, before anything is looked at."""
    if basis.freeze is not None:
        return replies.Frozen(command.name, basis.freeze)
    if command.incident and not basis.terms.break_glass:
        return replies.GlassForbidden(command.name, basis.terms)
    if not basis.terms.takes_reason(command.reason, command.incident):
        return replies.ReasonWanted(command.name, basis.terms, command.incident)
    return None


def why_not_taken_on(operation: Operation, basis: Authority, typed: str | None) -> Reply | None:
    """Why a proposal stays one, by elimination; None where less is asked now than was shown."""
    name = operation.pipeline
    if operation.incident and typed != name:
        return replies.NameWanted(operation)
    if not basis.requester.allowed:
        return replies.Denied(name, basis.requester, confirming=True)
    if basis.freeze is not None:
        return replies.Frozen(name, basis.freeze)
    if not basis.may_ask:
        return replies.GlassForbidden(name, basis.terms)
    if not basis.terms.takes_reason(operation.reason, operation.incident):
        return replies.ReasonWanted(name, basis.terms, operation.incident)
    return replies.TooManyOpen(name, OPEN_REQUESTS_MAX) if basis.approvals_needed else None


def why_not(pipeline: Pipeline) -> Reply | None:
    """Why there is nothing to confirm, if there is not."""
    match pipeline.storage:
        case Storage.CLEARED:
            return replies.AlreadyCleared(pipeline)
        case Storage.CLEARING:
            return replies.ClearingAlready(pipeline)
        case Storage.OTHER:
            return replies.NotUnderstood(pipeline)
        case Storage.IN_USE:
            return None if pipeline.is_stopped else replies.NotStopped(pipeline)
        case _:
            assert_never(pipeline.storage)
