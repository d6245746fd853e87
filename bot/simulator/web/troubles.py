"""What can happen in the outside world of a sandbox: each switch is something that the simulators can be told to do.

They are the same methods that the tests tell. What Feldera's own rules do not let anybody do is refused in its words.
"""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from bot.simulator.feldera import FelderaSimulator, Refused, SimulatedPipeline
from bot.simulator.slack import SlackSimulator
from bot.simulator.web.world import World

SLOW = timedelta(seconds=3)
LIMITED_FOR_S = 10
LIMITED_POSTS = 3
POST = "chat.postMessage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """`on` does it; `off` ends what lasts, and `is_on` tells whether it does. Without `off` it happens once."""

    do: str
    label: str
    on: Callable[[Any], object]
    off: Callable[[Any], object] | None = None
    is_on: Callable[[Any], bool] | None = None


FELDERA: tuple[Switch, ...] = (
    Switch(
        do="feldera_down",
        label="Down",
        on=FelderaSimulator.goes_down,
        off=FelderaSimulator.comes_back,
        is_on=lambda feldera: not feldera.is_up,
    ),
    Switch(
        do="feldera_slow",
        label=f"Slow: {SLOW.seconds} s for each answer",
        on=lambda feldera: feldera.is_slow(SLOW),
        off=lambda feldera: feldera.is_slow(timedelta(0)),
        is_on=lambda feldera: bool(feldera.delay),
    ),
    Switch(
        do="feldera_runner",
        label="Its runner is unhealthy and does no work",
        on=lambda feldera: feldera.runner_is(healthy=False, message="no heartbeat"),
        off=lambda feldera: feldera.runner_is(healthy=True),
        is_on=lambda feldera: not feldera.runner_is_healthy,
    ),
    Switch(
        do="feldera_loses_reply",
        label="Loses its next reply to a change",
        on=FelderaSimulator.loses_the_next_reply,
    ),
    Switch(
        do="feldera_drops_request", label="Loses the next change", on=FelderaSimulator.drops_the_next_request
    ),
    Switch(do="feldera_locked", label="Answers the next change with 503", on=FelderaSimulator.is_locked),
)
SLACK: tuple[Switch, ...] = (
    Switch(
        do="slack_down",
        label="Down for the bot",
        on=SlackSimulator.goes_down,
        off=SlackSimulator.comes_back,
        is_on=lambda slack: not slack.is_up,
    ),
    Switch(
        do="slack_limits",
        label=f"Rate-limits the next {LIMITED_POSTS} messages for {LIMITED_FOR_S} s each",
        on=lambda slack: slack.rate_limits(POST, retry_after=LIMITED_FOR_S, times=LIMITED_POSTS),
    ),
    Switch(
        do="slack_loses_reply",
        label="Loses its next reply to a message",
        on=lambda slack: slack.loses_the_next_reply(POST),
    ),
    Switch(do="slack_drops_socket", label="Drops the socket", on=SlackSimulator.drops_connections),
    Switch(
        do="slack_groups",
        label="Tells nobody of its user groups",
        on=SlackSimulator.downgrades_plan,
        off=SlackSimulator.upgrades_plan,
        is_on=lambda slack: not slack.workspace.has_user_groups,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineSwitch:
    """The same, of one pipeline, which is called by its name."""

    do: str
    label: str
    on: Callable[[FelderaSimulator, str], object]
    off: Callable[[FelderaSimulator, str], object] | None = None
    is_on: Callable[[SimulatedPipeline], bool] | None = None


PIPELINES: tuple[PipelineSwitch, ...] = (
    PipelineSwitch(do="someone_starts", label="Someone starts it", on=FelderaSimulator.someone_starts),
    PipelineSwitch(do="someone_stops", label="Someone stops it", on=FelderaSimulator.someone_stops),
    PipelineSwitch(do="someone_restarts", label="Someone restarts it", on=FelderaSimulator.someone_restarts),
    PipelineSwitch(do="someone_clears", label="Someone clears it", on=FelderaSimulator.someone_clears),
    PipelineSwitch(
        do="someone_recreates", label="Someone recreates it", on=FelderaSimulator.someone_recreates
    ),
    PipelineSwitch(
        do="crashes",
        label="It crashes",
        on=lambda feldera, name: feldera.crashes(name, "the worker panicked"),
    ),
    PipelineSwitch(
        do="finishes_compiling", label="Its program compiles", on=FelderaSimulator.finishes_compiling
    ),
    PipelineSwitch(
        do="sticks_clearing",
        label="Stuck clearing",
        on=FelderaSimulator.sticks_clearing,
        off=FelderaSimulator.unsticks,
        is_on=lambda pipeline: pipeline.clearing_is_stuck,
    ),
    PipelineSwitch(
        do="sticks_stopping",
        label="Stuck stopping",
        on=FelderaSimulator.sticks_stopping,
        off=FelderaSimulator.unsticks,
        is_on=lambda pipeline: pipeline.stopping_is_stuck,
    ),
)
_SWITCHES: dict[str, Switch | PipelineSwitch] = {
    **{each.do: each for each in (*FELDERA, *SLACK)},
    **{each.do: each for each in PIPELINES},
}
DEEDS: Collection[str] = _SWITCHES.keys()

Kind = Literal["toggle", "once"]


def kind(switch: Switch | PipelineSwitch) -> Kind:
    return "once" if switch.off is None else "toggle"


async def turns(do: str, world: World, *, pipeline: str, on: bool) -> str | None:
    """Turn a switch; returns why not, in a sentence, where the world does not let it happen.

    Raises:
        LookupError: there is no such switch in this world.
    """
    switch = _SWITCHES[do]
    deed = switch.on if on or switch.off is None else switch.off
    try:
        if isinstance(switch, PipelineSwitch):
            await _done(deed, _simulated(world), pipeline)
        elif switch.is_on is None or switch.is_on(_place(switch, world)) is not on:
            await _done(deed, _place(switch, world))
    except Refused as refused:
        return str(refused.body["message"])
    except ValueError as error:
        return f"{error}."  # of what no client could ask for, such as the crash of what does not run
    world.changed.note()
    return None


def _place(switch: Switch, world: World) -> FelderaSimulator | SlackSimulator:
    return world.slack if switch in SLACK else _simulated(world)


def _simulated(world: World) -> FelderaSimulator:
    if world.feldera is None:
        raise LookupError("This Feldera is a real one")
    return world.feldera


async def _done(deed: Callable[..., object], *about: object) -> None:
    done = deed(*about)
    if isinstance(done, Awaitable):
        await done
