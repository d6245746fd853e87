"""A database of an earlier version, with rows of every state in it, is carried on where it was."""

import json
import sqlite3
from contextlib import closing
from dataclasses import asdict, replace

import pytest

from bot.domain.access.permissions import Grant, Role
from bot.domain.events import EventKind
from bot.domain.ids import PipelineId
from bot.domain.operations.fingerprints import Fingerprint
from bot.domain.operations.inputs import HistoryRead
from bot.domain.operations.machine.state_machine import advance
from bot.domain.operations.operation import State
from bot.domain.operations.outcome import Ending, Outcome
from bot.domain.operations.plans import CLEAR, StepName
from bot.domain.pipelines.pipeline import Change, Checkpoints, PipelineEvents, Storage
from bot.engine.ports import PipelineBusy
from bot.store import audit_log, audit_pages, audit_verification, operations, unannounced
from bot.store.access import grants
from bot.store.connection.database import open_database
from bot.store.errors import DatabaseUnusable
from bot.store.shell_store import Administration
from tests.clock import START
from tests.domain.pipeline_samples import pipeline
from tests.operations import changed
from tests.store.old_rows import write_before
from tests.store.samples import (
    ANA,
    BEN,
    CARD,
    PROPOSED,
    at,
    becomes,
    change,
    confirmed,
    event,
    proposed,
    requested,
)

STATES = tuple(state for state in State if state not in {State.AWAITING_APPROVAL, State.DENIED})


def old(name, state, **fields):
    """As the first version knew it, on a pipeline of its own."""
    public = {"confirmed_at": at(1), "ready_at": at(1), "card": CARD, "posts": 1, "rendered_version": 3}
    is_public = state not in {State.PROPOSED, State.WITHDRAWN}
    known = {"pipeline": state.value, "state": state, "version": 3} | (public if is_public else {})
    return proposed(name, **known | fields)


OPERATIONS = [old(f"op-{state}", state) for state in STATES] + [
    old("op-cleared", State.SUCCEEDED, ended_at=at(20)),
    old("op-again", State.REFUSED, pipeline="succeeded", created_at=at(30)),
    old(
        "op-waits",
        State.WAITING,
        pipeline="clicks",
        due_at=at(2.5),
        submitted_at=at(2),
        accepted_at=at(3),
        sends=1,
        rendered_version=2,
    ),
    old("op-closed-by-ben", State.CLOSED, outcome=Outcome(Ending.CLOSED, by=BEN)),
]
LEARNED = {"op-cleared": {"cleared_at": at(20)}, "op-again": {"last_cleared_at": at(20)}}
MOMENT = "2026-03-02T03:{:02}:00.000000+00:00"
SENT = {"note": "é — „so“", "try": 1, "why": None}
EVENTS = [
    {"operation": row.id, "kind": kind, "at": MOMENT.format(0), "data": json.dumps(data, ensure_ascii=False)}
    for row in OPERATIONS
    for kind, data in (("proposed", {}), ("sent", SENT))
]
GRANTS = [
    {"team": "T1", "user": user, "role": role, "pattern": "orders-*", "granted_by": "root", "note": "on call"}
    | {"granted_at": MOMENT.format(0), "expires_at": until, "revoked_by": by, "revoked_at": by and MOMENT.format(5)}
    for user, role, until, by in (
        ("U0ANA", "operator", None, None),
        ("U0ANA", "viewer", None, "ben"),
        ("U0BEN", "viewer", MOMENT.format(9), None),
    )
]  # fmt: skip


@pytest.fixture
def old_path(path):
    write_before(path, 1, OPERATIONS)
    with closing(sqlite3.connect(path)) as by_hand, by_hand:
        by_hand.executemany(
            "INSERT INTO events (operation, kind, at, data) VALUES (:operation, :kind, :at, :data)", EVENTS
        )
        by_hand.executemany(
            "INSERT INTO grants (team, user, role, pattern, granted_by, note, granted_at, expires_at, revoked_by,"
            " revoked_at) VALUES (:team, :user, :role, :pattern, :granted_by, :note, :granted_at, :expires_at,"
            " :revoked_by, :revoked_at)",
            GRANTS,
        )
        by_hand.execute(
            "INSERT INTO postings SELECT id, CASE WHEN operation IN ('op-waits', 'op-ready') THEN NULL"
            " ELSE '1700000000.000200' END FROM events WHERE kind = 'sent'"
        )
    return path


@pytest.fixture
def carried_on(old_path):
    with open_database(old_path) as db:
        yield db


@pytest.mark.parametrize("row", OPERATIONS, ids=lambda row: row.id)
def test_an_operation_goes_on_as_it_was(carried_on, row):
    """A clear alone, ready since it was confirmed, with nothing approved; what is known by now of the last clear is added."""
    found = operations.find(carried_on, row.id)
    assert asdict(found) == asdict(changed(row, **LEARNED.get(row.id, {})))
    assert (found.plan, found.step, found.done, found.found) == (CLEAR, 0, (), None)


def test_the_last_clear_is_known_and_what_goes_on_counts(carried_on):
    assert operations.last_cleared_at(carried_on, "succeeded") == at(20)
    assert operations.last_cleared_at(carried_on, "clicks") is None
    change(carried_on, "op-waits", becomes(state=State.SUCCEEDED, ended_at=at(40), cleared_at=at(40)))
    assert operations.last_cleared_at(carried_on, "clicks") == at(40)


def test_the_lines_that_were_owed_are_owed_and_no_other(carried_on):
    waiting = {
        found.operation.id: found.events for found in unannounced.UnannouncedReader().unannounced(carried_on)
    }
    assert set(waiting) == {"op-waits", "op-ready"}
    for name, lines in waiting.items():
        number = 2 * [row.id for row in OPERATIONS].index(name) + 2
        assert [(line.id, line.event) for line in lines] == [(number, event(EventKind.SENT, 0, **SENT))]
        unannounced.posted(carried_on, (number,), "1700000000.000300")
    unannounced.rendered(carried_on, "op-waits", 3)
    assert unannounced.UnannouncedReader().unannounced(carried_on) == ()
    assert carried_on.table("postings").count == len(OPERATIONS)


def test_the_old_events_are_an_audit_log_that_can_be_proved(carried_on):
    columns = "id, operation, pipeline, kind, at, data, by_team"
    kept = list(carried_on.query(f"SELECT {columns} FROM events ORDER BY id"))  # noqa: S608 - ours
    pipelines = {row.id: row.pipeline for row in OPERATIONS}
    assert kept == [
        {"id": number, "pipeline": pipelines[each["operation"]], "by_team": None} | each
        for number, each in enumerate(EVENTS, start=1)
    ]
    assert audit_verification.verify(carried_on).broken is None
    change(carried_on, "op-proposed", confirmed(40))
    assert audit_log.head(carried_on)[0] == len(EVENTS) + 1
    assert audit_verification.verify(carried_on, [audit_log.head(carried_on)]).broken is None
    lines = audit_pages.page(carried_on, pipeline="proposed", actor=None, before=None, limit=9)
    kinds = [line.entry.event.kind for line in lines]
    assert kinds == [EventKind.CONFIRMED, EventKind.SENT, EventKind.PROPOSED]


def test_the_grants_are_in_force_as_they_were_and_a_revoked_one_keeps_its_row(carried_on):
    given = {"pattern": "orders-*", "granted_by": "root", "granted_at": at(0), "note": "on call"}
    assert grants.unrevoked(carried_on) == (
        Grant(1, ANA, Role.OPERATOR, expires_at=None, **given),
        Grant(3, BEN, Role.VIEWER, expires_at=at(9), **given),
    )
    assert carried_on.table("grants").count == len(GRANTS)


def test_what_held_a_pipeline_holds_it(carried_on):
    for state in ("ready", "submitting", "waiting", "needs_human"):
        operations.propose(carried_on, proposed(f"new-{state}", pipeline=state), PROPOSED)
        change(carried_on, f"new-{state}", requested())
        with pytest.raises(PipelineBusy) as busy:
            change(carried_on, f"new-{state}", confirmed())
        assert busy.value.holder.id == f"op-{state}"


def test_a_carried_on_database_is_what_a_new_one_would_be(carried_on, tmp_path):
    with open_database(tmp_path / "new.db") as new:
        assert carried_on.schema == new.schema
    assert list(carried_on.query("PRAGMA foreign_key_check")) == []
    assert list(carried_on.query("PRAGMA integrity_check")) == [{"integrity_check": "ok"}]


def test_the_shell_leaves_an_older_schema_to_the_bot(old_path):
    """The old bot may still be running on it; the new one migrates it at its start, alone on the file."""
    before = schema(old_path)
    with pytest.raises(
        DatabaseUnusable, match=r"older version of the bot.*Nothing was changed.*pipeline-bot run"
    ):
        Administration.open(old_path)
    assert schema(old_path) == before
    open_database(old_path).close()
    with Administration.open(old_path) as administration:
        assert [grant.principal for grant in administration.grants()] != []


def schema(path):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY name").fetchall()


STARTED = Fingerprint(
    PipelineId("p-9"), START, Checkpoints(1, None), wanted_since=START, was_wanted=True, recorded_at=at(1)
)


def test_a_plan_whose_stop_was_sent_before_goes_by_the_events_of_its_review(path):
    """The version before noted no events right before the stop: nothing is made up for it, and nothing is lost."""
    plan = (StepName.STOP, StepName.CLEAR)
    begun = old("op-stops", State.WAITING, plan=plan, previewed=STARTED, accepted_at=at(2), sends=1)
    write_before(path, 3, [begun])
    with open_database(path) as db:
        found = operations.find(db, "op-stops")
        assert asdict(found) == asdict(begun)
        assert (found.attempt.events_read, found.attempt.proof_from) == (None, None)
        stopped = pipeline(id=PipelineId("p-9"), status_since=at(4), resources_desired_since=at(3))
        events = (Change(at(4), Storage.IN_USE, wanted=False), Change(at(1), Storage.IN_USE, wanted=True))
        read = HistoryRead(PipelineEvents(events), Fingerprint.of(stopped))
        change(db, "op-stops", lambda operation, _access_data: advance(operation, read, at(5)))
        after = operations.find(db, "op-stops")
        assert (after.state, after.step_name) == (State.READY, StepName.CLEAR)


def test_two_that_hold_one_pipeline_by_two_names_already_go_on(path):
    """Each moves on by its own name, and no third one begins before the older has ended."""
    states = (State.SUCCEEDED, State.WAITING, State.READY, State.AWAITING_APPROVAL, State.AWAITING_APPROVAL)
    rows = [proposed(f"op-{n}", pipeline=f"{n}/orders", state=state) for n, state in enumerate(states)]
    write_before(path, 3, [replace(row, previewed=STARTED) for row in rows])
    with open_database(path) as db:
        for name in ("op-1", "op-2", "op-3", "op-4"):
            change(db, name, becomes(reason="goes on"))
        operations.propose(db, proposed("third", pipeline="c/orders", previewed=STARTED), PROPOSED)
        for decide, holder in ((confirmed(), "op-1"), (requested(), "op-3")):
            with pytest.raises(PipelineBusy) as busy:
                change(db, "third", decide)
            assert busy.value.holder.id == holder
        for name in ("op-1", "op-2"):
            change(db, name, becomes(state=State.SUCCEEDED))
        change(db, "third", confirmed())
