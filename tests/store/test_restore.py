"""A restore puts a backup in place, says what that undoes, and keeps what was there."""

import sqlite3
import stat
from contextlib import closing

import pytest

from bot.domain.access.changes import GrantRole
from bot.domain.access.permissions import Role
from bot.domain.operations.operation import State
from bot.store.access import grants
from bot.store.backup.restore import restoration
from bot.store.connection.database import open_database
from bot.store.connection.lease import lease
from bot.store.shell_store import Administration
from tests.store.backups import KEPT, NOW, administers, dump, restores, with_a_day_of_work
from tests.store.old_rows import write_before
from tests.store.samples import ANA, BEN, at, proposed


def test_it_says_what_is_lost_and_what_comes_back(path, backup):
    before, now = with_a_day_of_work(path, backup)
    with restoration(path, backup, NOW) as ready:
        losses = ready.losses
    assert ready.verified.head == losses.last_common == before
    assert (losses.lost_entries, losses.foreign_entries) == (now[0] - before[0], 0)
    assert [(each.now.id, each.now.state, each.in_backup) for each in losses.requests] == [
        ("ends", State.DENIED, State.AWAITING_APPROVAL),
        ("forgotten", State.READY, None),
    ]
    assert losses.access == (
        "+ grant U0ANA operator *",
        "- grant U0BEN approver orders",
        "- rule orders approvals=2",
        f"- freeze eu-* until {at(700):%Y-%m-%d %H:%M} UTC (migration)",
        f"+ freeze prod-* until {at(600):%Y-%m-%d %H:%M} UTC (audit)",
    )
    assert {operation.id for operation in losses.continued} == {"goes-on", "ends"}


def test_it_names_webhook_receivers_that_have_what_is_lost(path, backup):
    """They get other entries with the same numbers; the bot itself cannot know, since their places are restored, too."""
    before, now = with_a_day_of_work(path, backup)
    with Administration.open(path) as shell:
        shell.seek_webhook("siem", now[0])
        shell.seek_webhook("chat", before[0])
    with restoration(path, backup, NOW) as ready:
        assert ready.losses.webhooks == (("siem", now[0]),)


def test_until_it_is_applied_nothing_is_changed(path, backup):
    with_a_day_of_work(path, backup)
    before = dump(path), sorted(path.parent.iterdir())
    with restoration(path, backup, NOW):
        pass
    assert (dump(path), sorted(path.parent.iterdir())) == before


def test_the_backup_is_in_place_and_the_old_database_beside_it(path, backup):
    with_a_day_of_work(path, backup)
    was = dump(path)
    kept = restores(path, backup)
    assert kept == path.with_name(KEPT)
    assert dump(kept) == was
    assert dump(path) == dump(backup)
    assert {stat.S_IMODE(file.stat().st_mode) for file in (path, kept)} == {0o600}
    assert sorted(file.name for file in path.parent.iterdir()) == ["backups", "bot.db", "bot.db.lock", KEPT]
    with lease(path, NOW), open_database(path) as db:
        assert grants.unrevoked(db, ANA)


def test_what_was_only_in_the_wal_is_kept_too(path, backup, tmp_path):
    """A bot that was killed leaves its newest changes there."""
    with_a_day_of_work(path, backup)
    killed = tmp_path / "killed"
    killed.mkdir()
    with open_database(path) as db:
        administers(db, GrantRole(BEN, Role.ADMIN, "*"))
        for ending in ("", "-wal"):
            (killed / f"bot.db{ending}").write_bytes(path.with_name(f"bot.db{ending}").read_bytes())
    kept = restores(killed / "bot.db", backup)
    assert sorted(file.name for file in killed.iterdir()) == ["bot.db", "bot.db.lock", KEPT]
    with open_database(kept) as db:
        assert Role.ADMIN in {grant.role for grant in grants.unrevoked(db)}


def test_it_is_undone_by_restoring_what_was_kept(path, backup):
    with_a_day_of_work(path, backup)
    was = dump(path)
    kept = restores(path, backup)
    with restoration(path, kept, at(40)) as ready:
        assert (ready.losses.lost_entries, ready.losses.foreign_entries) == (0, 6)
        assert [(each.now.id, each.in_backup) for each in ready.losses.requests] == [("ends", State.DENIED)]
        ready.apply()
    assert dump(path) == was


def test_a_backup_of_another_history_is_told(path, backup):
    """Such as one that was restored, and worked on, before."""
    before, _ = with_a_day_of_work(path, backup)
    kept = restores(path, backup)
    with open_database(path) as db:
        administers(db, GrantRole(BEN, Role.ADMIN, "*"))
    with restoration(path, kept, at(40)) as ready:
        assert ready.losses.last_common == before
        assert (ready.losses.lost_entries, ready.losses.foreign_entries) == (1, 6)


@pytest.mark.parametrize("version", range(2, 8))
def test_a_backup_of_an_older_version_stays_of_that_version(path, backup, version):
    """It is the way back: that version finds the database as it left it."""
    write_before(backup, version, [proposed()])
    before = dump(backup)
    open_database(path).close()
    with restoration(path, backup, NOW) as ready:
        assert (ready.verified.schema, ready.losses.lost_entries) == (version, 0)
        ready.apply()
    assert dump(path) == before


def test_a_database_of_a_newer_version_is_replaced_but_not_compared(path, backup):
    """So the older version can restore what it left, too."""
    with_a_day_of_work(path, backup)
    with closing(sqlite3.connect(path)) as newer, newer:
        newer.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('pipeline-bot', 'm999', '')"
        )
    with restoration(path, backup, NOW) as ready:
        assert "was last used by a newer version" in ready.not_compared
        ready.apply()
    assert dump(path) == dump(backup)


def test_the_shell_can_be_used_before_a_bot_has_run_on_the_restored_database(path, backup):
    """Twice at once: the WAL of the first is not taken for that of the database that was there before."""
    with_a_day_of_work(path, backup)
    restores(path, backup)
    with open_database(path) as db:
        administers(db, GrantRole(BEN, Role.ADMIN, "*"))
        with Administration.reading(path) as beside:
            assert Role.ADMIN in {grant.role for grant in beside.grants()}


def test_two_restores_in_a_second_keep_both_databases(path, backup):
    with_a_day_of_work(path, backup)
    was = dump(path)
    first, second = restores(path, backup), restores(path, backup)
    assert (first.name, second.name) == (KEPT, f"{KEPT}-2")
    assert (dump(first), dump(second)) == (was, dump(backup))
