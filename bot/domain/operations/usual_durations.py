"""Usual durations: how long a step took in earlier operations of the same pipeline. Pure."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from bot.domain.operations.operation import Operation
from bot.domain.operations.plans import StepName

LAST = 10  # operations considered


def longest(step: StepName, operations: Iterable[Operation]) -> timedelta | None:
    """The longest that `step` took in these operations, all of which succeeded; None if none sent a request for it."""
    return max((took for operation in operations for took in _took(operation, step)), default=None)


def _took(operation: Operation, step: StepName) -> Iterator[timedelta]:
    for name, done in zip(operation.plan, operation.done, strict=False):
        if name is step and done.sent_at is not None:
            yield done.at - done.sent_at
    began = operation.attempt.accepted_at or operation.attempt.submitted_at  # of the last step
    if operation.step_name is step and began is not None and operation.ended_at is not None:
        yield operation.ended_at - began
