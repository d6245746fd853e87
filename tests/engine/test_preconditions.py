"""What stands in the way of a plan before anybody confirms it."""

import pytest

from bot.domain.operations.plans import PLANS, StepName
from bot.domain.pipelines.pipeline import Storage
from bot.engine.handlers.preconditions import why_not
from bot.engine.replies import Blocked, Blocker
from tests.domain.pipeline_samples import pipeline, running


@pytest.mark.parametrize("plan", [plan for plan in PLANS if StepName.CLEAR in plan])
@pytest.mark.parametrize("shown", [running, pipeline])
def test_no_clear_is_offered_of_a_storage_in_an_unknown_state(plan, shown):
    """Nor a stop for the sake of one."""
    found = shown(storage=Storage.OTHER)
    assert why_not(found, plan) == Blocked(Blocker.NOT_UNDERSTOOD, found)
