"""The bot's time by two clocks: it never goes back, keeps the pace of the world, and follows the wall clock slowly."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import SteadyClock
from bot.domain.bot_time import (
    A_JUMP,
    FOLLOWS_BY,
    GAP_MOST,
    ClockNotBelieved,
    ClockRecord,
    Jump,
    believed,
    in_words,
    jumped,
    length,
    passed,
    resumed,
)
from bot.domain.bot_time import Reading as Shown
from tests.clock import START, MovableClock
from tests.machine import Machine

HOUR = timedelta(hours=1)
BOOTED = Shown(START, 1000.0, "boot-1")
SOME_SECONDS = st.floats(0, 1e6)
JUMPS = st.floats(-4e6, 4e6)
ROUNDED = timedelta(microseconds=2)


@given(SOME_SECONDS, JUMPS)
def test_it_keeps_the_pace_of_the_world(elapsed, behind):
    assert abs(passed(elapsed, behind) - elapsed) <= elapsed * FOLLOWS_BY * (1 + 1e-9) + 1e-9


@given(SOME_SECONDS, JUMPS)
def test_it_comes_nearer_to_the_wall_clock_and_never_passes_it(elapsed, ahead):
    """`ahead`: of where it would be without following."""
    off = elapsed + ahead - passed(elapsed, elapsed + ahead)
    assert abs(off) <= abs(ahead) + 1e-6
    assert off * ahead >= -1e-6


@given(st.lists(st.tuples(SOME_SECONDS, JUMPS, st.booleans()), max_size=20))
def test_whatever_is_done_to_the_wall_clock_time_goes_on(history):
    """Through jumps and restarts of the process, on one machine: never back, and never far from the time that passed."""
    world = MovableClock()
    machine = Machine(world)
    clock = machine.clock()
    for seconds, by, restarts in history:
        before, then = clock.now(), world.now()
        machine.wall_clock_jumps(seconds=by)
        assert before <= clock.now() <= before + ROUNDED
        if restarts:
            record = clock.record()
            clock = machine.clock()
            clock.resume(record)
        world.passes(seconds=seconds)
        went_on = world.now() - then
        assert abs(clock.now() - before - went_on) <= went_on * FOLLOWS_BY + ROUNDED


@given(st.lists(st.tuples(st.floats(0, 40 * 86400), JUMPS), max_size=20))
def test_no_boot_takes_it_back(history):
    world = MovableClock()
    machine = Machine(world)
    record = machine.clock().record()
    for seconds, by in history:
        world.passes(seconds=seconds)
        machine.reboots()
        machine.wall_clock_jumps(seconds=by)
        clock = machine.clock()
        clock.resume(record)
        assert clock.now() >= record.time
        assert clock.now() >= machine.wall() - ROUNDED
        record = clock.record()


def test_a_wrong_second_is_made_up_for_in_minutes():
    world = MovableClock()
    machine = Machine(world)
    clock = machine.clock()
    machine.wall_clock_jumps(seconds=1)
    for _ in range(200):
        world.passes(seconds=1)
        clock.now()
    assert clock.ahead() == timedelta(0)
    assert clock.jumps() == ()


@pytest.mark.parametrize(
    ("by", "noticed"), [(3, False), (-3, False), (3.1, True), (-3.1, True), (3600, True)]
)
def test_what_a_jump_is(by, noticed):
    """A leap second is none, and neither is what NTP does gently."""
    later = Shown(START + timedelta(seconds=60 + by), BOOTED.boottime + 60, "boot-1")
    expected = timedelta(seconds=by) if noticed else None
    assert jumped(ClockRecord.first(BOOTED), later) == expected


def test_a_jump_is_noticed_once_and_so_is_the_way_back_and_small_steps_add_up():
    world = MovableClock()
    machine = Machine(world)
    clock = machine.clock()
    machine.wall_clock_jumps(hours=-1)
    clock.now()
    machine.wall_clock_jumps(hours=1)
    world.passes(hours=1)
    there, back = clock.jumps()
    assert (in_words(there), in_words(back)) == ("back by 1 h 0 min", "forward by 1 h 0 min")
    assert clock.jumps() == ()
    assert clock.record().jump == back
    clock = machine.clock()
    for _ in range(2):
        machine.wall_clock_jumps(seconds=2)
        clock.now()
    assert [jump.by for jump in clock.jumps()] == [timedelta(seconds=4)]


def test_a_process_that_is_frozen_between_two_looks_at_the_clocks_sees_no_jump():
    """Both clocks count on, but one was read before and one after: they are read again."""
    world = MovableClock()
    machine = Machine(world)
    freezes = [0, 0, 0, 18_000, 0, 0]  # seconds, at the looks at the wall clock

    def wall():
        world.passes(seconds=freezes.pop(0) if freezes else 0)
        return world.now()

    clock = SteadyClock(wall, machine.boottime, "boot-1")
    for _ in range(4):
        clock.now()
    assert clock.jumps() == ()


def test_seconds_that_go_back_are_of_another_count():
    """A database that was copied to a container that counts from elsewhere: like another boot."""
    record = ClockRecord.first(BOOTED)
    earlier = Shown(START + HOUR, 10.0, "boot-1")
    assert resumed(record, earlier) == ClockRecord.first(earlier)


def test_where_boots_have_no_name_both_clocks_count():
    """Each process is like another boot: never back, and forward with the wall clock."""
    record = replace(ClockRecord.first(BOOTED), boot=None)
    back = Shown(START - HOUR, 1060.0, None)
    assert resumed(record, back).time == START
    assert resumed(record, back).jump == Jump(START, -HOUR)
    assert resumed(record, Shown(START + HOUR, 1060.0, None)).time == START + HOUR


def test_the_last_jump_is_kept_over_a_boot():
    jump = Jump(START, HOUR)
    record = replace(ClockRecord.first(BOOTED), jump=jump)
    assert resumed(record, Shown(START + HOUR, 5.0, "boot-2")).jump == jump


def test_a_wall_clock_that_is_too_far_ahead_is_not_believed_after_a_boot():
    """And only then: within a boot the seconds that passed are known, and going back is not in its power."""
    record = ClockRecord.first(BOOTED)
    after = START + GAP_MOST + A_JUMP
    believed(None, Shown(after, 5.0, "boot-2"))
    believed(record, Shown(after, 2000.0, "boot-1"))
    believed(record, Shown(START + GAP_MOST, 5.0, "boot-2"))
    believed(record, Shown(START - 9 * GAP_MOST, 5.0, "boot-2"))
    with pytest.raises(ClockNotBelieved) as raised:
        believed(record, Shown(after, 5.0, "boot-2"))
    assert raised.value.message == (
        "This machine's clock shows 2026-04-01 03:00 UTC, 30 days after the bot last ran (2026-03-02 03:00 UTC). If the "
        "clock is wrong, set it and start again: by a wrong clock, grants and requests would expire for good. If it is "
        "right, confirm it with `pipeline-bot clock reset --yes`."
    )


@pytest.mark.parametrize(
    ("seconds", "said"), [(3, "3 s"), (-61, "1 min 1 s"), (3600, "1 h 0 min"), (-90_000, "1 d 1 h")]
)
def test_lengths(seconds, said):
    assert length(timedelta(seconds=seconds)) == said
