"""What a chaos run left behind: the audit log and the operations, read by SQL of its own, and Feldera's book beside them."""

import json
import sqlite3
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.chaos.events import Post
from tests.chaos.facts import When
from tests.chaos.world import ChaosWorld

SENT = {"sent", "sent_again"}


@dataclass(frozen=True, slots=True)
class Entry:
    id: int
    operation: str | None
    pipeline: str
    kind: str
    by: str | None
    data: dict[str, Any]
    when: When


@dataclass(frozen=True, slots=True)
class Row:
    """An operation as stored at the end."""

    id: str
    pipeline: str
    plan: tuple[str, ...]
    state: str
    incident: str
    requester: str
    is_confirmed: bool
    is_abandoned: bool
    is_shown: bool


class Records:
    """All that was recorded: the rows, the audit log, and each request to Feldera with the entry that announced it."""

    def __init__(self, world: ChaosWorld) -> None:
        self.world = world
        self.names = {teammate.id: who for who, teammate in world.people.items()}
        with sqlite3.connect(world.database) as db:
            self.rows = {row.id: row for row in self._rows(db)}
            self.entries = list(self._entries(db))
            self.lines: dict[int, str | None] = dict(db.execute("SELECT event, ts FROM postings"))
        db.close()
        self.post_of = self._posts_by_entry()

    def _rows(self, db: sqlite3.Connection) -> Iterator[Row]:
        for some_id, pipeline, plan, state, incident, user, confirmed, abandoned, shown in db.execute(
            "SELECT id, pipeline, plan, state, incident, requester_user, confirmed_at, abandoned,"
            " rendered_version = version FROM operations ORDER BY rowid"
        ):
            yield Row(
                some_id,
                pipeline,
                tuple(json.loads(plan)),
                state,
                incident,
                self.names[user],
                confirmed is not None,
                bool(abandoned),
                bool(shown),
            )

    def _entries(self, db: sqlite3.Connection) -> Iterator[Entry]:
        lasts = [moment.last_entry for moment in self.world.moments]
        for some_id, operation, pipeline, kind, user, data in db.execute(
            "SELECT id, operation, pipeline, kind, by_user, data FROM events ORDER BY id"
        ):
            number = min(bisect_left(lasts, some_id), len(lasts) - 1)
            when = When(number, self.world.moments[number].at)
            yield Entry(
                some_id, operation, pipeline or "", kind, self.names.get(user), json.loads(data), when
            )

    def _posts_by_entry(self) -> dict[int, Post]:
        """Each request in Feldera's book, by the newest entry that announced it."""
        announced: dict[tuple[str, str], list[Entry]] = defaultdict(list)
        for entry in self.entries:
            if entry.kind in SENT:
                announced[entry.pipeline, entry.data.get("step", "clear")].append(entry)
        put_off = {entry.operation for entry in self.entries if entry.kind == "put_off"}
        found: dict[int, Post] = {}
        self.unannounced: list[Post] = []
        self.repeated: list[tuple[Post, Entry]] = []
        for post in self.world.posts:
            before = [each for each in announced[post.pipeline, post.step] if each.when.moment <= post.moment]
            if before and before[-1].id not in found:
                found[before[-1].id] = post
            elif before and before[-1].operation in put_off:
                # After answers that it certainly did nothing, only the first repetition has an entry of its own.
                self.repeated.append((post, before[-1]))
            else:
                self.unannounced.append(post)
        return found
