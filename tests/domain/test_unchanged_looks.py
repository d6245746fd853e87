"""A look that is no news: nothing of it needs a row, and the short way to it comes to the same as the long one."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from bot.domain.operations.fingerprints import LastSeen
from bot.domain.operations.inputs import CardPlaced, Looked
from bot.domain.operations.machine.state_machine import advance
from bot.domain.operations.operation import State
from bot.domain.operations.plans import PLANS
from bot.domain.operations.unchanged_looks import is_silent, next_look_if_unchanged
from bot.domain.pipelines.pipeline import Seen
from tests.clock import START
from tests.domain.input_samples import after_look
from tests.domain.pipeline_samples import DOWN, clearing, looks, pipeline
from tests.domain.samples import CARD, CARRIED, IN_EVERY_STATE, NOT_PERMITTED, needs_human, ready, waiting
from tests.operations import changed

MOMENTS = [START + timedelta(seconds=seconds) for seconds in (0, 2, 31, 179, 181, 700)]


def sighting(look):
    seen = look.pipeline
    return LastSeen(START, seen.status, seen.desired_status, seen.storage.value)


def test_the_short_way_comes_to_what_the_long_way_does():
    """Whatever the plan, the look and the moment: where it says when to look again, so does `advance`, and nothing else."""
    unchanged = 0
    for plan, look in product(PLANS, looks()):
        seen = sighting(look) if isinstance(look, Seen) else None
        for step, reported in product(range(len(plan)), (0, 600)):
            operation = waiting(plan=plan, step=step, seen=seen, reported_seconds=reported)
            for now, usual in product(MOMENTS, (None, timedelta(seconds=20))):
                again = next_look_if_unchanged(operation, look, now, spread=0.5, usual=usual)
                if again is None:
                    continue
                unchanged += 1
                after = advance(operation, Looked(look, NOT_PERMITTED, 0.5, usual), now)
                assert (after.events, after.effect) == ((), None)
                assert is_silent(operation, after)
                assert after.operation.due_at == again
    assert unchanged > 100


@pytest.mark.parametrize("operation", IN_EVERY_STATE.values(), ids=lambda operation: operation.state)
def test_only_what_is_under_way_goes_the_short_way(operation):
    look = Seen(clearing())
    seen = changed(operation, seen=sighting(look), reported_seconds=600)
    is_waiting = operation.state is State.WAITING
    assert (next_look_if_unchanged(seen, look, START) is not None) == is_waiting


@pytest.mark.parametrize(
    "differences",
    [
        {"failures": 1, "failing_since": START},
        {"failures": 3, "failing_since": START, "unreachable_since": START},
        {"seen": None},
        {"seen": LastSeen(START, "Stopped", "Stopped", "InUse")},
    ],
)
def test_what_was_not_seen_so_before_is_no_short_way(differences):
    """The end of an outage, and anything that a card may tell once the operation is over."""
    look = Seen(clearing())
    operation = waiting(**{"seen": sighting(look)} | differences)
    assert next_look_if_unchanged(operation, look, START) is None
    assert not is_silent(operation, after_look(operation, look))


def test_a_look_that_fails_again_is_no_news():
    """The first is: after a restart, too, an outage counts from there. So is the third, which people are told of."""
    first = after_look(waiting(), DOWN)
    assert not is_silent(waiting(), first)
    second = after_look(first.operation, DOWN)
    assert is_silent(first.operation, second)
    assert second.operation.outage.failures == 2
    assert not is_silent(second.operation, after_look(second.operation, DOWN))


def test_a_look_for_a_human_that_proves_nothing_is_no_news():
    look = Seen(pipeline())
    operation = needs_human(due_at=START, seen=sighting(look))
    assert is_silent(operation, after_look(operation, look))
    assert not is_silent(operation, after_look(operation, clearing())), "it is under way after all"


def test_what_is_due_sooner_has_to_be_stored():
    """After a restart the row says when: later than it is due is too late."""
    placed = advance(ready(card=None, due_at=START + timedelta(hours=4)), CardPlaced(CARD), START)
    assert not is_silent(ready(card=None), placed)
    operation = ready(due_at=START + timedelta(hours=4))
    sooner = replace(
        advance(operation, Looked(DOWN, CARRIED), START), operation=replace(operation, due_at=START)
    )
    assert not is_silent(operation, sooner)
    later = replace(sooner, operation=replace(operation, due_at=START + timedelta(hours=5)))
    assert is_silent(operation, replace(later, events=()))
