"""The program of a `BotProcess`: the real bot on a simulated clock.

It reads standard input: first its settings and its clock, as a line of JSON, then by how much the clock is ahead, a line
each time that it is advanced. When its input ends, its parent has ended: the bot then stops as on SIGTERM.
"""

import asyncio
import json
import signal
import sys
from datetime import datetime, timedelta

from bot import logs
from bot.composition_root import run
from bot.config import Settings
from bot.simulator.bot.clock import SimulatedClock


async def be_the_bot() -> None:
    """Until SIGTERM, or the end of standard input."""
    stopping = asyncio.Event()
    for wanted in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(wanted, stopping.set)
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin.buffer
    )
    told = json.loads(await reader.readline())
    clock = SimulatedClock(
        datetime.fromisoformat(told["origin"]), speed=told["speed"], ahead=timedelta(seconds=told["ahead"])
    )
    # A simulated operation has no place among the traces of real ones.
    settings = Settings(_env_file=None, otel_sdk_disabled="true", **told["settings"])
    listening = asyncio.create_task(_listen(reader, clock, stopping))
    with logs.writing(verbose=told["verbose"]):
        await run(settings, clock, stopping)
    listening.cancel()


async def _listen(reader: asyncio.StreamReader, clock: SimulatedClock, stopping: asyncio.Event) -> None:
    async for line in reader:
        clock.is_ahead(timedelta(seconds=float(line)))
    stopping.set()


if __name__ == "__main__":
    asyncio.run(be_the_bot())
