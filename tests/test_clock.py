"""The real clock: aware, in UTC, and a wait that ends with whichever comes first."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import SystemClock

PATIENCE = 5.0  # real seconds; every wait in here ends at once or is a fault


def test_now_is_aware_and_in_utc():
    before = datetime.now(UTC)
    now = SystemClock().now()
    assert before <= now <= datetime.now(UTC)
    assert now.utcoffset() == timedelta(0)


def test_monotonic_seconds_pass_at_the_pace_of_the_world():
    clock = SystemClock()
    before, began = clock.monotonic(), time.perf_counter()
    while time.perf_counter() < began + 0.01:
        pass
    assert 0.01 <= clock.monotonic() - before < PATIENCE


@pytest.mark.anyio
async def test_a_wait_ends_when_its_moment_has_come():
    clock = SystemClock()
    until = clock.now() + timedelta(milliseconds=20)
    async with asyncio.timeout(PATIENCE):
        await clock.wait(asyncio.Event(), until)
    assert clock.now() >= until - timedelta(milliseconds=1)  # the loop's own clock is another one


@pytest.mark.anyio
async def test_a_moment_that_has_passed_is_not_waited_for():
    clock = SystemClock()
    async with asyncio.timeout(PATIENCE):
        await clock.wait(asyncio.Event(), clock.now() - timedelta(hours=1))


@pytest.mark.anyio
@pytest.mark.parametrize("until", [None, timedelta(hours=1)])
async def test_a_wake_ends_the_wait(until):
    clock, wake = SystemClock(), asyncio.Event()
    waiting = asyncio.create_task(clock.wait(wake, None if until is None else clock.now() + until))
    await asyncio.sleep(0)
    assert not waiting.done()
    wake.set()
    async with asyncio.timeout(PATIENCE):
        await waiting


@pytest.mark.anyio
async def test_a_wake_from_before_counts():
    """Whatever happened while the loop was busy is not slept through."""
    wake = asyncio.Event()
    wake.set()
    async with asyncio.timeout(PATIENCE):
        await SystemClock().wait(wake, None)
