"""Few looks at once at each Feldera, in the order in which people asked."""

import asyncio

import pytest

from bot.domain.names import PipelineName
from bot.domain.targets import TargetName, Targets
from bot.slack.look_queue import LookQueue

pytestmark = pytest.mark.anyio

TWO = Targets((TargetName("prod"), TargetName("staging")))


class Looks:
    """`begun` in order; each goes on until `answers`."""

    def __init__(self, queue: LookQueue) -> None:
        self.queue = queue
        self.begun: list[str] = []
        self.answers = asyncio.Event()

    async def at(self, name: str) -> None:
        async with self.queue.turn(PipelineName(name)):
            self.begun.append(name)
            await self.answers.wait()


async def test_one_feldera_is_looked_at_by_few_at_once_and_delays_no_other():
    looks = Looks(LookQueue(TWO, at_once=2))
    async with asyncio.TaskGroup() as group:
        for name in ("prod/a", "prod/b", "prod/c", "prod/d", "staging/a"):
            group.create_task(looks.at(name))
        await asyncio.sleep(0)
        assert looks.begun == ["prod/a", "prod/b", "staging/a"]
        looks.answers.set()
    assert looks.begun == ["prod/a", "prod/b", "staging/a", "prod/c", "prod/d"]
