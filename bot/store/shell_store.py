"""The shell's access to the store: grants, rules, freezes, requests and the audit log, beside a running bot.

It takes no lease. Each call is one short transaction that waits its turn, and takes effect from the running bot's next
decision on. Anyone who may write the file is trusted: no permission is checked here, but every change is recorded,
like one that was made in Slack.
"""

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlite_utils import Database

from bot.domain.access.authorization import AccessData
from bot.domain.access.changes import WantedChange
from bot.domain.access.permissions import Action, Grant, Group, Membership, Principal
from bot.domain.access.rules import Freeze, Rule
from bot.domain.archived_entries import Archived
from bot.domain.audit_chain import Checked, Entry, Head, PostedHead
from bot.domain.bot_time import ClockRecord
from bot.domain.events import Event, EventKind
from bot.domain.ids import Actor, OperationId, PipelineName, TeamId
from bot.domain.operations.inputs import DeniedInShell
from bot.domain.operations.machine.state_machine import advance
from bot.domain.operations.operation import Operation
from bot.domain.pipelines.targets import ONE, Targets
from bot.engine.ports.webhooks import EntryPage
from bot.store import (
    archived_entries,
    archived_grants,
    audit_log,
    audit_verification,
    bot_state,
    operations,
    request_pages,
    webhook_cursors,
)
from bot.store.access import access_changes, access_snapshot, grants, rules_and_freezes
from bot.store.access.access_changes import Plan
from bot.store.audit_log import Progress
from bot.store.column_values import text_of
from bot.store.connection.database import in_words, open_database, writing
from bot.store.connection.lease import check_before_opening
from bot.store.connection.read_only import open_for_reading
from bot.store.diagnosis_facts import DiagnosisFacts, diagnosis_facts
from bot.store.webhook_cursors import WebhookPlace


class Administration:
    """Open it with `open()`; a `with` block closes it. Every call may raise `DatabaseUnusable`."""

    def __init__(self, db: Database, targets: Targets = ONE) -> None:
        self._db = db
        self._targets = targets

    @classmethod
    def reading(cls, path: Path) -> Self:
        """Open the database at `path` to read it: nothing can be changed, and nothing is created.

        Raises:
            DatabaseMissing: there is none.
            DatabaseUnusable: says what is wrong with the file or its location, an older schema included.
            BotHoldsAnotherFile: the running bot uses another file.
        """
        check_before_opening(path)
        return cls(open_for_reading(path))

    @classmethod
    def changing(cls, path: Path, targets: Targets = ONE) -> Self:
        """Open the database at `path`, of a bot with these targets, to change its contents.

        Raises:
            DatabaseMissing: there is none, and so nothing to change.
            DatabaseUnusable: as `open` does.
        """
        open_for_reading(path).close()
        return cls.open(path, targets)

    @classmethod
    def open(cls, path: Path, targets: Targets = ONE) -> Self:
        """Open, or create, the database at `path`, of a bot with these targets.

        Never migrates it: a bot that knows only this schema may be running. The bot migrates, under its lease.

        Raises:
            DatabaseUnusable: says what is wrong with the file or its location, an older schema included.
            BotHoldsAnotherFile: the running bot would never see the changes.
        """
        check_before_opening(path)
        return cls(open_database(path, migrate=False), targets)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        if isinstance(error, sqlite3.DatabaseError):
            with in_words():
                raise error

    def close(self) -> None:
        self._db.close()

    def grants(self, principal: Principal | None = None) -> tuple[Grant, ...]:
        """All grants, or those of one person or group; lapsed ones too, revoked ones not; oldest first."""
        return grants.unrevoked(self._db, principal)

    def rules(self) -> tuple[Rule, ...]:
        """By pattern."""
        return rules_and_freezes.rules(self._db)

    def freezes(self, now: datetime) -> tuple[Freeze, ...]:
        """Those in force, by pattern."""
        return rules_and_freezes.freezes_in_force(self._db, now)

    def administer(self, *wanted: WantedChange, by: str, now: datetime) -> tuple[Event, ...]:
        """Make the changes, all or none, and return their events, in order.

        `by` is the recorded author, such as `shell:ana`. An event's `data` describes as `before` what was there. A
        change without effect (the same grant in force, nothing to remove) is not recorded.

        Raises:
            BadPattern: no pipeline could match one of the patterns.
        """
        return access_changes.administer_from_the_shell(
            self._db, wanted, by=by, now=now, targets=self._targets
        )

    def rearrange(self, plan: Plan, *, by: str, now: datetime) -> tuple[Event, ...]:
        """`administer`, with the changes that `plan` makes from the grants and rules in the transaction.

        Raises:
            BadPattern: no pipeline could match one of the patterns.
        """
        return access_changes.rearrange(self._db, plan, by=by, now=now, targets=self._targets)

    def access_data(self, memberships: Mapping[Actor, Membership]) -> AccessData:
        """What a decision about these people rests on, with all their requests."""
        return access_snapshot.about(self._db, memberships)

    def granted_groups(self, name: PipelineName) -> frozenset[Group]:
        """The user groups with a grant on this pipeline, lapsed or not."""
        return grants.groups_that_may(self._db, frozenset([name]), frozenset(Action))

    def requests(
        self,
        *,
        pipeline: PipelineName | None = None,
        requester: Actor | None = None,
        before: OperationId | None = None,
        limit: int,
    ) -> tuple[Operation, ...]:
        """The last `limit` requests, or those before one of them; newest first. A mere preview is none."""
        return request_pages.page(
            self._db, pipeline=pipeline, requester=requester, before=before, limit=limit
        )

    def pending(self) -> tuple[Operation, ...]:
        """Requests that await approval, and break-glass requests that await review, oldest first."""
        return operations.pending(self._db)

    def underway(self) -> tuple[Operation, ...]:
        """Every operation that is live or awaits approval."""
        return operations.underway(self._db)

    def deny(self, operation_id: OperationId, reason: str, *, by: str, now: datetime) -> Operation | None:
        """Deny a request that awaits approval. Returns the operation afterwards: None if there is none.

        One that no longer awaits it is left as it is. `by` is the recorded author, such as `shell:ana`.
        """
        denied = DeniedInShell(by, reason)
        after = operations.change(
            self._db, operation_id, lambda operation, _: advance(operation, denied, now), memberships={}
        )
        return None if after is None else after.operation

    def operation(self, beginning: str) -> Operation | None:
        """The operation whose id is this, or begins like this.

        Raises:
            AmbiguousId: several begin like this.
        """
        return operations.find_by_beginning(self._db, beginning)

    def entries(self, since: datetime | None = None, *, kinds: Collection[EventKind] = ()) -> Iterator[Entry]:
        """The audit log's entries, or those from `since` on, or of some kinds; oldest first, read in batches.

        Raises:
            RecordDamaged: when it reaches an invalid entry.
        """
        return audit_log.entries(self._db, since, kinds=kinds)

    def changes_of_grants(self) -> Iterator[Entry]:
        """See `archived_grants.changes_of_grants`."""
        return archived_grants.changes_of_grants(self._db)

    def page_after(self, entry_id: int, limit: int) -> EntryPage:
        """At most `limit` entries after this one, oldest first, up to the first invalid one."""
        return audit_log.page_after(self._db, entry_id, limit)

    def head(self) -> Head:
        """The id and the hash of the audit log's newest entry; 0 and `audit.GENESIS` if there is none."""
        return audit_log.head(self._db)

    def head_of(self, entry_id: int) -> Head | None:
        """The entry's id and hash; None if there is none. Entry 0 is the beginning."""
        return audit_log.head_of(self._db, entry_id)

    def still_has(self, head: Head) -> bool:
        """Whether the entry is there with this hash, or is the one that the first entry there continues."""
        return audit_log.head_of(self._db, head[0]) == head

    def verify(
        self,
        heads: Iterable[Head] = (),
        *,
        earlier: Head | None = None,
        full: bool = False,
        progress: Progress | None = None,
    ) -> Checked:
        """Verify the entries after `earlier`, or all. The anchors `heads`, noted elsewhere, must be among them."""
        return audit_verification.verify(self._db, heads, earlier=earlier, full=full, progress=progress)

    def archived(self) -> tuple[Archived, ...]:
        """The entries that were moved to archives, oldest first."""
        return archived_entries.archived(self._db)

    def is_archive(self) -> bool:
        """Whether this database is an archive itself."""
        return archived_entries.continued_by_archive(self._db) is not None

    def webhook_places(self) -> tuple[WebhookPlace, ...]:
        """Where each webhook receiver is, also one that was removed from the settings."""
        return webhook_cursors.places(self._db)

    def seek_webhook(self, receiver: str, entry_id: int) -> bool:
        """Let the receiver get the entries after this one next. False if there is no such entry."""
        return webhook_cursors.seek(self._db, receiver, entry_id)

    def forget_webhook(self, receiver: str) -> bool:
        """Remove what is known of a receiver. False if nothing is."""
        return webhook_cursors.forget(self._db, receiver)

    def posted_head(self) -> PostedHead | None:
        """The head that the bot last posted, and where. Kept beside the entries, it only says where to look."""
        return bot_state.posted_head(self._db)

    def last_done(self, task: str) -> datetime | None:
        """When the bot last did this periodic task."""
        return bot_state.last_done(self._db, task)

    def done(self, task: str, at: datetime) -> None:
        """Note that a periodic task was done."""
        with in_words():
            bot_state.done(self._db, task, at)

    def facts(self, now: datetime) -> DiagnosisFacts:
        """What `doctor` checks."""
        return diagnosis_facts(self._db, now)

    def prove_writable(self) -> None:
        """Raises `DatabaseUnusable`, with what is wrong, if nothing can be written."""
        bot_state.prove_writable(self._db)

    def team(self) -> TeamId | None:
        """The workspace the bot last ran in; None if it never did on this database."""
        return bot_state.team(self._db)

    def workspace_url(self) -> str:
        """The base URL of message links, with a slash at the end; empty if the bot never ran on this database."""
        return bot_state.url(self._db)

    def clock_record(self) -> ClockRecord | None:
        """The last record of the bot's time; None if it never ran on this database."""
        return bot_state.clock_record(self._db)

    def reset_clock(self, record: ClockRecord, *, before: datetime, by: str) -> None:
        """Continue the bot's time from `record`, whatever it was, and append an entry."""
        data = {"before": text_of(before), "after": text_of(record.time), "shell": by}
        with writing(self._db):
            bot_state.store_clock(self._db, record)
            audit_log.append(self._db, Event(EventKind.CLOCK_RESET, record.time, data))

    def remember_team(self, team_id: TeamId) -> None:
        bot_state.remember_team(self._db, team_id)
