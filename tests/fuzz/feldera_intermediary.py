"""Something between the bot and Feldera that changes answers, and notes which of them Feldera could have given.

An answer that has Feldera's own form and says something else than the truth is a lie: from then on the bot cannot know
better. Every other answer, whatever it is, must not make the bot say something that is not so.
"""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.simulator.feldera.api.faults import Handler, drop
from tests.fuzz.feldera_changes import TOLD, Change, Course, changed_answer, read
from tests.fuzz.feldera_schema import conforms, properties, schema_of

# Feldera's answers by which a request that changes something did nothing, in its own form or in any other.
REFUSALS = {400, 401, 403, 404, 405, 409, 429, 501}


class Intermediary:
    """Changes answers one by one, as long as there are changes. `has_lied` is whether one of them was a lie."""

    def __init__(self, course: Course) -> None:
        self._before, self._sent, self._after = [*course.before], [*course.sent], [*course.after]
        self._is_sent = False
        self.has_lied = False

    async def __call__(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.method == "POST":
            self._is_sent = True
            return (
                await self._answer_to_post(request, handler, self._sent.pop(0))
                if self._sent
                else await handler(request)
            )
        truth = await handler(request)
        assert isinstance(truth, web.Response)
        changes = self._after if self._is_sent else self._before
        # One of a field waits for an answer that has it.
        if not changes or (
            changes[0].name and f'"{changes[0].name}"'.encode() not in bytes(truth.body or b"")
        ):
            return truth
        change = changes.pop(0)
        if change.how == "lost":
            return drop(request)
        answer = truth if change.how == "as it is" else changed_answer(change, truth)
        self.has_lied = self.has_lied or is_lie(request, truth, answer)
        return answer

    async def _answer_to_post(
        self, request: web.Request, handler: Handler, change: Change
    ) -> web.StreamResponse:
        """Carried out or not, unless the answer says which: then it says so truly."""
        if change.how in {"error", "other"} and says_nothing_was_done(change):
            return changed_answer(change, web.Response(status=202))
        if not change.is_carried_out and change.how in {"lost", "error", "other"}:
            return drop(request) if change.how == "lost" else changed_answer(change, web.Response(status=202))
        truth = await handler(request)
        assert isinstance(truth, web.Response)
        return drop(request) if change.how == "lost" else changed_answer(change, truth)


def says_nothing_was_done(change: Change) -> bool:
    code = change.error.get("error_code")
    is_rolled_back = change.status == 503 and code in {"LockTookTooLong", "DeadlockDetected"}
    return change.status in REFUSALS or is_rolled_back or code == "AmbiguousTenantMembership"


def is_lie(request: web.Request, truth: web.Response, answer: web.Response) -> bool:
    """Whether it has Feldera's form, and tells something else of what the bot goes by."""
    said, true = read(bytes(answer.body or b"")), read(bytes(truth.body or b""))
    if answer.status != truth.status:
        return answer.status in {404, 503} or (answer.status == 200 and said is not None)
    schema = schema_of(request.method, request.path, answer.status)
    if schema is None or said == true:
        return False
    if not isinstance(said, type(true)):
        return False
    rows, true_rows = (said, true) if isinstance(true, list) else ([said], [true])
    if len(rows) != len(true_rows):
        return True
    return any(
        _tells_otherwise(properties(schema), row, was) for row, was in zip(rows, true_rows, strict=True)
    )


def _tells_otherwise(schemas: Mapping[str, Any], row: Any, was: Any) -> bool:
    if not isinstance(row, dict):
        return False
    for name in TOLD & {*schemas, *row}:
        if row.get(name) != was.get(name) and conforms(schemas.get(name, {}), row.get(name)):
            return True
    return False
