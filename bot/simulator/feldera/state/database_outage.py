"""Feldera's database: available or not, and what Feldera's own probe has noticed of that.

Without it no API key can be checked, no pipeline read and no request carried out, and the runner does no work. The
probe runs every five seconds: for so long `/healthz` may say of a lost database that it is there, and the reverse.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from aiohttp import web

from bot.engine.ports import Clock
from bot.simulator.feldera.api import error_responses

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

PROBED_EVERY = timedelta(seconds=5)

NEEDS_NONE = frozenset({"/v0/config"})
"""Paths of the API whose answer is not in the database."""


class Database:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._started_at = clock.now()
        self._outages: list[tuple[datetime, datetime]] = []
        self._down_since: datetime | None = None

    @property
    def is_down(self) -> bool:
        return self._down_since is not None

    @property
    def was_there_when_probed(self) -> bool:
        probes = (self._clock.now() - self._started_at) // PROBED_EVERY
        probed_at = self._started_at + probes * PROBED_EVERY
        if self._down_since is not None and self._down_since < probed_at:
            return False
        return not any(since < probed_at <= until for since, until in self._outages)

    def goes_down(self) -> None:
        if self._down_since is None:
            self._down_since = self._clock.now()

    def comes_back(self) -> None:
        if self._down_since is not None:
            self._outages.append((self._down_since, self._clock.now()))
            self._down_since = None

    @web.middleware
    async def need(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """After authentication: without the database, no endpoint that needs it works."""
        if self.is_down and request.path.startswith("/v0/") and request.path not in NEEDS_NONE:
            raise error_responses.no_database()
        return await handler(request)
