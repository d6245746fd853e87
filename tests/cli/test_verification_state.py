"""`audit verify` goes on from where the same person verified before, and says what it did not read."""

import json
import os
import pty
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.events import Event, EventKind
from bot.store import audit_log
from bot.store.connection.database import open_database, writing
from tests.cli.test_audit_commands import DAILY, WANTED, cuts_its_end_off, forges, tampers

MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC")
NOT_READ = (
    "Entries 1 to 3 were verified on MOMENT and not read again; the last hash is the same. "
    "All entries were last read on MOMENT; `pipeline-bot audit verify --full` reads them again.\n"
)


@pytest.fixture
def record(shell):
    """Three entries."""
    adds(shell, 3)
    return shell


@pytest.fixture
def verifies(record, tmp_path):
    """`audit verify` by somebody who has a folder of their own; moments are left out of what is said."""

    def verify(*options):
        said = record.types("audit", "verify", *options, XDG_STATE_HOME=str(tmp_path / "state"))
        return said.status, MOMENT.sub("MOMENT", said.stdout)

    return verify


def adds(shell, number):
    with open_database(shell.database) as db, writing(db):
        for count in range(number):
            at = datetime.now(UTC) - timedelta(hours=1)
            audit_log.append(db, Event(EventKind.REFUSED, at, {"pipeline": "orders", "why": str(count)}))


def heads(shell):
    return [
        f"{line['id']}:{line['hash']}" for line in map(json.loads, shell.does("audit", "export").splitlines())
    ]


def test_the_second_time_only_what_came_since_is_read(record, verifies):
    assert verifies()[1].startswith("Audit log: consistent (3 entries), not anchored")
    adds(record, 2)
    noted = heads(record)
    assert verifies() == (
        3,
        "Audit log: consistent (entries 4 to 5), not anchored: this does not show whether all entries were rewritten, "
        f"or the newest ones removed.\nHead: {noted[4]}\n" + NOT_READ + WANTED + DAILY,
    )
    assert verifies() == (
        3,
        f"Audit log: consistent, not anchored: no entries after entry 5.\nHead: {noted[4]}\n"
        + NOT_READ.replace("1 to 3", "1 to 5")
        + WANTED
        + DAILY,
    )


def test_heads_are_compared_wherever_they_are(record, verifies):
    """Of an entry that is not read again, its hash as it stands there is."""
    verifies()
    adds(record, 2)
    noted = heads(record)
    intact = "Audit log: intact (entries 4 to 5): entry 5 matches the head that you gave."
    assert verifies("--head", noted[4]) == (0, f"{intact}\nHead: {noted[4]}\n{NOT_READ}")
    adds(record, 1)
    held = "Audit log: entry 2 matches the head that you gave. Entry 6 is consistent, not anchored."
    not_read = NOT_READ.replace("1 to 3", "1 to 5")
    assert verifies("--head", noted[1]) == (0, f"{held}\nHead: {heads(record)[5]}\n{not_read}")
    status, said = verifies("--head", f"2:{'0' * 64}")
    assert (status, said.splitlines()[0]) == (
        1,
        "Audit log: broken at entry 2, which has another hash than the one saved for it.",
    )


def test_full_reads_all_of_it(record, verifies):
    """What was changed among the entries that were verified before is found by that alone."""
    verifies()
    tampers(record, "CREATE TABLE before AS SELECT data FROM events WHERE id = 2")
    tampers(record, "UPDATE events SET data = '{}' WHERE id = 2")
    assert verifies()[0] == 3
    status, said = verifies("--full")
    assert (status, said.splitlines()[:2]) == (
        1,
        [
            "Audit log: broken at entry 2, which was changed: it cannot be read as an entry.",
            "Consistent before it: entry 1.",
        ],
    )
    assert verifies() == (1, said), "it is known from now on, and read again"
    tampers(record, "UPDATE events SET data = (SELECT data FROM before) WHERE id = 2")
    assert verifies()[0] == 3
    assert "not read again" in verifies()[1]


def makes_a_hole(record):
    tampers(record, "DELETE FROM events WHERE id = 2")


@pytest.mark.parametrize(
    ("deed", "broken"),
    [
        (forges, "Audit log: broken at entry 3, which has another hash than the one saved for it."),
        (
            cuts_its_end_off,
            "Audit log: broken at entry 3, which is missing: the end of the audit log was removed.",
        ),
        (makes_a_hole, "Audit log: broken at entry 2, which is missing: the next one is 3."),
    ],
)
def test_what_contradicts_the_time_before_is_broken(record, verifies, tmp_path, deed, broken):
    """Whoever rewrites the database has not rewritten this. Who restored it on purpose is told what to do."""
    verifies()
    deed(record)
    (file,) = (tmp_path / "state" / "pipeline-bot").iterdir()
    status, said = verifies()
    assert status == 1
    assert said.splitlines()[0] == broken
    assert said.splitlines()[-1] == (
        f"Entry 3 was in it on MOMENT, when it was verified. If somebody has restored a backup since, this is expected: remove {file}, and verify again."
    )
    file.unlink()
    assert verifies()[0] == (1 if deed is makes_a_hole else 3)


@pytest.mark.parametrize("trouble", ["no home", "read-only", "odd"])
def test_where_nothing_can_be_kept_all_is_read(record, tmp_path, trouble):
    """Every time, and without a word of complaint: it is only slower."""
    folder = tmp_path / "state"
    settings = {} if trouble == "no home" else {"XDG_STATE_HOME": str(folder)}
    if trouble == "read-only":
        folder.write_text("no folder")
    for _ in range(2):
        said = record.types("audit", "verify", **settings)
        assert (said.status, said.stderr) == (3, "")
        assert "consistent (3 entries)" in said.stdout
        if trouble == "odd":
            (file,) = (folder / "pipeline-bot").iterdir()
            file.write_text('{"entry": "x"}')


def test_it_is_its_owners_alone_and_the_database_may_be_read_only(record, verifies, tmp_path):
    verifies()
    (file,) = (tmp_path / "state" / "pipeline-bot").iterdir()
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    record.database.chmod(0o400)
    assert "not read again" in verifies()[1]


def test_doctor_verifies_once_and_from_where_it_did_before(record, tmp_path):
    """It reads the grants' entries alone besides, and says what was not read."""
    read = []
    settings = {"XDG_STATE_HOME": str(tmp_path / "state")}
    for _ in range(2):
        said = record.types("doctor", **settings)
        read += [line for line in said.stdout.splitlines() if "  audit log  " in line]
    assert MOMENT.sub("MOMENT", read[0]).startswith(
        "✓  audit log          Consistent (3 entries), not anchored. Only a head"
    )
    assert MOMENT.sub("MOMENT", read[1]).startswith(
        f"✓  audit log          Consistent (3 entries), not anchored. {NOT_READ.strip()} Only a head"
    )


def test_a_terminal_shows_how_far_it_is(record):
    """A log of four years takes a minute to read; a file or a pipe gets no bar."""
    ours, theirs = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "bot", "audit", "verify"],
        cwd=record.folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE,
        stderr=theirs,
        check=False,
    )
    os.close(theirs)
    shown = os.read(ours, 4096).decode()
    os.close(ours)
    assert done.returncode == 3
    assert "Reading the audit log" in shown
    assert "100%" in shown
    assert b"Reading" not in done.stdout
