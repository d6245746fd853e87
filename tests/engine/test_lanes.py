"""Lanes: within one, one thing after the other; a slow one is left behind, and nobody else waits for it."""

import asyncio
from functools import partial

import pytest

from bot.engine.delivery.lanes import Lanes
from tests.clock import START

pytestmark = pytest.mark.anyio


async def waits(event, then=None):
    await event.wait()
    return then


async def breaks():
    raise LookupError("a fault")


async def notes(done, what):
    done.append(what)


async def test_a_lane_goes_one_by_one_and_tells_when_to_go_on():
    lanes, done = Lanes(asyncio.Event()), []
    later = asyncio.Event()
    later.set()
    lanes.start("C1", [partial(notes, done, 1), partial(waits, later, START), partial(notes, done, 2)])
    lanes.start("C2", [partial(notes, done, 3)])
    assert await lanes.waited_for() == {"C1": START, "C2": None}
    assert sorted(done) == [1, 2, 3]
    assert done.index(1) < done.index(2)
    assert lanes.busy() == frozenset()


async def test_a_slow_lane_is_left_behind_once_there_is_something_new():
    """Until it has ended it is busy; its end is something new itself."""
    wake, answered, done = asyncio.Event(), asyncio.Event(), []
    lanes = Lanes(wake, patience=0.0)
    lanes.start("slow", [partial(waits, answered)])
    wake.set()
    assert await lanes.waited_for() == {}
    wake.clear()
    assert lanes.busy() == {"slow"}
    lanes.start("other", [partial(notes, done, 1)])
    wake.set()
    await asyncio.sleep(0)
    assert "slow" not in await lanes.waited_for()
    assert done == [1]
    wake.clear()
    answered.set()
    await wake.wait()
    assert lanes.busy() == frozenset()


async def test_a_lane_that_is_left_behind_ends_with_what_it_does_at_the_moment():
    """However much it was given: what has come meanwhile may be more urgent than the rest of it."""
    wake, answered, done = asyncio.Event(), asyncio.Event(), []
    lanes = Lanes(wake, patience=0.0)
    backlog = [partial(notes, done, f"edit {number}") for number in range(40)]
    lanes.start("C1", [partial(waits, answered), *backlog])
    wake.set()
    assert await lanes.waited_for() == {}
    wake.clear()
    answered.set()
    await wake.wait()
    assert lanes.busy() == frozenset()
    lanes.start("C1", [partial(notes, done, "card"), *backlog])
    assert await lanes.waited_for() == {"C1": None}
    assert done[:2] == ["card", "edit 0"]
    assert len(done) == 41


async def test_what_breaks_in_a_lane_is_raised_and_the_others_go_on():
    """What they have begun is not begun again before it has ended, and their end is something new."""
    wake, answered, done = asyncio.Event(), asyncio.Event(), []
    lanes = Lanes(wake, patience=0.0)

    async def posts():
        done.append("post")
        await answered.wait()
        done.append("answer")

    lanes.start("slow", [posts])
    for _ in range(3):
        lanes.start("C1", [breaks])
        lanes.start("C2", [breaks])
        with pytest.raises(LookupError):
            await lanes.waited_for()
        assert lanes.busy() == {"slow"}
    answered.set()
    await wake.wait()
    assert done == ["post", "answer"]
    assert lanes.busy() == frozenset()


async def test_what_breaks_a_lane_that_was_left_behind_is_raised_at_the_next_tick():
    wake, answered = asyncio.Event(), asyncio.Event()
    lanes = Lanes(wake, patience=0.0)

    async def breaks_later():
        await answered.wait()
        await breaks()

    lanes.start("slow", [breaks_later])
    wake.set()
    await lanes.waited_for()
    wake.clear()
    answered.set()
    await wake.wait()
    with pytest.raises(LookupError):
        lanes.busy()
    assert lanes.busy() == frozenset()


async def test_whoever_is_cancelled_while_it_waits_cuts_all_lanes_short():
    lanes, never = Lanes(asyncio.Event()), asyncio.Event()
    lanes.start("C1", [partial(waits, never)])
    waiting = asyncio.create_task(lanes.waited_for())
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert lanes.busy() == frozenset()


async def test_whoever_stops_waits_for_what_goes_on_or_cuts_it_short():
    wake, answered, never = asyncio.Event(), asyncio.Event(), asyncio.Event()
    lanes = Lanes(wake, patience=0.0)
    wake.set()
    lanes.start("C1", [partial(waits, answered)])
    await lanes.waited_for()
    asyncio.get_running_loop().call_soon(answered.set)
    await lanes.finished()
    assert lanes.busy() == frozenset()
    lanes.start("C1", [partial(waits, never)])
    await lanes.abandon()
    assert lanes.busy() == frozenset()
