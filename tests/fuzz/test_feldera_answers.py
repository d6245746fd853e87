"""Requests while the answers of Feldera are changed: what the bot says of them is so, or it says that it does not know."""

import json

import pytest
from hypothesis import strategies as st

from tests.fuzz.feldera_changes import COURSES, STATUSES, Change, Course
from tests.fuzz.feldera_requests import CLEAR, PLAN, START, STOP, Bot, Kind
from tests.fuzz.feldera_schema import ANSWERS, endpoint, problems, schema_of
from tests.fuzz.renewed import Renewed
from tests.workspace import Workspace

KINDS = {"clears": [CLEAR], "stops and starts": [STOP, START, PLAN, PLAN]}


@pytest.mark.parametrize("kinds", KINDS)
def test_changed_answers(fuzz, kinds):
    def check(course: Course, kind: Kind, *, from_the_preview: bool) -> None:
        with bots.for_an_example() as bot:
            bot.asks(kind, course, from_the_preview=from_the_preview)

    drawn = st.tuples(COURSES, st.sampled_from(KINDS[kinds]), st.sampled_from([False, False, True]))
    with Renewed(Bot, examples=20) as bots:
        fuzz(lambda all_: check(all_[0], all_[1], from_the_preview=all_[2]), drawn, examples=20)


FORMS = [
    {"how": "error", "error": {"message": "no", "error_code": "NoSuchCode", "details": None}},
    {"how": "other", "body": b"<html>no</html>", "content_type": "text/html"},
    {"how": "other", "body": b""},
    {"how": "other", "body": b"{}"},
]


@pytest.mark.parametrize(
    ("kind", "statuses"),
    [(CLEAR, STATUSES), (STOP, STATUSES[::3]), (START, STATUSES[1::3])],
    ids=["clear", "stop", "start"],
)
@pytest.mark.parametrize("is_carried_out", [True, False])
def test_every_status_of_the_answer_to_the_request(tmp_path, is_carried_out, kind, statuses):
    """Each in a form of its own, and the request carried out or not, where the status leaves that open."""
    bot = Bot(tmp_path)
    for number, status in enumerate(statuses):
        change = Change(
            **FORMS[(number + is_carried_out) % len(FORMS)], status=status, is_carried_out=is_carried_out
        )
        bot.asks(kind, Course(before=[], sent=[change], after=[]), from_the_preview=False)
    bot.closes()


def test_the_simulator_answers_as_the_document_says(tmp_path):
    """What is changed is what Feldera answers: every kind of answer that the document names for what the bot asks."""
    workspace = Workspace(tmp_path)
    feldera, oli = workspace.feldera, workspace.operator("oli")
    wrong, met = [], set()

    async def reads(request, handler):
        answer = await handler(request)
        named, schema = (
            endpoint(request.method, request.path),
            schema_of(request.method, request.path, answer.status),
        )
        met.add(named)
        if schema is not None:
            wrong.extend((named, problem) for problem in problems(schema, json.loads(answer.body)))
        return answer

    feldera.adds("orders", running=True)
    feldera.adds("broken", program_status="SqlError", program_error="no such table", storage="Cleared")
    feldera.sticks_clearing("orders")
    feldera.is_behind(reads)
    for typed in ("list", "status orders", "status nothing", "clear nothing"):
        oli.asks(f"/pipeline {typed}")
    oli.types("/pipeline start broken")
    oli.confirms("/pipeline clear orders --stop --start", "Stop, clear and start orders")
    workspace.passes(minutes=5)
    feldera.unsticks("orders")
    workspace.passes(minutes=5)
    workspace.run(next(iter(workspace.bot.driver.pipelines.clients.values())).greet())
    assert workspace.sent_steps == ["stop", "clear", "start"]
    workspace.threads()
    workspace.closes()
    assert wrong == []
    assert met - {""} == {*ANSWERS}
