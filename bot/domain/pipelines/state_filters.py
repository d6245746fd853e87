"""State filters: `--running`, `--stopped` and `--busy` of a list of pipelines. Only ever for display. Pure."""

from collections.abc import Collection
from enum import StrEnum

from bot.domain.pipelines.pipeline import Pipeline, Problem, Storage


class StateFilter(StrEnum):
    """The states that a list can be narrowed down to, as they are typed after two dashes."""

    RUNNING = "running"
    STOPPED = "stopped"
    BUSY = "busy"


def in_any(states: Collection[StateFilter], pipeline: Pipeline | Problem, *, is_held: bool) -> bool:
    """Whether the pipeline is in any of these states; without any, every pipeline is.

    Running is all that is not fully stopped: it may still change its data. Busy is what a request of the bot holds
    (`is_held`), or what Feldera is still changing. One that cannot be read may be in any state, and is never left out.
    """
    if not states or isinstance(pipeline, Problem):
        return True
    return any(_is_in(state, pipeline, is_held=is_held) for state in states)


def _is_in(state: StateFilter, pipeline: Pipeline, *, is_held: bool) -> bool:
    match state:
        case StateFilter.RUNNING:
            return not pipeline.is_stopped
        case StateFilter.STOPPED:
            return pipeline.is_stopped
        case StateFilter.BUSY:
            return is_held or _is_changing(pipeline)


def _is_changing(pipeline: Pipeline) -> bool:
    is_on_its_way = (
        pipeline.status != pipeline.desired_status or pipeline.resources != pipeline.resources_desired
    )
    return is_on_its_way or pipeline.storage is Storage.CLEARING
