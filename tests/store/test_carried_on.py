"""A database of the version before this one, with rows of every state in it, is carried on where it was."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest
from sqlite_utils import Database

from bot.domain.access.permissions import Grant, Role
from bot.domain.events import EventKind
from bot.domain.operations.operation import State
from bot.domain.operations.outcome import Ending, Outcome
from bot.domain.operations.parts import Card
from bot.engine.ports import PipelineBusy
from bot.store import audit_log, audit_pages, operations, unannounced
from bot.store.access import grants
from bot.store.connection.database import open_database
from bot.store.errors import DatabaseUnusable
from bot.store.schema.migrations import migrations
from bot.store.shell_store import Administration
from tests.store.samples import ANA, BEN, CARD, at, change, confirmed, event, proposed, requested

# As the first version wrote them. Each operation is on a pipeline of its own, but for `op-again`.
STATES = (
    "proposed", "ready", "submitting", "waiting", "needs_human", "succeeded",
    "unnecessary", "refused", "stale", "expired", "withdrawn", "closed",
)  # fmt: skip
UNCONFIRMED = ("proposed", "withdrawn")


def moment(minute):
    return f"2026-03-02T03:{minute:02}:00.000000+00:00"


def old_operation(name, state, **fields):
    is_public = state not in UNCONFIRMED
    return {
        "id": name,
        "requester_team": "T1",
        "requester_user": "U0ANA",
        "origin": "C1",
        "pipeline": state,
        "reviewed_id": f"id-of-{fields.get('pipeline', state)}",
        "reviewed_status_since": moment(0),
        "reviewed_checkpoints": 3,
        "reviewed_bytes": 4096,
        "reason": "schema change",
        "created_at": moment(0),
        "plan": '["clear"]',
        "step": 0,
        "state": state,
        "version": 3,
        "confirmed_at": moment(1) if is_public else None,
        "sends": 0,
        "put_off": 0,
        "failures": 0,
        "reported": 0,
        "card_channel": CARD.channel if is_public else None,
        "card_ts": CARD.ts if is_public else None,
        "card_posts": int(is_public),
        "rendered_version": 3 if is_public else 0,
    } | fields


OLD_OPERATIONS = [old_operation(f"op-{state}", state) for state in STATES] + [
    old_operation("op-cleared", "succeeded", ended_at=moment(20)),
    old_operation(
        "op-again", "refused", pipeline="succeeded", created_at=moment(30), confirmed_at=moment(31)
    ),
    old_operation(
        "op-waits",
        "waiting",
        pipeline="clicks",
        due_at="2026-03-02T03:02:00.500000+00:00",
        submitted_at=moment(2),
        accepted_at=moment(3),
        sends=1,
        rendered_version=2,
    ),
    old_operation(
        "op-closed-by-ben",
        "closed",
        outcome_ending="closed",
        outcome_message="",
        outcome_by_team="T1",
        outcome_by_user="U0BEN",
    ),
]
OLD_EVENTS = [
    {
        "operation": row["id"],
        "kind": kind,
        "at": row["created_at"],
        "data": json.dumps(data, ensure_ascii=False),
    }
    for row in OLD_OPERATIONS
    for kind, data in (("proposed", {}), ("sent", {"note": "é — „so“", "try": 1, "why": None}))
]
OLD_GRANTS = [
    {"team": "T1", "user": user, "role": role, "pattern": "orders-*", "granted_by": "root", "note": "on call"}
    | {"granted_at": moment(0), "expires_at": expires_at, "revoked_by": by, "revoked_at": by and moment(5)}
    for user, role, expires_at, by in (
        ("U0ANA", "operator", None, None),
        ("U0ANA", "viewer", None, "ben"),
        ("U0BEN", "viewer", moment(9), None),
    )
]


@pytest.fixture
def old_path(path):
    with closing(sqlite3.connect(path)) as connection:
        old = Database(connection, execute_plugins=False)
        later = [migration.name for migration in migrations.pending(old)][1:]
        migrations.apply(old, stop_before=later)
        for row in OLD_OPERATIONS:
            old.table("operations").insert(row)
        old.table("events").insert_all(OLD_EVENTS)
        old.table("grants").insert_all(OLD_GRANTS)
        old.execute("INSERT INTO postings SELECT id, '1700000000.000200' FROM events WHERE kind = 'sent'")
        old.execute(
            "UPDATE postings SET ts = NULL"
            " WHERE event IN (SELECT id FROM events WHERE operation IN ('op-waits', 'op-ready'))"
        )
        old.execute("INSERT INTO workspace VALUES ('team', 'T1')")
        connection.commit()
    return path


@pytest.fixture
def carried_on(old_path):
    with open_database(old_path) as db:
        yield db


def test_the_rows_are_of_every_state_that_there_was(carried_on):
    """The version before had all states but those that this one added."""
    known = {operations.find(carried_on, row["id"]).state for row in OLD_OPERATIONS}
    assert known == set(State) - {State.AWAITING_APPROVAL, State.DENIED}


@pytest.mark.parametrize("row", OLD_OPERATIONS, ids=lambda row: row["id"])
def test_an_operation_goes_on_as_it_was(carried_on, row):
    """In its state, with its times; ready since it was confirmed, with nothing approved and nothing asked of others."""
    confirmed_at = row["confirmed_at"] and datetime.fromisoformat(row["confirmed_at"])
    sent = row["id"] == "op-waits"
    by_ben = Outcome(Ending.CLOSED, by=BEN)
    assert operations.find(carried_on, row["id"]) == proposed(
        row["id"],
        pipeline=row["pipeline"],
        state=State(row["state"]),
        created_at=datetime.fromisoformat(row["created_at"]),
        version=3,
        last_cleared_at=at(20) if row["id"] == "op-again" else None,
        confirmed_at=confirmed_at,
        ready_at=confirmed_at,
        due_at=datetime(2026, 3, 2, 3, 2, 0, 500_000, tzinfo=UTC) if sent else None,
        submitted_at=at(2) if sent else None,
        accepted_at=at(3) if sent else None,
        ended_at=at(20) if row["id"] == "op-cleared" else None,
        cleared_at=at(20) if row["id"] == "op-cleared" else None,
        sends=int(sent),
        outcome=by_ben if row["id"] == "op-closed-by-ben" else None,
        card=Card(row["card_channel"], row["card_ts"]) if row["card_ts"] else None,
        posts=row["card_posts"],
        rendered_version=row["rendered_version"],
    )


def test_the_lines_that_were_owed_are_owed(carried_on):
    """Of the same events, by the same numbers; and no other."""
    sent = event(EventKind.SENT, 0, **{"note": "é — „so“", "try": 1, "why": None})
    waiting = {
        found.operation.id: found.events for found in unannounced.UnannouncedReader().unannounced(carried_on)
    }
    assert set(waiting) == {"op-waits", "op-ready"}
    for name, lines in waiting.items():
        number = 2 * [row["id"] for row in OLD_OPERATIONS].index(name) + 2
        assert [(line.id, line.event) for line in lines] == [(number, sent)]
        unannounced.posted(carried_on, (number,), "1700000000.000300")
    unannounced.rendered(carried_on, "op-waits", 3)
    assert unannounced.UnannouncedReader().unannounced(carried_on) == ()
    assert carried_on.table("postings").count == len(OLD_OPERATIONS)


def test_the_old_events_are_a_record_that_can_be_proved(carried_on):
    """In their order and by their numbers, and what comes next follows them."""
    kept = list(
        carried_on.query("SELECT id, operation, pipeline, kind, at, data, by_team FROM events ORDER BY id")
    )
    pipelines = {row["id"]: row["pipeline"] for row in OLD_OPERATIONS}
    assert kept == [
        {"id": number, "pipeline": pipelines[old["operation"]], "by_team": None} | old
        for number, old in enumerate(OLD_EVENTS, start=1)
    ]
    assert audit_log.verify(carried_on).broken is None
    change(carried_on, "op-proposed", confirmed(40))
    assert audit_log.head(carried_on)[0] == len(OLD_EVENTS) + 1
    assert audit_log.verify(carried_on, [audit_log.head(carried_on)]).broken is None
    (newest, sent, was_proposed) = audit_pages.page(
        carried_on, pipeline="proposed", actor=None, before=None, limit=9
    )
    kinds = [line.entry.event.kind for line in (newest, sent, was_proposed)]
    assert kinds == [EventKind.CONFIRMED, EventKind.SENT, EventKind.PROPOSED]


def test_the_grants_are_in_force_as_they_were(carried_on):
    """To the same people until the same moment, and a revoked one keeps its row."""
    given = {"pattern": "orders-*", "granted_by": "root", "granted_at": at(0), "note": "on call"}
    assert grants.unrevoked(carried_on) == (
        Grant(1, ANA, Role.OPERATOR, expires_at=None, **given),
        Grant(3, BEN, Role.VIEWER, expires_at=at(9), **given),
    )
    assert carried_on.table("grants").count == len(OLD_GRANTS)


def test_what_held_a_pipeline_holds_it(carried_on):
    """A request may wait beside it, as beside any, but not begin."""
    for state in ("ready", "submitting", "waiting", "needs_human"):
        operations.propose(carried_on, proposed(f"new-{state}", pipeline=state), event(EventKind.PROPOSED))
        change(carried_on, f"new-{state}", requested())
        with pytest.raises(PipelineBusy) as busy:
            change(carried_on, f"new-{state}", confirmed())
        assert busy.value.holder.id == f"op-{state}"


def test_a_carried_on_database_is_what_a_new_one_would_be(carried_on, tmp_path):
    """The same tables, indexes and triggers, whichever way they came about."""
    with open_database(tmp_path / "new.db") as new:
        assert carried_on.schema == new.schema
    assert list(carried_on.query("PRAGMA foreign_key_check")) == []
    assert list(carried_on.query("PRAGMA integrity_check")) == [{"integrity_check": "ok"}]


def test_the_shell_leaves_an_older_schema_to_the_bot(old_path):
    """The old bot may still be running on it; the new one migrates it at its start, alone on the file."""
    before = schema(old_path)
    with pytest.raises(
        DatabaseUnusable, match=r"older version of the bot.*pipeline-bot run.*Nothing was changed"
    ):
        Administration.open(old_path)
    assert schema(old_path) == before
    open_database(old_path).close()
    with Administration.open(old_path) as administration:
        assert [grant.principal for grant in administration.grants()] != []


def schema(path):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY name").fetchall()
