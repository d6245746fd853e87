"""The real clock: aware, in UTC, and a wait that ends with whichever comes first."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import SystemClock

pytestmark = pytest.mark.anyio

PATIENCE = 5.0  # real seconds; every wait in here ends at once or is a fault


def test_now_is_aware_and_in_utc_and_seconds_pass_at_the_pace_of_the_world():
    clock, before = SystemClock(), datetime.now(UTC)
    now = clock.now()
    assert before <= now <= datetime.now(UTC)
    assert now.utcoffset() == timedelta(0)
    seconds, began = clock.monotonic(), time.perf_counter()
    while time.perf_counter() < began + 0.01:
        pass
    assert 0.01 <= clock.monotonic() - seconds < PATIENCE


@pytest.mark.parametrize("until", [timedelta(milliseconds=20), timedelta(hours=-1)])
async def test_a_wait_ends_when_its_moment_has_come(until):
    clock = SystemClock()
    moment = clock.now() + until
    async with asyncio.timeout(PATIENCE):
        await clock.wait(asyncio.Event(), moment)
    assert clock.now() >= moment - timedelta(milliseconds=1)  # the loop's own clock is another one


@pytest.mark.parametrize("until", [None, timedelta(hours=1)])
async def test_a_wake_ends_the_wait_and_one_from_before_counts(until):
    """Whatever happened while the loop was busy is not slept through."""
    clock, wake = SystemClock(), asyncio.Event()
    moment = None if until is None else clock.now() + until
    waiting = asyncio.create_task(clock.wait(wake, moment))
    await asyncio.sleep(0)
    assert not waiting.done()
    wake.set()
    async with asyncio.timeout(PATIENCE):
        await waiting
        await clock.wait(wake, moment)
