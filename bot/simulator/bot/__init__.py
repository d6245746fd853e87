"""The real bot as a process of its own, on a simulated clock: for the demo and the sandbox."""

from bot.simulator.bot.clock import SimulatedClock
from bot.simulator.bot.process import BotProcess

__all__ = ["BotProcess", "SimulatedClock"]
