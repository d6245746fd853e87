"""Plans: the steps that an operation can carry out on its pipeline, in order."""

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
    """A clear destroys the storage; a stop loses everything after the last checkpoint; a start loses nothing."""
    return plan != START
