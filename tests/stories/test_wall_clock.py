"""The wall clock of the bot's machine jumps, in every state of a request: nothing lapses, is sent sooner, or waits for ever.

Each story is told twice, with the jump and without. What people read and what Feldera is sent has to be the same, and has
to come at the same moments of the world's time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from bot.domain.bot_time import FOLLOWS_BY
from bot.domain.operations.polling import SHORTEST
from tests.clock import START
from tests.workspace import Workspace

HOUR, DAY = 3600, 86400
JUMPS = [(HOUR,), (-HOUR,), (40 * DAY,), (3 * HOUR, -3 * HOUR)]
ACROSS_RESTARTS = [(-HOUR,), (40 * DAY,)]
A_LOOK = SHORTEST  # what a look just missed, the next one sees


def proposed(workspace: Workspace) -> Callable[[], None]:
    ana = workspace.operator("ana")
    ana.asks("/pipeline clear orders")

    def goes_on() -> None:
        workspace.passes(minutes=10)
        ana.clicks("Clear orders")
        ana.reads()
        workspace.passes(minutes=1)

    return goes_on


def proposed_and_left(workspace: Workspace) -> Callable[[], None]:
    ana = workspace.operator("ana")
    ana.asks("/pipeline clear orders")

    def goes_on() -> None:
        workspace.passes(minutes=31)
        ana.clicks("Clear orders")
        assert "30 minutes old" in ana.reads()[-1]

    return goes_on


def awaiting_approval(workspace: Workspace) -> Callable[[], None]:
    workspace.rules("orders", "approvals=1 within=10m")
    workspace.requester("ana").requests("orders")
    return lambda: workspace.passes(minutes=12)


def approved_late(workspace: Workspace) -> Callable[[], None]:
    workspace.rules("orders", "approvals=1 within=10m")
    ben = workspace.approver("ben")
    workspace.requester("ana").requests("orders")

    def goes_on() -> None:
        workspace.passes(minutes=9)
        ben.told("Approve")
        workspace.passes(minutes=2)

    return goes_on


def in_the_cancel_window(workspace: Workspace) -> Callable[[], None]:
    workspace.rules("orders", "approvals=1 stop=60s")
    ben = workspace.approver("ben")
    workspace.requester("ana").requests("orders")
    ben.told("Approve")
    return lambda: workspace.passes(minutes=3)


def held_by_a_freeze(workspace: Workspace) -> Callable[[], None]:
    workspace.rules("orders", "approvals=1 stop=60s")
    ben = workspace.approver("ben")
    workspace.requester("ana").requests("orders")
    ben.told("Approve")
    workspace.freezes("orders", minutes=5)
    return lambda: workspace.passes(minutes=7)


def submitted_and_lost(workspace: Workspace) -> Callable[[], None]:
    ana = workspace.operator("ana")
    workspace.feldera.drops_the_next_request()
    ana.clears("orders")
    return lambda: workspace.passes(minutes=2)


def waiting(workspace: Workspace) -> Callable[[], None]:
    workspace.feldera.sticks_clearing("orders")
    workspace.operator("ana").clears("orders")
    workspace.passes(seconds=20)

    def goes_on() -> None:
        workspace.passes(minutes=4)  # longer than a clear usually takes, which is said
        workspace.feldera.unsticks("orders")
        workspace.passes(minutes=1)

    return goes_on


def feldera_away(workspace: Workspace) -> Callable[[], None]:
    workspace.rules("orders", "approvals=1 stop=10s")
    ben = workspace.approver("ben")
    workspace.requester("ana").requests("orders")
    ben.told("Approve")
    workspace.feldera_goes_down()
    workspace.passes(minutes=1)

    def goes_on() -> None:
        workspace.passes(minutes=5)
        workspace.feldera_comes_back()
        workspace.passes(minutes=1)

    return goes_on


def needs_a_human(workspace: Workspace) -> Callable[[], None]:
    for _ in range(3):
        workspace.feldera.drops_the_next_request()
    workspace.operator("ana").clears("orders")
    workspace.passes(minutes=2)

    def goes_on() -> None:
        workspace.feldera.someone_clears("orders")
        workspace.passes(minutes=3)

    return goes_on


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


def told(workspace: Workspace) -> Told:
    lines = [
        (message.history[0].at, message.text.split(" ", 1)[0])
        for message in workspace.channel.messages
        if message.thread_ts
    ]
    workspace.cards()
    workspace.threads()
    return Told(workspace.sent, lines)


def story(
    folder: Path,
    begins: Callable[[Workspace], Callable[[], None]],
    jumps: tuple[float, ...],
    *,
    restarts: bool,
) -> Told:
    workspace = Workspace(folder)
    workspace.feldera.adds("orders")
    goes_on = begins(workspace)
    for jump in jumps:
        workspace.wall_clock_jumps(seconds=jump)
        workspace.passes(seconds=3)
        if restarts:
            workspace.restarts()
    goes_on()
    became = told(workspace)
    workspace.closes()
    return became


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Told]:
    """The story without a jump, told once."""

    @cache
    def tells(begins: Callable[[Workspace], Callable[[], None]], jumps: int, *, restarts: bool) -> Told:
        return story(tmp_path_factory.mktemp("untouched"), begins, (0.0,) * jumps, restarts=restarts)

    return tells


@pytest.mark.parametrize("begins", STATES, ids=lambda begins: begins.__name__)
@pytest.mark.parametrize(
    ("jumps", "restarts"),
    [(jumps, False) for jumps in JUMPS] + [(jumps, True) for jumps in ACROSS_RESTARTS],
    ids=lambda value: str(value) if isinstance(value, tuple) else "restarted" if value else "running",
)
def test_a_jump_changes_nothing(
    tmp_path: Path,
    untouched: Callable[..., Told],
    begins: Callable[[Workspace], Callable[[], None]],
    jumps: tuple[float, ...],
    *,
    restarts: bool,
) -> None:
    """No matter where it stood, how far the clock jumped, whether it jumped back, and whether the bot was restarted."""
    without = untouched(begins, len(jumps), restarts=restarts)
    with_it = story(tmp_path, begins, jumps, restarts=restarts)
    assert [line for _, line in with_it.lines] == [line for _, line in without.lines]
    assert len(with_it.sent) == len(without.sent)
    for expected, at in zip(without.sent, with_it.sent, strict=True):
        assert abs(at - expected) <= slack(expected)
    for (expected, _), (at, line) in zip(without.lines, with_it.lines, strict=True):
        assert abs(at - expected) <= slack(expected) + A_LOOK, line


def slack(expected: datetime) -> timedelta:
    """How much the bot's clock may be off by then: it follows the wall clock slowly."""
    return (expected - START) * FOLLOWS_BY / (1 - FOLLOWS_BY) + timedelta(milliseconds=2)
