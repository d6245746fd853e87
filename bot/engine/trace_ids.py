"""Trace ids: they follow from the id of an operation, so that every process that works on it continues one trace."""

import hashlib

from bot.domain.ids import OperationId

_TRACE_ID_BYTES, _SPAN_ID_BYTES = 16, 8  # as W3C Trace Context defines them


def trace_id(operation_id: OperationId) -> int:
    return int.from_bytes(_digest(operation_id)[:_TRACE_ID_BYTES])


def root_span_id(operation_id: OperationId) -> int:
    return int.from_bytes(_digest(operation_id)[_TRACE_ID_BYTES:][:_SPAN_ID_BYTES])


def trace_id_text(operation_id: OperationId) -> str:
    """The trace id as tools show it, and as a search for it takes it: 32 hexadecimal digits."""
    return _digest(operation_id)[:_TRACE_ID_BYTES].hex()


def _digest(operation_id: OperationId) -> bytes:
    return hashlib.sha256(operation_id.encode("utf-8", "backslashreplace")).digest()
