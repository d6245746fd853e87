"""Sends recorded deliveries at a fixed rate, whatever becomes of the earlier ones, and times each from its due moment.

A server that stalls is therefore charged for everything that was due meanwhile (no coordinated omission). This process does
nothing else, and says how late it was itself. `python -m tests.benchmarks.load FILE` reads a `Job` and prints a `Timed`.
"""

import asyncio
import gc
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import aiohttp

from tests.benchmarks.processes import says

BEGINS_AFTER = 0.2  # seconds: the tasks are made by then
GIVEN_UP_AFTER = 60.0  # seconds; Slack gives up after three
NO_ANSWER = 0  # in place of an HTTP status


@dataclass(frozen=True, slots=True)
class Delivery:
    """One of Slack's signed requests, as it was recorded."""

    headers: Mapping[str, str]
    body: str


@dataclass(frozen=True, slots=True)
class Job:
    """What to send, and how many a second. `first` is sent beforehand, all at once, and is not timed."""

    url: str
    rate: float
    deliveries: Sequence[Delivery]
    first: Sequence[Delivery] = ()

    def write(self, file: Path) -> None:
        file.write_text(json.dumps(asdict(self)))

    @classmethod
    def read(cls, file: Path) -> "Job":
        said = json.loads(file.read_text())
        first, deliveries = ([Delivery(**each) for each in said[key]] for key in ("first", "deliveries"))
        return cls(said["url"], said["rate"], deliveries, first)


@dataclass(frozen=True, slots=True)
class Timed:
    """Seconds from when each was due to its whole answer; by how many it was sent too late; answers by HTTP status."""

    took: Sequence[float]
    late: Sequence[float]
    answers: Mapping[int, int]

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> "Timed":
        return cls(said["took"], said["late"], {int(key): times for key, times in said["answers"].items()})


async def send_all(job: Job) -> Timed:
    took, late, answers = [], [], Counter()
    loop = asyncio.get_running_loop()

    async def send(delivery: Delivery) -> int:
        try:
            async with session.post(job.url, data=delivery.body, headers=delivery.headers) as answer:
                await answer.read()
                return answer.status
        except (aiohttp.ClientError, TimeoutError):
            return NO_ANSWER

    async def send_at(due: float, delivery: Delivery) -> None:
        await asyncio.sleep(due - loop.time())
        late.append(loop.time() - due)
        answers[await send(delivery)] += 1
        took.append(loop.time() - due)

    connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=GIVEN_UP_AFTER)
    timeout = aiohttp.ClientTimeout(total=GIVEN_UP_AFTER)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        await asyncio.gather(*map(send, job.first))
        gc.disable()
        begin = loop.time() + BEGINS_AFTER
        async with asyncio.TaskGroup() as group:
            for number, delivery in enumerate(job.deliveries):
                group.create_task(send_at(begin + number / job.rate, delivery))
    return Timed(took, late, dict(answers))


if __name__ == "__main__":
    says(asdict(asyncio.run(send_all(Job.read(Path(sys.argv[1]))))))
