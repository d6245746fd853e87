"""A signal that is set at every change of the workspace, so that nothing has to poll or sleep.

It is the only place of the simulator, besides waiting for acks, that knows real time: the bot is a real
server and takes real time to answer.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Changes:
    def __init__(self) -> None:
        self._waiting: set[asyncio.Event] = set()

    def note(self) -> None:
        for event in self._waiting:
            event.set()

    @contextmanager
    def heard(self) -> Iterator[asyncio.Event]:
        """An event that every change sets, until it is cleared: none is missed in between."""
        event = asyncio.Event()
        self._waiting.add(event)
        try:
            yield event
        finally:
            self._waiting.discard(event)

    async def until(self, condition: Callable[[], bool], *, within: float) -> None:
        """Return as soon as `condition` holds.

        Raises:
            TimeoutError: it did not hold within so many seconds of real time.
        """
        with self.heard() as event:
            async with asyncio.timeout(within):
                while not condition():
                    await event.wait()
                    event.clear()
