"""Before a migration a copy is kept, with which the earlier version of the bot can go on."""

import re
import sqlite3
import stat
from contextlib import closing

import pytest
from sqlite_utils import Database

from bot.store.connection.database import open_database
from bot.store.connection.migration_copies import KEPT, migration_copies
from bot.store.errors import DatabaseUnusable
from bot.store.schema.migrations import migrations
from tests.small_disk import fills, small_disk
from tests.store.old_rows import write_before
from tests.store.samples import proposed


def dump(file):
    with closing(sqlite3.connect(file)) as connection:
        return list(connection.iterdump())


@pytest.mark.parametrize("version", range(1, 8))
def test_it_is_what_the_earlier_version_left(path, version):
    write_before(path, version, [proposed()])
    before = dump(path)
    open_database(path).close()
    (copy,) = migration_copies(path)
    assert re.fullmatch(rf"bot\.db\.schema-{version}-\d{{8}}T\d{{6}}Z", copy.name)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert dump(copy) == before


def test_a_new_database_and_one_of_this_version_are_not_copied(path):
    open_database(path).close()
    open_database(path).close()
    assert migration_copies(path) == []


def test_only_the_newest_are_kept(path):
    for hour in range(KEPT + 1):
        path.with_name(f"bot.db.schema-6-20260302T0{hour}0000Z").touch()
    for other in (
        "bot.db.schema-6-20260302T000000Z-wal",
        "bot.db.schema-6-mine",
        "other.db.schema-6-20260302T000000Z",
    ):
        path.with_name(other).touch()
    write_before(path, 7)
    open_database(path).close()
    kept = migration_copies(path)
    assert [copy.name for copy in kept[:-1]] == [
        "bot.db.schema-6-20260302T020000Z",
        "bot.db.schema-6-20260302T030000Z",
    ]
    assert kept[-1].name.startswith("bot.db.schema-7-")
    assert len(list(path.parent.glob("*.schema-*"))) == KEPT + 3


def test_without_room_for_the_copy_nothing_is_migrated(tmp_path):
    with small_disk(tmp_path, 2) as disk:
        path = disk / "bot.db"
        write_before(
            path, 7, [proposed(f"op-{number}", pipeline=f"orders-{number}") for number in range(300)]
        )
        before = dump(path)
        fills(disk, leaving=60_000)
        with pytest.raises(DatabaseUnusable, match=r"bot\.db was not migrated: the copy that is kept before"):
            open_database(path)
        assert (dump(path), migration_copies(path)) == (before, [])
        with closing(sqlite3.connect(path)) as connection:
            assert len(migrations.applied(Database(connection))) == 7
