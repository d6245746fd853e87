"""What each step of a plan makes of a look at its pipeline: may it be sent, is it done, what does a silence prove."""

from bot.domain.plans import StepName
from bot.domain.steps.clearing import ClearStep
from bot.domain.steps.starting import StartStep
from bot.domain.steps.stopping import StopStep
from bot.domain.steps.verdicts import (
    AskHistory,
    Blocked,
    Contradiction,
    Done,
    Failed,
    Go,
    Step,
    Underway,
    Unneeded,
    Untouched,
)

__all__ = [
    "STEPS",
    "AskHistory",
    "Blocked",
    "ClearStep",
    "Contradiction",
    "Done",
    "Failed",
    "Go",
    "StartStep",
    "Step",
    "StopStep",
    "Underway",
    "Unneeded",
    "Untouched",
]

STEPS: dict[StepName, Step] = {
    StepName.STOP: StopStep(),
    StepName.CLEAR: ClearStep(),
    StepName.START: StartStep(),
}
