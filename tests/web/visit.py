"""What a page does to the server of a sandbox, over real HTTP and WebSocket."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from bot.simulator.slack import Person, render
from bot.simulator.web.sandbox import Sandbox
from bot.simulator.web.server import Server

PATIENCE = 20.0  # real seconds before a test gives up on what should happen at once


class Visit:
    def __init__(self, session: aiohttp.ClientSession, url: str, sandbox: Sandbox) -> None:
        self.session = session
        self.url = url
        self.sandbox = sandbox
        self.own = {"Origin": url.rstrip("/")}

    @property
    def world(self) -> Any:
        return self.sandbox.world

    def person(self, name: str) -> Person:
        return self.world.named(name)

    async def does(self, who: str, verb: str, /, **more: Any) -> dict[str, Any]:
        """What the page of this person is told of it."""
        return await self._posts("do", {"as": who, "do": verb, **more})

    async def happens(self, verb: str, **more: Any) -> str | None:
        return (await self._posts("world", {"do": verb, **more}))["error"]

    async def _posts(self, path: str, body: Any) -> dict[str, Any]:
        async with self.session.post(f"{self.url}{path}", json=body, headers=self.own) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    @asynccontextmanager
    async def live(self, name: str):
        async with self.session.ws_connect(f"{self.url}live?as={name}&tz=UTC", headers=self.own) as socket:
            yield socket

    async def state(self, name: str) -> dict[str, Any]:
        """All that this person's page is told at first."""
        async with self.live(name) as socket:
            return (await socket.receive_json())["set"]

    async def until_connected(self) -> None:
        await self.until(lambda: self.world.is_connected and self.world.bot.serving is not None)

    async def until(self, is_so: Any) -> None:
        await self.sandbox.changed.until(is_so, within=PATIENCE)

    async def until_seen(self, name: str, words: str) -> None:
        """Until these words stand in something that this person sees."""
        names, person = self.world.slack.names, self.person(name)
        await self.until(lambda: any(words in render(message, names) for message in person.sees()))

    def place(self, name: str, place: str = "ops") -> str:
        return self.person(name).place(place).id


@asynccontextmanager
async def visiting(sandbox: Sandbox) -> AsyncIterator[Visit]:
    """This sandbox with its server; its bot has been begun, and serves a little later."""
    server = Server(sandbox)
    await server.start()
    try:
        async with sandbox, aiohttp.ClientSession() as session:
            yield Visit(session, server.url, sandbox)
    finally:
        await server.stop()
