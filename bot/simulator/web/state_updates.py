"""The state of a page, kept up to date over a WebSocket: first all of it, then whatever became different.

The server alone knows what a person sees; it looks again at every change, and each second for what ticks. A page that
falls behind gets the newest state and none of those it missed. What the page sends is read and thrown away.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.simulator.slack.state.change_signal import Changes

State = Mapping[str, Any]

TICK = 1.0  # seconds after which it looks again without a change: dates tick
PACE = 0.04  # seconds between two looks, however much changes in between
HEARTBEAT = 20.0  # seconds; a page that is gone without a word is noticed
NOBODY = 4404
"""The WebSocket's close code when the person whose page it is does not exist (any more)."""

_NOTHING = object()


class NobodyError(Exception):
    """There is no such person."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What is new or different under its key, and the keys that are no more."""

    set: State
    gone: list[str]

    def __bool__(self) -> bool:
        return bool(self.set or self.gone)


def difference(before: State, after: State) -> Difference:
    changed = {
        key: value
        for key, value in after.items()
        # What is the same object need not be compared, and most of it is.
        if (known := before.get(key, _NOTHING)) is not value and known != value
    }
    return Difference(changed, [key for key in before if key not in after])


async def keep_up(socket: web.WebSocketResponse, state: Callable[[], State], changes: Changes) -> None:
    """Send what `state` gives until the page goes, or until its person is nobody (`NobodyError` from `state`)."""
    async with asyncio.TaskGroup() as tasks:
        sending = tasks.create_task(_send(socket, state, changes))
        # Should the look fail, this ends, too: a page that is told nothing any more must not take itself for connected.
        async for _ in socket:
            pass
        sending.cancel()


async def _send(socket: web.WebSocketResponse, state: Callable[[], State], changes: Changes) -> None:
    sent: State = {}
    with changes.heard() as changed:
        while True:
            changed.clear()
            try:
                now = state()
            except NobodyError:
                await socket.close(code=NOBODY)
                return
            if new := difference(sent, now):
                try:
                    await socket.send_json({"set": new.set, "gone": new.gone})
                except ConnectionError:
                    return  # the page left while this was on its way
            sent = now
            await asyncio.sleep(PACE)
            try:
                async with asyncio.timeout(TICK - PACE):
                    await changed.wait()
            except TimeoutError:
                continue
