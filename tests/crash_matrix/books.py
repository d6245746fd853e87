"""What Feldera, Slack and the database say of one case, held against each other.

The database is read by SQL of its own, and Feldera's and Slack's side are the records of the simulators: what the bot
believes is compared with what arrived.
"""

import json
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from bot.simulator.feldera.api.faults import RecordedRequest
from bot.simulator.slack import Message, render
from bot.store.shell_store import Administration
from tests.crash_matrix.stage import Stage

COPY = "an older copy of this card"
CARRIES = {"operator", "requester", "responder"}
SENT = {"sent", "sent_again"}
FELDERA_MAY_STILL_TAKE_IT = timedelta(seconds=14)  # from when a request was sent until it can be repeated
VERDICTS = {
    "clear": ("✅ Cleared", "✅ Cleared"),
    "start": ("✅ Started", "✅ Stopped, cleared and started"),
}  # by the last step: how the last line begins, and the second line of the card


@dataclass(frozen=True, slots=True)
class Granted:
    person: str
    role: str
    since: datetime
    until: datetime | None

    def covers(self, moment: datetime) -> bool:
        return self.since <= moment and (self.until is None or moment < self.until)


@dataclass(frozen=True, slots=True)
class Entry:
    """One of the audit log's."""

    id: int
    kind: str
    at: datetime
    by: str | None
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """A confirmed operation as stored, with its entries in the audit log."""

    id: str
    requester: str
    state: str
    card_ts: str
    card_posts: int
    entries: tuple[Entry, ...]

    def of(self, *kinds: str) -> list[Entry]:
        return [entry for entry in self.entries if entry.kind in kinds]


def unfinished(database: Path) -> str:
    """What the bot still has to do or to show; nothing once all is quiet."""
    with closing(sqlite3.connect(database)) as db:
        (found,) = db.execute(
            """
            SELECT group_concat(pipeline || ' is ' || state || ', shown at ' || rendered_version || ' of ' || version, '; ')
            FROM operations WHERE state NOT IN ('proposed', 'succeeded', 'unnecessary', 'refused', 'stale', 'expired',
              'withdrawn', 'closed', 'needs_human') OR confirmed_at IS NOT NULL AND (rendered_version < version OR EXISTS
              (SELECT 1 FROM postings JOIN events ON events.id = event WHERE operation = operations.id AND ts IS NULL))
            """
        ).fetchone()
    return found or ""


def owed(database: Path) -> frozenset[str]:
    """The operations some of whose lines Slack is not known to have taken."""
    with closing(sqlite3.connect(database)) as db:
        found = db.execute(
            "SELECT DISTINCT operation FROM postings JOIN events ON events.id = event WHERE ts IS NULL"
        ).fetchall()
    return frozenset(operation for (operation,) in found)


def account(stage: Stage) -> str:
    """What there is to compare, for those who read of a failure."""
    posts = [
        f"{request.at:%H:%M:%S} Feldera {target} got {request.method} {request.path}: {request.status}"
        for target, feldera in stage.felderas.items()
        for request in feldera.requests
        if request.method == "POST"
    ]
    entries = [
        f"{entry.at:%H:%M:%S} audit log of {pipeline}: {entry.kind} {json.dumps(entry.data, ensure_ascii=False)}"
        for pipeline, rows in _read(stage.database)[1].items()
        for row in rows
        for entry in row.entries
    ]
    shown = [
        f"#{channel.name}: {render(message, stage.slack.names)}"
        for channel in stage.channels.values()
        for message in channel.messages
    ]
    return "\n".join([*posts, *entries, *shown])


def balance(stage: Stage, *, killed: int, in_doubt: Counter[str]) -> None:
    """Each pipeline's one request was carried out once, with permission, and told once.

    A kill may have repeated two things, which Slack cannot tell apart: a card, whose copy says so, and the lines of one
    message of a thread for which it was not stored yet that Slack had taken them: `in_doubt` counts such kills by operation.
    """
    grants, rows = _read(stage.database)
    assert rows.keys() == stage.scenario.plans.keys(), f"confirmed were requests on {sorted(rows)}"
    for pipeline, plan in stage.scenario.plans.items():
        assert len(rows[pipeline]) == 1, f"{pipeline} was confirmed {len(rows[pipeline])} times"
        (row,) = rows[pipeline]
        feldera, short = stage.feldera_of(pipeline)
        asked = [request for request in feldera.requests if request.method == "POST"]
        if stage.scenario.revokes and not asked:
            _was_not_carried_out(stage, row, repeats=in_doubt[row.id])
            continue
        assert row.state == "succeeded", f"{pipeline} is {row.state}"
        assert len(row.of("ended")) == 1
        assert feldera.clears[short] == plan.count("clear")
        assert [request.path for request in asked] == [f"/v0/pipelines/{short}/{step}" for step in plan]
        for step, request in zip(plan, asked, strict=True):
            _was_recorded_before(row, step, request, killed=killed)
            _was_permitted(stage, row, request, grants)
        _was_told_once(stage, row, *VERDICTS[plan[-1]], repeats=in_doubt[row.id])
    with Administration.reading(stage.database) as administration:
        assert administration.verify().broken is None
    assert stage.slack.suspicious == []


def _was_not_carried_out(stage: Stage, row: Row, *, repeats: int) -> None:
    """The right was revoked before: it ended, or needs attention where it may have been sent, and the thread says so."""
    may_have_been_sent = bool(row.of(*SENT))
    assert row.state == ("needs_human" if may_have_been_sent else "refused"), row.state
    verdict = "⚠️ Needs attention" if may_have_been_sent else "❌ `orders` was not cleared"
    _was_told_once(
        stage, row, verdict, "⚠️ Needs attention" if may_have_been_sent else "❌ Not cleared", repeats=repeats
    )


def _was_recorded_before(row: Row, step: str, request: RecordedRequest, *, killed: int) -> None:
    """The audit log has it, and once more at most for each kill before it went out, and where it was put off.

    It is put off if the machine was too slow: a request that would be later than two seconds after its look is not sent.
    """
    sent, put_off = (
        [entry for entry in row.of(*kinds) if entry.data.get("step", step) == step]
        for kinds in (SENT, {"put_off"})
    )
    assert [entry.kind for entry in sent] == ["sent", *["sent_again"] * (len(sent) - 1)]
    assert len(sent) <= 1 + killed + len(put_off)
    assert all(entry.at <= request.at for entry in sent), f"{step} arrived before the audit log had it"
    for before, after in pairwise(sent):
        is_known_unsent = any(before.id < entry.id < after.id for entry in put_off)
        assert is_known_unsent or after.at - before.at > FELDERA_MAY_STILL_TAKE_IT


def _was_permitted(stage: Stage, row: Row, request: RecordedRequest, grants: list[Granted]) -> None:
    """Who decided, by the database: somebody with a role for it, and as many others as the rules asked for."""

    def may(person: str | None, roles: set[str]) -> bool:
        return any(
            grant.person == person and grant.role in roles and grant.covers(request.at) for grant in grants
        )

    assert may(row.requester, CARRIES)
    by_others = {entry.by for entry in row.of("approved") if entry.at <= request.at} - {row.requester}
    assert all(may(person, {"approver"}) for person in by_others)
    assert len(by_others) >= stage.scenario.approvals
    assert (
        bool(row.of("glass_broken")) == bool(row.of("signed_off")) == (stage.scenario.name == "break-glass")
    )


def _was_told_once(stage: Stage, row: Row, verdict: str, card_verdict: str, *, repeats: int) -> None:
    channel = next(each for each in stage.channels.values() if each.message(row.card_ts) is not None)
    cards = [message for message in channel.messages if message.thread_ts is None]
    assert 1 <= len(cards) <= row.card_posts
    (card,) = [message for message in cards if message.ts == row.card_ts]
    shown = render(card, stage.slack.names)
    assert f"\n{card_verdict}" in shown
    assert (COPY in shown) is (row.card_posts > 1)
    thread = [message for message in channel.messages if message.thread_ts is not None]
    assert {message.thread_ts for message in thread} == {row.card_ts}
    lines = Counter(line for message in thread for line in set(_lines(message)))
    repeated = {line for line, times in lines.items() if times > 1}
    twice = [message for message in thread if repeated & set(_lines(message))]
    assert len(twice) <= 2 * repeats, f"repeated: {repeated}"
    told = [line for line in lines if line.startswith(verdict)]
    assert len(told) == 1, f"last lines: {told}"


def _lines(message: Message) -> list[str]:
    return message.text.split("\n")


def _read(database: Path) -> tuple[list[Granted], dict[str, list[Row]]]:
    with closing(sqlite3.connect(database)) as db:
        db.row_factory = sqlite3.Row
        grants = [
            Granted(
                grant["user"],
                grant["role"],
                datetime.fromisoformat(grant["granted_at"]),
                None if grant["revoked_at"] is None else datetime.fromisoformat(grant["revoked_at"]),
            )
            for grant in db.execute("SELECT * FROM grants")
        ]
        rows: dict[str, list[Row]] = {}
        for found in db.execute(
            "SELECT *, json_extract(document, '$.display.posts') AS posts FROM operations WHERE confirmed_at IS NOT NULL"
        ):
            entries = db.execute("SELECT * FROM events WHERE operation = ? ORDER BY id", (found["id"],))
            row = Row(
                found["id"],
                found["requester_user"],
                found["state"],
                found["card_ts"],
                found["posts"],
                tuple(_entry(entry) for entry in entries),
            )
            rows.setdefault(found["pipeline"], []).append(row)
    return grants, rows


def _entry(row: sqlite3.Row) -> Entry:
    return Entry(
        row["id"], row["kind"], datetime.fromisoformat(row["at"]), row["by_user"], json.loads(row["data"])
    )
