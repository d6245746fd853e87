"""`backup` and `restore`, as an operator types and reads them."""

import re
import sqlite3
from contextlib import closing

import pytest
from sqlite_utils import Database

from bot.domain.operations.operation import State
from bot.store.backup.backup_time import BACKUP
from bot.store.connection.lease import lease
from bot.store.schema.migrations import migrations
from bot.store.shell_store import Administration
from tests.cli.waiting import stands
from tests.clock import START
from tests.store.samples import proposed

CONFIRM = "A restore needs a confirmation, and there is no terminal to ask on. Nothing was changed. Confirm with --yes.\n"


@pytest.fixture
def backed_up(shell):
    """Ana was operator then, and is not any more; her request ended."""
    shell.does("grant", "U0ANA", "operator", "*", "--team", "T1")
    stands(shell, proposed("7fk2qaxyz"), State.READY)
    shell.does("backup", "backup.db")
    with closing(sqlite3.connect(shell.database)) as by_hand, by_hand:
        by_hand.execute(
            "UPDATE operations SET state = 'succeeded', version = version + 1,"
            " document = json_set(document, '$.state', 'succeeded')"
        )
    shell.does("revoke", "U0ANA", "operator", "*", "--team", "T1")
    return shell


def test_a_backup_is_reported(shell):
    shell.does("grant", "U0ANA", "operator", "*", "--team", "T1")
    head = shell.does("audit", "head").strip()
    said = shell.types("backup", "backup.db")
    assert (said.status, said.stderr, said.names_database) == (0, "", True)
    assert re.fullmatch(
        rf"Backed up to backup\.db \([0-9.]+ kB\): 1 audit log entry\.\nHead: {head}\n", said.stdout
    )


def test_a_backup_can_be_used_as_any_database(backed_up):
    said = backed_up.types("audit", "verify", "--database", "backup.db")
    assert said.stdout.startswith("Audit log: consistent (3 entries), not anchored")


def test_a_backup_with_a_broken_audit_log_fails_and_is_there(shell):
    shell.does("grant", "U0ANA", "operator", "*", "--team", "T1")
    with closing(sqlite3.connect(shell.database)) as by_hand, by_hand:
        by_hand.execute("DROP TRIGGER events_do_not_change")
        by_hand.execute("UPDATE events SET by_user = 'U0EVE', by_team = 'T1'")
    said = shell.types("backup", "backup.db")
    assert said.status == 1
    assert said.stderr == (
        "error: The backup was made. The audit log in it is broken at entry 1, which was changed, or is not where it was "
        "written.\n"
    )
    assert (shell.folder / "backup.db").exists()


def test_there_is_nothing_to_back_up(shell):
    assert shell.fails("backup", "backup.db").startswith("There is no database at ")


def test_a_restore_shows_what_it_undoes_and_wants_a_confirmation(backed_up):
    said = backed_up.types("restore", "backup.db")
    assert (said.status, said.stderr) == (2, f"error: {CONFIRM}")
    told = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", "TODAY", said.stdout)
    assert told == (
        "Backup backup.db: 3 audit log entries, the newest of TODAY.\n"
        "Lost: 1 audit log entry after entry 3.\n"
        "Requests that are lost, or have another state in the backup:\n"
        "ID      REQUEST       BY     NOW        AFTER THE RESTORE\n"
        "7fk2qa  clear orders  U0ANA  succeeded  ready\n"
        "Access that is lost (-), or comes into force again (+):\n"
        "+ grant U0ANA operator *\n"
        "The bot will continue with: clear orders (7fk2qa).\n"
    )
    assert backed_up.does("grants").startswith("No grants")


def test_a_restore_names_webhook_receivers_that_get_numbers_again(backed_up):
    with backed_up.administration() as administration:
        administration.seek_webhook("siem", 4)
    assert backed_up.types("restore", "backup.db").stdout.endswith(
        "Webhook receivers have entries that are lost, and get others with the same numbers: siem (up to entry 4).\n"
    )


def test_a_restore_says_what_the_old_database_is_called_now(backed_up):
    said = backed_up.does("restore", "backup.db", "--yes")
    kept = re.search(
        r"The database that was there is now (\S+pipeline-bot\.db\.replaced-\d{8}T\d{6}Z)\.\n", said
    )[1]
    assert said.endswith(
        f"Restored backup.db to {backed_up.database}. See who has access now: `pipeline-bot grants`.\n"
    )
    assert "operator" in backed_up.does("grants")
    assert backed_up.does("grants", "--database", kept).startswith("No grants")


def test_a_restore_starts_the_verification_of_the_audit_log_again(backed_up, monkeypatch):
    """What was verified of the other database says nothing of this one."""
    monkeypatch.setenv("XDG_STATE_HOME", str(backed_up.folder / "state"))
    assert backed_up.types("audit", "verify").status == 3
    backed_up.does("restore", "backup.db", "--yes")
    assert backed_up.types("audit", "verify").status == 3


def test_a_database_that_is_gone_is_said_by_every_command(backed_up):
    """Once a bot has run on it. `restore` brings it back."""
    with lease(backed_up.database, START):
        pass
    backed_up.database.unlink()
    for command in (
        ("grant", "U0BEN", "viewer", "*", "--team", "T1"),
        ("grants",),
        ("backup", "b.db"),
        ("clock", "reset"),
    ):
        said = backed_up.fails(*command)
        assert said.startswith(f"The database {backed_up.database} is gone: a bot ran on it (process "), (
            command
        )
        assert said.endswith(
            "Put it back, or restore a backup with `pipeline-bot restore FILE`. To begin with an empty database, remove "
            "pipeline-bot.db.lock, which is beside it.\n"
        )
    said = backed_up.does("restore", "backup.db", "--yes")
    assert "There is no database to compare it with.\n" in said
    assert "The database that was there" not in said
    assert "operator" in backed_up.does("grants")


def test_doctor_knows_when_the_last_backup_was_made(shell):
    """The database notes it, and the copy has the same, for the day on which it is restored."""
    shell.does("grant", "U0ANA", "operator", "*", "--team", "T1")
    shell.does("backup", "backup.db")
    with shell.administration() as administration:
        noted = administration.last_done(BACKUP)
    assert noted is not None
    with Administration.reading(shell.folder / "backup.db") as copy:
        assert copy.last_done(BACKUP) == noted


def test_a_backup_that_cannot_be_noted_is_made_all_the_same(shell):
    """Here of an older version's database, which only the bot migrates."""
    with closing(sqlite3.connect(shell.database)) as connection:
        old = Database(connection, execute_plugins=False)
        migrations.apply(old, stop_before=[each.name for each in migrations.pending(old)][1:])
    said = shell.types("backup", "backup.db")
    assert (said.status, (shell.folder / "backup.db").exists()) == (0, True)
    assert said.stderr.startswith("warning: `doctor` will not know of this backup: The database ")


def test_a_head_that_is_newer_than_the_restored_backup_is_explained(backed_up, monkeypatch):
    """In either form: the log ends before it, or has another entry there by now."""
    monkeypatch.setenv("XDG_STATE_HOME", str(backed_up.folder / "state"))
    newer = backed_up.does("audit", "head").strip()
    backed_up.does("restore", "backup.db", "--yes")
    backed_up.does("audit", "head")
    backed_up.types("audit", "verify")
    expected = (
        "If somebody has restored a backup since that head was saved, this is expected: give a head that was saved before "
        "the backup."
    )
    said = backed_up.types("audit", "verify", "--head", newer).stdout.splitlines()
    assert said[:2] == [
        "Audit log: broken at entry 4, which is missing: the end of the audit log was removed.",
        "No entry before it was read this time.",
    ]
    assert said[-1] == expected
    backed_up.does("grant", "U0BEN", "viewer", "*", "--team", "T1")
    said = backed_up.types("audit", "verify", "--head", newer).stdout.splitlines()
    assert said[0] == "Audit log: broken at entry 4, which has another hash than the one saved for it."
    assert said[-1] == expected


def kept_of(said):
    return re.search(r"The database that was there is now \S+/(\S+)\.\n", said)[1]


def test_a_restore_is_undone_with_the_kept_database(backed_up):
    """What was lost comes back: no error, and nothing is lost by it."""
    kept = kept_of(backed_up.does("restore", "backup.db", "--yes"))
    said = backed_up.does("restore", kept, "--yes")
    assert said.splitlines()[1] == (
        "The backup is a later state of this database: 1 audit log entry after entry 3 comes back. No entry is lost."
    )
    assert backed_up.does("grants").startswith("No grants")


def test_a_backup_is_not_called_a_later_state_without_proof(backed_up):
    """The database has no entry that could be compared with the backup's."""
    backed_up.database.unlink()
    with closing(sqlite3.connect(backed_up.database)) as connection:
        migrations.apply(Database(connection, execute_plugins=False))
    said = backed_up.types("restore", "backup.db").stdout.splitlines()
    assert said[1] == (
        "Nothing shows that the backup is of this database: the two have no entry of the audit log that could be compared. "
        "Check that it is the right file."
    )
    assert said[2] == "No entry of the audit log is lost."


def test_a_restore_is_undone_after_something_was_written(backed_up):
    """Both have entries of their own: what the database has is lost."""
    kept = kept_of(backed_up.does("restore", "backup.db", "--yes"))
    backed_up.does("grant", "U0BEN", "viewer", "*", "--team", "T1")
    backed_up.does("grant", "U0BEN", "viewer", "a", "--team", "T1")
    said = backed_up.does("restore", kept, "--yes").splitlines()
    assert said[1] == (
        "The backup is not an earlier state of this database: after entry 3 of the audit log each has entries of its own, "
        "the backup 1 audit log entry. So it is if an earlier restore replaced the file, and the bot or the shell has "
        "written since; otherwise check that it is the right file."
    )
    assert said[2] == "Lost: 2 audit log entries after entry 3."


def test_a_restore_knows_of_the_last_backup(backed_up):
    """Of the one that is restored, and of later ones that the database knew of."""

    def last():
        with backed_up.administration() as administration:
            return administration.last_done(BACKUP)

    first = last()
    backed_up.does("backup", "later.db")
    later = last()
    backed_up.does("restore", "backup.db", "--yes")
    assert first < last() == later
    backed_up.database.unlink()
    backed_up.does("restore", "backup.db", "--yes")
    assert last() == first
