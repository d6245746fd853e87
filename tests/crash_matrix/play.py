"""One case of the crash matrix: the bot is killed at a seam, the next one starts, and people go on."""

import asyncio
import signal
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from tests.crash_matrix import books
from tests.crash_matrix.people import PATIENCE
from tests.crash_matrix.scenarios import Scenario
from tests.crash_matrix.stage import Stage
from tests.processes.world import Process

LOOKS_EVERY = timedelta(seconds=0.5)  # at the database: the bot tells nobody that it has nothing left to do


@dataclass(frozen=True, slots=True)
class Played:
    """What the last bot passed, and whether each of those before was killed where it should be."""

    hits: list[str]
    was_killed: bool


async def play(folder: Path, scenario: Scenario, kills: Sequence[str] = ()) -> Played:
    """Play the scenario to its end, with a bot killed at each of these hits, and check the books.

    Raises:
        AssertionError: something does not balance.
        TimeoutError: somebody was left without an answer, or the bot never comes to an end.
    """
    stage = Stage(folder, scenario)
    in_doubt: Counter[str] = Counter()
    killed = 0
    async with stage.open():
        parts = [asyncio.create_task(part) for part in scenario.people(stage)]
        try:
            for kill_at in [*kills, ""]:
                async with stage.bot(killed, kill_at=kill_at) as process:
                    status = await _runs(stage, process, parts)
                assert "Traceback" not in process.stderr, process.stderr
                assert '"level": "error"' not in process.stderr, process.stderr
                if status != -signal.SIGKILL:
                    break
                killed += 1
                in_doubt.update(books.owed(stage.database))
                if scenario.revokes and killed == 1:
                    stage.revokes_all_grants()
            assert status == 0, f"it ended with {status}: {process.stderr}"
            books.balance(stage, killed=killed, in_doubt=in_doubt)
        except (AssertionError, TimeoutError) as error:
            error.add_note(books.account(stage))
            raise
        finally:
            for part in parts:
                part.cancel()
            await asyncio.gather(*parts, return_exceptions=True)
    return Played(stage.hits(killed), killed == len(kills))


async def _runs(stage: Stage, process: Process, parts: list[asyncio.Task[None]]) -> int:
    """Its exit status, after it was killed, or after all was done and it was told to stop."""
    ended = asyncio.create_task(process.ends(within=2 * PATIENCE))
    over = asyncio.create_task(_until_over(stage, process, parts))
    try:
        await asyncio.wait({ended, over}, return_when=asyncio.FIRST_COMPLETED)
        if not process.has_ended:
            over.result()
            process.is_told(signal.SIGTERM)
        return await ended
    finally:
        stage.bots.is_gone()
        for task in (ended, over):
            task.cancel()
        await asyncio.gather(ended, over, return_exceptions=True)


async def _until_over(stage: Stage, process: Process, parts: list[asyncio.Task[None]]) -> None:
    await process.until_it_logs("serving")
    stage.is_reached_at(process)
    if stage.bots.starts > 1 and stage.slack.deliveries:
        await stage.slack.delivers_again()  # as Slack may do with what the process before took
    done, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_EXCEPTION)
    for part in done:
        part.result()
    give_up_at = stage.clock.monotonic() + PATIENCE
    while left := books.unfinished(stage.database):
        assert stage.clock.monotonic() < give_up_at, f"it never comes to an end: {left}"
        await stage.clock.wait(asyncio.Event(), stage.clock.now() + LOOKS_EVERY)
