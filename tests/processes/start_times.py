"""How long a start takes, without what a busy machine adds: the time for which a process is ready to run, and has no processor.

The kernel counts that for each thread: the second number of `schedstat`, in nanoseconds. What remains is the start's own
work, and its waiting for the disk, for timers and for others. It hardly depends on the load: 1.1 s at a load of 10, in
which the start took 6 s by the clock.
"""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.processes.world import PATIENCE, Process

READY_WITHIN = 5.0  # seconds


@dataclass(frozen=True, slots=True)
class Start:
    """In seconds: by the clock, and how much of that the main thread waited for a processor."""

    wall: float
    without_processor: float

    @property
    def own(self) -> float:
        return self.wall - self.without_processor

    def __str__(self) -> str:
        return f"ready in {self.wall:.2f} s, {self.own:.2f} s of them not for want of a processor"


def without_processor(process: Process) -> float:
    """Seconds for which its main thread could have run so far, and had no processor."""
    _, waited, _ = Path(f"/proc/{process.pid}/schedstat").read_text().split()
    return int(waited) / 1e9


async def until_ready(address: str) -> None:
    """Wait for 200 from `/readyz`."""
    async with asyncio.timeout(PATIENCE), httpx.AsyncClient() as client:
        while True:
            try:
                if (await client.get(f"http://{address}/readyz")).is_success:
                    return
            except httpx.TransportError:
                pass  # it does not listen yet
            await asyncio.sleep(0.02)
