"""The wall clock of the bot's machine jumps, in every state of a request: nothing lapses, is sent sooner, or waits for ever.

Each story is told twice, with the jump and without. What people read and what Feldera is sent has to be the same, and has
to come at the same moments of the world's time. The same holds while the bot is down, or its machine boots.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from bot.domain.bot_time import FOLLOWS_BY, ClockNotBelieved
from bot.domain.operations.polling import SHORTEST
from tests.clock import START
from tests.workspace import Teammate, Workspace

Story = Callable[[Workspace], Iterator[None]]
"""The clock jumps where it yields."""

HOUR, DAY = 3600, 86400
RUNNING = [(40 * DAY,), (3 * HOUR, -3 * HOUR)]
ACROSS_RESTARTS = [(-HOUR,), (40 * DAY,)]
A_LOOK = SHORTEST  # what a look just missed, the next one sees


def approver_of_a_request(workspace: Workspace, rule: str) -> Teammate:
    workspace.rules("orders", f"approvals=1 {rule}")
    ben = workspace.approver("ben")
    workspace.requester("ana").requests("orders")
    return ben


def proposed(workspace: Workspace) -> Iterator[None]:
    ana = workspace.operator("ana")
    ana.asks("/pipeline clear orders")
    yield
    workspace.passes(minutes=10)
    ana.told("Clear orders")
    workspace.passes(minutes=1)


def proposed_and_left(workspace: Workspace) -> Iterator[None]:
    ana = workspace.operator("ana")
    ana.asks("/pipeline clear orders")
    yield
    workspace.passes(minutes=31)
    assert "30 minutes old" in ana.told("Clear orders")[-1]


def awaiting_approval(workspace: Workspace) -> Iterator[None]:
    approver_of_a_request(workspace, "within=10m")
    yield
    workspace.passes(minutes=12)


def approved_late(workspace: Workspace) -> Iterator[None]:
    ben = approver_of_a_request(workspace, "within=10m")
    yield
    workspace.passes(minutes=9)
    ben.told("Approve")
    workspace.passes(minutes=2)


def in_the_cancel_window(workspace: Workspace) -> Iterator[None]:
    approver_of_a_request(workspace, "cancel-window=60s").told("Approve")
    yield
    workspace.passes(minutes=3)


def held_by_a_freeze(workspace: Workspace) -> Iterator[None]:
    approver_of_a_request(workspace, "cancel-window=60s").told("Approve")
    workspace.freezes("orders", minutes=5)
    yield
    workspace.passes(minutes=7)


def submitted_and_lost(workspace: Workspace) -> Iterator[None]:
    workspace.feldera.drops_the_next_request()
    workspace.operator("ana").clears("orders")
    yield
    workspace.passes(minutes=2)


def waiting(workspace: Workspace) -> Iterator[None]:
    workspace.feldera.sticks_clearing("orders")
    workspace.operator("ana").clears("orders")
    workspace.passes(seconds=20)
    yield
    workspace.passes(minutes=4)  # longer than a clear usually takes, which is said
    workspace.feldera.unsticks("orders")
    workspace.passes(minutes=1)


def feldera_away(workspace: Workspace) -> Iterator[None]:
    approver_of_a_request(workspace, "cancel-window=10s").told("Approve")
    workspace.feldera_goes_down()
    workspace.passes(minutes=1)
    yield
    workspace.passes(minutes=5)
    workspace.feldera_comes_back()
    workspace.passes(minutes=1)


def needs_a_human(workspace: Workspace) -> Iterator[None]:
    for _ in range(3):
        workspace.feldera.drops_the_next_request()
    workspace.operator("ana").clears("orders")
    workspace.passes(minutes=2)
    yield
    workspace.feldera.someone_clears("orders")
    workspace.passes(minutes=3)


STATES = [
    proposed,
    proposed_and_left,
    awaiting_approval,
    approved_late,
    in_the_cancel_window,
    held_by_a_freeze,
    submitted_and_lost,
    waiting,
    feldera_away,
    needs_a_human,
]


@dataclass(frozen=True, slots=True)
class Told:
    """What became of it: each moment in the world's time."""

    sent: list[datetime]
    lines: list[tuple[datetime, str]]


def told(folder: Path, begins: Story, jumps: tuple[float, ...], *, restarts: bool) -> Told:
    workspace = Workspace(folder)
    workspace.feldera.adds("orders")
    story = begins(workspace)
    next(story)
    for jump in jumps:
        workspace.wall_clock_jumps(seconds=jump)
        workspace.passes(seconds=3)
        if restarts:
            workspace.restarts()
    assert list(story) == []
    lines = [
        (message.history[0].at, message.text.split(" ", 1)[0])
        for message in workspace.channel.messages
        if message.thread_ts
    ]
    workspace.threads()
    workspace.closes()
    return Told(workspace.sent, lines)


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Told]:
    """The story without a jump, told once."""

    @cache
    def tells(begins: Story, jumps: int, *, restarts: bool) -> Told:
        return told(tmp_path_factory.mktemp("untouched"), begins, (0.0,) * jumps, restarts=restarts)

    return tells


@pytest.mark.parametrize("begins", STATES)
@pytest.mark.parametrize(
    ("jumps", "restarts"),
    [(jumps, False) for jumps in RUNNING] + [(jumps, True) for jumps in ACROSS_RESTARTS],
    ids=lambda value: str(value) if isinstance(value, tuple) else "restarted" if value else "running",
)
def test_a_jump_changes_nothing(
    tmp_path: Path,
    untouched: Callable[..., Told],
    begins: Story,
    jumps: tuple[float, ...],
    *,
    restarts: bool,
) -> None:
    """No matter where it stood, how far the clock jumped, whether it jumped back, and whether the bot was restarted."""
    without = untouched(begins, len(jumps), restarts=restarts)
    with_it = told(tmp_path, begins, jumps, restarts=restarts)
    assert [line for _, line in with_it.lines] == [line for _, line in without.lines]
    assert len(with_it.sent) == len(without.sent)
    for expected, at in zip(without.sent, with_it.sent, strict=True):
        assert abs(at - expected) <= slack(expected)
    for (expected, _), (at, line) in zip(without.lines, with_it.lines, strict=True):
        assert abs(at - expected) <= slack(expected) + A_LOOK, line


def slack(expected: datetime) -> timedelta:
    """How much the bot's clock may be off by then: it follows the wall clock slowly."""
    return (expected - START) * FOLLOWS_BY / (1 - FOLLOWS_BY) + timedelta(milliseconds=2)


def jumps(workspace: Workspace) -> list[str]:
    said = [line for line in workspace.logged if "wall_clock_set" in line]
    return [found for line in said for found in re.findall(r"was set ((?:forward|back) by [^.]+)\.", line)]


def has_lapsed(person: Teammate) -> bool:
    return "🚫" in person.types("/pipeline clear orders")


def test_a_lapsed_grant_does_not_come_back(workspace: Workspace) -> None:
    """Set back by a day, restarted, rebooted: what had ended stays ended, and what was to end does."""
    ana, ben = workspace.operator("ana", hours=1), workspace.operator("ben", hours=3)
    workspace.passes(hours=2)
    workspace.wall_clock_jumps(days=-1)
    assert has_lapsed(ana)
    workspace.restarts()
    assert has_lapsed(ana)
    workspace.dies()
    workspace.machine.reboots()
    workspace.starts()
    assert has_lapsed(ana)
    assert "Clear orders" in ben.asks("/pipeline clear orders")
    workspace.passes(hours=1, minutes=1)
    assert has_lapsed(ben)


def test_a_grant_lasts_as_long_as_was_said(workspace: Workspace) -> None:
    """Set forward by 40 days: nobody loses a right by it."""
    ana = workspace.operator("ana", hours=8)
    workspace.wall_clock_jumps(days=40)
    workspace.restarts()
    workspace.passes(hours=7)
    assert "Clear orders" in ana.asks("/pipeline clear orders")


@pytest.mark.parametrize("wall_clock", ["behind", "right"])
def test_a_reboot_within_the_cancel_window(workspace: Workspace, wall_clock: str) -> None:
    """As much time passes as the wall clock says; where a battery is empty and it is 1970, the bot goes on from where it was."""
    approver_of_a_request(workspace, "cancel-window=60s").told("Approve")
    workspace.passes(seconds=20)
    workspace.dies()
    workspace.machine.reboots()
    if wall_clock == "behind":
        workspace.machine.wall_clock_jumps(days=-20_000)
    workspace.clock.passes(seconds=30)
    workspace.starts()
    workspace.passes(seconds=39 if wall_clock == "behind" else 9)
    assert workspace.sent == []
    workspace.passes(seconds=10)
    assert "✅ Cleared after" in workspace.card()
    workspace.thread()
    assert jumps(workspace) == (["back by 19999 d 23 h"] if wall_clock == "behind" else [])


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
