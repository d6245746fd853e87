"""What somebody pressed in time comes before the request, also where Slack takes long to tell who they are."""

import asyncio

import pytest

from bot.domain.ids import OperationId
from bot.engine import pending_cancels as module
from bot.engine.pending_cancels import PendingCancels

ONE, OTHER = OperationId("one"), OperationId("other")

pytestmark = pytest.mark.anyio


async def test_a_request_waits_for_the_cancels_of_its_own():
    cancels = PendingCancels()
    with cancels.deciding(ONE), cancels.deciding(ONE):
        await cancels.decided(OTHER)
        waiting = asyncio.create_task(cancels.decided(ONE))
        await asyncio.sleep(0)
        assert not waiting.done()
    await waiting
    await cancels.decided(ONE)


async def test_and_for_none_that_came_later():
    """Nobody can hold up a request by pressing again and again."""
    cancels = PendingCancels()
    first = cancels.deciding(ONE)
    first.__enter__()
    waiting = asyncio.create_task(cancels.decided(ONE))
    await asyncio.sleep(0)
    with cancels.deciding(ONE):
        first.__exit__(None, None, None)
        await waiting


async def test_nor_for_one_that_is_never_decided(monkeypatch):
    monkeypatch.setattr(module, "DECIDED_WITHIN", module.DECIDED_WITHIN / 1000)
    cancels = PendingCancels()
    with cancels.deciding(ONE):
        await cancels.decided(ONE)
