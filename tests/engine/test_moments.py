"""The five moments at which a request is weighed: a new objection takes effect at each, without a word said there."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from bot.domain.access.authorization import Authorization
from bot.domain.access.requests.request_objections import FormField, ObjectionBase
from bot.domain.access.rules import Requirements
from bot.domain.commands import Clear
from bot.domain.events import EventKind
from bot.domain.operations.inputs import Approved, Confirmed, Looked
from bot.domain.operations.machine.state_machine import advance
from bot.domain.operations.machine.transitions import RESEND_AFTER
from bot.domain.operations.operation import State
from bot.domain.operations.outcome import Ending
from bot.domain.pipelines.pipeline import Identity, Seen
from bot.engine.handlers.preview_and_confirm import PreviewAndConfirm
from tests.clock import START
from tests.domain.input_samples import kinds
from tests.domain.pipeline_samples import pipeline, running
from tests.domain.samples import ALLOWED, ANA, BEN, awaiting, proposed, ready, submitting

SOON = START + timedelta(seconds=10)
LATER = START + RESEND_AFTER


@dataclass(frozen=True)
class FullMoon(
    ObjectionBase, recorded_as="full_moon", form_field=FormField.PIPELINE, ending=Ending.PERMISSION_LOST
):
    """No rule of ours."""


class ByTheMoon(Authorization):
    """Everything that there is to ask for, but for the moon."""

    def objections(self, request):
        yield FullMoon(request.pipeline, request.plan, self.requester, self.requirements)


MOON = ByTheMoon(ALLOWED, Requirements(approvals=0), approvers=(BEN,))


class ByNight(PreviewAndConfirm):
    async def _authority(self, _request):
        return MOON


@pytest.mark.anyio
async def test_at_the_preview():
    """Before any look: there is neither a store nor a Feldera."""
    handlers = ByNight(store=None, pipelines=None, authorizer=None, clock=None, work=None)
    assert isinstance(await handlers.evaluate(ANA, Clear("orders", "why")), FullMoon)


@dataclass(frozen=True)
class TooOld(ObjectionBase, recorded_as="too_old", form_field=FormField.PIPELINE, ending=None):
    """Rests on the pipeline, as it is shown."""


class ByAge(Authorization):
    def objections(self, request):
        if request.previewed is not None and request.previewed.status_since < START:
            yield TooOld(request.pipeline, request.plan, self.requester, self.requirements)


class AfterTheLook(PreviewAndConfirm):
    async def _authority(self, _request):
        return ByAge(ALLOWED, Requirements(approvals=0))

    async def _in_the_way(self, *_asked):
        return None

    async def _reviewed(self, *_asked):
        return running(since=START - timedelta(days=1)), Identity("http://feldera")


@pytest.mark.anyio
async def test_at_the_preview_after_the_look():
    """What rests on the pipeline is weighed before an offer to stop it first, and again at the confirmation."""
    handlers = AfterTheLook(store=None, pipelines=None, authorizer=None, clock=None, work=None)
    assert isinstance(await handlers.evaluate(ANA, Clear("orders", "why")), TooOld)
    old = ByAge(ALLOWED, Requirements(approvals=0))
    assert isinstance(advance(proposed(), Confirmed(ANA, old), SOON).objection, TooOld)


def test_at_the_confirmation():
    """The preview stands, and says why."""
    after = advance(proposed(), Confirmed(ANA, MOON), SOON)
    assert (after.operation, after.events) == (proposed(), ())
    assert isinstance(after.objection, FullMoon)


def test_at_the_last_approval():
    """It is given, and the request goes no further."""
    after = advance(awaiting(needed=1), Approved(BEN, ALLOWED, MOON), SOON)
    assert kinds(after) == [EventKind.APPROVED, EventKind.ENDED]
    assert (after.operation.state, after.operation.outcome.ending) == (State.REFUSED, Ending.PERMISSION_LOST)


def test_right_before_sending():
    after = advance(ready(), Looked(Seen(pipeline()), MOON), SOON)
    assert (after.operation.state, after.effect) == (State.REFUSED, None)


def test_before_a_repetition():
    """What was sent may have arrived: a human decides."""
    after = advance(submitting(), Looked(Seen(pipeline()), MOON), LATER)
    assert (after.operation.state, after.effect) == (State.NEEDS_HUMAN, None)
