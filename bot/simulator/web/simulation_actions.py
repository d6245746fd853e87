"""Simulation actions, from the page's drawer: set a fault, kill or start the bot, move the clock on, reset the sandbox."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.simulator.web import fault_controls
from bot.simulator.web.sandbox import Sandbox
from bot.simulator.web.world import World

LONGEST_MOVE = 60 * 24 * 31
"""Minutes by which the clock can be moved on at once."""


class _SimulationAction(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class MovesOn(_SimulationAction):
    do: Literal["moves_on"]
    minutes: Annotated[int, Field(ge=1, le=LONGEST_MOVE)]


class ToTheBot(_SimulationAction):
    do: Literal["kills_bot", "starts_bot"]


class Resets(_SimulationAction):
    do: Literal["resets"]


class SetsFault(_SimulationAction):
    """A switch, or one of a pipeline's; what lasts is ended with `on` false."""

    do: Annotated[str, Field(pattern=f"^({'|'.join(fault_controls.FAULTS)})$")]
    pipeline: str = ""
    on: bool = True


SimulationAction = MovesOn | ToTheBot | Resets | SetsFault


async def apply(action: SimulationAction, sandbox: Sandbox) -> str | None:
    """Apply it after the actions under way; returns a sentence where this world does not allow it."""
    if isinstance(action, Resets):
        await sandbox.resets()
        return None
    async with sandbox.in_turn() as world:
        return await _apply_to(world, action)


async def _apply_to(world: World, action: MovesOn | ToTheBot | SetsFault) -> str | None:
    match action:
        case MovesOn(minutes=minutes):
            await world.moves_on(timedelta(minutes=minutes))
        case ToTheBot(do="kills_bot"):
            await world.bot.is_killed()
        case ToTheBot():
            await world.bot.starts()
        case SetsFault(do=do, pipeline=pipeline, on=on):
            try:
                return await fault_controls.turns(do, world, pipeline=pipeline, on=on)
            except LookupError as error:
                return f"{error}."
    return None
