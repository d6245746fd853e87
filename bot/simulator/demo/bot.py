"""The real bot on the demo's quick clock: the program of a `BotProcess`."""

import asyncio
import json
import signal
import sys
from datetime import datetime

from bot import logs
from bot.bootstrap import run
from bot.config import Settings
from bot.simulator.demo.clock import QuickClock


def main(told: str) -> None:
    """Be the bot, as told by the demo, until SIGTERM."""
    logs.configure()
    said = json.loads(told)
    clock = QuickClock(datetime.fromisoformat(said["origin"]), said["speed"])
    settings = Settings(_env_file=None, **said["settings"])

    async def until_told_to_stop() -> None:
        stopping = asyncio.Event()
        for wanted in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(wanted, stopping.set)
        await run(settings, clock, stopping)

    asyncio.run(until_told_to_stop())


if __name__ == "__main__":
    main(sys.argv[1])
