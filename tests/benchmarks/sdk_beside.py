"""Feldera's own Python SDK beside the bot, on waiting for clears. Where it is not installed, that is said."""

import asyncio
import random
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from tests.benchmarks.feldera import other
from tests.benchmarks.measuring import SPREAD, idle, percentiles
from tests.benchmarks.plan import Plan
from tests.benchmarks.processes import running
from tests.benchmarks.world import World


async def sdk_beside(plan: Plan) -> dict[str, Any]:
    """The same numbers as the bot's, for as many clears; `version` alone, and None, without the SDK."""
    try:
        found: dict[str, Any] = {"version": version("feldera")}
    except PackageNotFoundError:
        return {"version": None}
    names = [other(number) for number in range(plan.sdk_pipelines)]
    with tempfile.TemporaryDirectory() as folder:
        async with World(Path(folder), live_count=0, requests=len(names)) as world:
            arguments = ("tests.benchmarks.sdk", world.feldera_url, *names)
            async with running(*arguments, folder=world.folder) as sdk:
                await world.asked_to_clear(len(names))
                await asyncio.sleep(plan.settles_within)
                found |= {"pipelines": len(names), "idle": await idle(plan, sdk, world)}

                async def one(name: str) -> float:
                    await asyncio.sleep(random.uniform(0, SPREAD))  # noqa: S311 - a moment, not a secret
                    cleared_at = await world.finishes(name)
                    line = await sdk.says(lambda line: line.get("cleared") == name)
                    return line["at"] - cleared_at

                found["cleared"] = percentiles(await asyncio.gather(*map(one, names[: plan.clears])))
    return found
