"""The API client of one Feldera: the calls behind the engine's `Pipelines` port.

It never raises for a failure of Feldera or the network, and never retries a request that changes something; a query
that is rejected (401) is retried once with a new token. It trusts a response only if it has Feldera's own form.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from http import HTTPStatus
from math import inf
from types import TracebackType
from typing import Any, Self, TypeVar

import structlog
from pydantic import SecretStr

from bot.domain.ids import PipelineId, PipelineName
from bot.domain.operations.plans import StepName
from bot.domain.pipelines.activity import Shape
from bot.domain.pipelines.observations import Observation
from bot.domain.pipelines.pipeline import (
    Answer,
    Identity,
    Look,
    NotSent,
    PipelineEvents,
    Problem,
    ProblemKind,
    RunnerHealth,
    Unknown,
)
from bot.engine.ports import Clock
from bot.feldera import activity_events, answers
from bot.feldera.http.address import FelderaAddress
from bot.feldera.http.credentials import Credentials
from bot.feldera.http.exchange import BODY_MAX, CONNECTIONS, FelderaHttp
from bot.feldera.http.response import NoResponse, Response
from bot.feldera.http.tenant_session import Session, of_another_tenant, session
from bot.feldera.http.unauthorized import Rejections
from bot.feldera.installation import Installation
from bot.feldera.look_costs import LookCosts
from bot.feldera.one_line import one_line
from bot.feldera.pipeline_list import ListedPipelines
from bot.feldera.queries import LIST_MAX, STATUS_ONLY, Queries, pipeline_path

PROGRAM_MAX = 32 * 2**20  # bytes; a pipeline with all its code
RUNNER_SAYS_MAX = 1000  # characters in the log
_MAY_BE_TLS = frozenset({ProblemKind.UNREACHABLE, ProblemKind.UNEXPECTED, ProblemKind.NOT_FELDERA})
_VERBS: Mapping[StepName, tuple[str, Mapping[str, str]]] = {
    # Only the Enterprise edition has an unforced stop, which can hang while it saves what a clear destroys anyway.
    StepName.STOP: ("stop", {"force": "true"}),
    StepName.CLEAR: ("clear", {}),
    StepName.START: ("start", {"initial": "running"}),
}

_TOKEN_RENEWED = Problem(
    ProblemKind.UNREACHABLE, "The bot's token for Feldera was renewed after the last look at the pipeline."
)

log = structlog.get_logger()

_T = TypeVar("_T")


class FelderaClient:
    """The API client of one Feldera; to be closed.

    Raises:
        ValueError: (when built) the TLS certificate cannot be read.
    """

    def __init__(
        self,
        address: FelderaAddress,
        credentials: Credentials,
        *,
        clock: Clock,
        wire: FelderaHttp | None = None,
        rejections: Rejections | None = None,
    ) -> None:
        self._settings = address, credentials, clock
        self._credentials = credentials
        self._address = str(address.base_url)
        self._tenant_wanted = address.tenant
        self._questions: Queries | None = None
        self._wire = wire or FelderaHttp(address, clock)
        self.costs = LookCosts(clock)
        self._rejections = rejections or Rejections(clock)
        self._single_connections = asyncio.Semaphore(CONNECTIONS)
        if wire is None and address.tls_insecure:
            log.warning("feldera.tls_insecure", meaning="anyone on the way can read and change the traffic")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self._wire.aclose()

    @asynccontextmanager
    async def single_connection(self) -> AsyncIterator["FelderaClient"]:
        """A client for the same Feldera over one connection of its own; the first exchange opens it."""
        address, credentials, clock = self._settings
        async with self._single_connections:
            wire = self._wire.single_connection()
            alone = FelderaClient(address, credentials, clock=clock, wire=wire, rejections=self._rejections)
            try:
                yield alone
            finally:
                await wire.aclose()

    async def look(self, name: PipelineName) -> Look:
        return await self._asked(lambda questions: questions.look(name))

    async def look_at_all(self) -> ListedPipelines | Problem:
        return await self._asked(Queries.look_at_all)

    async def ids(self) -> frozenset[PipelineId] | Problem:
        """The ids of all its pipelines."""
        reply = await self._get("/v0/pipelines", STATUS_ONLY, body_max=LIST_MAX)
        return reply if isinstance(reply, Problem) else await answers.ids(reply)

    async def observe(self, reviewed: Mapping[PipelineName, PipelineId | None]) -> Observation | Problem:
        """See `Pipelines.observe`: which Feldera answers, and the pipelines' states, with one token."""
        return await self._asked(lambda questions: questions.observe(self._address, reviewed))

    async def identity(self) -> Identity | Problem:
        """Which Feldera answers right now, and which tenant's pipelines it shows."""
        return await self._asked(lambda questions: questions.identity(self._address))

    async def submit(self, step: StepName, name: PipelineName, *, not_after: float) -> Answer:
        """Send the step's request, once.

        It is not sent after `not_after` (the clock's monotonic seconds), nor with another token than the queries before
        it used, which may be another tenant's.
        """
        verb, query = _VERBS[step]
        path = f"{pipeline_path(name)}/{verb}"
        token = await self._credentials.token()
        if isinstance(token, Problem):
            return NotSent(token)
        if self._questions is not None and self._questions.token != token:
            return NotSent(_TOKEN_RENEWED)
        reply = await self._exchange("POST", path, token=token, query=query or None, not_after=not_after)
        match reply:
            case NoResponse(problem=problem, maybe_sent=True):
                return Unknown(problem)
            case NoResponse(problem=problem):
                return NotSent(problem)
            case Response(status=HTTPStatus.UNAUTHORIZED):
                # The next request gets the new token. No retry here: fetching the token took a while, and in the
                # meantime the pipeline may have changed, or the person's permission.
                newer = await self._credentials.replacement(token)
                return NotSent(newer if isinstance(newer, Problem) else await self._why_rejected(reply))
            case Response():
                return answers.submitted(reply)

    async def history(self, name: PipelineName) -> PipelineEvents | Problem:
        return await self._asked(lambda questions: questions.history(self._address, name))

    async def program_error(self, name: PipelineName) -> str | Problem:
        reply = await self._get(pipeline_path(name), {"selector": "all"}, body_max=PROGRAM_MAX)
        return reply if isinstance(reply, Problem) else answers.program_error(reply)

    async def shapes(self, name: PipelineName) -> tuple[Shape, ...] | Problem | None:
        reply = await self._get(f"{pipeline_path(name)}/events", STATUS_ONLY)
        return reply if isinstance(reply, Problem) else activity_events.shapes(reply)

    async def runner_health(self) -> RunnerHealth:
        reply = await self._get("/v0/cluster_healthz")
        if isinstance(reply, Problem):
            return RunnerHealth(None, reply.message)
        report = answers.runner_report(reply)
        if report is not None and not report.healthy:
            log.warning("feldera.runner_unhealthy", says=one_line(report.message, RUNNER_SAYS_MAX))
        return answers.runner_health(reply)

    async def greet(self) -> str | Problem:
        """Feldera's version and edition ("Feldera 0.337.0 (Open source)"); proves address and credentials."""
        found = await self.installation()
        return found if isinstance(found, Problem) else found.greeting

    async def installation(self) -> Installation | Problem:
        """Feldera's version, edition and time; proves address and credentials."""
        reply = await self._get("/v0/config")
        found = reply if isinstance(reply, Problem) else answers.installation(reply)
        if isinstance(found, Problem) and found.trouble in _MAY_BE_TLS:
            why = await self._wire.why_unencrypted_fails()
            return found if why is None else replace(found, message=why)
        return found

    async def session(self) -> Session | Problem | None:
        """The tenant and the role (`read`, `write`, `admin` or `owner`) of the bot's credentials; None if it has no sessions."""
        reply = await self._get("/v0/config/session")
        return reply if isinstance(reply, Problem) else session(reply)

    def of_another_tenant(self, found: Session) -> Problem | None:
        """The problem if Feldera answers for another tenant than the configured one."""
        return of_another_tenant(found, self._tenant_wanted)

    async def _get(
        self, path: str, query: Mapping[str, str] | None = None, *, body_max: int = BODY_MAX
    ) -> Response | Problem:
        return await self._asked(lambda questions: questions.ask(path, query, body_max=body_max))

    async def _asked(self, question: Callable[[Queries], Coroutine[Any, Any, _T | Problem]]) -> _T | Problem:
        """Run the query with the current token; if Feldera rejects that, retry the whole query once with a new one."""
        token = await self._credentials.token()
        if isinstance(token, Problem):
            return token
        self._questions = questions = self._by(token)
        answer = await question(questions)
        if questions.rejection is None:
            return answer
        newer = await self._credentials.replacement(token)
        if isinstance(newer, Problem):
            return newer
        if newer is not None:
            self._questions = questions = self._by(newer)
            answer = await question(questions)
        return answer if questions.rejection is None else await self._why_rejected(questions.rejection)

    def _by(self, token: SecretStr | None) -> Queries:
        return Queries(self._exchange, token, costs=self.costs, tenant=self._tenant_wanted)

    async def _exchange(  # noqa: PLR0913 - one exchange, and what bounds it
        self,
        method: str,
        path: str,
        *,
        token: SecretStr | None = None,
        query: Mapping[str, str] | None = None,
        body_max: int = BODY_MAX,
        not_after: float = inf,
    ) -> Response | NoResponse:
        """An exchange with the bot's credentials; notes whether Feldera accepts them."""
        reply = await self._wire.exchange(
            method, path, token=token, query=query, body_max=body_max, not_after=not_after
        )
        if isinstance(reply, Response):
            self._rejections.note(reply)
        return reply

    async def _why_rejected(self, reply: Response) -> Problem:
        return self._rejections.why(reply, await self._wire.exchange("GET", "/healthz"))
