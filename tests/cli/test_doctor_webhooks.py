"""`doctor`, of webhooks: how far behind each receiver is."""

import json
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from bot.domain.access.changes import SetRule
from bot.domain.access.rules import Rule
from bot.store.bot_state import ServedReceivers, remember_receivers
from bot.store.connection.database import open_database
from bot.store.connection.lease import lease, running_bot
from bot.store.shell_store import Administration
from tests.cli.diagnosed import only, statuses
from tests.cli.test_webhooks import RECEIVERS

pytestmark = pytest.mark.anyio

SIEM = "webhooks siem"


def writes(world, ago):
    """An entry of the audit log, of that long ago."""
    with Administration.open(world.database) as administration:
        number = administration.head()[0]
        now = world.clock.now() - ago
        administration.administer(SetRule(Rule("*", approvals=number % 5)), by="shell:owner", now=now)


async def test_without_receivers_there_is_nothing_to_check(world, examined):
    world.operator("ana")
    assert only(await examined(world), "webhooks") == ("ok", "There are no receivers.", "")


@pytest.mark.parametrize(
    ("ago", "status"), [(timedelta(minutes=29), "ok"), (timedelta(minutes=31), "failed")]
)
async def test_a_receiver_that_is_behind(world, examined, ago, status):
    world.operator("ana")
    assert only(await examined(world, **RECEIVERS), SIEM) == (
        "ok",
        "Nothing was sent yet: it begins with the bot's next entry.",
        "",
    )
    with Administration.open(world.database) as administration:
        administration.seek_webhook("siem", 1)
    assert only(await examined(world, **RECEIVERS), SIEM) == ("ok", "It has every entry, up to 1.", "")
    writes(world, ago)
    writes(world, timedelta(0))
    found, said, advice = only(await examined(world, **RECEIVERS), SIEM)
    assert (found, "webhook_fails" in advice) == (status, status == "failed")
    assert said.startswith(f"It lacks 2 entries, the oldest of {ago // timedelta(minutes=1)} min ")


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        (
            1,
            "On hold after entry 1: Entry 2 does not follow entry 1. 1 entry waits.",
        ),
        (
            2,
            "On hold after entry 2: Entry 2 is not the one that the receiver was sent. How many entries wait is not known.",
        ),
        (
            99,
            (
                "On hold after entry 99: The audit log ends at entry 2, and the receiver was sent entry 99. How many entries "
                "wait is not known."
            ),
        ),
    ],
)
async def test_a_receiver_that_was_sent_what_is_not_in_the_log(world, examined, entry, why):
    """The sender holds it, so it does not have every entry, even if none is newer than what it was sent."""
    cursor = {"entry": entry, "hash": "0" * 64}
    world.operator("ana")
    writes(world, timedelta(0))
    with closing(sqlite3.connect(world.database)) as by_hand, by_hand:
        by_hand.execute("INSERT INTO workspace VALUES ('webhook cursor siem', ?)", (json.dumps(cursor),))
    found, said, advice = only(await examined(world, **RECEIVERS), SIEM)
    assert (found, said) == ("failed", why)
    assert "webhooks seek" in advice


async def test_a_receiver_that_was_removed(world, examined):
    world.operator("ana")
    with Administration.open(world.database) as administration:
        administration.seek_webhook("siem", 1)
    found = await examined(world)
    assert statuses(found)[SIEM] == "warning"
    assert only(found, SIEM)[2] == "If it does not come back: `pipeline-bot webhooks forget siem`."


def runs_with(world, *receivers):
    """A bot that was started with these receivers in its settings."""
    with open_database(world.database) as db:
        bot = running_bot(world.database)
        remember_receivers(db, ServedReceivers(frozenset(receivers), bot.identity))


async def test_a_receiver_that_the_running_bot_does_not_know_yet(world, examined):
    """It was added to the settings after the start, also if it has a place from before: nothing is sent to it."""
    world.operator("ana")
    with lease(world.database, world.clock.now()):
        runs_with(world)
        for _ in range(2):
            assert only(await examined(world, **RECEIVERS), SIEM) == (
                "warning",
                "The running bot does not know it yet, and sends nothing to it.",
                "Restart the bot: it reads its settings when it starts.",
            )
            with Administration.open(world.database) as administration:
                administration.seek_webhook("siem", 1)
        runs_with(world, "siem")
        assert only(await examined(world, **RECEIVERS), SIEM)[0] == "ok"
    with lease(world.database, world.clock.now()):  # another process, which has not said what it knows
        assert only(await examined(world, **RECEIVERS), SIEM)[0] == "ok"


async def test_a_receiver_that_was_removed_and_gets_entries_until_a_restart(world, examined):
    world.operator("ana")
    with Administration.open(world.database) as administration:
        administration.seek_webhook("siem", 1)
    with lease(world.database, world.clock.now()):
        runs_with(world, "siem")
        assert only(await examined(world), SIEM)[:2] == (
            "warning",
            "It is no longer in the settings, and the running bot sends to it all the same.",
        )


async def test_a_running_bot_says_which_receivers_it_knows(world, examined):
    async with world.serving_bot():
        assert only(await examined(world, **RECEIVERS), SIEM)[:2] == (
            "warning",
            "The running bot does not know it yet, and sends nothing to it.",
        )
    async with world.serving_bot(**RECEIVERS):
        status, said, _ = only(await examined(world, **RECEIVERS), SIEM)
        assert (status, "does not know" in said) == ("ok", False)
