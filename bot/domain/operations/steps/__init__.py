"""Steps of a plan. Each interprets a look at its pipeline: may it be sent, is it done, what does no answer prove."""

from bot.domain.operations.plans import StepName
from bot.domain.operations.steps.clear_step import ClearStep
from bot.domain.operations.steps.start_step import StartStep
from bot.domain.operations.steps.stop_step import StopStep
from bot.domain.operations.steps.verdicts import (
    AskHistory,
    Blocked,
    Completed,
    Contradiction,
    InProgress,
    MaySend,
    Step,
    StepFailed,
    Unneeded,
    Untouched,
)

__all__ = [
    "STEPS",
    "AskHistory",
    "Blocked",
    "ClearStep",
    "Completed",
    "Contradiction",
    "InProgress",
    "MaySend",
    "StartStep",
    "Step",
    "StepFailed",
    "StopStep",
    "Unneeded",
    "Untouched",
]

STEPS: dict[StepName, Step] = {
    StepName.STOP: StopStep(),
    StepName.CLEAR: ClearStep(),
    StepName.START: StartStep(),
}
