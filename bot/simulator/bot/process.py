"""The real bot as a child process: started, killed, stopped, and told the time by its parent.

It gets its settings from its parent alone: neither the environment nor a `.env` reaches it. Its log is kept in memory
only.
"""

import asyncio
import json
import sys
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.simulator.bot.clock import SimulatedClock

PROGRAM = "bot.simulator.bot.program"
STOPS_WITHIN = 10.0  # seconds after a SIGTERM
KEPT = 2000  # lines of its log
LONGEST_LINE = 1024 * 1024  # bytes of one


def _unheard() -> None:
    return None


async def start_process(folder: Path) -> asyncio.subprocess.Process:
    """Start an interpreter that runs `PROGRAM` in this folder, with an empty environment."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        PROGRAM,
        cwd=folder,
        env={},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        limit=LONGEST_LINE,
        start_new_session=True,  # Ctrl-C is for the process that began it, which then stops it
    )


@dataclass(slots=True)
class BotProcess:
    """`folder` is its working directory; `changed` is called when it starts, serves, logs something or ends."""

    folder: Path
    clock: SimulatedClock
    settings: Mapping[str, str]
    verbose: bool = False
    changed: Callable[[], None] = _unheard
    log: deque[str] = field(default_factory=lambda: deque(maxlen=KEPT), init=False)
    serving: Mapping[str, Any] | None = field(default=None, init=False)
    """Its log entry `serving`; None before that, and once it has ended."""
    _process: asyncio.subprocess.Process | None = field(default=None, init=False)
    _reading: asyncio.Task[None] | None = field(default=None, init=False)

    @property
    def is_up(self) -> bool:
        """Whether the process runs, serving or not."""
        return self._process is not None and self._process.returncode is None

    async def starts(self) -> None:
        """Start the process; it serves a little later."""
        if self.is_up:
            return
        told = {
            "origin": self.clock.origin.isoformat(),
            "speed": self.clock.speed,
            "ahead": self.clock.ahead.total_seconds(),
            "verbose": self.verbose,
            "settings": self.settings,
        }
        self._process = await start_process(self.folder)
        self._reading = asyncio.create_task(self._read(self._process))
        await self._tell(json.dumps(told))
        self.changed()

    async def has_time(self) -> None:
        """Tell it by how much the clock is ahead now."""
        await self._tell(str(self.clock.ahead.total_seconds()))

    async def is_killed(self) -> None:
        """Kill it with SIGKILL: it ends at once, without cleaning up."""
        if self._process is not None and self.is_up:
            self._process.kill()
        await self._ended()

    async def stops(self) -> None:
        """Stop it with SIGTERM, and with SIGKILL if it does not end in time."""
        if self._process is not None and self.is_up:
            self._process.terminate()
            try:
                async with asyncio.timeout(STOPS_WITHIN):
                    await self._process.wait()
            except TimeoutError:
                self._process.kill()
        await self._ended()

    async def _tell(self, line: str) -> None:
        if self._process is None or self._process.stdin is None or not self.is_up:
            return
        self._process.stdin.write(f"{line}\n".encode())
        try:
            await self._process.stdin.drain()
        except ConnectionError:
            return  # it just ended; the next one is told when it starts

    async def _ended(self) -> None:
        if self._reading is not None:
            await self._reading

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        if process.stderr is None:
            raise RuntimeError("its standard error is a pipe")
        async for line in process.stderr:
            said = line.decode(errors="replace").rstrip("\n")
            self.log.append(said)
            if '"event": "serving"' in said:
                self.serving = json.loads(said)
            self.changed()
        await process.wait()
        self.serving = None
        if process.stdin is not None:
            process.stdin.close()
        self.changed()
