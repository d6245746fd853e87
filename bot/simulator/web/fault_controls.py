"""What can happen in the outside world of a sandbox: each switch is something that the simulators can be told to do.

They are the same methods that the tests tell. What Feldera's own rules do not let anybody do is refused in its words.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from bot.simulator.feldera import FelderaSimulator, Refused
from bot.simulator.slack import SlackSimulator
from bot.simulator.web.world import World

SLOW = timedelta(seconds=3)
LIMITED_FOR_S = 10
LIMITED_POSTS = 3
POST = "chat.postMessage"

Group = Literal["Feldera", "Slack", "Pipelines"]
Kind = Literal["toggle", "once"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """`on` does it; `off` ends what lasts, and `is_on` tells whether it does. Without `off` it happens once.

    They are told of the simulator. Of a pipeline's, `on` and `off` are told its name besides, and `is_on` of it instead.
    """

    do: str
    label: str
    on: Callable[..., object]
    off: Callable[..., object] | None = None
    is_on: Callable[[Any], bool] | None = None

    @property
    def kind(self) -> Kind:
        return "once" if self.off is None else "toggle"


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
        on=lambda feldera: feldera.runner_is(healthy=False),
        off=lambda feldera: feldera.runner_is(healthy=True),
        is_on=lambda feldera: not feldera.runner_is_healthy,
    ),
    Switch(
        do="feldera_database",
        label="Without its database",
        on=FelderaSimulator.loses_its_database,
        off=FelderaSimulator.finds_its_database,
        is_on=lambda feldera: not feldera.has_its_database,
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


PIPELINES: tuple[Switch, ...] = (
    Switch(do="someone_starts", label="Someone starts it", on=FelderaSimulator.someone_starts),
    Switch(do="someone_stops", label="Someone stops it", on=FelderaSimulator.someone_stops),
    Switch(do="someone_restarts", label="Someone restarts it", on=FelderaSimulator.someone_restarts),
    Switch(do="someone_clears", label="Someone clears it", on=FelderaSimulator.someone_clears),
    Switch(do="someone_recreates", label="Someone recreates it", on=FelderaSimulator.someone_recreates),
    Switch(
        do="crashes",
        label="It crashes",
        on=lambda feldera, name: feldera.crashes(name, "the worker panicked"),
    ),
    Switch(do="finishes_compiling", label="Its program compiles", on=FelderaSimulator.finishes_compiling),
    Switch(
        do="sticks_clearing",
        label="Stuck clearing",
        on=FelderaSimulator.sticks_clearing,
        off=FelderaSimulator.unsticks,
        is_on=lambda pipeline: pipeline.clearing_is_stuck,
    ),
    Switch(
        do="sticks_stopping",
        label="Stuck stopping",
        on=FelderaSimulator.sticks_stopping,
        off=FelderaSimulator.unsticks,
        is_on=lambda pipeline: pipeline.stopping_is_stuck,
    ),
)
SWITCHES: Mapping[Group, tuple[Switch, ...]] = {"Feldera": FELDERA, "Slack": SLACK, "Pipelines": PIPELINES}
_GROUPS = {switch.do: (group, switch) for group, switches in SWITCHES.items() for switch in switches}
FAULTS: Collection[str] = _GROUPS.keys()


async def turns(do: str, world: World, *, pipeline: str, on: bool) -> str | None:
    """Turn a switch; returns why not, in a sentence, where the world does not let it happen.

    Raises:
        LookupError: there is no such switch in this world.
    """
    group, switch = _GROUPS[do]
    place = world.slack if group == "Slack" else _simulated(world)
    action = switch.on if on or switch.off is None else switch.off
    try:
        if group == "Pipelines":
            await _done(action, place, pipeline)
        elif switch.is_on is None or switch.is_on(place) is not on:
            await _done(action, place)
    except Refused as refused:
        return str(refused.body["message"])
    except ValueError as error:
        return f"{error}."  # of what no client could ask for, such as the crash of what does not run
    world.changed.note()
    return None


def _simulated(world: World) -> FelderaSimulator:
    if world.feldera is None:
        raise LookupError("This Feldera is a real one")
    return world.feldera


async def _done(action: Callable[..., object], *about: object) -> None:
    done = action(*about)
    if isinstance(done, Awaitable):
        await done
