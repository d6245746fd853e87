"""Fault switches of a simulated Feldera, for stories, the sandbox and tests: make it fail, and work again."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bot.simulator.feldera.api import error_responses
from bot.simulator.feldera.api import json_documents as documents
from bot.simulator.feldera.api.faults import Answer, Faults, Intermediary, Loss
from bot.simulator.feldera.server import Server
from bot.simulator.feldera.state.pipelines import World

BAD_GATEWAY = (
    b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>\n"
)


class FaultSwitches:
    """The part of a `FelderaSimulator` that has them."""

    _world: World
    _faults: Faults
    _server: Server

    @property
    def is_up(self) -> bool:
        return self._server.is_up

    @property
    def delay(self) -> timedelta:
        return self._faults.delay

    def is_slow(self, delay: timedelta) -> None:
        """Delay each request by this time of the clock; zero ends the delay."""
        self._faults.delay = delay

    async def goes_down(self) -> None:
        """Connections are refused, and open ones are dropped together with the requests on them."""
        self._faults.let_go(lost=True)
        await self._server.go_down()

    async def comes_back(self) -> None:
        """The same address serves again. The runner went on meanwhile, since it is another process of Feldera."""
        await self._server.come_back()

    def loses_the_next_reply(self, method: str | None = "POST") -> None:
        """Do what the next such request asks, then drop the connection without an answer."""
        self._faults.arrange(Loss.REPLY, method, 1)

    def drops_the_next_request(self, method: str | None = "POST") -> None:
        """Drop the connection of the next such request before anything is done."""
        self._faults.arrange(Loss.REQUEST, method, 1)

    def answers_next(  # noqa: PLR0913  an HTTP answer has these parts
        self,
        status: int,
        *,
        headers: Mapping[str, str] | None = None,
        body: Any = b"",
        content_type: str | None = "application/json",
        method: str | None = None,
        times: int = 1,
    ) -> None:
        """Answer the next requests (of this method) so, and do nothing; a body that is not bytes is sent as JSON."""
        raw = body if isinstance(body, bytes) else documents.encoded(body)
        answer = Answer(status=status, body=raw, content_type=content_type, headers=headers or {})
        self._faults.arrange(answer, method, times)

    def is_locked(self, times: int = 1, *, method: str | None = "POST") -> None:
        """The pipeline's row stays locked for more than 10 s: 503 `LockTookTooLong`, `Retry-After: 5`."""
        body = error_responses.lock_took_too_long().body
        retry = {"Retry-After": error_responses.RETRY_AFTER}
        self.answers_next(503, headers=retry, body=body, method=method, times=times)

    def proxy_fails(self, times: int = 1, *, method: str | None = None) -> None:
        """A reverse proxy answers instead of Feldera: 502 with an HTML page."""
        self.answers_next(502, body=BAD_GATEWAY, content_type="text/html", method=method, times=times)

    @property
    def has_its_database(self) -> bool:
        return not self._world.database.is_down

    def loses_its_database(self) -> None:
        """Until `finds_its_database`, nothing that needs it works; an API key is rejected as a wrong one is (401).

        `/healthz` notices within 5 s, and not before the clock moves on.
        """
        self._world.catch_up()
        self._world.database.goes_down()

    def finds_its_database(self) -> None:
        if self._world.database.is_down:
            self._world.restart_work()
            self._world.database.comes_back()

    def is_behind(self, intermediary: Intermediary | None) -> None:
        """From now on something is between Feldera and its clients, and answers what it likes; None takes it away.

        It is called with each request and a `handler`, which carries the request out and returns Feldera's answer.
        """
        self._faults.intermediary = intermediary

    def hangs(
        self,
        method: str | None = None,
        *,
        path: str | None = None,
        once_processed: bool = False,
        times: int | None = None,
    ) -> None:
        """From now on leave such requests (or only the next so many) without an answer, until `lets_go`.

        A request is processed when it is let go, even if its client has left by then; with `once_processed`
        at once, so that only its answer is late.
        """
        self._faults.hang(method, path=path, once_processed=once_processed, times=times)

    async def until_it_hangs(self) -> None:
        """Return once a request waits for an answer (and, with `once_processed`, has been carried out)."""
        await self._faults.until_it_hangs()

    def lets_go(self) -> None:
        """Carry on with the requests that hang, and answer them if anyone still listens."""
        self._faults.let_go()
