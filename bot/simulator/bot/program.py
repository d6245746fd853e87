"""The real bot on a simulated clock: the program of a `BotProcess`.

What time it is comes on standard input, a line each time the clock is moved on. Its end is the end of whoever began the
bot: a bot that nobody watches any more stops as if told to.
"""

import asyncio
import json
import signal
import sys
from datetime import datetime, timedelta

from bot import logs
from bot.bootstrap import run
from bot.config import Settings
from bot.simulator.bot.clock import SimulatedClock


def main(told: str) -> None:
    """Be the bot, as told, until SIGTERM or the end of standard input."""
    said = json.loads(told)
    logs.configure(verbose=said["verbose"])
    clock = SimulatedClock(
        datetime.fromisoformat(said["origin"]), speed=said["speed"], ahead=timedelta(seconds=said["ahead"])
    )
    settings = Settings(_env_file=None, **said["settings"])

    async def until_told_to_stop() -> None:
        stopping = asyncio.Event()
        for wanted in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(wanted, stopping.set)
        listening = asyncio.create_task(_listen(clock, stopping))
        await run(settings, clock, stopping)
        listening.cancel()

    asyncio.run(until_told_to_stop())


async def _listen(clock: SimulatedClock, stopping: asyncio.Event) -> None:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin.buffer
    )
    async for line in reader:
        clock.is_ahead(timedelta(seconds=float(line)))
    stopping.set()


if __name__ == "__main__":
    main(sys.argv[1])
