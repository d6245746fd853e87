"""Run times: how long it took to carry an operation out. Only ever for display. Pure."""

from datetime import datetime, timedelta

from bot.domain.operations.operation import Operation


def run_time(operation: Operation) -> timedelta | None:
    """From its first request to Feldera to its end; None if it sent none, or has not ended.

    The wait for approval is not part of it: people would read that as Feldera's slowness.
    """
    sent_at = _first_sent_at(operation)
    if sent_at is None or operation.ended_at is None:
        return None
    return operation.ended_at - sent_at


def whole_seconds(length: timedelta) -> int:
    """A run time as people read it, wherever that is: rounded, and less than a second counts as one."""
    return max(1, round(length.total_seconds()))


def _first_sent_at(operation: Operation) -> datetime | None:
    earlier = [step.sent_at for step in operation.done if step.sent_at is not None]
    return earlier[0] if earlier else operation.attempt.submitted_at
