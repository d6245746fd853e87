"""When the request of an operation may go out, beside cancels that are still being decided."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.operations.inputs import Send, Transition
from bot.domain.pipelines.observations import Observation
from bot.domain.pipelines.pipeline import Accepted, Identity, Seen
from bot.engine.loops.sender import CANCELS_HOLD_UP_FOR, Sender
from bot.engine.loops.stall_detector import StallDetector
from bot.engine.pending_cancels import PendingCancels
from tests.clock import START, MovableClock
from tests.domain.pipeline_samples import pipeline
from tests.domain.samples import ready

pytestmark = pytest.mark.anyio

SECOND = timedelta(seconds=1)


class PressedAgainDuringEachLook:
    """A connection on whose every last look somebody presses *Cancel request* again; only then was the press before decided."""

    def __init__(self, cancels: PendingCancels) -> None:
        self.cancels = cancels
        self.pressed = AsyncExitStack()
        self.submitted = 0

    @asynccontextmanager
    async def connection(self, _name: str) -> AsyncIterator["PressedAgainDuringEachLook"]:
        await self.pressed.aclose()
        yield self

    async def make(self) -> None:
        pass

    async def observe(self, _reviewed: object) -> Observation:
        self.pressed.enter_context(self.cancels.deciding(ready().id))
        return Observation(Identity("http://feldera", "0198d2a4"), {ready().pipeline: Seen(pipeline())})

    async def submit(self, *_step: object, **_limits: object) -> Accepted:
        self.submitted += 1
        return Accepted()


class Nobody:
    async def for_sending(self, *_people: object, **_about: object) -> Mapping[Any, Any]:
        return {}


async def decided(operation, decide, _standings):
    return decide(operation, None).effect


@pytest.mark.parametrize(
    ("since_the_window", "sent"), [(CANCELS_HOLD_UP_FOR - SECOND, 0), (CANCELS_HOLD_UP_FOR, 3)]
)
async def test_pressing_again_and_again_holds_up_a_request_only_for_so_long(since_the_window, sent):
    """Each press is decided within seconds; without an end, anybody who sees the button could keep a request from going out."""
    clock = MovableClock(START + since_the_window)
    cancels = PendingCancels()
    pressed = PressedAgainDuringEachLook(cancels)
    sender = Sender(pressed, Nobody(), clock, StallDetector(clock), cancels)

    def looked(_look):
        return lambda current, _access_data: Transition(current, (), Send())

    for _ in range(3):
        await sender.look_and_send(ready(cancellable_until=START), looked, decided)
    assert pressed.submitted == sent
    await pressed.pressed.aclose()
