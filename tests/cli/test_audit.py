"""`audit verify`, `audit head` and `audit export`, on a record that the shell itself has written."""

import csv
import io
import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.audit import GENESIS, link
from bot.domain.names import Actor, TeamId, UserId
from bot.domain.operations import Event, EventKind
from bot.store import chain
from bot.store.database import open_database, writing
from bot.store.workspace import remember_url

ANA = Actor(TeamId("T1"), UserId("U0ANA"))


@pytest.fixture
def record(shell):
    """Three entries, one of them of eight days ago and by a person."""
    with open_database(shell.database) as db, writing(db):
        old = datetime.now(UTC) - timedelta(days=8)
        chain.append(db, Event(EventKind.REFUSED, old, {"pipeline": "orders", "why": "no_grant"}, ANA))
    shell.does("rule", "prod-*", "approvals=2", "reason=required")
    shell.does("rule", "prod-*", "off")
    return shell


def exported(shell, *options):
    return [json.loads(line) for line in shell.does("audit", "export", *options).splitlines()]


def tampers(shell, statement):
    """As somebody who has the file, and takes its triggers away."""
    with closing(sqlite3.connect(shell.database)) as db, db:
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f"DROP TRIGGER {name}")
        db.execute(statement)


def test_a_record_that_is_whole_is_said_to_be_with_its_head(record):
    head = record.does("audit", "head").strip()
    assert record.does("audit", "verify") == f"The record is whole. Its head: {head}\n"
    assert record.does("audit", "verify", "--head", head) == (
        f"The record is whole. It still holds the head that was noted. Its head: {head}\n"
    )


def test_a_record_that_was_tampered_with_names_the_first_broken_entry(record):
    """Exit status 1, for whatever runs it every night."""
    tampers(record, "UPDATE events SET data = replace(data, 'approvals=2', 'approvals=0') WHERE id = 2")
    said = record.types("audit", "verify")
    assert (said.status, said.stdout) == (
        1,
        "Entry 2 is not what was written, or follows another than it did.\n",
    )


def test_a_record_whose_end_was_cut_off_is_found_by_a_head_that_was_noted(record):
    """The chain alone cannot show it."""
    noted = record.does("audit", "head").strip()
    tampers(record, "DELETE FROM events WHERE id = 3")
    assert record.types("audit", "verify").status == 0
    said = record.types("audit", "verify", "--head", noted)
    assert (said.status, said.stdout) == (1, "Entry 3 is missing: the record was cut off.\n")


def test_an_empty_record_is_whole(shell):
    head = shell.does("audit", "head").strip()
    assert head == f"0:{GENESIS}"
    assert shell.does("audit", "verify", "--head", head) == (
        f"The record is whole. It still holds the head that was noted. Its head: {head}\n"
    )
    assert exported(shell) == []


@pytest.mark.parametrize("head", ["3", "3:abc", ":", "x:" + "0" * 64])
def test_what_is_no_head_is_refused(shell, head):
    said = shell.is_refused("audit", "verify", "--head", head)
    assert f"{head!r} is no head; write it as `pipeline-bot audit head` prints it." in said


def test_an_export_holds_all_that_the_chain_was_made_of(record):
    """Whoever has it can compute every hash anew."""
    previous = GENESIS
    for line in exported(record):
        by = None if line["by"] is None else Actor(**line["by"])
        event = Event(EventKind(line["kind"]), datetime.fromisoformat(line["at"]), line["data"], by)
        previous = link(previous, entry_id=line["id"], operation=line["operation"], event=event)
        assert line["hash"] == previous
    assert record.does("audit", "head").strip() == f"3:{previous}"
    assert [line["kind"] for line in exported(record)] == ["refused", "rule_set", "rule_dropped"]


def test_an_export_as_csv_says_the_same(record):
    rows = list(csv.DictReader(io.StringIO(record.does("audit", "export", "--format", "csv"))))
    assert [
        {
            "id": str(line["id"]),
            "at": line["at"],
            "kind": line["kind"],
            "operation": line["operation"] or "",
            "by_team": (line["by"] or {"team": ""})["team"],
            "by_user": (line["by"] or {"user": ""})["user"],
            "link": line["link"],
            "hash": line["hash"],
        }
        for line in exported(record)
    ] == [{key: value for key, value in row.items() if key != "data"} for row in rows]
    assert [json.loads(row["data"]) for row in rows] == [line["data"] for line in exported(record)]


def test_an_export_links_to_the_card(record):
    """By what the entry itself says of where the card stands, which its hash covers."""
    with open_database(record.database) as db:
        remember_url(db, "https://acme.slack.com/")
        with writing(db):
            data = {"ending": "cleared", "channel": "C0OPS", "ts": "1772420400.000100"}
            chain.append(db, Event(EventKind.ENDED, datetime.now(UTC), data))
    assert [line["link"] for line in exported(record)] == [
        "",
        "",
        "",
        "https://acme.slack.com/archives/C0OPS/p1772420400000100",
    ]


def test_an_export_may_begin_later(record):
    assert [line["id"] for line in exported(record, "--since", "7d")] == [2, 3]
    week = (datetime.now(UTC) - timedelta(days=7)).date().isoformat()
    assert [line["id"] for line in exported(record, "--since", week)] == [2, 3]
    assert [line["id"] for line in exported(record, "--since", "2w")] == [1, 2, 3]


@pytest.mark.parametrize("since", ["yesterday", "18:00", "-7d"])
def test_what_is_no_beginning_is_refused(record, since):
    said = record.is_refused("audit", "export", f"--since={since}")
    assert f"{since!r} is neither a duration, such as 7d, nor a date, such as 2026-11-25." in said


def test_an_export_stops_at_what_does_not_read(record):
    """With a sentence; what comes before it is fine."""
    tampers(record, "UPDATE events SET at = 'noon' WHERE id = 2")
    said = record.types("audit", "export")
    assert (said.status, [json.loads(line)["id"] for line in said.stdout.splitlines()]) == (2, [1])
    assert said.stderr.startswith("Entry 2 of the audit record is not what was written")
