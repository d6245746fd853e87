"""The sandbox: a run of a scenario that can be reset, in a folder that is deleted with it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Self

from bot.simulator.slack.state.change_signal import Changes
from bot.simulator.web import manifest
from bot.simulator.web.scenario import Scenario
from bot.simulator.web.simulation import RealFeldera, Simulation


class Sandbox:
    """`simulation` is the current run; `changed` is set by every change in any run."""

    def __init__(
        self, scenario: Scenario, folder: Path, *, over_http: bool = False, real: RealFeldera | None = None
    ) -> None:
        self.changed = Changes()
        self._scenario = scenario
        self._folder = folder
        self._over_http = over_http
        self._real = real
        self._manifest = manifest.load()
        self._runs = 0
        self._turn = asyncio.Lock()
        self.simulation = self._new_simulation()

    async def start(self) -> None:
        async with self._turn:
            await self.simulation.start()

    async def stop(self) -> None:
        async with self._turn:
            await self.simulation.stop()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.stop()

    @asynccontextmanager
    async def in_turn(self) -> AsyncIterator[Simulation]:
        """The current run, for one action alone: nothing else is done to it meanwhile, and it is not reset.

        Otherwise two tabs that start the bot at once, or one during the other's reset, could start it twice.
        """
        async with self._turn:
            yield self.simulation

    async def current(self) -> Simulation:
        """The current run, once a start or a reset that is under way is complete."""
        async with self._turn:
            return self.simulation

    async def resets(self) -> None:
        """Start another run of the scenario, with another bot process on an empty database."""
        async with self._turn:
            await self.simulation.stop()
            self.simulation = self._new_simulation()
            self.changed.note()
            await self.simulation.start()

    def _new_simulation(self) -> Simulation:
        self._runs += 1
        folder = self._folder / str(self._runs)
        folder.mkdir()
        return Simulation(
            self._scenario, self._manifest, folder, self.changed, over_http=self._over_http, real=self._real
        )
