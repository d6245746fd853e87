"""State filters of a list: which pipelines count as running, stopped or busy."""

import pytest

from bot.domain.pipelines.pipeline import Storage
from bot.domain.pipelines.state_filters import StateFilter, in_any
from tests.domain.pipeline_samples import DOWN, clearing, early_start, pipeline, running

RUNNING, STOPPED, BUSY = StateFilter


@pytest.mark.parametrize(
    ("shown", "states"),
    [
        (pipeline(), {STOPPED}),
        (running(), {RUNNING}),
        (running(status="Paused", desired_status="Paused"), {RUNNING}),
        (running(status="Initializing"), {RUNNING, BUSY}),
        (running(status="Unavailable"), {RUNNING, BUSY}),
        (running(desired_status="Stopped", resources_desired="Stopped"), {RUNNING, BUSY}),
        (early_start(pipeline()), {RUNNING, BUSY}),
        (clearing(), {STOPPED, BUSY}),
        (pipeline(storage=Storage.OTHER), {STOPPED}),
    ],
)
def test_a_pipeline_is_in_these_states(shown, states):
    """Each is running or stopped, never both: with the two filters nobody misses a pipeline."""
    assert {state for state in StateFilter if in_any([state], shown, is_held=False)} == states
    assert len(states & {RUNNING, STOPPED}) == 1


def test_what_a_request_holds_is_busy():
    assert in_any([BUSY], pipeline(), is_held=True)
    assert not in_any([RUNNING], pipeline(), is_held=True)


def test_several_filters_show_what_any_of_them_shows():
    assert in_any([RUNNING, STOPPED], pipeline(), is_held=False)
    assert in_any([STOPPED, BUSY], early_start(pipeline()), is_held=False)
    assert not in_any([STOPPED, BUSY], running(), is_held=False)


@pytest.mark.parametrize("state", StateFilter)
def test_one_that_cannot_be_read_is_never_left_out(state):
    assert in_any([state], DOWN, is_held=False)


def test_without_filters_every_pipeline_is_shown():
    assert in_any([], running(), is_held=False)
