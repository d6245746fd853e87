"""A sandbox with its server in the test itself: what pages do to it, and what becomes of that in its world."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from bot.simulator.slack import Person, render
from bot.simulator.web.sandbox import Sandbox
from bot.simulator.web.server import Server
from tests.page_client import PageClient

PATIENCE = 60.0  # real seconds before a test gives up on what should happen at once


class Visit(PageClient):
    def __init__(self, session: aiohttp.ClientSession, url: str, sandbox: Sandbox) -> None:
        super().__init__(session, url)
        self.sandbox = sandbox

    @property
    def world(self) -> Any:
        return self.sandbox.simulation

    def person(self, name: str) -> Person:
        return self.world.people[name]

    async def until_connected(self) -> None:
        await self.until(lambda: self.world.is_ready)

    async def until(self, is_so: Any) -> None:
        await self.sandbox.changed.until(is_so, within=PATIENCE)

    async def until_seen(self, name: str, words: str) -> None:
        """Until these words stand in something that this person sees."""
        names, person = self.world.slack.names, self.person(name)
        await self.until(lambda: any(words in render(message, names) for message in person.sees()))

    def place(self, name: str, place: str = "ops") -> str:
        return self.person(name).place(place).id

    async def types(self, name: str, text: str) -> dict[str, Any]:
        return await self.does(name, "types", place=self.place(name), text=text)

    async def previews(self, name: str, pipeline: str) -> Person:
        """Until this person sees the preview of a clear."""
        await self.types(name, f"/pipeline clear {pipeline} try")
        await self.until_seen(name, "[Never mind]")
        return self.person(name)

    async def clears(self, pipeline: str = "orders") -> None:
        """Until ana has confirmed a clear."""
        ana = await self.previews("ana", pipeline)
        assert (await ana.clicks(f"Clear {pipeline}")).error is None


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
