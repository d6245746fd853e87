"""Effects: what a transition asks Feldera for, and the input that comes of it. All of them only read."""

from bot.domain.operations.inputs import (
    Answered,
    Effect,
    HealthRead,
    HistoryRead,
    Input,
    ProgramErrorRead,
    ReadHealth,
    ReadHistory,
    ReadProgramError,
    Send,
)
from bot.domain.operations.operation import Operation
from bot.domain.pipelines.observations import believed_history
from bot.domain.pipelines.pipeline import NotSent, Problem, ProblemKind
from bot.engine.ports import Pipelines

_NO_LAST_LOOK = Problem(ProblemKind.UNREACHABLE, "there was no last look at the pipeline")


async def carry_out(operation: Operation, effect: Effect, pipelines: Pipelines) -> Input:
    """Read what the effect asks for. A request is the sender's: without a last look right before it, it is not sent."""
    match effect:
        case Send():
            return Answered(NotSent(_NO_LAST_LOOK))
        case ReadHistory(found):
            history = await pipelines.history(operation.pipeline)
            return HistoryRead(believed_history(operation, history), found)
        case ReadProgramError():
            return ProgramErrorRead(await pipelines.program_error(operation.pipeline))
        case ReadHealth(usual):
            return HealthRead(await pipelines.runner_health(operation.pipeline), usual)
