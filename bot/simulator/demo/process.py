"""The real bot as a process of its own, on the demo's quick clock: what the demo kills and starts again.

The process gets its settings from the demo alone: nothing of the environment, and no `.env`, reaches it.
"""

import asyncio
import json
import sys
from dataclasses import dataclass, field
from pathlib import Path

from bot.simulator.demo.clock import QuickClock

BOT = "bot.simulator.demo.bot"
STOPS_WITHIN = 10.0  # seconds after a SIGTERM


@dataclass(slots=True)
class BotProcess:
    """`folder` holds its database and its log."""

    folder: Path
    clock: QuickClock
    settings: dict[str, str]
    _process: asyncio.subprocess.Process | None = field(default=None, init=False)

    @property
    def log(self) -> Path:
        return self.folder / "bot.log"

    async def starts(self) -> None:
        told = {"origin": self.clock.origin.isoformat(), "speed": self.clock.speed, "settings": self.settings}
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", BOT, json.dumps(told), cwd=self.folder, env={}, stderr=log
            )

    async def is_killed(self) -> None:
        """SIGKILL: no clean-up, no last word."""
        if self._process is not None:
            self._process.kill()
            await self._process.wait()

    async def stops(self) -> None:
        if self._process is None or self._process.returncode is not None:
            return
        self._process.terminate()
        try:
            async with asyncio.timeout(STOPS_WITHIN):
                await self._process.wait()
        except TimeoutError:
            await self.is_killed()
