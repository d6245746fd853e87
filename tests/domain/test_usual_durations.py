"""How long a step usually takes: by what it took in operations of the same pipeline that succeeded."""

from datetime import timedelta

from bot.domain.operations.operation import State
from bot.domain.operations.outcome import Ending, Outcome
from bot.domain.operations.parts import StepDone
from bot.domain.operations.plans import CLEAR, StepName
from bot.domain.operations.usual_durations import longest
from tests.clock import START
from tests.domain.samples import waiting
from tests.operations import changed


def seconds(count):
    return timedelta(seconds=count)


def succeeded(took, plan=CLEAR, done=()):
    """Over, `took` seconds after its last step was accepted."""
    return waiting(
        state=State.SUCCEEDED,
        plan=plan,
        step=len(plan) - 1,
        done=done,
        accepted_at=START,
        ended_at=START + seconds(took),
        outcome=Outcome(Ending.CLEARED),
    )


def test_the_longest_counts():
    """Of all that are given."""
    assert longest(StepName.CLEAR, [succeeded(4), succeeded(9), succeeded(2)]) == seconds(9)


def test_without_history_nothing_is_usual():
    """Nor where no operation made that step."""
    assert longest(StepName.CLEAR, []) is None
    assert longest(StepName.START, [succeeded(4)]) is None


def test_each_step_of_a_plan_has_a_time_of_its_own():
    """From its request to its end; one that needed none took no time that tells anything."""
    stopped = StepDone(Ending.PIPELINE_STOPPED, START, START - seconds(40))
    plan = (StepName.STOP, StepName.CLEAR)
    assert longest(StepName.STOP, [succeeded(5, plan, (stopped,))]) == seconds(40)
    assert longest(StepName.CLEAR, [succeeded(5, plan, (stopped,))]) == seconds(5)
    needless = StepDone(Ending.NOTHING_TO_STOP, START, None)
    assert longest(StepName.STOP, [succeeded(5, plan, (needless,))]) is None


def test_what_was_never_accepted_counts_from_its_request():
    """Its answer was lost, and its effect seen."""
    unanswered = changed(succeeded(7), submitted_at=START - seconds(3), accepted_at=None)
    assert longest(StepName.CLEAR, [unanswered]) == seconds(10)
