"""The wall clock jumps while the bot is down or its machine boots: nothing lapses, and nothing that lapsed comes back."""

import re

import pytest

from bot.domain.bot_time import ClockNotBelieved
from tests.workspace import Teammate, Workspace


def test_a_lapsed_grant_does_not_come_back(workspace: Workspace) -> None:
    """Set back by a day, restarted, rebooted: what had ended stays ended, and what was to end does."""
    ana, ben = workspace.operator("ana", hours=1), workspace.operator("ben", hours=3)
    workspace.passes(hours=2)
    workspace.wall_clock_jumps(days=-1)
    assert_lapsed(ana)
    workspace.restarts()
    assert_lapsed(ana)
    workspace.dies()
    workspace.machine.reboots()
    workspace.starts()
    assert_lapsed(ana)
    assert "Clear orders" in ben.asks("/pipeline clear orders")
    workspace.passes(hours=1, minutes=1)
    assert_lapsed(ben)


def assert_lapsed(person: Teammate) -> None:
    assert "🚫" in person.types("/pipeline clear orders")


def test_a_grant_lasts_as_long_as_was_said(workspace: Workspace) -> None:
    """Set forward by 40 days: nobody loses a right by it."""
    ana = workspace.operator("ana", hours=8)
    workspace.wall_clock_jumps(days=40)
    workspace.restarts()
    workspace.passes(hours=7)
    ana.clears("orders")
    workspace.passes(seconds=10)
    assert "✅ Cleared." in workspace.card()
    workspace.thread()


def test_a_machine_that_boots_with_its_clock_behind(workspace: Workspace) -> None:
    """A battery is empty, and it is 1970: the bot goes on from where it was, and nothing waits for that moment to come again."""
    workspace.rules("orders", "approvals=1 stop=60s")
    ben = workspace.approver("ben")
    workspace.requester("ana").requests("orders")
    ben.told("Approve")
    workspace.passes(seconds=20)
    workspace.dies()
    workspace.machine.reboots()
    workspace.machine.wall_clock_jumps(days=-20_000)
    workspace.clock.passes(seconds=30)
    workspace.starts()
    workspace.passes(seconds=39)
    assert workspace.sent == []
    workspace.passes(seconds=10)
    assert "✅ Cleared." in workspace.card()
    workspace.thread()
    assert jumps(workspace) == ["back by 19999 d 23 h"]


def test_a_reboot_with_a_clock_that_is_right(workspace: Workspace) -> None:
    """Then as much time has passed as the wall clock says."""
    workspace.rules("orders", "approvals=1 stop=60s")
    ben = workspace.approver("ben")
    workspace.requester("ana").requests("orders")
    ben.told("Approve")
    workspace.dies()
    workspace.machine.reboots()
    workspace.clock.passes(seconds=70)
    workspace.starts()
    workspace.passes(seconds=5)
    assert "✅ Cleared." in workspace.card()
    workspace.thread()
    assert jumps(workspace) == []


def test_a_machine_that_boots_far_in_the_future(workspace: Workspace) -> None:
    """Everything would lapse for good by that: the bot asks whether it is true."""
    workspace.dies()
    workspace.machine.reboots()
    workspace.machine.wall_clock_jumps(days=73 * 365)
    with pytest.raises(
        ClockNotBelieved, match=r"26645 days after the bot last ran .*pipeline-bot clock reset"
    ):
        workspace.starts()
    workspace.machine.wall_clock_jumps(days=-73 * 365)
    workspace.starts()


def test_each_jump_is_said_once(workspace: Workspace) -> None:
    """In the log, with how far and which way; also one that happened while the bot was down."""
    workspace.wall_clock_jumps(hours=1)
    workspace.passes(minutes=10)
    workspace.restarts()
    assert jumps(workspace) == ["forward by 1 h 0 min"]
    workspace.dies()
    workspace.wall_clock_jumps(hours=-1)
    workspace.starts()
    workspace.restarts()
    assert jumps(workspace) == ["forward by 1 h 0 min", "back by 1 h 0 min"]
    workspace.wall_clock_jumps(seconds=2)
    workspace.passes(minutes=10)
    assert len(jumps(workspace)) == 2


def jumps(workspace: Workspace) -> list[str]:
    said = [line for line in workspace.logged if "wall_clock_set" in line]
    return [found for line in said for found in re.findall(r"was set ((?:forward|back) by [^.]+)\.", line)]
