"""Measures one number of live operations: a world of its own for each start of the bot, and beside it a bare Bolt."""

import asyncio
import random
import tempfile
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from math import ceil
from pathlib import Path
from typing import Any

from tests.benchmarks.feldera import live as live_name
from tests.benchmarks.load import Delivery, Job, Timed
from tests.benchmarks.plan import ACKS, APPROVE, CLEARED, IDLE, TYPED, Plan
from tests.benchmarks.processes import Child, running
from tests.benchmarks.world import OPERATORS, World

SLACK_GIVES_UP_AFTER = 3.0  # seconds
SPREAD = 4.0  # seconds over which storages are cleared: two looks
OK = 200  # HTTP status
MINUTE = 60.0  # seconds
BARE_IDLE_MOST = 5.0  # seconds: nothing happens in it

Result = dict[str, Any]


async def measured(plan: Plan, live: int) -> Result:
    """Everything about this number of live operations, by kind."""
    found: Result = {"live": live, "starts": []}
    for kinds in plan.wanted:
        with tempfile.TemporaryDirectory() as folder:
            found |= await _one_start(plan, kinds, live, Path(folder), found["starts"])
    return found


async def _one_start(
    plan: Plan, kinds: Sequence[str], live: int, folder: Path, starts: list[Result]
) -> Result:
    found: Result = {}
    requests = plan.deliveries if APPROVE in kinds else 0
    async with World(folder, live_count=live, requests=requests) as world:
        recorded = {kind: await world.records(kind, plan.deliveries) for kind in ACKS if kind in kinds}
        first = await world.records("whoami", OPERATORS) if recorded else []
        bare = await _bare(plan, kinds, world, recorded)
        if IDLE in kinds:
            found["bare_idle"] = bare.pop(IDLE)
        world.fills_the_database()
        async with _started(world, starts) as (bot, url):
            await asyncio.sleep(plan.settles_within)
            if IDLE in kinds:
                found[IDLE] = await idle(plan, bot, world, live_name(0))
            if CLEARED in kinds and live > 1:
                found[CLEARED] = await _cleared(plan, world)
            for kind, deliveries in recorded.items():
                timed = await _sent(url, plan, deliveries, folder, first=first)
                found[kind] = timed | {"bare": bare[kind]}
                first = []
            if APPROVE in kinds:
                found[APPROVE]["approved"] = await world.approved()
        if CLEARED in kinds and live:
            found["restart_to_line"] = await _restarted(world)
    return found


@asynccontextmanager
async def _started(world: World, starts: list[Result]) -> AsyncIterator[tuple[Child, str]]:
    """The bot, serving, and every live pipeline looked at once. How long that took is noted."""
    began, looked = time.time(), asyncio.create_task(world.first_round())
    try:
        async with world.bot() as (bot, url):
            serving = time.time() - began
            starts.append({"serving": serving, "first_round": await looked - began if world.live else None})
            yield bot, url
    finally:
        looked.cancel()


async def _bare(
    plan: Plan, kinds: Sequence[str], world: World, recorded: dict[str, list[Delivery]]
) -> Result:
    """A bare Bolt under the same load just before: one kind of command stands for all, they are the same to it."""
    typed = next((kind for kind in TYPED if kind in recorded), None)
    found: Result = {}
    async with running("tests.benchmarks.bare_bolt", world.slack.signing_secret, folder=world.folder) as bolt:
        url = (await bolt.says(lambda line: "url" in line))["url"]
        if typed is not None:
            sent = await _sent(url, plan, recorded[typed], world.folder)
            found |= dict.fromkeys(TYPED, sent)
        if APPROVE in recorded:
            found[APPROVE] = await _sent(url, plan, recorded[APPROVE], world.folder)
        if IDLE in kinds:
            found[IDLE] = await _used(bolt, min(plan.idle_seconds, BARE_IDLE_MOST))
    return found


async def _sent(
    url: str, plan: Plan, deliveries: Sequence[Delivery], folder: Path, *, first: Sequence[Delivery] = ()
) -> Result:
    file = folder / "job.json"
    Job(url, plan.rate, deliveries, first).write(file)
    async with running("tests.benchmarks.load", str(file), folder=folder) as load:
        timed = Timed.read(await load.says(lambda line: "took" in line))
    return {
        "ms": percentiles(timed.took),
        "sent_late_ms": percentiles(timed.late),
        "sent": len(timed.took),
        "answered": timed.answers.get(OK, 0),
        "answers": timed.answers,
        "after_slack_gave_up": sum(took > SLACK_GIVES_UP_AFTER for took in timed.took),
    }


def percentiles(seconds: Iterable[float]) -> dict[str, float]:
    """In milliseconds, by nearest rank."""
    ordered = sorted(seconds)

    def rank(share: float) -> float:
        return round(1000 * ordered[ceil(share * len(ordered)) - 1], 2)

    return {"p50": rank(0.5), "p99": rank(0.99), "max": rank(1)}


async def _used(process: Child, seconds: float) -> Result:
    before = process.usage()
    await asyncio.sleep(seconds)
    after = process.usage()
    return {"cpu_percent": after.share_since(before), "rss": after.rss}


async def idle(plan: Plan, process: Child, world: World, name: str) -> Result:
    """Left alone: what the process uses, what it asks of Feldera a minute, and how often of this pipeline."""
    began, before = time.monotonic(), await world.traffic(name)
    used = await _used(process, plan.idle_seconds)
    after, passed = await world.traffic(name), time.monotonic() - began
    rates = {
        f"{what}_a_minute": MINUTE * (after[what] - before[what]) / passed
        for what in ("requests", "bytes", "looks")
    }
    return used | rates


async def _cleared(plan: Plan, world: World) -> Result:
    """Storages are cleared at moments that have nothing to do with the bot's looks; until the line in each thread."""

    async def one(name: str) -> float:
        await asyncio.sleep(random.uniform(0, SPREAD))  # noqa: S311 - a moment, not a secret
        cleared_at = await world.finishes(name)
        return await world.told_in_its_thread(name) - cleared_at

    # Each in a channel of its own: Slack's second between two messages is not what is measured.
    names = world.live[: min(plan.clears, len(world.live) - 1)]
    return percentiles(await asyncio.gather(*map(one, names)))


async def _restarted(world: World) -> float:
    """Seconds from the start of the process to the line about a storage that was cleared while there was none."""
    name = world.live[-1]
    await world.finishes(name)
    began = time.time()
    async with world.bot():
        return await world.told_in_its_thread(name) - began
