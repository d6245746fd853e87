"""An operation to and from its table row: a JSON document of all of it, and beside it the columns that SQL needs.

Reading takes the document alone. What the code adds to an operation needs a default there, and no migration: documents
that were written before have no value for it. A document that cannot be parsed raises.
"""

import json

from pydantic import TypeAdapter

from bot.domain.operations.operation import Operation
from bot.store.column_values import Row, Value, row_of, text_of, text_or_none

_documents = TypeAdapter(Operation)


def row_of_operation(operation: Operation) -> dict[str, Value]:
    review, card = operation.review, operation.display.card
    return {
        "id": operation.id,
        "requester_team": operation.requester.team,
        "requester_user": operation.requester.user,
        "pipeline": operation.pipeline,
        "plan": json.dumps([step.value for step in operation.plan]),
        "state": operation.state.value,
        "version": operation.version,
        "rendered_version": operation.display.rendered_version,
        "card_ts": None if card is None else card.ts,
        "incident": operation.incident,
        "approvals_needed": operation.approval.needed,
        "created_at": text_of(operation.created_at),
        "confirmed_at": text_or_none(operation.confirmed_at),
        "reviewed_at": None if review is None else text_of(review.at),
        "cleared_at": text_or_none(operation.cleared_at),
        "document": _documents.dump_json(operation).decode(),
    }


@row_of("operations")
def operation_of(row: Row) -> Operation:
    return _documents.validate_json(row["document"], strict=True)
