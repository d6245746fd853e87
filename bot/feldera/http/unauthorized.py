"""Whether a 401 means that the bot's credentials are bad, or only that Feldera could not check them.

While Feldera cannot reach its database it rejects every API key as if it were wrong, and `GET /healthz`, which a
probe updates every five seconds, may still report it healthy. So a rejection is believed once it has lasted for
several probes that found nothing wrong; until then it counts as an outage, and both causes are named.
"""

from http import HTTPStatus

import httpx

from bot.domain.pipelines.pipeline import Problem, ProblemKind
from bot.engine.ports import Clock
from bot.feldera.http.problems import DATABASE_DOWN, problem
from bot.feldera.http.response import NoResponse, Response

BELIEVED_AFTER = 15.0  # seconds: three probes
FORGOTTEN_AFTER = 300.0  # seconds without another 401: earlier ones say nothing about now

UNPROVED = Problem(
    ProblemKind.REJECTED,
    "Feldera rejects the bot's credentials (401), which it also does while it cannot reach its database.",
)


class Rejections:
    """The 401s of one Feldera since it last accepted the bot's credentials, or was known to have no database."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._first: float | None = None
        self._last = 0.0

    def note(self, reply: Response) -> None:
        """Note the response to a request with credentials: any but a 401 or 5xx shows that they are accepted."""
        if reply.status != HTTPStatus.UNAUTHORIZED and not httpx.codes.is_server_error(reply.status):
            self._first = None

    def why(self, reply: Response, health: Response | NoResponse) -> Problem:
        """Why Feldera answered 401, given its `GET /healthz`, which needs no authentication."""
        if isinstance(health, NoResponse):
            return health.problem
        if httpx.codes.is_server_error(health.status):
            self._first = None
            is_felderas = health.status == HTTPStatus.INTERNAL_SERVER_ERROR and health.is_json
            return DATABASE_DOWN if is_felderas else problem(health)
        if not reply.rejects_a_key:  # no key, a malformed token, or another server: no database was asked
            return problem(reply)
        now = self._clock.monotonic()
        if self._first is None or now - self._last > FORGOTTEN_AFTER:
            self._first = now
        self._last = now
        return UNPROVED if now - self._first < BELIEVED_AFTER else problem(reply)
