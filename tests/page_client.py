"""A client of the sandbox's server that does what a page does: over real HTTP and WebSocket, from the page's own origin."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp


class PageClient:
    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.session = session
        self.url = url
        self.own = {"Origin": url.rstrip("/")}

    async def does(self, who: str, verb: str, /, **more: Any) -> dict[str, Any]:
        """The answer to a person action."""
        return await self._posts("do", {"as": who, "do": verb, **more})

    async def happens(self, verb: str, **more: Any) -> str | None:
        return (await self._posts("simulate", {"do": verb, **more}))["error"]

    @asynccontextmanager
    async def live(self, name: str) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        async with self.session.ws_connect(f"{self.url}live?as={name}&tz=UTC", headers=self.own) as socket:
            yield socket

    async def state(self, name: str) -> dict[str, Any]:
        """The first state that this person's page gets."""
        async with self.live(name) as socket:
            return (await socket.receive_json())["set"]

    async def _posts(self, path: str, body: Any) -> dict[str, Any]:
        async with self.session.post(f"{self.url}{path}", json=body, headers=self.own) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()
