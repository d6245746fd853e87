"""Few looks at once at each Feldera, in the order in which people asked."""

import asyncio

import pytest

from bot.domain.ids import PipelineName
from bot.domain.pipelines.targets import TargetName, Targets
from bot.slack.listeners.look_queue import LookQueue

pytestmark = pytest.mark.anyio

TWO = Targets((TargetName("prod"), TargetName("staging")))


class Looks:
    """`begun` in order; each goes on until `answers`."""

    def __init__(self, queue: LookQueue) -> None:
        self.queue = queue
        self.begun: list[str] = []
        self.answers = asyncio.Event()
        self.third_has_begun = asyncio.Event()
        self.eighth_has_begun = asyncio.Event()

    async def at(self, name: str) -> None:
        async with self.queue.turn(PipelineName(name)):
            self.begun.append(name)
            if len(self.begun) == 3:
                self.third_has_begun.set()
            if len(self.begun) == 8:
                self.eighth_has_begun.set()
            await self.answers.wait()


async def test_one_feldera_is_looked_at_by_few_at_once_and_delays_no_other():
    looks = Looks(LookQueue(TWO, at_once=2, quick_at_once=2))
    async with asyncio.TaskGroup() as group:
        for name in ("prod/a", "prod/b", "prod/c", "prod/d", "staging/a"):
            group.create_task(looks.at(name))
        await asyncio.sleep(0)
        assert looks.begun == ["prod/a", "prod/b", "staging/a"]
        looks.answers.set()
    assert looks.begun == ["prod/a", "prod/b", "staging/a", "prod/c", "prod/d"]


async def test_looks_go_one_by_one_while_they_are_quick():
    looks = Looks(LookQueue(TWO, quick_within=60))
    async with asyncio.TaskGroup() as group:
        group.create_task(looks.at("prod/a"))
        group.create_task(looks.at("prod/b"))
        await asyncio.sleep(0)
        assert looks.begun == ["prod/a"]
        looks.answers.set()
    assert looks.begun == ["prod/a", "prod/b"]


async def test_a_look_that_waits_for_feldera_holds_up_no_other():
    looks = Looks(LookQueue(TWO, at_once=3, quick_within=0))
    async with asyncio.TaskGroup() as group:
        for name in ("prod/a", "prod/b", "prod/c", "prod/d"):
            group.create_task(looks.at(name))
        async with asyncio.timeout(10):
            await looks.third_has_begun.wait()
        assert looks.begun == ["prod/a", "prod/b", "prod/c"]
        looks.answers.set()
    assert len(looks.begun) == 4


async def test_eight_looks_at_once_go_to_one_feldera():
    """As many as begin when each of them waits for Feldera; two of ten wait for another one's end."""
    looks = Looks(LookQueue(TWO, quick_within=0))
    async with asyncio.TaskGroup() as group:
        for number in range(10):
            group.create_task(looks.at(f"prod/{number}"))
        async with asyncio.timeout(10):
            await looks.eighth_has_begun.wait()
        for _ in range(100):  # turns of the loop in which a ninth could begin
            await asyncio.sleep(0)
        assert len(looks.begun) == 8
        looks.answers.set()
    assert len(looks.begun) == 10


async def test_a_line_is_long_once_as_many_look_as_may_at_once():
    """For each Feldera by itself, and no longer than they look; those who wait for their turn count, too."""
    queue = LookQueue(TWO, at_once=3, quick_at_once=1)
    looks = Looks(queue)
    async with asyncio.TaskGroup() as group:
        for number, name in enumerate(("prod/a", "prod/b", "prod/c")):
            assert not queue.is_long(PipelineName("prod/new")), number
            group.create_task(looks.at(name))
            await asyncio.sleep(0)
        assert queue.is_long(PipelineName("prod/new"))
        assert not queue.is_long(PipelineName("staging/new"))
        looks.answers.set()
    assert not queue.is_long(PipelineName("prod/new"))
