"""Twenty simulated days of a whole team with every fault; `python -m tests.chaos` plays others."""

from datetime import timedelta

import pytest

from tests.chaos.draws import KINDS
from tests.chaos.faults import Faults
from tests.chaos.plan import DAY, plan
from tests.chaos.run import played


@pytest.mark.parametrize("seed", range(1, 21))
def test_a_day(seed):
    """The message of a failure has what does not balance, the command that replays it, and the log of the run."""
    report = played(seed)
    assert not report.complaints, str(report)
    assert report.sent["clear"] > 0, "nothing was cleared: such a day shows nothing"


def test_a_seed_has_one_plan():
    assert plan(7, DAY) == plan(7, DAY)
    assert plan(7, DAY) != plan(8, DAY)


def test_twenty_days_have_every_kind_of_step_and_every_fault_ends():
    steps = [step for seed in range(1, 21) for step in plan(seed, DAY)]
    assert {*KINDS} <= {step.drawn_from for step in steps}
    for what in ("feldera_fault", "slack_fault", "database_fault", "dies_soon"):
        assert sum(step.what == what for step in steps) > len(KINDS)
    assert all(hasattr(Faults, f"{step.what}_ends") for step in steps if step.what.endswith("_fault"))
    assert min(step.at for step in steps) > timedelta(0)
