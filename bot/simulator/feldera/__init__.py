"""A stateful Feldera over real HTTP, as strict as the real one. See `simulator.py` for what can happen in it."""

from bot.simulator.feldera.defaults import default_pipelines
from bot.simulator.feldera.faults import RecordedRequest
from bot.simulator.feldera.pipeline import SimulatedPipeline
from bot.simulator.feldera.refusals import Refused
from bot.simulator.feldera.simulator import FelderaSimulator

__all__ = ["FelderaSimulator", "RecordedRequest", "Refused", "SimulatedPipeline", "default_pipelines"]
