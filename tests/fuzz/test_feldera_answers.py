"""A clear while the answers of Feldera are changed: what the bot says of it is so, or it says that it does not know.

Then they are not changed any more, and the request ends. The truth is what the simulator knows of itself.
"""

import json
from pathlib import Path

import pytest
from hypothesis import strategies as st

from bot.domain.events import EventKind
from bot.domain.operations.outcome import Ending
from tests.fuzz.feldera_changes import COURSES, STATUSES, Change, Course
from tests.fuzz.feldera_intermediary import Intermediary
from tests.fuzz.feldera_schema import ANSWERS, endpoint, problems, schema_of
from tests.fuzz.renewed import Renewed
from tests.workspace import Workspace

CLEARED = {Ending.CLEARED, Ending.CLEARED_AND_STARTING, Ending.CLEARED_THEN_STARTED, Ending.CLEARED_THEN_GONE,
           Ending.CLEARED_THEN_RECREATED, Ending.NOTHING_TO_CLEAR}  # fmt: skip
ATTENTION = {Ending.UNTOUCHED, Ending.UNPROVABLE, Ending.CONTRADICTION, Ending.AMBIGUOUS_FELDERA, Ending.STORAGE_UNKNOWN}  # fmt: skip
POSTS_MOST = 3  # that may have arrived; one that Feldera answers without doing anything does not count


class Bot:
    """One request after another, each on a pipeline of its own."""

    def __init__(self, folder: Path) -> None:
        self.workspace = Workspace(folder)
        self.oli = self.workspace.operator("oli")
        self.number = 0

    def closes(self) -> None:
        self.workspace.reads_all()
        self.workspace.closes()

    def clears(self, course: Course, *, from_the_preview: bool) -> None:
        workspace, feldera, oli = self.workspace, self.workspace.feldera, self.oli
        self.number += 1
        pipeline, between = f"pipeline-{self.number}", Intermediary(course)
        feldera.adds(pipeline, clear_takes=4.0)
        workspace.passes(minutes=2)
        if from_the_preview:
            feldera.is_behind(between)
        oli.types(f"/pipeline clear {pipeline}")
        feldera.is_behind(between)
        shown = [each for each in oli.person.ephemerals if f"Clear {pipeline}" in str(each.blocks)]
        if shown:
            oli.clicks(f"Clear {pipeline}")
        workspace.passes(minutes=2)
        feldera.is_behind(None)
        workspace.passes(minutes=10)
        refused = sum(not change.is_carried_out and change.how != "lost" for change in course.sent)
        self.check(pipeline, refused, is_confirmed=bool(shown), has_lied=between.has_lied)

    def check(self, pipeline: str, refused: int, *, is_confirmed: bool, has_lied: bool) -> None:
        workspace = self.workspace
        posts = [
            each for each in workspace.feldera.requests if each.path == f"/v0/pipelines/{pipeline}/clear"
        ]
        cleared = workspace.feldera.clears[pipeline]
        assert cleared <= 1
        assert len(posts) <= POSTS_MOST + refused
        assert is_confirmed or not posts
        ending = self._ending(pipeline)
        if is_confirmed:
            assert ending is not None, "it neither ended, nor does it say why not"
        if not has_lied:
            assert (ending in CLEARED) <= bool(cleared), f"{ending}, but it is not cleared"
        if cleared:
            assert ending in CLEARED or ending in ATTENTION, f"{ending}, but it is cleared"
        assert workspace._logbook.errors == []
        assert not [line for line in workspace.logged if "Traceback" in line]
        assert workspace.broken() is None
        workspace._logbook.lines.clear()

    def _ending(self, pipeline: str) -> Ending | None:
        entries = self.workspace.entries()
        (*_, operation) = [
            None,
            *(each.operation for each in entries if each.event.data.get("pipeline") == pipeline),
        ]
        ends = [
            each.event.data["ending"]
            for each in entries
            if operation is not None
            and each.operation == operation
            and each.event.kind in {EventKind.ENDED, EventKind.NEEDS_HUMAN}
        ]
        return Ending(ends[-1]) if ends else None


def test_changed_answers(fuzz):
    def check(course: Course, *, from_the_preview: bool) -> None:
        with bots.for_an_example() as bot:
            bot.clears(course, from_the_preview=from_the_preview)

    drawn = st.tuples(COURSES, st.sampled_from([False, False, True]))
    with Renewed(Bot, examples=30) as bots:
        fuzz(lambda both: check(both[0], from_the_preview=both[1]), drawn, examples=30)


FORMS = [
    {"how": "error", "error": {"message": "no", "error_code": "NoSuchCode", "details": None}},
    {"how": "other", "body": b"<html>no</html>", "content_type": "text/html"},
    {"how": "other", "body": b""},
    {"how": "other", "body": b"{}"},
]


@pytest.mark.parametrize("is_carried_out", [True, False])
def test_every_status_of_the_answer_to_the_request(tmp_path, is_carried_out):
    """Each in a form of its own, and the request carried out or not, where the status leaves that open."""
    bot = Bot(tmp_path)
    for number, status in enumerate(STATUSES):
        change = Change(
            **FORMS[(number + is_carried_out) % len(FORMS)], status=status, is_carried_out=is_carried_out
        )
        bot.clears(Course(before=[], sent=[change], after=[]), from_the_preview=False)
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
