"""Diagnosis facts: what the database knows that `doctor` checks, read at once, by the shell and by a running bot."""

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from bot.domain.access.permissions import Grant
from bot.domain.access.rules import Freeze, Rule
from bot.domain.bot_time import ClockRecord
from bot.domain.ids import PipelineName, TeamId
from bot.domain.operations.operation import Operation
from bot.store import archived_entries, bot_state, operations
from bot.store.access import grants, rules_and_freezes
from bot.store.backup.backup_time import last_backup
from bot.store.bot_state import CountedConnections, ServedReceivers
from bot.store.schema.migrations import migrations
from bot.store.webhook_cursors import WebhookPlace, places

_OF_LITESTREAM = "_litestream_lock"  # a table that it creates in the database that it copies


@dataclass(frozen=True, slots=True)
class DiagnosisFacts:
    """`backed_up_at` is when the command `backup` last made a copy; None if it never did.

    `has_litestream`: Litestream has copied this database, or the one that it was restored from. `schema` is how many
    migrations it has had; 0 if there is no database yet, and nothing in it. `is_archive`: it is an archive of the audit log.
    """

    schema: int = 0
    team: TeamId | None = None
    clock: ClockRecord | None = None
    grants: tuple[Grant, ...] = ()
    rules: tuple[Rule, ...] = ()
    freezes: tuple[Freeze, ...] = ()
    pending: tuple[Operation, ...] = ()
    underway: tuple[PipelineName, ...] = ()
    backed_up_at: datetime | None = None
    has_litestream: bool = False
    connections: CountedConnections | None = None
    receivers: ServedReceivers | None = None
    webhooks: tuple[WebhookPlace, ...] = ()
    is_archive: bool = False


def diagnosis_facts(db: Database, now: datetime) -> DiagnosisFacts:
    """`now` is the bot's time: it decides which freezes are in force."""
    return DiagnosisFacts(
        schema=len(list(migrations.applied(db))),
        team=bot_state.team(db),
        clock=bot_state.clock_record(db),
        grants=grants.unrevoked(db),
        rules=rules_and_freezes.rules(db),
        freezes=rules_and_freezes.freezes_in_force(db, now),
        pending=operations.pending(db),
        underway=operations.pipelines_underway(db),
        backed_up_at=last_backup(db),
        has_litestream=_has_litestream(db),
        connections=bot_state.counted_connections(db),
        receivers=bot_state.served_receivers(db),
        webhooks=places(db),
        is_archive=archived_entries.continued_by_archive(db) is not None,
    )


def _has_litestream(db: Database) -> bool:
    found = db.execute(
        "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (_OF_LITESTREAM,)
    ).fetchone()
    return found is not None
