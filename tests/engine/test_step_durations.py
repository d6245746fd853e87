"""How long steps usually take is read for many operations at once: a restart begins with all that are under way."""

from datetime import timedelta

import pytest

from bot.domain.operations import polling
from bot.domain.operations.plans import StepName
from bot.engine.loops.step_durations import StepDurations
from tests.clock import START
from tests.domain.samples import submitting, waiting

pytestmark = pytest.mark.anyio

LATER = START + polling.UNUSUAL_LEAST


class History:
    """Earlier clears, each of which took ten seconds; `asked` are the questions, each with all that it was about."""

    def __init__(self):
        self.asked = []

    async def succeeded_on(self, wanted, _limit):
        self.asked.append([name for name, step in wanted if step is StepName.CLEAR])
        took = waiting(accepted_at=START, ended_at=START + timedelta(seconds=10))
        return tuple((took,) for _ in wanted)


async def test_all_are_read_at_once_and_once():
    history = History()
    usual = StepDurations(history)
    old = [waiting(id=f"op{number}", pipeline=f"p{number}") for number in range(3)]
    await usual.read([*old, submitting(id="sent")], LATER)
    await usual.read(old, LATER)
    assert history.asked == [["p0", "p1", "p2"]]
    assert [usual.of(each) for each in old] == [timedelta(seconds=10)] * 3


async def test_nothing_is_read_before_it_can_matter():
    history = History()
    usual = StepDurations(history)
    young = waiting(id="young")
    await usual.read([young], LATER - timedelta(seconds=1))
    assert history.asked == []
    assert usual.of(young) is None
