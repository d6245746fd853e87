"""`doctor`, of webhooks: how far behind each receiver is."""

import json
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from bot.domain.access.changes import SetRule
from bot.domain.access.rules import Rule
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


@pytest.mark.parametrize("cursor", [{"entry": 1, "hash": "0" * 64}, {"entry": 99, "hash": "0" * 64}])
async def test_a_receiver_that_was_sent_what_is_not_in_the_log(world, examined, cursor):
    """The sender holds it, so it does not have every entry, although none waits."""
    world.operator("ana")
    with closing(sqlite3.connect(world.database)) as by_hand, by_hand:
        by_hand.execute("INSERT INTO workspace VALUES ('webhook cursor siem', ?)", (json.dumps(cursor),))
    found, said, advice = only(await examined(world, **RECEIVERS), SIEM)
    assert (found, said) == (
        "failed",
        f"The audit log does not have entry {cursor['entry']} as it was sent.",
    )
    assert "webhook_held" in advice


async def test_a_receiver_that_was_removed(world, examined):
    world.operator("ana")
    with Administration.open(world.database) as administration:
        administration.seek_webhook("siem", 1)
    found = await examined(world)
    assert statuses(found)[SIEM] == "warning"
    assert only(found, SIEM)[2] == "If it does not come back: `pipeline-bot webhooks forget siem`."
