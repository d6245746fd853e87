"""Fault controls of a sandbox: each is a method of one of the simulators, the same that tests call.

An action on a pipeline that Feldera's own rules do not allow is refused in Feldera's words.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from bot.simulator.feldera import FelderaSimulator, Refused
from bot.simulator.slack import SlackSimulator
from bot.simulator.web.simulation import Simulation

SLOW = timedelta(seconds=3)
LIMITED_FOR_S = 10
LIMITED_POSTS = 3
POST = "chat.postMessage"

Group = Literal["Feldera", "Slack", "Pipelines"]
Kind = Literal["toggle", "once"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultControl:
    """`on` applies it; `off` ends a fault that lasts, and `is_on` says whether it is on. Without `off` it happens once.

    They get the simulator. Of a pipeline's, `on` and `off` get its name, too, and `is_on` gets the pipeline instead.
    """

    do: str
    label: str
    on: Callable[..., object]
    off: Callable[..., object] | None = None
    is_on: Callable[[Any], bool] | None = None

    @property
    def kind(self) -> Kind:
        return "once" if self.off is None else "toggle"


FELDERA: tuple[FaultControl, ...] = (
    FaultControl(
        do="feldera_down",
        label="Down",
        on=FelderaSimulator.goes_down,
        off=FelderaSimulator.comes_back,
        is_on=lambda feldera: not feldera.is_up,
    ),
    FaultControl(
        do="feldera_slow",
        label=f"Slow responses ({SLOW.seconds} s)",
        on=lambda feldera: feldera.is_slow(SLOW),
        off=lambda feldera: feldera.is_slow(timedelta(0)),
        is_on=lambda feldera: bool(feldera.delay),
    ),
    FaultControl(
        do="feldera_runner_unhealthy",
        label="Runner unhealthy",
        on=lambda feldera: feldera.runner_is(healthy=False),
        off=lambda feldera: feldera.runner_is(healthy=True),
        is_on=lambda feldera: not feldera.runner_is_healthy,
    ),
    FaultControl(
        do="feldera_database_unavailable",
        label="Database unavailable",
        on=FelderaSimulator.loses_its_database,
        off=FelderaSimulator.finds_its_database,
        is_on=lambda feldera: not feldera.has_its_database,
    ),
    FaultControl(
        do="feldera_drop_write_response",
        label="Drop next write response",
        on=FelderaSimulator.loses_the_next_reply,
    ),
    FaultControl(
        do="feldera_drop_write_request",
        label="Drop next write request",
        on=FelderaSimulator.drops_the_next_request,
    ),
    FaultControl(
        do="feldera_return_503", label="Return 503 to next write request", on=FelderaSimulator.is_locked
    ),
)
SLACK: tuple[FaultControl, ...] = (
    FaultControl(
        do="slack_unavailable",
        label="Unavailable to the bot",
        on=SlackSimulator.goes_down,
        off=SlackSimulator.comes_back,
        is_on=lambda slack: not slack.is_up,
    ),
    FaultControl(
        do="slack_rate_limit",
        label=f"Rate-limit next {LIMITED_POSTS} messages ({LIMITED_FOR_S} s each)",
        on=lambda slack: slack.rate_limits(POST, retry_after=LIMITED_FOR_S, times=LIMITED_POSTS),
    ),
    FaultControl(
        do="slack_drop_message_response",
        label="Drop next message response",
        on=lambda slack: slack.loses_the_next_reply(POST),
    ),
    FaultControl(do="slack_disconnect", label="Disconnect Socket Mode", on=SlackSimulator.drops_connections),
    FaultControl(
        do="slack_user_groups_unavailable",
        label="User groups unavailable",
        on=SlackSimulator.downgrades_plan,
        off=SlackSimulator.upgrades_plan,
        is_on=lambda slack: not slack.workspace.has_user_groups,
    ),
)


PIPELINES: tuple[FaultControl, ...] = (
    FaultControl(do="other_user_starts", label="Another user starts it", on=FelderaSimulator.someone_starts),
    FaultControl(do="other_user_stops", label="Another user stops it", on=FelderaSimulator.someone_stops),
    FaultControl(
        do="other_user_restarts", label="Another user restarts it", on=FelderaSimulator.someone_restarts
    ),
    FaultControl(do="other_user_clears", label="Another user clears it", on=FelderaSimulator.someone_clears),
    FaultControl(
        do="other_user_recreates", label="Another user recreates it", on=FelderaSimulator.someone_recreates
    ),
    FaultControl(
        do="pipeline_crashes",
        label="Pipeline crashes",
        on=lambda feldera, name: feldera.crashes(name, "the worker panicked"),
    ),
    FaultControl(
        do="compilation_finishes", label="Compilation finishes", on=FelderaSimulator.finishes_compiling
    ),
    FaultControl(
        do="stuck_in_clearing",
        label="Stuck in Clearing",
        on=FelderaSimulator.sticks_clearing,
        off=FelderaSimulator.unsticks,
        is_on=lambda pipeline: pipeline.clearing_is_stuck,
    ),
    FaultControl(
        do="stuck_in_stopping",
        label="Stuck in Stopping",
        on=FelderaSimulator.sticks_stopping,
        off=FelderaSimulator.unsticks,
        is_on=lambda pipeline: pipeline.stopping_is_stuck,
    ),
)
CONTROLS: Mapping[Group, tuple[FaultControl, ...]] = {
    "Feldera": FELDERA,
    "Slack": SLACK,
    "Pipelines": PIPELINES,
}
_BY_NAME = {each.do: (group, each) for group, controls in CONTROLS.items() for each in controls}
FAULTS: Collection[str] = _BY_NAME.keys()


async def set_fault(do: str, simulation: Simulation, *, pipeline: str, on: bool) -> str | None:
    """Set or end a fault; returns a sentence with the reason where it cannot be applied.

    Raises:
        LookupError: there is no simulated Feldera.
    """
    group, control = _BY_NAME[do]
    simulator = simulation.slack if group == "Slack" else _simulated(simulation)
    action = control.on if on or control.off is None else control.off
    try:
        if group == "Pipelines":
            await _apply(action, simulator, pipeline)
        elif control.is_on is None or control.is_on(simulator) is not on:
            await _apply(action, simulator)
    except Refused as refused:
        return str(refused.body["message"])
    except ValueError as error:
        return f"{error}."  # what no client could ask for, such as the crash of a stopped pipeline
    simulation.changed.note()
    return None


def _simulated(simulation: Simulation) -> FelderaSimulator:
    if simulation.feldera is None:
        raise LookupError("Faults cannot be simulated on a real Feldera")
    return simulation.feldera


async def _apply(action: Callable[..., object], *arguments: object) -> None:
    applied = action(*arguments)
    if isinstance(applied, Awaitable):
        await applied
