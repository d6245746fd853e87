"""`archive`, as an operator types and reads it; and what the other commands say of what was archived."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from bot.cli.audit import audit_export
from bot.cli.audit.archived_text import counted_entries
from bot.domain.access.changes import GrantRole
from bot.domain.access.permissions import Role
from bot.domain.operations.operation import State
from bot.store.connection.database import open_database
from tests.cli.test_webhooks import RECEIVERS
from tests.clock import START
from tests.store.archives import DAY, begins, by_hand, grants, with_old_work
from tests.store.samples import ANA

FILE = "old.db"
OLD = ("archive", "--older-than", "400d", FILE)


def days_ago(days):
    """The day, counted from the start of the tests' clock: the shell goes by the wall clock."""
    return (datetime.now(UTC) - START - timedelta(days=days)) / timedelta(minutes=1) / DAY


@pytest.fixture
def record(shell):
    """Two requests and a grant of long ago, six and one entries, and a request of last week."""
    with_old_work(shell.database, "7fk2qaxyz", "b2k7aaaaa", day=days_ago(500))
    with open_database(shell.database) as db:
        grants(db, GrantRole(ANA, Role.OPERATOR, "*"), day=days_ago(490))
    with_old_work(shell.database, "c2k7aaaaa", day=days_ago(7))
    return shell


def test_it_says_what_it_moved_and_how_to_prove_it(record):
    planned = record.does(*OLD, "--dry-run")
    assert re.fullmatch(
        r"Would archive entries 1 to 7 of the audit log, up to [0-9: -]+ UTC, and 2 requests to old\.db\.\n",
        planned,
    )
    assert not (record.folder / FILE).exists()
    said = record.does(*OLD).splitlines()
    assert said[0] == planned.strip().replace("Would archive", "Archived")
    head = said[1].removeprefix("Head: ")
    assert said[2] == f"Verify it: pipeline-bot audit verify --database old.db --head {head}"
    proof = record.does(*said[2].removeprefix("Verify it: pipeline-bot ").split())
    assert proof.startswith("Audit log: intact (7 entries): entry 7 matches the head that you gave.")
    assert record.does(*OLD) == "No entry of the audit log is older than 400d. Nothing was archived.\n"


def test_a_webhook_receiver_gets_what_was_not_archived(record):
    record.does(*OLD)
    said = record.does("webhooks", "seek", "siem", "--after", "0", **RECEIVERS)
    assert said == (
        "siem gets the entries after 7 next: 4 entries. Entries 1 to 7 were archived, and are not sent.\n"
    )
    said = record.does("webhooks", "seek", "siem", "--after", "7", **RECEIVERS)
    assert said == "siem gets the entries after 7 next: 4 entries.\n"


def test_a_webhook_receiver_is_behind_by_what_was_not_archived(record):
    """A place that was lost to an archive: the copy of a database, say."""
    record.does("webhooks", "seek", "siem", "--after", "10", **RECEIVERS)
    record.does(*OLD)
    by_hand(
        record.database,
        """UPDATE workspace SET value = '{"entry": 2, "hash": "x"}' WHERE key = 'webhook cursor siem'""",
    )
    (found,) = json.loads(record.does("webhooks", "list", "--json", **RECEIVERS))
    assert (found["last_entry"], found["entries_behind"]) == (2, 4)


def test_an_entry_inside_an_archive_is_not_called_missing(record):
    record.does(*OLD)
    file = record.folder / FILE
    said = f"Entry 3 was archived, in {file}. The database continues after entry 7: --after 7.\n"
    assert record.fails("audit", "export", "--after", "3") == said
    assert record.fails("webhooks", "seek", "siem", "--after", "3", **RECEIVERS) == said
    said = record.fails("audit", "export", "--after", "12")
    assert said == "The audit log has no entry 12: the newest one is 11.\n"


def test_an_archive_that_continues_another_says_where_it_begins(shell):
    for name, days in (("a", 500), ("b", 450), ("c", 7)):
        with_old_work(shell.database, name, day=days_ago(days))
    shell.does("archive", "--older-than", "460d", FILE)
    shell.does("archive", "--older-than", "400d", "second.db")
    said = shell.fails("audit", "export", "--after", "2", "--database", "second.db")
    assert said == "This archive begins after entry 3: --after 3.\n"


def test_other_commands_say_where_it_is(record):
    head = record.does(*OLD).splitlines()[1].removeprefix("Head: ")
    file = record.folder / FILE
    said = record.types("audit", "export")
    where = re.compile(
        r"Entries 1 to 7 were archived on [0-9: -]+ UTC\. Read them with `pipeline-bot (.+) --database (.+)`\.\n"
    )
    assert where.fullmatch(said.stderr).groups() == ("audit export", str(file))
    assert [json.loads(line)["id"] for line in said.stdout.splitlines()] == [8, 9, 10, 11]
    assert record.types("audit", "export", "--since", "30d").stderr == ""
    exported = record.does("audit", "export", "--database", FILE)
    assert [json.loads(line)["id"] for line in exported.splitlines()] == list(range(1, 8))
    said = record.types("history")
    assert where.fullmatch(said.stderr).groups() == ("history", str(file))
    assert "7fk2qa" not in said.stdout
    assert "7fk2qa" in record.does("history", "--database", FILE)
    assert where.search(record.fails("history", "--before", "7fk2qa"))
    verified = record.types("audit", "verify")
    assert verified.status == 3
    assert verified.stdout.startswith("Audit log: consistent (entries 8 to 11), not anchored")
    assert f"Verify them with `pipeline-bot audit verify --database {file} --head {head}`." in verified.stdout
    assert json.loads(record.types("audit", "verify", "--json").stdout)["archived_up_to"] == 7


def test_what_is_archived_between_two_pages_of_an_export_is_said(record, monkeypatch):
    monkeypatch.setattr(audit_export, "ENTRIES_AT_ONCE", 2)
    with record.administration() as administration:
        found = audit_export._entries(administration, administration.head_of(0))
        assert [next(found).entry.id, next(found).entry.id] == [1, 2]
        record.does(*OLD)
        with pytest.raises(
            audit_export.ArchivedMeanwhile, match=r"^Entries 3 to 7 were archived before they"
        ):
            next(found)


def test_a_head_that_was_saved_before_is_proved_by_the_archive(record):
    saved = record.does("audit", "head").strip()
    record.does(*OLD)
    assert record.types("audit", "verify", "--head", saved).status == 0
    first = json.loads(record.does("audit", "export", "--database", FILE).splitlines()[0])
    early = f"{first['id']}:{first['hash']}"
    assert record.types("audit", "verify", "--head", early).status == 3
    assert record.types("audit", "verify", "--database", FILE, "--head", early).status == 0


def test_doctor_still_accounts_for_grants(record):
    """The entry that says what was archived names those that were given in it."""
    record.does(*OLD)
    assert "No entry for grant" not in record.types("doctor").stdout
    by_hand(record.database, "UPDATE grants SET role = 'admin'")
    assert "No entry for grant #1 (U0ANA is admin on *)" in record.types("doctor").stdout


def test_archived_entries_are_counted_apart(record):
    """They are not in the file any more, nor in a backup of it."""
    record.does(*OLD)
    both = "11 audit log entries, 7 of them archived"
    assert record.does("backup", "backup.db").splitlines()[0].endswith(f"): {both}.")
    assert record.does("restore", "backup.db", "--yes").startswith(f"Backup backup.db: {both}, ")
    assert "Consistent (11 entries, 7 of them archived), not anchored." in record.types("doctor").stdout


@pytest.mark.parametrize(
    ("archived", "said"),
    [
        (0, "1,203 entries"),
        (900, "1,203 entries, 900 of them archived"),
        (1203, "1,203 entries, all of them archived"),
    ],
)
def test_how_many_entries_there_are(archived, said):
    assert counted_entries(1203, archived) == said


def test_an_archive_is_not_replaced_by_a_backup(record):
    record.does(*OLD)
    record.does("backup", "backup.db")
    before = (record.folder / FILE).read_bytes()
    said = record.fails("restore", "backup.db", "--yes", "--database", FILE)
    assert said == (
        f"{record.folder / FILE} is an archive of the audit log: it can be read, verified and exported, and not used for "
        "anything else.\n"
    )
    assert (record.folder / FILE).read_bytes() == before
    assert not list(record.folder.glob("old.db.replaced-*"))


def test_an_archive_gives_nobody_access(record):
    """It has no grants, so advice to grant the first role would be wrong, and refused."""
    record.does(*OLD)
    sentence = "This is an archive: grants and rules are in the bot's database.\n"
    there = ("--database", FILE)
    assert [record.does(*asked, *there) for asked in (["grants"], ["grants", "U0ANA"], ["rules"])] == [
        sentence
    ] * 3
    assert record.fails("can-i", "T1/U0ANA", "clear", "orders", *there) == sentence


def test_doctor_checks_an_archive_for_what_it_is(record):
    """No bot runs on it, so it needs no grant, no backup and no settings; and nothing about it failed."""
    record.does(*OLD)
    rows = record.does("doctor", "--database", FILE).splitlines()
    assert [row.split("  ")[1].strip() for row in rows[:-1]] == [
        "database",
        "audit log",
        "versions",
        "versions python",
        "versions sqlite",
        "versions schema",
    ]
    assert rows[0].endswith(
        f"{record.folder / FILE} is an archive of the audit log, and is readable. No bot runs on an archive, so nothing else "
        "is checked."
    )
    assert "Consistent (7 entries), not anchored." in rows[1]
    assert "`pipeline-bot audit verify` on that prints the command." in rows[1]
    assert rows[-1] == "All 6 checks passed."


def test_doctor_finds_an_archive_that_was_changed(record):
    record.does(*OLD)
    by_hand(record.folder / FILE, "UPDATE events SET by_user = 'U0EVE', by_team = 'T1' WHERE id = 2")
    said = record.types("doctor", "--database", FILE)
    assert (said.status, "Broken at entry 2" in said.stdout) == (1, True)


def test_what_is_not_over_is_named(record):
    """A cron job notices by the exit status."""
    with_old_work(record.database, "young", day=days_ago(6))
    path = record.folder / "other.db"
    with_old_work(path, "a", day=days_ago(500))
    with open_database(path) as db:
        begins(db, "stuck1234", day=days_ago(499), state=State.NEEDS_HUMAN)
    with_old_work(path, "b", day=days_ago(5))
    said = record.types(*OLD, "--database", str(path))
    assert (said.status, said.stdout.startswith("Archived entries 1 to 3 of the audit log")) == (3, True)
    assert re.fullmatch(
        r"Entry 4 and all later ones stay in the database: the request stuck1 \(clear stuck1234\) of [0-9: -]+ UTC needs "
        r"attention and was not closed\. End it, and archive again: `/pipeline list` in Slack shows it\.\n",
        said.stderr,
    )
    again = record.types(*OLD, "--database", str(path))
    assert (again.status, again.stdout) == (
        3,
        "Nothing that can be archived is older than 400d. Nothing was archived.\n",
    )


@pytest.mark.parametrize(
    ("age", "why"),
    [
        ("1d", "'1d' is too short: what is younger than 30d stays."),
        ("soon", "'soon' is not a valid duration, such as 400d."),
    ],
)
def test_an_age_that_makes_no_sense_is_refused(record, age, why):
    assert why in record.is_refused("archive", "--older-than", age, FILE)
    assert why in record.is_refused("archive", FILE, "--older-than", age)
    assert "--older-than" in record.is_refused("archive", FILE)
