"""Changes of Feldera's answers: drawn by Hypothesis before the answer is known, then made of the true one."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from hypothesis import strategies as st

from tests.fuzz.feldera_schema import ANSWERS, properties, values
from tests.fuzz.json_mutations import MUTATIONS, ODD, WHICH, Mutation, encoded, mutated

# Which of a pipeline's fields the bot goes by; what else there is in an answer proves nothing.
TOLD = {
    *(
        "id",
        "name",
        "storage_status",
        "storage_status_details",
        "deployment_status",
        "deployment_status_since",
    ),
    *("deployment_desired_status", "deployment_desired_status_since", "deployment_resources_status"),
    *("deployment_resources_desired_status", "deployment_resources_desired_status_since", "recorded_at"),
    *(
        "tenant_id",
        "tenant_name",
        "role",
        "version",
        "program_status",
        "program_status_since",
        "deployment_error",
    ),
}
CODES = [
    *("UnknownPipelineName", "StorageStatusImmutableUnlessStopped", "LockTookTooLong", "DeadlockDetected"),
    *("PostgresError", "PostgresPoolError", "AmbiguousTenantMembership", "CannotStartWhileClearingStorage"),
    *("AuthenticationFailed", "InsufficientRole", "NoSuchCode", ""),
]
STATUSES = [200, 201, 202, 204, 206, 301, 302, 307, 400, 401, 403, 404, 405, 408, 409, 413, 418, 422, 425, 429, 451,
            500, 501, 502, 503, 504, 505, 507, 511, 520, 599]  # fmt: skip
BODIES = [
    b"",
    b"{}",
    b"[]",
    b"null",
    b"<html><h1>502 Bad Gateway</h1></html>",
    b"upstream connect error",
    b"\xff\xfe",
    b"7",
]
TYPES = [
    "application/json",
    "application/json; charset=utf-8",
    "text/html",
    "text/plain",
    "application/octet-stream",
    "",
    "ü/ö",
]
HEADERS: list[Mapping[str, str]] = [
    {},
    {"Retry-After": "5"},
    {"Retry-After": "99999999999"},
    {"Retry-After": "Wed, 21 Oct 9999 07:28:00 GMT"},
    {"Retry-After": "-1"},
    {"Retry-After": "soon"},
    {"Content-Encoding": "gzip"},
    {"Content-Encoding": "identity"},
    {"Location": "https://login.example/?secret"},
    {"Location": "http://[::1"},
    {"WWW-Authenticate": 'Bearer error_description="x"'},
    {"Set-Cookie": "a=b"},
]


@dataclass(frozen=True)
class Change:
    """What becomes of one answer, drawn before it is known: `how` it is changed, and with what."""

    how: str
    is_carried_out: bool = True
    mutations: list[Mutation] = field(default_factory=list)
    name: str = ""
    value: Any = None
    status: int = 200
    body: bytes = b""
    error: Mapping[str, Any] = field(default_factory=dict)
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


def _fields() -> dict[str, Any]:
    """Each field by which the bot goes, with its schema."""
    found: dict[str, Any] = {}
    for answers in ANSWERS.values():
        found |= properties(answers.get("200") or {})
    return {name: found[name] for name in sorted(TOLD & found.keys())}


FIELDS = _fields()
_FIELD = st.sampled_from(
    [*FIELDS, *("storage_status", "id", "name", "storage_status", "deployment_status") * 3]
)
_STATUS = st.sampled_from(STATUSES)
_TYPE, _HEADERS = st.sampled_from(TYPES), st.sampled_from(HEADERS)
_ERROR = st.fixed_dictionaries(
    {
        "message": st.text(max_size=20),
        "error_code": st.sampled_from(CODES),
        "details": st.sampled_from([None, {}, [7], "x"]),
    }
)
_WITH: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "as it is": {},
    "mutated": {"mutations": MUTATIONS},
    "field": {},
    "odd field": {"name": _FIELD, "value": ODD},
    "error": {"status": _STATUS, "error": _ERROR, "headers": _HEADERS},
    "other": {"status": _STATUS, "body": st.sampled_from(BODIES), "content_type": _TYPE, "headers": _HEADERS},
    "wrapped": {"content_type": _TYPE, "headers": _HEADERS},
    "cut": {"value": WHICH},
    "lost": {},
}
LOOKED = (
    "as it is",
    "mutated",
    "mutated",
    "field",
    "odd field",
    "odd field",
    "odd field",
    "error",
    "error",
    "other",
    "cut",
    "lost",
    "wrapped",
)
SENT = ("lost", "lost", "lost", "error", "error", "error", "other", "other", "mutated", "cut", "wrapped")


@st.composite
def _changes(draw: st.DrawFn, ways: tuple[str, ...]) -> Change:
    how, is_carried_out = draw(st.sampled_from(ways)), draw(st.booleans())
    drawn = {name: draw(strategy) for name, strategy in _WITH[how].items()}
    if how == "field":
        drawn["name"] = draw(_FIELD)
        drawn["value"] = draw(values(FIELDS[drawn["name"]]))
    return Change(how, is_carried_out, **drawn)


@dataclass(frozen=True)
class Course:
    """The changes of a clear's answers: to what the bot asks before it sends the request, to that, and afterwards."""

    before: list[Change]
    sent: list[Change]
    after: list[Change]


_NONE: st.SearchStrategy[list[Change]] = st.just([])
_SENT = st.lists(_changes(SENT), min_size=1, max_size=3)
COURSES = st.builds(
    Course,
    before=_NONE | _NONE | st.lists(_changes(LOOKED), min_size=1, max_size=4),
    sent=_NONE | _SENT | _SENT,
    after=_NONE | st.lists(_changes(LOOKED), min_size=2, max_size=8),
)


def changed_answer(change: Change, truth: web.Response) -> web.Response:
    body = truth.body if isinstance(truth.body, bytes) else b""
    status, content_type, headers = truth.status, "application/json", dict[str, str]()
    match change.how:
        case "mutated":
            body = encoded(mutated(read(body), change.mutations)).encode("utf-8", "surrogatepass")
        case "field" | "odd field":
            body = encoded(_with_field(read(body), change)).encode()
        case "error":
            status, headers = change.status, dict(change.headers)
            body = encoded(change.error).encode()
        case "other":
            status, content_type, headers, body = (
                change.status,
                change.content_type,
                dict(change.headers),
                change.body,
            )
        case "cut":
            body = body[: change.value % (len(body) + 1)]
        case "wrapped":
            content_type, headers = change.content_type, dict(change.headers)
    if status in {204, 304}:
        return web.Response(status=status)
    response = web.Response(status=status, body=body, headers=headers)
    response.headers["Content-Type"] = content_type
    return response


def _with_field(value: Any, change: Change) -> Any:
    """One of the fields by which the bot goes has another value: one that conforms, or an odd one."""
    for row in value if isinstance(value, list) else [value]:
        if isinstance(row, dict) and change.name in row:
            row[change.name] = change.value
    return value


def read(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
