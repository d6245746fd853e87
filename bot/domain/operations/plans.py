"""The plans that an operation can carry out on its pipeline: steps, in the order in which they are made.

The values of `StepName` are stored: they are the contract between versions of the bot.
"""

from enum import StrEnum


class StepName(StrEnum):
    STOP = "stop"
    CLEAR = "clear"
    START = "start"


Plan = tuple[StepName, ...]

CLEAR: Plan = (StepName.CLEAR,)
STOP: Plan = (StepName.STOP,)
START: Plan = (StepName.START,)
PLANS: tuple[Plan, ...] = (
    CLEAR,
    (StepName.STOP, StepName.CLEAR),
    (StepName.CLEAR, StepName.START),
    (StepName.STOP, StepName.CLEAR, StepName.START),
    STOP,
    START,
)


def loses_data(plan: Plan) -> bool:
    """A clear destroys the storage; a stop loses what came since the last checkpoint; a start loses nothing."""
    return plan != START
