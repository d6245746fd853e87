"""The sandbox: one world after another, of the same scenario, in a folder that is gone with it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Self

from bot.simulator.slack.state.change_signal import Changes
from bot.simulator.web import manifest
from bot.simulator.web.scenario import Scenario
from bot.simulator.web.world import RealFeldera, World


class Sandbox:
    """`world` is the one of now; `changed` rings for whatever happens in any."""

    def __init__(
        self, scenario: Scenario, folder: Path, *, over_http: bool = False, real: RealFeldera | None = None
    ) -> None:
        self.changed = Changes()
        self._scenario = scenario
        self._folder = folder
        self._over_http = over_http
        self._real = real
        self._manifest = manifest.load()
        self._lives = 0
        self._turn = asyncio.Lock()
        self.world = self._new_world()

    async def start(self) -> None:
        await self.world.start()

    async def stop(self) -> None:
        async with self._turn:
            await self.world.stop()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.stop()

    @asynccontextmanager
    async def in_turn(self) -> AsyncIterator[World]:
        """The world of now, which neither ends nor has anything else done to it meanwhile.

        Two tabs may start the bot at once, or one while the other begins anew: it would be there twice, or outlive its world.
        """
        async with self._turn:
            yield self.world

    async def resets(self) -> None:
        """Begin anew: another world of the scenario, with another bot on an empty database."""
        async with self._turn:
            await self.world.stop()
            self.world = self._new_world()
            self.changed.note()
            await self.world.start()

    def _new_world(self) -> World:
        self._lives += 1
        folder = self._folder / str(self._lives)
        folder.mkdir()
        return World(
            self._scenario, self._manifest, folder, self.changed, over_http=self._over_http, real=self._real
        )
