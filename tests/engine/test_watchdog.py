"""When the service manager hears that the bot works, and when it hears nothing, so that it starts another."""

import asyncio
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.engine.health import STORE_SILENT, Health
from bot.engine.loops.loop import TickTimes
from bot.engine.readiness import Readiness
from bot.engine.watchdog import READY, Watchdog
from tests.clock import MovableClock

pytestmark = pytest.mark.anyio

MINUTE = timedelta(minutes=1)


class Told(list[str]):
    """The lines that the service manager was told."""


def watchdog(clock: MovableClock, said: Told, within: timedelta | None = MINUTE) -> Watchdog:
    return Watchdog(Readiness(asyncio.Event(), TickTimes(clock)), clock, within, said.append)


async def test_it_is_told_three_times_in_each_period_and_why_the_bot_is_not_ready():
    clock, said, trouble = MovableClock(), Told(), [None, "The bot is not connected to Slack.", None]
    dog = watchdog(clock, said)

    async def healthy() -> Health:
        return Health(reasons=("a warning",))

    dog.readiness.started(healthy, lambda: trouble[len(said)])
    due = [await dog.tick() for _ in trouble]
    assert said == [READY, "The bot is not connected to Slack.", READY]
    assert due == [clock.now() + MINUTE / 3] * 3


async def test_a_loop_that_is_stuck_is_not_said_to_be_alive():
    clock, said = MovableClock(), Told()
    dog = watchdog(clock, said)

    async def healthy() -> Health:
        return Health()

    dog.readiness.started(healthy)
    dog.readiness.times.began("driver")
    clock.passes(seconds=90)
    await dog.tick()
    assert said == [READY]
    clock.passes(seconds=1)
    with capture_logs() as logged:
        await dog.tick()
    assert said == [READY]
    assert [(line["event"], line["reasons"]) for line in logged] == [
        ("watchdog_silent", ["The loop driver is 91 s late."])
    ]


async def test_a_database_that_does_not_answer_is_not_said_to_be_alive():
    said = Told()
    dog = watchdog(MovableClock(), said)

    async def silent() -> Health:
        return Health(ok=False, reasons=(STORE_SILENT,))

    dog.readiness.started(silent)
    with capture_logs() as logged:
        await dog.tick()
    assert (said, logged[0]["reasons"]) == ([], [STORE_SILENT])


async def test_where_nobody_waits_for_a_sign_of_life_none_is_given():
    said = Told()
    assert await watchdog(MovableClock(), said, within=None).tick() is None
    assert said == []
