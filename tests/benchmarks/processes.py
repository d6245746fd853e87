"""The processes of a benchmark: each says in lines of JSON what others have to know, and is looked at from outside."""

import asyncio
import json
import os
import signal
import sys
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PATIENCE = (
    300.0  # seconds before something that should happen is given up: ten thousand operations take a while
)
LINE_MAX = 2**24  # bytes: a line may hold thousands of numbers
LINES_KEPT = 200
STOPS_WITHIN = 15.0  # seconds; the bot promises ten
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")  # bytes


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process has used: seconds of CPU since its start, and bytes of memory now."""

    at: float
    cpu: float
    rss: int

    def share_since(self, before: "Usage") -> float:
        """Of one core, in percent."""
        return 100 * (self.cpu - before.cpu) / (self.at - before.at)


class Child:
    """`python …`, running, and the lines of JSON that it writes on either of its outputs."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._said: deque[dict[str, Any]] = deque(maxlen=LINES_KEPT)
        self._rest: deque[str] = deque(maxlen=LINES_KEPT)
        self._news = asyncio.Event()
        self._readers = [
            asyncio.create_task(self._read(stream)) for stream in (process.stdout, process.stderr)
        ]

    async def says(self, what: Callable[[Mapping[str, Any]], bool]) -> dict[str, Any]:
        """The first line for which `what` is true, as soon as it is there."""
        async with asyncio.timeout(PATIENCE):
            while True:
                self._news.clear()
                for line in self._said:
                    if what(line):
                        return line
                if all(reader.done() for reader in self._readers):
                    raise RuntimeError("\n".join(["A process ended too early:", *self._rest]))
                await self._news.wait()

    def usage(self) -> Usage:
        """By /proc, which has both numbers in one line: two numbers are no reason for another package."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return Usage(
            time.monotonic(), (int(fields[11]) + int(fields[12])) / _TICKS_A_SECOND, int(fields[21]) * _PAGE
        )

    async def stop(self) -> None:
        if self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)
        _, unread = await asyncio.wait(self._readers, timeout=STOPS_WITHIN)
        if unread:
            self._process.kill()
        await asyncio.gather(*self._readers)
        await self._process.wait()

    async def _read(self, stream: asyncio.StreamReader) -> None:
        async for line in stream:
            text = line.decode(errors="replace").rstrip("\n")
            if text.startswith("{"):
                self._said.append(json.loads(text))
            else:
                self._rest.append(text)
            self._news.set()
        self._news.set()


@asynccontextmanager
async def running(
    *arguments: str, folder: Path, settings: Mapping[str, str] | None = None, python: str = sys.executable
) -> AsyncIterator[Child]:
    """`python -m …` in this folder, with nothing in its environment but these settings; stopped at the end."""
    child = Child(
        await asyncio.create_subprocess_exec(
            python,
            "-m",
            *arguments,
            cwd=folder,
            env={"PATH": os.defpath, "PYTHONPATH": str(ROOT), **(settings or {})},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=LINE_MAX,
        )
    )
    try:
        yield child
    finally:
        await child.stop()


def says(line: Mapping[str, Any]) -> None:
    """Tell whoever started this process."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


async def until_stop_signal() -> None:
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    await stopping.wait()
