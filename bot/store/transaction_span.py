"""Transaction span: the part of an operation's trace in which something was decided and stored."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from bot.domain.ids import OperationId
from bot.domain.operations.inputs import Transition
from bot.engine.work_context import OpenSpan, about, span

_Made = TypeVar("_Made", bound=Transition | None)


@dataclass(frozen=True, slots=True)
class _TransactionSpan:
    span: OpenSpan

    def made(self, transition: _Made) -> _Made:
        """The transaction is committed; a change without an event is no decision, and no span."""
        if transition is None or not transition.events:
            self.span.discard()
            return transition
        operation = transition.operation
        self.span.set(
            {
                "db.system.name": "sqlite",
                "pipeline_bot.state": operation.state.value,
                "pipeline_bot.step": operation.step_name.value,
                "pipeline_bot.events": " ".join(event.kind.value for event in transition.events),
            }
        )
        return transition


@contextmanager
def transaction_span(operation_id: OperationId) -> Iterator[_TransactionSpan]:
    """The current work is about this operation from here on, even if the transaction fails."""
    about(operation_id)
    with span("transaction") as open_span:
        yield _TransactionSpan(open_span)
