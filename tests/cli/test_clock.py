"""The shell goes by the bot's own time, and `clock` shows it and makes it the wall clock's."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import SteadyClock
from bot.domain.access.changes import GrantRole, SetFreeze
from bot.domain.access.permissions import Role
from bot.domain.bot_time import ClockRecord, Jump, believed
from bot.domain.events import EventKind
from bot.store.bot_state import record_clock
from bot.store.connection.database import open_database
from bot.store.connection.lease import lease
from tests.store.samples import ANA

HOUR = timedelta(hours=1)


@pytest.fixture
def ran(shell):
    """A bot ran on the database, whose time was then so far ahead of the wall clock's."""

    def began(ahead, *, boot=None, jump=None):
        reading = SteadyClock.of_this_machine().reading()
        record = replace(ClockRecord.first(reading), time=reading.wall + ahead, jump=jump)
        with open_database(shell.database) as db:
            record_clock(db, record if boot is None else replace(record, boot=boot))
        return record

    return began


@pytest.mark.parametrize("hours", [-3, 3])
def test_the_shell_goes_by_the_time_of_the_bot(shell, ran, hours):
    """The wall clock was set under a running bot: a grant for eight hours lasts eight hours all the same."""
    bots = ran(timedelta(hours=hours)).time
    shell.does("grant", "U0ANA", "operator", "*", "--for", "8h", "--team", "T0ACME")
    shell.does("freeze", "orders", "for", "2h", "release")
    with shell.administration() as administration:
        (given,) = administration.grants()
        (frozen,) = administration.freezes(bots)
    assert timedelta(0) <= given.granted_at - bots < HOUR
    assert given.expires_at - given.granted_at == 8 * HOUR
    assert timedelta(0) <= frozen.until - bots - 2 * HOUR < HOUR
    assert "expired" not in shell.does("grants")
    assert "release" in shell.does("rules")


def test_after_another_boot_the_shell_never_goes_back(shell, ran):
    """A grant that lapsed by the bot's time is not shown as good by a wall clock that is behind."""
    ran(3 * HOUR, boot="another")
    now = datetime.now(UTC)
    with shell.administration() as administration:
        administration.administer(GrantRole(ANA, Role.OPERATOR, "*", now + HOUR), by="shell:root", now=now)
    assert "expired" in shell.does("grants")


def test_show(shell, ran):
    record = ran(3 * HOUR)
    ran(3 * HOUR, jump=Jump(record.time, -3 * HOUR))
    bots, wall, compared, jump = shell.does("clock", "show").splitlines()
    assert bots.startswith(f"The bot's time: {record.time:%Y-%m-%d %H:}")
    assert wall.startswith(f"The wall clock: {datetime.now(UTC):%Y-%m-%d %H:}")
    assert compared.startswith("The bot's time is ")
    assert compared.endswith(" ahead of the wall clock.")
    assert jump == (
        f"The wall clock was set back by 3 h 0 min at {record.time:%Y-%m-%d %H:%M UTC} of the bot's time."
    )
    ran(timedelta(0))
    assert len(shell.does("clock", "show").splitlines()) == 2


def test_reset_takes_the_time_of_the_wall_clock_and_is_recorded(shell, ran):
    ran(-5 * HOUR)
    assert shell.does("clock", "reset").endswith("Dry run: nothing changed. Apply with --yes.\n")
    assert "behind" in shell.does("clock", "show")
    assert shell.does("clock", "reset", "--yes").startswith("The bot's time was set from ")
    assert len(shell.does("clock", "show").splitlines()) == 2
    with shell.administration() as administration:
        (entry,) = administration.entries()
        assert administration.verify().broken is None
    assert entry.event.kind is EventKind.CLOCK_RESET
    before, after = (datetime.fromisoformat(entry.event.data[key]) for key in ("before", "after"))
    assert 4 * HOUR < after - before <= 6 * HOUR
    assert entry.event.data["shell"].startswith("shell:")


def test_reset_tells_a_bot_that_it_rested_for_long(shell, ran):
    """The bot refuses to start by a clock that is months ahead of when it last ran: this is how it is told to."""
    last = ran(timedelta(days=-90), boot="another").time
    assert f"set from {last:%Y-%m-%d %H:%M:%S} UTC to " in shell.does("clock", "reset", "--yes")
    reading = SteadyClock.of_this_machine().reading()
    with shell.administration() as administration:
        believed(administration.clock_record(), reading)


def test_reset_lets_nothing_come_back(shell, ran):
    """Set back, a grant that lapsed would hold again, and a freeze longer than was said: they have to be ended first."""
    now = ran(timedelta(days=26_000)).time
    give = GrantRole(ANA, Role.OPERATOR, "*", now + HOUR)
    with shell.administration() as administration:
        administration.administer(give, SetFreeze("orders", now + HOUR, "x"), by="shell:root", now=now)
    assert shell.fails("clock", "reset", "--yes") == (
        "The bot's time was not set back: that would prolong grant #1 (U0ANA is operator on *), the freeze on orders. "
        "End them first: let requests end, revoke grants, remove freezes.\n"
    )
    shell.does("revoke", ANA.user, "operator", "*", "--team", ANA.team)
    shell.does("unfreeze", "orders")
    shell.does("clock", "reset", "--yes")
    assert len(shell.does("clock", "show").splitlines()) == 2


@pytest.mark.parametrize("seconds", [0, 0.5, -0.5])
@pytest.mark.parametrize("options", [(), ("--yes",)])
def test_reset_of_clocks_that_agree_changes_nothing(shell, ran, seconds, options):
    """Nothing is prolonged by that, either: there is nothing to end first."""
    now = ran(timedelta(seconds=seconds)).time
    with shell.administration() as administration:
        administration.administer(GrantRole(ANA, Role.OPERATOR, "*", now + HOUR), by="shell:root", now=now)
    said = shell.does("clock", "reset", *options)
    assert said == "The bot's time agrees with the wall clock. Nothing was changed.\n"
    with shell.administration() as administration:
        assert administration.head()[0] == 1


def test_reset_beside_a_running_bot(shell, ran):
    """It would go on by its own time, and write that down again."""
    ran(HOUR)
    with lease(shell.database, datetime.now(UTC)):
        assert "in use by another bot" in shell.fails("clock", "reset", "--yes")


@pytest.mark.parametrize("command", [("show",), ("reset", "--yes")])
def test_where_no_bot_ran(shell, command):
    said = shell.fails("clock", *command)
    assert said.startswith(f"There is no database at {shell.database}. ")
    assert list(shell.folder.iterdir()) == []


def test_a_record_that_somebody_else_wrote(shell, ran):
    ran(HOUR)
    with open_database(shell.database) as db:
        db.execute("UPDATE workspace SET value = '{}' WHERE key = 'clock'")
    assert shell.fails("grants") == "The database's record of the bot's time cannot be read: '{}'.\n"


def test_show_for_programs(shell, ran):
    record = ran(3 * HOUR)
    ran(3 * HOUR, jump=Jump(record.time, -3 * HOUR))
    said = json.loads(shell.does("clock", "show", "--json"))
    ahead = datetime.fromisoformat(said["bot_time"]) - datetime.fromisoformat(said["wall_clock"])
    assert abs(ahead.total_seconds() - said["ahead_seconds"]) < 1
    assert said["last_set"] == {"at": record.time.isoformat(), "by_seconds": -10800.0}
    ran(timedelta(0))
    assert json.loads(shell.does("clock", "show", "--json"))["last_set"] is None
