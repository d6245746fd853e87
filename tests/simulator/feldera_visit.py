"""A client's visit to a simulated Feldera: real HTTP, and a clock that stands still until the test moves it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from bot.simulator.feldera import FelderaSimulator
from tests.clock import MovableClock


@dataclass
class Visit:
    feldera: FelderaSimulator
    http: httpx.AsyncClient
    clock: MovableClock

    def passes(self, **duration: float) -> None:
        self.clock.passes(**duration)

    async def get(self, path: str, **options: Any) -> httpx.Response:
        return await self.http.get(f"/v0/pipelines{path}", **options)

    async def post(self, path: str, **options: Any) -> httpx.Response:
        return await self.http.post(f"/v0/pipelines{path}", **options)

    async def status(self, name: str) -> dict[str, Any]:
        answer = await self.get(f"/{name}", params={"selector": "status"})
        assert answer.status_code == 200
        return answer.json()

    async def storage(self, name: str) -> str:
        return (await self.status(name))["storage_status"]

    async def events(self, name: str) -> list[dict[str, Any]]:
        """Oldest first."""
        return (await self.get(f"/{name}/events")).json()[::-1]


@asynccontextmanager
async def visiting(api_keys: Mapping[str, str] | None = None) -> AsyncIterator[Visit]:
    clock = MovableClock()
    async with (
        FelderaSimulator(clock, api_keys=api_keys) as feldera,
        httpx.AsyncClient(base_url=feldera.url, timeout=5) as http,
    ):
        yield Visit(feldera, http, clock)
