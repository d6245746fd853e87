"""`doctor`, of the database and what is in it: each thing that can be wrong."""

import re
import sqlite3
import stat
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlite_utils import Database

from bot.clock import SteadyClock
from bot.domain.access.changes import GrantRole, RevokeRole, SetRule
from bot.domain.access.permissions import Group, Role
from bot.domain.access.rules import Rule
from bot.domain.bot_time import ClockRecord, Jump, length
from bot.domain.ids import Actor, ChannelId, GroupId, TeamId, UserId
from bot.domain.operations.operation import State
from bot.store.backup.backup_time import BACKUP
from bot.store.bot_state import done, record_clock
from bot.store.connection.database import open_database
from bot.store.connection.lease import lease
from bot.store.schema.migrations import migrations
from tests.cli.diagnosed import of_check, only
from tests.cli.waiting import stands
from tests.processes.world import World
from tests.small_disk import fills, small_disk
from tests.store.samples import ANA, START, proposed

pytestmark = pytest.mark.anyio


def actor(person):
    return Actor(TeamId(person.team_id), UserId(person.id))


async def test_a_database_that_is_none(world, examined, failures):
    """None is created; what could not be read is not called fine; and a folder that is none holds no first grant."""
    found = await examined(world)
    assert only(found, "database") == (
        "warning",
        f"{world.database} does not exist yet.",
        "The first grant or the first run creates it.",
    )
    assert only(found, "disk") == ("unknown", "There is no database yet.", "")
    assert only(found, "access")[2] == "Grant the first role: `pipeline-bot grant U0123ABCD admin '*'`."
    assert only(found, "backup") == ("ok", "There is nothing to back up yet.", "")
    assert not world.database.exists()
    world.database.write_text("Dear diary")
    found = await examined(world)
    status, said, _ = of_check(found, "database")[-1]
    assert status == "failed"
    assert said.startswith(f"The database {world.database} cannot be used: file is not a database")
    unread = ("unknown", "The database cannot be read.", "")
    for name in ("backup", "audit log", "bot's time", "requests", "access", "slack channels"):
        assert only(found, name) == unread
    place = world.folder / "nowhere" / "bot.db"
    assert await failures(world, PIPELINE_BOT_DATABASE=str(place)) == [
        (
            "database",
            (
                f"The database {place} cannot be used: {place.parent} is not a directory. "
                "Create it, or choose another file with --database or PIPELINE_BOT_DATABASE."
            ),
            "",
        )
    ]


async def test_a_database_that_others_may_read(world, examined):
    """Doctor only names it; the bot takes the right from them when it starts."""
    world.operator("ana")
    world.database.chmod(0o644)
    assert of_check(await examined(world), "database")[0] == (
        "warning",
        f"Other users of this machine can read {world.database}.",
        f"Run `chmod 600 {world.database}`.",
    )
    assert stat.S_IMODE(world.database.stat().st_mode) == 0o644


async def test_a_database_of_an_older_version(world, examined, failures):
    """It is not migrated by looking at it, and nothing is claimed of what is in it."""
    world.database.unlink(missing_ok=True)
    with closing(sqlite3.connect(world.database)) as connection:
        old = Database(connection, execute_plugins=False)
        later = [migration.name for migration in migrations.pending(old)][1:]
        migrations.apply(old, stop_before=later)
    [(name, said, _)] = await failures(world)
    assert (name, "was last used by an older version of the bot" in said) == ("database", True)
    assert only(await examined(world), "versions schema") == (
        "warning",
        f"1 is older than {len(later) + 1}, which this version has.",
        "The next start of the bot keeps a copy of the database and migrates it.",
    )
    with closing(sqlite3.connect(world.database)) as connection:
        assert [
            each.name for each in migrations.pending(Database(connection, execute_plugins=False))
        ] == later


def tampers(world, statement):
    with open_database(world.database) as db:
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f"DROP TRIGGER {name}")
        db.execute(statement)


async def test_a_record_that_was_tampered_with(world, examined):
    world.administers(
        SetRule(Rule("*", approvals=0)),
        SetRule(Rule("*", approvals=1, ask_channel=ChannelId("C0OPS"))),
    )
    tampers(world, "UPDATE events SET by_user = 'U0EVE', by_team = 'T1' WHERE id = 1")
    status, said, advice = only(await examined(world), "audit log")
    assert status == "failed"
    assert said.startswith("Broken at entry 1, which was changed")
    assert "compare it with a backup" in advice


async def test_a_grant_that_somebody_wrote_into_the_database(world, examined):
    """Past the record: the chain is whole, and yet the grant is none that was given."""
    ana, eve = world.slack.adds_person("ana"), world.slack.adds_person("eve")
    day = world.clock.now() + timedelta(days=9000)
    world.administers(
        GrantRole(actor(ana), Role.ADMIN, "*"),
        GrantRole(actor(eve), Role.VIEWER, "*", day, "on call"),
        RevokeRole(actor(eve), Role.VIEWER, "*"),
        GrantRole(actor(eve), Role.VIEWER, "*", day, "on call"),
    )
    assert len(of_check(await examined(world), "audit log")) == 1
    tampers(world, "UPDATE grants SET role = 'admin' WHERE revoked_at IS NULL AND note = 'on call'")
    _, found = of_check(await examined(world), "audit log")
    assert found == (
        "warning",
        (
            f"No entry for grant #3 ({eve.id} is admin on *): it is older than the audit log, or someone wrote it into the "
            "database."
        ),
        "If no one can explain it, revoke it.",
    )


async def test_what_is_wrong_with_who_may_do_what(world, examined, failures):
    ana, ben = world.slack.adds_person("ana"), world.slack.adds_person("ben")
    leads = world.slack.adds_user_group("leads", [ana, ben])
    world.administers(
        GrantRole(actor(ana), Role.REQUESTER, "*", world.clock.now() + timedelta(hours=12)),
        GrantRole(Group(TeamId(ana.team_id), GroupId(leads.id)), Role.APPROVER, "*"),
        SetRule(Rule("*", approvals=1, ask_group=GroupId(leads.id))),
    )
    found = of_check(await examined(world), "access")
    assert {status for status, *_ in found} == {"warning"}
    assert re.fullmatch(rf"{ana.id} is requester on \* only until .* UTC\. To .*", found[-1][1])
    ben.is_deactivated()
    ((name, said, _),) = await failures(world)
    assert name == "access"
    assert said.startswith(f"The rule on * needs 1 approval, but requests of {ana.id} can never get")


async def test_what_waits_for_people(world, examined):
    """Requests are worth knowing; a broken glass without a signature is, too, and after a day it is to be put right."""
    stands(world, replace(proposed("7fk2qa5x"), requester=ANA), State.AWAITING_APPROVAL)
    stands(world, replace(proposed("b2k7aa5x", pipeline="users"), incident="INC-7"), State.SUCCEEDED)
    stands(
        world, replace(proposed("c3k7aa5x", pipeline="clicks"), incident="INC-8"), State.READY
    )  # nothing came of it
    review = "An approver reviews each with `/pipeline review ID`."
    run = "clear users (b2k7aa) by U0ANA for INC-7."
    for hours, expected in (
        (23, ("warning", f"1 break-glass run to review: {run}", review)),
        (24, ("failed", f"1 break-glass run for more than a day without a review: {run}", review)),
    ):
        it_is(world, START + timedelta(hours=hours))
        assert of_check(await examined(world), "requests") == [
            expected,
            ("ok", "1 request to approve: clear orders (7fk2qa) by U0ANA.", ""),
        ]


def it_is(world, time, jump=None):
    """By the bot, which runs on this machine."""
    record = replace(ClockRecord.first(SteadyClock.of_this_machine().reading()), time=time, jump=jump)
    with open_database(world.database) as db:
        record_clock(db, record)


async def test_a_wall_clock_that_was_set_under_the_bot(world, examined):
    """The jump is told for a week, and the difference that it left for as long as there is one."""
    now = datetime.now(UTC)
    it_is(world, now, Jump(now - timedelta(days=6), timedelta(hours=3)))
    jump = (
        f"The wall clock of the bot's machine was set forward by 3 h 0 min at {now - timedelta(days=6):%Y-%m-%d %H:%M} "
        "UTC of the bot's time. Nothing expired or was sent sooner because of it."
    )
    assert of_check(await examined(world), "bot's time") == [("warning", jump, "")]
    it_is(world, now - timedelta(hours=3), Jump(now - timedelta(days=8), timedelta(hours=3)))
    assert only(await examined(world), "bot's time") == (
        "failed",
        "It is 3 h 0 min behind this machine's clock.",
        (
            "Synchronize the clock by NTP. If it is right already, stop the bot: `pipeline-bot clock reset` shows how the bot's "
            "time would change."
        ),
    )


async def test_a_disk_that_is_almost_full_and_one_that_is_full(tmp_path, examined):
    """In time it is worth knowing; once the bot refuses new requests, it is to be fixed."""
    folder = tmp_path / "disk"
    folder.mkdir()
    with small_disk(folder, 40) as disk:
        world = World(disk)
        world.operator("ana")
        async with world.slack, world.feldera:
            for leaving, expected, said in (
                (30_000_000, "warning", r"The database's disk is almost full, with [23][0-9.]+ MB free\."),
                (
                    5_000_000,
                    "failed",
                    r"The database's disk has only [45][0-9.]+ MB free, so the bot refuses new requests\.",
                ),
            ):
                fills(disk, leaving=leaving)
                found = await examined(world, PIPELINE_BOT_DATABASE=str(world.database))
                status, full, advice = only(found, "disk")
                assert (status, bool(re.fullmatch(said, full)), advice[:9]) == (expected, True, "Make room")


async def test_a_database_that_is_gone(world, examined):
    """It does not say that the first run creates one: it would refuse to."""
    with lease(world.database, START), open_database(world.database):
        pass
    world.database.unlink()
    status, said, _ = only(await examined(world), "database")
    assert status == "failed"
    assert said.startswith(f"The database {world.database} is gone: a bot ran on it (process ")


@pytest.mark.parametrize(
    ("age", "litestream", "status"),
    [
        (timedelta(hours=35), False, "ok"),
        (timedelta(hours=37), False, "warning"),
        (timedelta(days=8), False, "failed"),
        (timedelta(days=8), True, "warning"),
        (None, False, "warning"),
        (None, True, "warning"),
    ],
)
async def test_the_age_of_the_last_backup(world, examined, age, litestream, status):
    """Litestream leaves no time behind, so it only keeps an old backup from being a failure."""
    now = world.clock.now()
    world.operator("ana")
    with open_database(world.database) as db:
        if age is not None:
            done(db, BACKUP, now - age)
        if litestream:
            db.execute("CREATE TABLE _litestream_lock (id INTEGER)")
    found, said, advice = only(await examined(world), "backup")
    assert found == status
    assert said.startswith("No backup is known." if age is None else f"The last one is {length(age)} old (")
    assert ("Litestream" in said, bool(advice)) == (litestream, status != "ok")


async def test_a_bot_that_is_about_to_name_itself(world, examined):
    """Another process holds the lock, and what it says about itself cannot be read yet."""
    world.operator("ana")
    with lease(world.database, START) as lock_file:
        assert only(await examined(world), "bot")[1].startswith("One runs on this database (process ")
        lock_file.write_text("")
        assert only(await examined(world), "bot") == ("ok", "One is starting on this database.", "")
