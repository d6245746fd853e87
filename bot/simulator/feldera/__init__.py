"""A stateful Feldera over real HTTP, as strict as the real one. See `simulator.py` for what can happen in it."""

from bot.simulator.feldera.api.error_responses import Refused
from bot.simulator.feldera.api.faults import RecordedRequest
from bot.simulator.feldera.default_pipelines import default_pipelines
from bot.simulator.feldera.simulator import FelderaSimulator
from bot.simulator.feldera.state.pipeline import SimulatedPipeline

__all__ = ["FelderaSimulator", "RecordedRequest", "Refused", "SimulatedPipeline", "default_pipelines"]
