"""How long it took to carry a request out."""

from datetime import timedelta

from bot.domain.operations.operation import State
from bot.domain.operations.outcome import Ending
from bot.domain.operations.parts import StepDone
from bot.domain.operations.plans import StepName
from bot.domain.operations.run_times import run_time
from tests.clock import START
from tests.operations import changed
from tests.store.samples import proposed

SENT = START + timedelta(minutes=1)
ENDED = SENT + timedelta(seconds=12)


def ended(**fields):
    return changed(proposed(), state=State.SUCCEEDED, ended_at=ENDED, **fields)


def test_it_is_counted_from_the_first_request_to_feldera():
    """Of all steps: the second one may have been sent long after the first."""
    assert run_time(ended(submitted_at=SENT)) == timedelta(seconds=12)
    first = StepDone(Ending.PIPELINE_STOPPED, SENT, sent_at=START)
    both = ended(plan=(StepName.STOP, StepName.CLEAR), step=1, done=(first,), submitted_at=SENT)
    assert run_time(both) == timedelta(minutes=1, seconds=12)


def test_a_step_that_somebody_else_did_does_not_count():
    by_others = StepDone(Ending.NOTHING_TO_STOP, START)
    both = ended(plan=(StepName.STOP, StepName.CLEAR), step=1, done=(by_others,), submitted_at=SENT)
    assert run_time(both) == timedelta(seconds=12)


def test_there_is_none_of_what_was_not_sent_or_goes_on():
    assert run_time(ended()) is None
    assert run_time(changed(proposed(), submitted_at=SENT)) is None
