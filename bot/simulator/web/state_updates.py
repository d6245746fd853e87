"""Updates of a page's state over a WebSocket: first all of it, then what changed.

The server alone knows what a person sees; it looks again at every change, and each second for dates that tick. A page
that falls behind gets the newest state and none of those it missed. What the page sends is discarded.
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
HEARTBEAT = 20.0  # seconds; finds a page that went away without closing
UNKNOWN_PERSON = 4404
"""The WebSocket's close code when the person whose page it is does not exist (any more)."""

_NOTHING = object()


class UnknownPersonError(Exception):
    """There is no such person."""


@dataclass(frozen=True, slots=True)
class Difference:
    """New and changed values by key, and the keys that are gone."""

    set: State
    gone: list[str]

    def __bool__(self) -> bool:
        return bool(self.set or self.gone)


def difference(before: State, after: State) -> Difference:
    changed = {
        key: value
        for key, value in after.items()
        # Most values are the same object, which need not be compared.
        if (known := before.get(key, _NOTHING)) is not value and known != value
    }
    return Difference(changed, [key for key in before if key not in after])


async def keep_up(socket: web.WebSocketResponse, state: Callable[[], State], changes: Changes) -> None:
    """Send what `state` gives until the page goes, or until its person does not exist (`UnknownPersonError` from `state`)."""
    async with asyncio.TaskGroup() as tasks:
        sending = tasks.create_task(_send(socket, state, changes))
        # If `state` fails, this ends, too: a page that gets no more updates must not appear connected.
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
            except UnknownPersonError:
                await socket.close(code=UNKNOWN_PERSON)
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
