"""Requests as the shell shows them: in a few words, and as JSON."""

from datetime import datetime

from bot.cli.look.ages import ago
from bot.domain.operations.operation import Operation
from bot.domain.operations.run_times import run_time
from bot.slack.sentences.labels import outcome_words
from bot.slack.sentences.plan_text import action_name


def requested_at(operation: Operation) -> datetime:
    return operation.confirmed_at or operation.created_at


def asked(operation: Operation, now: datetime) -> str:
    """`clear 7fk2qa by U0ANA, 5 min ago (2026-03-02 04:00 UTC)`."""
    what = f"{action_name(operation.plan)} {operation.short_id} by {operation.requester.user}"
    return f"{what}, {ago(requested_at(operation), now)}"


def in_words(operation: Operation, now: datetime) -> str:
    """The same, with how it ended or how far it is: `…: Cleared`."""
    return f"{asked(operation, now)}: {outcome_words(operation)}"


def approvals(operation: Operation) -> str:
    """`1 of 2 approvals`."""
    needed = operation.approval.needed
    return f"{len(operation.approval.given)} of {needed} approval{'' if needed == 1 else 's'}"


def as_document(operation: Operation) -> dict[str, object]:
    took = run_time(operation)
    return {
        "id": operation.id,
        "action": [step.value for step in operation.plan],
        "pipeline": operation.pipeline,
        "state": operation.state.value,
        "outcome": None if operation.outcome is None else operation.outcome.ending.value,
        "team": operation.requester.team,
        "user": operation.requester.user,
        "reason": operation.reason,
        "incident": operation.incident or None,
        "requested_at": requested_at(operation).isoformat(),
        "ended_at": None if operation.ended_at is None else operation.ended_at.isoformat(),
        "seconds": None if took is None else round(took.total_seconds(), 3),
    }
