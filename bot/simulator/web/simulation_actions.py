"""Simulation actions: set a fault, kill or start the bot, advance the clock, reset the sandbox."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.simulator.web import fault_controls
from bot.simulator.web.sandbox import Sandbox
from bot.simulator.web.simulation import Simulation

LONGEST_ADVANCE = 60 * 24 * 31
"""Minutes by which the clock can be advanced at once."""


class _SimulationAction(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AdvanceClock(_SimulationAction):
    do: Literal["advance_clock"]
    minutes: Annotated[int, Field(ge=1, le=LONGEST_ADVANCE)]


class ControlBot(_SimulationAction):
    do: Literal["kill_bot", "start_bot"]


class Reset(_SimulationAction):
    do: Literal["reset"]


class SetFault(_SimulationAction):
    """A fault, of `pipeline` if it is one of a pipeline's; one that lasts ends with `on` false."""

    do: Annotated[str, Field(pattern=f"^({'|'.join(fault_controls.FAULTS)})$")]
    pipeline: str = ""
    on: bool = True


SimulationAction = AdvanceClock | ControlBot | Reset | SetFault


async def apply(action: SimulationAction, sandbox: Sandbox) -> str | None:
    """Apply it after the actions under way; returns a sentence with the reason if it cannot be applied."""
    if isinstance(action, Reset):
        await sandbox.resets()
        return None
    async with sandbox.in_turn() as simulation:
        return await _apply_to(simulation, action)


async def _apply_to(simulation: Simulation, action: AdvanceClock | ControlBot | SetFault) -> str | None:
    match action:
        case AdvanceClock(minutes=minutes):
            await simulation.advances_clock(timedelta(minutes=minutes))
        case ControlBot(do="kill_bot"):
            await simulation.bot.is_killed()
        case ControlBot():
            await simulation.starts_bot()
        case SetFault(do=do, pipeline=pipeline, on=on):
            try:
                return await fault_controls.set_fault(do, simulation, pipeline=pipeline, on=on)
            except LookupError as error:
                return f"{error}."
    return None
