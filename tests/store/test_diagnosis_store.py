"""What the database knows for `doctor`, and what a running bot reads of it."""

import pytest

from bot.diagnostics.audit_log import newest_read
from bot.domain.audit_chain import Checked
from bot.domain.events import Event, EventKind
from bot.store import archived_entries, audit_log, audit_verification
from bot.store.backup.backup_time import BACKUP
from bot.store.bot_state import CountedConnections
from bot.store.connection.database import open_database, writing
from bot.store.diagnosis_facts import diagnosis_facts
from bot.store.shell_store import Administration
from bot.store.store import SqliteStore
from tests.clock import START
from tests.store.archives import archives, two_years

pytestmark = pytest.mark.anyio


@pytest.fixture
async def store(tmp_path):
    opened = SqliteStore.open(tmp_path / "pipeline-bot.db")
    yield opened
    await opened.aclose()


async def test_a_new_database_knows_of_no_backup_and_of_no_connections(store):
    found = await store.diagnosis.facts(START)
    assert (found.backed_up_at, found.connections, found.has_litestream) == (None, None, False)
    assert found.schema > 0


async def test_what_the_bot_and_the_shell_noted_is_found(store, tmp_path):
    counted = CountedConnections(2, START, "a process")
    await store.diagnosis.remember_connections(counted)
    with Administration.open(tmp_path / "pipeline-bot.db") as administration:
        administration.done(BACKUP, START)
        assert administration.facts(START) == await store.diagnosis.facts(START)
    found = await store.diagnosis.facts(START)
    assert (found.backed_up_at, found.connections) == (START, counted)


def logged(db, count):
    for number in range(count):
        with writing(db):
            audit_log.append(db, Event(EventKind.RULE_DROPPED, START, {"pattern": f"p{number}"}))


def changes(db, entry):
    for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        db.execute(f"DROP TRIGGER {name}")
    with writing(db):
        db.execute("UPDATE events SET by_team = 'T1', by_user = 'U0EVE' WHERE id = ?", (entry,))


@pytest.mark.parametrize(("changed", "found"), [(6, None), (7, 7), (10, 10)])
def test_only_the_newest_entries_are_verified(tmp_path, changed, found):
    with open_database(tmp_path / "pipeline-bot.db") as db:
        logged(db, 10)
        changes(db, changed)
        checked = audit_verification.verify_newest(db, 4)
    assert (checked.broken and checked.broken.id, checked.after) == (found, 6)


def test_a_log_that_is_shorter_is_verified_from_its_first_entry(tmp_path):
    with open_database(tmp_path / "pipeline-bot.db") as db:
        assert audit_verification.verify_newest(db, 4).newest[0] == 0
        logged(db, 3)
        assert audit_verification.verify_newest(db, 4).newest[0] == 3
        changes(db, 1)
        assert audit_verification.verify_newest(db, 4).broken.id == 1


def test_archived_entries_are_not_among_those_that_were_verified(tmp_path):
    """What is left of the log is all of it, or its newest entries."""
    path = tmp_path / "bot.db"
    two_years(path)
    archives(path, tmp_path / "old.db")
    with open_database(path) as db:
        archived = archived_entries.start(db)[0]
        newest, _ = audit_log.head(db)
        whole, part = audit_verification.verify_newest(db, 1000), audit_verification.verify_newest(db, 2)
    left = newest - archived
    assert newest_read(whole) == f"All {left} entries are consistent; {archived} older ones are archived."
    assert newest_read(part) == (
        f"The newest 2 entries are consistent; {archived} older ones are archived. `pipeline-bot doctor` reads all that are "
        "not archived."
    )


@pytest.mark.parametrize(
    ("checked", "said"),
    [
        (Checked(), "No entries."),
        (Checked((1, "")), "The only entry is consistent."),
        (Checked((7, ""), archived=7), "No entries; 7 older ones are archived."),
    ],
)
def test_a_log_with_little_in_it(checked, said):
    assert newest_read(checked) == said


@pytest.mark.parametrize("value", ["", "7", "{}", '{"others": "x", "at": 1}', "[]"])
def test_a_count_that_cannot_be_read_is_none(tmp_path, value):
    with open_database(tmp_path / "pipeline-bot.db") as db:
        with writing(db):
            db.execute("INSERT INTO workspace (key, value) VALUES ('connections', ?)", (value,))
        assert diagnosis_facts(db, START).connections is None
