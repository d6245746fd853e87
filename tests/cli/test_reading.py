"""Commands that only read: they create no database, change none, and need nothing but to read it."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

READING = [
    ("audit", "verify"),
    ("audit", "verify", "--head", "1:" + "0" * 64),
    ("audit", "head"),
    ("audit", "export"),
    ("audit", "export", "--format", "cloudevents"),
    ("webhooks", "list"),
    ("grants",),
    ("grants", "--json"),
    ("rules",),
    ("pending",),
    ("history",),
    ("history", "U0ANA", "--json"),
    ("can-i", "T1/U0ANA", "clear", "orders"),
    ("access", "export"),
    ("access", "export", "access.yaml"),
    ("clock", "show"),
    ("clock", "reset"),
]
CHANGING_WHAT_IS = [  # what there is: they would find nothing
    ("deny", "abc", "no"),
    ("revoke", "U0ANA", "viewer", "*", "--team", "T1"),
    ("unfreeze", "*"),
    ("rule", "*", "off"),
    ("webhooks", "forget", "siem"),
]
HOME = ("--team", "T1")
WHAT_TO_DO = (
    "Name another with --database or PIPELINE_BOT_DATABASE, or create it by the first grant, such as "
    "`pipeline-bot grant U0123ABCD admin '*'`.\n"
)
# As root, without the capabilities by which root may write what it may not.
UNPRIVILEGED = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []
needs_setpriv = pytest.mark.skipif(
    bool(UNPRIVILEGED) and shutil.which("setpriv") is None, reason="root may write everywhere"
)


@pytest.mark.parametrize("command", [*READING, *CHANGING_WHAT_IS], ids=" ".join)
def test_without_a_database_it_says_where_it_looked(shell, command):
    """And leaves the folder as it is: an empty audit log was called whole there, and an empty file exported."""
    assert shell.fails(*command) == f"There is no database at {shell.database}. {WHAT_TO_DO}"
    assert list(shell.folder.iterdir()) == []


@pytest.mark.parametrize("command", [*READING, *CHANGING_WHAT_IS], ids=" ".join)
def test_an_empty_file_is_no_database(shell, command):
    shell.database.touch()
    assert shell.fails(*command) == (
        f"The database {shell.database} is empty: nothing was ever stored in it. {WHAT_TO_DO}"
    )
    assert shell.database.stat().st_size == 0


@pytest.mark.parametrize(
    "command", [*READING, *CHANGING_WHAT_IS, ("clock", "reset", "--yes"), ("doctor",)], ids=" ".join
)
def test_what_reads_creates_no_folder_either(shell, command):
    said = shell.types(*command, "--database", "sub/folder/bot.db")
    assert said.status == 1
    assert f"{shell.folder}/sub/folder" in said.stdout + said.stderr
    assert list(shell.folder.iterdir()) == []


def test_an_import_that_is_only_shown_creates_nothing(shell):
    (shell.folder / "access.yaml").write_text("team: T1\nrules:\n- {pattern: orders, approvals: 2}\n")
    said = shell.types("access", "import", "access.yaml")
    assert (said.status, said.stdout) == (0, "+ rule orders approvals=2\n")
    assert f"notice: There is no database at {shell.database} yet.\n" in said.stderr
    assert not shell.database.exists()
    assert shell.types("access", "import", "access.yaml", "--yes").status == 0
    assert shell.database.exists()


@pytest.mark.parametrize("command", READING, ids=" ".join)
def test_a_database_of_an_older_version_is_left_alone(shell, command):
    shell.begins()
    with closing(sqlite3.connect(shell.database)) as connection, connection:
        connection.execute("DELETE FROM _sqlite_migrations WHERE name = 'm003_plans'")
    assert "was last used by an older version of the bot" in shell.fails(*command)
    with closing(sqlite3.connect(shell.database)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM _sqlite_migrations")]
    assert "m003_plans" not in names


@pytest.fixture
def given(shell):
    """A database with two entries."""
    shell.does("grant", "U0ANA", "operator", "orders", *HOME)
    shell.does("grant", "U0BEN", "approver", "orders", *HOME)
    return shell


def types(shell, *arguments: str) -> subprocess.CompletedProcess[str]:
    """In a process of its own, which may do no more than its user may."""
    command = [*UNPRIVILEGED, sys.executable, "-m", "bot", *arguments]
    root = str(Path(__file__).parent.parent.parent)
    # Without a log of the interpreter's own: nothing can be written.
    environment = {**os.environ, "PYTHONPATH": root, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(  # noqa: S603 - our own words
        command, cwd=shell.folder, env=environment, capture_output=True, text=True, check=False
    )


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Nothing in it, and not the folder, can be written."""
    for file in folder.iterdir():
        file.chmod(0o400)
    folder.chmod(0o500)
    try:
        yield
    finally:
        folder.chmod(0o700)


@needs_setpriv
def test_a_read_only_database_is_read(given):
    """On a file system, or of a user, where nothing can be written."""
    head = given.does("audit", "head")
    grants, access = given.does("grants"), given.does("access", "export")
    for leftover in given.folder.glob("*.db-*"):
        leftover.unlink()
    with read_only(given.folder):
        assert types(given, "grant", "U0EVE", "admin", "*", *HOME).returncode == 1, "it is not read-only"
        verified = types(given, "audit", "verify", "--head", head.strip())
        assert (verified.returncode, verified.stderr) == (0, f"Database: {given.database}\n")
        assert verified.stdout.startswith("Audit log: intact (2 entries)")
        for command, printed in (("audit head", head), ("grants", grants), ("access export", access)):
            said = types(given, *command.split())
            assert (said.returncode, said.stderr, said.stdout) == (
                0,
                f"Database: {given.database}\n",
                printed,
            )
        assert [file.name for file in given.folder.iterdir()] == [given.database.name]


@needs_setpriv
def test_a_read_only_database_that_a_bot_writes_is_read_with_its_newest_entries(given):
    """They stand in the log beside it until the bot moves them over."""
    with given.administration() as running:
        given.does("grant", "U0EVE", "viewer", "orders", *HOME)
        number, _ = running.head()
        with read_only(given.folder):
            assert types(given, "audit", "head").stdout.startswith(f"{number}:")


@needs_setpriv
def test_newest_entries_that_cannot_be_read_are_not_left_out(given):
    """A copy of what a killed bot left, where nothing can be written: it could only be read without them."""
    log = given.folder / f"{given.database.name}-wal"
    with given.administration():
        given.does("grant", "U0EVE", "viewer", "orders", *HOME)
        newest = log.read_bytes()
    log.write_bytes(newest)
    (given.folder / f"{given.database.name}-shm").unlink(missing_ok=True)
    with read_only(given.folder):
        said = types(given, "audit", "verify")
    assert (said.returncode, said.stdout) == (1, "")
    assert said.stderr == (
        f"error: The database {given.database} cannot be read where it is: its newest entries are in pipeline-bot.db-wal, "
        "and nothing can be written beside it. Copy both into a folder of your own, and name the copy with --database.\n"
    )


@needs_setpriv
def test_a_database_that_may_not_be_read(given):
    given.database.chmod(0o000)
    said = types(given, "grants")
    assert (said.returncode, said.stdout) == (1, "")
    assert said.stderr == f"error: The database {given.database} cannot be used: this user may not read it.\n"


@needs_setpriv
def test_doctor_checks_what_it_can_of_a_read_only_database(given):
    """That it cannot be written is one thing to put right; what is in it is looked at all the same."""
    for leftover in given.folder.glob("*.db-*"):
        leftover.unlink()
    with read_only(given.folder):
        said = types(given, "doctor").stdout
    assert (
        f"\n✗  database           The database {given.database} cannot be used: this user may not write there.\n"
        in said
    )
    assert "\n✓  audit log          Consistent (2 entries), not anchored. " in said
    assert "\n?  access             People were not looked up in Slack.\n" in said
