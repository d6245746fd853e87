"""Whether chaos draws every fault of both simulators: one that a simulator gets later, and nobody draws, fails here."""

from collections.abc import Callable
from functools import wraps
from sys import _getframe
from typing import Any

import pytest

from bot.simulator.feldera import FelderaSimulator
from bot.simulator.slack import Channel, SlackSimulator, UserGroup
from bot.simulator.web.fault_controls import CONTROLS
from tests.chaos.draws import Step
from tests.chaos.plan import DAY, plan
from tests.chaos.run import Run

HAS_FAULTS = (FelderaSimulator, SlackSimulator, Channel, UserGroup)
SETS_UP = "sets up or ends a simulator"
READS = "reads what there is, and changes nothing"
NOT_DRAWN = {
    **dict.fromkeys(("FelderaSimulator.adds_many", "SlackSimulator.adds_shortcut"), SETS_UP),
    **dict.fromkeys((f"SlackSimulator.adds_{each}" for each in ("person", "channel", "user_group")), SETS_UP),
    "SlackSimulator.serves_over_http": SETS_UP,
    **dict.fromkeys(
        (f"{each.__name__}.{does}" for each in HAS_FAULTS[:2] for does in ("start", "stop")), SETS_UP
    ),
    **dict.fromkeys((f"SlackSimulator.{each}" for each in ("thread", "permalink", "until")), READS),
    **dict.fromkeys((f"Channel.{each}" for each in ("has", "message")), READS),
    "SlackSimulator.delivers": "any payload at all: tests/fuzz sends them",
}
"""What no run draws, with the reason."""

ENDS = {"feldera_fault", "slack_fault", "database_fault"}
BY = ("kind", "does", "state", "becomes", "without_slack")


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Which methods of the simulators a run calls itself that takes each kind of step of twenty days once."""
    called: set[str] = set()
    with pytest.MonkeyPatch.context() as patch:
        for owner in HAS_FAULTS:
            for name in methods(owner):
                patch.setattr(owner, name, noted(called, f"{owner.__name__}.{name}", getattr(owner, name)))
        for seed in (3, 4):  # by HTTP and without a key to Feldera, and the other way round
            play_each_kind_once(Run(seed, 1, tmp_path_factory.mktemp("chaos")))
    return called


def methods(owner: type) -> list[str]:
    return [name for name in dir(owner) if not name.startswith("_") and callable(getattr(owner, name))]


def noted(called: set[str], name: str, method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def notes(*args: Any, **kwargs: Any) -> Any:
        if _getframe(1).f_globals["__name__"].startswith("tests.chaos"):
            called.add(name)
        return method(*args, **kwargs)

    return notes


def play_each_kind_once(run: Run) -> None:
    try:
        run.faults.socket_faults_left = 100
        for step in kinds_of_steps():
            run._does(step)
            run.world.time_passes(run.world.soon(1))
            if step.what in ENDS:
                run._does(Step(step.at, f"{step.what}_ends", {} if "database" in step.what else step.drawn))
        run.faults.all_is_well()
    finally:
        run.world.ends()


def kinds_of_steps() -> list[Step]:
    found: dict[tuple[Any, ...], Step] = {}
    for seed in range(1, 21):
        for step in plan(seed, DAY):
            if not step.what.endswith("_ends"):
                seat = step.drawn["who"].rstrip("0123456789") if step.what == "slack_changes" else ""
                found.setdefault((step.what, seat, *(step.drawn.get(each) for each in BY)), step)
    return [*found.values()]


def test_every_fault_of_the_simulators_is_drawn_or_says_why_not(drawn: set[str]) -> None:
    there = {f"{owner.__name__}.{name}" for owner in HAS_FAULTS for name in methods(owner)}
    assert there - drawn - NOT_DRAWN.keys() == set(), "no run draws it: draw it, or say why not"
    assert NOT_DRAWN.keys() - there == set(), "there is no such method"


def test_every_control_of_the_sandbox_is_among_them(drawn: set[str]) -> None:
    by_themselves = {name.rpartition(".")[2] for name in drawn}
    switches = [
        switch for group in CONTROLS.values() for each in group for switch in (each.on, each.off) if switch
    ]
    for switch in switches:
        names = {switch.__name__, *switch.__code__.co_names}
        assert names & by_themselves, f"{names}: a control whose fault no run draws"
