"""Operations for tests: made and changed by the names of their fields, whichever part those are in."""

from dataclasses import fields, replace
from typing import Any

from bot.domain.operations.operation import Operation
from bot.domain.operations.parts import ApprovalRequest, Attempt, Display, Outage

_PARTS = {"attempt": Attempt, "outage": Outage, "approval": ApprovalRequest, "display": Display}
_PART_OF = {field.name: part for part, of in _PARTS.items() for field in fields(of)}


def changed(operation: Operation, **values: Any) -> Operation:
    """`changed(operation, state=State.WAITING, sends=1)` changes its state and, in its attempt, the count of requests."""
    for name, value in values.items():
        part = _PART_OF.get(name)
        if part is not None:
            name, value = part, replace(getattr(operation, part), **{name: value})  # noqa: PLW2901
        operation = replace(operation, **{name: value})
    return operation
