"""Feldera's own Python SDK beside the bot, on waiting for clears.

It runs by another Python, in which it is installed: it brings pandas and pyarrow, which libraries of the bot load where
they find them, and which would be measured as the bot's.
"""

import asyncio
import random
import tempfile
from pathlib import Path
from typing import Any

from tests.benchmarks.feldera import other
from tests.benchmarks.measuring import SPREAD, idle, percentiles
from tests.benchmarks.plan import Plan
from tests.benchmarks.processes import running
from tests.benchmarks.world import World


async def sdk_beside(plan: Plan, python: str) -> dict[str, Any]:
    """The same numbers as the bot's, for as many clears."""
    names = [other(number) for number in range(plan.sdk_pipelines)]
    with tempfile.TemporaryDirectory() as folder:
        async with World(Path(folder), live_count=0, requests=len(names)) as world:
            arguments = ("tests.benchmarks.sdk", world.feldera_url, *names)
            async with running(*arguments, folder=world.folder, python=python) as sdk:
                version = (await sdk.says(lambda line: "version" in line))["version"]
                await world.asked_to_clear(len(names))
                await asyncio.sleep(plan.settles_within)
                used = await idle(plan, sdk, world, names[0])

                async def one(name: str) -> float:
                    await asyncio.sleep(random.uniform(0, SPREAD))  # noqa: S311 - a moment, not a secret
                    cleared_at = await world.finishes(name)
                    line = await sdk.says(lambda line: line.get("cleared") == name)
                    return line["at"] - cleared_at

                cleared = percentiles(await asyncio.gather(*map(one, names[: plan.clears])))
    return {"version": version, "pipelines": len(names), "idle": used, "cleared": cleared}
