"""`audit verify`, `audit head` and `audit export`, on a record that the shell itself has written."""

import csv
import io
import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.audit_chain import GENESIS, PostedHead, link
from bot.domain.events import Event, EventKind
from bot.domain.ids import Actor, TeamId, UserId
from bot.engine.loops.audit_anchor import LOGGED
from bot.store import audit_log
from bot.store.bot_state import done, remember_posted_head, remember_url
from bot.store.connection.database import open_database, writing

ANA = Actor(TeamId("T1"), UserId("U0ANA"))


@pytest.fixture
def record(shell):
    """Three entries, one of them of eight days ago and by a person."""
    with open_database(shell.database) as db, writing(db):
        old = datetime.now(UTC) - timedelta(days=8)
        audit_log.append(db, Event(EventKind.REFUSED, old, {"pipeline": "orders", "why": "no_grant"}, ANA))
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


WANTED = (
    "To prove more, give a head that was saved elsewhere, with --head ID:HASH or --heads-from FILE: "
    "`pipeline-bot audit verify --help` explains them.\n"
)
DAILY = "The bot logs its head daily, and posts it to PIPELINE_BOT_AUDIT_CHANNEL if that is set.\n"


def forges(record):
    """Somebody writes the second entry anew, and computes every hash from there on."""
    with open_database(record.database) as db:
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f"DROP TRIGGER {name}")
        kept = list(audit_log.entries(db))
        db.execute("DELETE FROM events WHERE id >= 2")
        with writing(db):
            forged = {**kept[1].event.data, "rule": {"approvals": "0"}}
            audit_log.append(db, replace(kept[1].event, data=forged))
            audit_log.append(db, kept[2].event)


def test_without_a_head_it_is_consistent_and_no_more_is_said(record):
    """Exit status 3: whatever runs it every night is not told that all is well. It names what proves more."""
    head = record.does("audit", "head").strip()
    said = record.types("audit", "verify")
    assert (said.status, said.stderr) == (3, "")
    assert said.stdout == (
        "Audit log: consistent (3 entries), not anchored: this does not show whether all entries were rewritten, or the "
        f"newest ones removed.\nHead: {head}\n" + WANTED + DAILY
    )


def test_up_to_a_head_that_was_noted_it_is_intact(record):
    """And what came after that is consistent; of several heads the last counts, and all must be there."""
    heads = [f"{line['id']}:{line['hash']}" for line in exported(record)]
    whole = f"Audit log: intact (3 entries): entry 3 matches the head that you gave.\nHead: {heads[2]}\n"
    part = (
        "Audit log: intact up to entry 1, which matches the head that you gave. "
        f"Entries 2 to 3 are consistent, not anchored.\nHead: {heads[2]}\n"
    )
    assert record.does("audit", "verify", "--head", heads[2]) == whole
    assert record.does("audit", "verify", "--head", heads[0]) == part
    assert record.does("audit", "verify", "--head", heads[2], "--head", heads[0].upper()) == whole
    said = record.types("audit", "verify", "--head", heads[0], "--head", f"2:{'0' * 64}")
    assert (said.status, said.stdout) == (
        1,
        (
            "Audit log: broken at entry 2, which has another hash than the one saved for it.\n"
            "Consistent before it: entry 1; intact up to entry 1, which matches the head that you gave.\n"
            "If somebody has restored a backup since that head was saved, this is expected: give a head that was saved "
            "before the backup.\n"
        ),
    )


def test_a_record_that_was_tampered_with_names_the_first_broken_entry(record):
    """Exit status 1, for whatever runs it every night."""
    tampers(
        record,
        """UPDATE events SET data = replace(data, '"approvals": "2"', '"approvals": "0"') WHERE id = 2""",
    )
    said = record.types("audit", "verify")
    assert (said.status, said.stdout) == (
        1,
        "Audit log: broken at entry 2, which was changed, or is not where it was written.\nConsistent before it: entry 1.\n",
    )


def cuts_its_end_off(record):
    tampers(record, "DELETE FROM events WHERE id = 3")


@pytest.mark.parametrize(
    ("deed", "found"),
    [
        (
            cuts_its_end_off,
            "Audit log: broken at entry 3, which is missing: the end of the audit log was removed.\n",
        ),
        (forges, "Audit log: broken at entry 3, which has another hash than the one saved for it.\n"),
    ],
)
def test_what_the_chain_cannot_show_is_found_by_a_head_that_was_noted(record, deed, found):
    """Every hash of it is right, and yet it is not what was written; nothing says that it is."""
    noted = record.does("audit", "head").strip()
    deed(record)
    assert record.types("audit", "verify").status == 3
    said = record.types("audit", "verify", "--head", noted)
    assert said.status == 1
    assert said.stdout.startswith(found)


def test_an_emptied_record_is_not_called_whole(record):
    """Not by itself, and not by the head of nothing; by one that was noted it is broken."""
    noted = record.does("audit", "head").strip()
    tampers(record, "DELETE FROM events")
    nothing = f"0:{GENESIS}"
    assert record.does("audit", "head").strip() == nothing
    for heads in ((), ("--head", nothing)):
        said = record.types("audit", "verify", *heads)
        assert said.status == 3
        assert said.stdout.startswith("Audit log: no entries, not anchored.\n")
    said = record.types("audit", "verify", "--head", noted)
    assert (said.status, said.stdout) == (
        1,
        (
            "Audit log: broken at entry 3, which is missing: the end of the audit log was removed.\n"
            "No entry before it is consistent.\n"
            "If somebody has restored a backup since that head was saved, this is expected: give a head that was saved "
            "before the backup.\n"
        ),
    )
    assert exported(record) == []


def test_heads_are_found_in_what_the_bot_logged(record):
    """As the log has it, whatever a log collector put before it; as `audit head` prints it; or as it was posted."""
    heads = [(line["id"], line["hash"]) for line in exported(record)]
    lines = (
        'not even {"json": 1',
        '{"event": "audit_head", "entry": "x", "hash": null}',
        f'{{"event": "serving", "entry": 3, "hash": "{heads[2][1]}"}}',
        f'bot-1  | {{"entry": {heads[0][0]}, "hash": "{heads[0][1]}", "event": "audit_head", "level": "info"}}',
        f"is shown by `pipeline-bot audit verify --head {heads[1][0]}:{heads[1][1]}`.",
    )
    kept = record.folder / "bot.log"
    kept.write_text("\n".join(lines))
    said = record.does("audit", "verify", "--heads-from", "bot.log")
    assert said.startswith("Audit log: intact up to entry 2, ")
    by_pipe = record.types("audit", "verify", "--heads-from", "-", stdin="\n".join(lines))
    assert (by_pipe.status, by_pipe.stdout) == (0, said)
    forges(record)
    assert record.types("audit", "verify", "--heads-from", "bot.log").status == 1


def test_what_is_no_head_is_refused(record):
    """Whoever gave a file meant to have an anchor."""
    (record.folder / "bot.log").write_bytes(b"nothing\n\xff\n{}\n")
    assert record.is_refused("audit", "verify", "--heads-from", "bot.log") == (
        "bot.log has no head. Give a file with lines `audit_head` of the bot's log, or with heads as "
        "`pipeline-bot audit head` prints them.\n"
    )
    for head in ("3", "3:abc", ":", "x:" + "0" * 64, "0:" + "1" * 64):
        said = record.is_refused("audit", "verify", "--head", head)
        assert f"{head!r} is not a valid head. Write it as `pipeline-bot audit head` prints it." in said


@pytest.fixture
def posted(record):
    """The head was posted and logged, and that is remembered."""
    with open_database(record.database) as db:
        remember_url(db, "https://acme.slack.com/")
        place = PostedHead(
            audit_log.head(db), datetime(2026, 11, 28, 3, tzinfo=UTC), "C0AUDIT", "1772420400.000100"
        )
        remember_posted_head(db, place)
        done(db, LOGGED, datetime(2026, 11, 28, 3, tzinfo=UTC))
    return record


def test_where_the_last_head_was_posted_is_told_to_whoever_has_none(posted):
    """It stands in the same file: it says where to look, and anchors nothing."""
    said = posted.types("audit", "verify")
    assert said.status == 3
    assert said.stdout.splitlines()[2:] == [
        WANTED.strip(),
        "The bot posted the head of entry 3 on 2026-11-28 03:00 UTC: https://acme.slack.com/archives/C0AUDIT/p1772420400000100",
        "The bot logged a head on 2026-11-28 03:00 UTC: a line `audit_head`.",
        "Take it from there: the database's own copy proves nothing.",
    ]


def test_what_contradicts_the_posted_head_beside_it_is_broken(posted):
    forges(posted)
    said = posted.types("audit", "verify")
    assert said.status == 1
    assert said.stdout.startswith(
        "Audit log: broken at entry 3, which has another hash than the one saved for it.\n"
    )


@pytest.mark.parametrize(
    "place", ["", "[]", "{}", '{"entry": 1, "hash": 2, "at": "noon", "channel": 1, "ts": 2}']
)
def test_a_place_that_does_not_read_is_none(posted, place):
    with open_database(posted.database) as db:
        db.execute("UPDATE workspace SET value = ? WHERE key = 'posted head'", (place,))
    said = posted.types("audit", "verify")
    assert said.status == 3
    assert "The bot posted" not in said.stdout


def test_an_export_holds_all_that_the_chain_was_made_of(record):
    previous = GENESIS
    for line in exported(record):
        by = None if line["by"] is None else Actor(**line["by"])
        event = Event(EventKind(line["kind"]), datetime.fromisoformat(line["at"]), line["data"], by)
        previous = link(previous, entry_id=line["id"], operation=line["operation"], event=event)
        assert line["hash"] == previous
    assert record.does("audit", "head").strip() == f"3:{previous}"
    assert [line["kind"] for line in exported(record)] == ["refused", "rule_set", "rule_dropped"]
    assert exported(record)[2]["data"]["before"] == {"approvals": "2", "reason": "required"}


def test_an_export_links_to_the_card_and_as_csv_says_the_same(record):
    """By what the entry itself says of where the card stands, which its hash covers."""
    with open_database(record.database) as db:
        remember_url(db, "https://acme.slack.com/")
        with writing(db):
            data = {"ending": "cleared", "channel": "C0OPS", "ts": "1772420400.000100"}
            audit_log.append(db, Event(EventKind.ENDED, datetime.now(UTC), data))
    lines = exported(record)
    permalink = "https://acme.slack.com/archives/C0OPS/p1772420400000100"
    assert [line["link"] for line in lines] == ["", "", "", permalink]
    rows = csv.DictReader(io.StringIO(record.does("audit", "export", "--format", "csv")))
    for line, row in zip(lines, rows, strict=True):
        by = line.pop("by") or {"team": "", "user": ""}
        same = {"by_team": by["team"], "by_user": by["user"], "id": str(line["id"])}
        assert json.loads(row.pop("data")) == line.pop("data")
        assert row == line | same | {"operation": line["operation"] or ""}


def test_an_export_may_begin_later(record):
    week = (datetime.now(UTC) - timedelta(days=7)).date().isoformat()
    for since, ids in (("7d", [2, 3]), (week, [2, 3]), ("2w", [1, 2, 3])):
        assert [line["id"] for line in exported(record, "--since", since)] == ids
    for since in ("yesterday", "18:00", "-7d"):
        said = record.is_refused("audit", "export", f"--since={since}")
        assert f"{since!r} is not a valid duration, such as 7d, or date, such as 2026-11-25." in said


def test_an_export_stops_at_what_does_not_read(record):
    tampers(record, "UPDATE events SET at = 'noon' WHERE id = 2")
    said = record.types("audit", "export")
    assert (said.status, [json.loads(line)["id"] for line in said.stdout.splitlines()]) == (1, [1])
    assert said.stderr.startswith("error: Entry 2 of the audit log was changed")
