"""Webhooks of a real process: nothing is skipped by a kill, nothing waits for a receiver, and the shell shows where each is."""

import asyncio
import json
from datetime import timedelta

import pytest

from bot.store.shell_store import Administration
from tests.ports import free_port
from tests.processes.test_monitored import asks
from tests.processes.world import PATIENCE
from tests.webhooks.receiver import SECRET, receiving

pytestmark = pytest.mark.anyio


@pytest.fixture
async def receiver():
    async with receiving() as opened:
        yield opened


def sent_to(receiver, name="SIEM", **settings):
    prefix = f"PIPELINE_BOT_WEBHOOKS__{name}__"
    return {f"{prefix}URL": receiver.url, f"{prefix}SECRET": SECRET} | {
        f"{prefix}{setting}": value for setting, value in settings.items()
    }


async def until_noted(world, entry):
    """The bot has received the answer to this entry, and stored that: it is not sent again after a restart."""
    async with asyncio.timeout(PATIENCE):
        while True:
            with Administration.reading(world.database) as shell:
                if [place.cursor for place in shell.webhook_places()] == [entry]:
                    return
            await world.waits(timedelta(milliseconds=20))


async def test_a_clear_is_told_outside_as_it_happens(world, receiver):
    ana = world.operator("ana")
    async with world.serving_bot(**sent_to(receiver)) as bot:
        assert "whsec" not in bot.stderr
        await world.confirms_a_clear(ana, "orders")
        await receiver.until(lambda: "pipeline_bot.request.ended" in receiver.types, within=PATIENCE)
        told = receiver.types
        assert await bot.stops() == 0
    assert [each for each in told if each != "pipeline_bot.request.found_in_progress"] == [
        f"pipeline_bot.request.{each}" for each in ("proposed", "confirmed", "sent", "accepted", "ended")
    ]
    assert all(event.get_source() == f"/pipeline-bot/{ana.team_id}" for event in receiver.taken)


async def test_killed_between_an_answer_and_its_cursor(world, receiver):
    """The bot cannot know that the receiver has it: it is sent again, and known by its id."""
    ana = world.operator("ana")
    async with world.serving_bot(**sent_to(receiver)) as bot:
        receiver.hangs()
        await world.confirms_a_clear(ana, "orders")
        await receiver.until_asked()
        await bot.is_killed()
    receiver.goes_on()
    async with world.serving_bot(**sent_to(receiver)):
        await receiver.until(lambda: "pipeline_bot.request.ended" in receiver.types, within=PATIENCE)
    assert receiver.tried[0] == receiver.tried[1]
    assert list(dict.fromkeys(receiver.entries)) == list(
        range(min(receiver.entries), max(receiver.entries) + 1)
    )


async def test_one_that_hangs_delays_neither_people_nor_another_nor_the_end(world, receiver):
    ana = world.operator("ana")
    async with receiving() as other:
        settings = sent_to(receiver) | sent_to(other, "CHAT", EVENTS="request.ended")
        async with world.serving_bot(**settings) as bot:
            receiver.hangs()
            await world.confirms_a_clear(ana, "orders")
            await receiver.until_asked()
            await world.until_told("Cleared")
            await other.until(lambda: other.types == ["pipeline_bot.request.ended"], within=PATIENCE)
            assert receiver.taken == []
            assert await bot.stops(within=3.0) == 0


async def test_one_that_fails_is_measured_and_the_bot_stays_ready(world, receiver):
    ana = world.operator("ana")
    admin = f"127.0.0.1:{free_port()}"
    async with world.serving_bot(**sent_to(receiver), PIPELINE_BOT_ADMIN_LISTEN=admin) as bot:
        receiver.answers(503)
        await world.confirms_a_clear(ana, "orders")
        assert (await bot.until_it_logs("webhook_fails"))["why"] == "It fails (503)."
        await world.until_told("Cleared")
        assert (await asks(f"http://{admin}/readyz")).status_code == 200
        await world.waits(timedelta(seconds=1))  # as old as the page of metrics may be
        said = (await asks(f"http://{admin}/metrics")).text
    measured = {
        line.partition(" ")[0]: float(line.rpartition(" ")[2]) for line in said.splitlines() if line[0] != "#"
    }
    assert measured['pipeline_bot_webhook_failing{receiver="siem"}'] == 1
    assert measured['pipeline_bot_webhook_deliveries_total{outcome="failed",receiver="siem"}'] >= 1
    assert measured['pipeline_bot_webhook_lag_entries{receiver="siem"}'] >= 5
    assert measured['pipeline_bot_webhook_lag_seconds{receiver="siem"}'] > 0


async def test_the_shell_shows_where_each_is_and_moves_it(world, receiver):
    ana = world.operator("ana")
    async with world.serving_bot(**sent_to(receiver)) as bot:
        await world.confirms_a_clear(ana, "orders")
        await receiver.until(lambda: "pipeline_bot.request.ended" in receiver.types, within=PATIENCE)
        last, first = receiver.entries[-1], receiver.entries[0]
        async with world.bot(
            "webhooks", "seek", "siem", "--after", str(first - 1), **sent_to(receiver)
        ) as shell:
            assert await shell.ends() == 0
        await receiver.until(lambda: receiver.entries.count(last) == 2, within=PATIENCE)
        await until_noted(world, last)
        assert await bot.stops() == 0
    assert receiver.entries == [*range(first, last + 1)] * 2
    async with world.bot("webhooks", "list", "--json", **sent_to(receiver)) as shell:
        assert await shell.ends() == 0
        (found,) = json.loads(await shell.rest_of_output())
    assert found == {
        "receiver": "siem",
        "host": "127.0.0.1",
        "last_entry": last,
        "entries_behind": 0,
        "waiting_since": None,
        "held": None,
    }
