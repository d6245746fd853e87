"""The engine's `Pipelines`, spoken to a real Feldera.

It never raises for what Feldera or the network may do, and never makes a request that changes something a second
time; a question that was rejected (401) is asked once more with a new token. It trusts Feldera's word only where
the answer has Feldera's own form.
"""

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from types import TracebackType
from typing import Self
from urllib.parse import quote

import structlog

from bot.domain.doings import Shape
from bot.domain.names import PipelineName, is_pipeline_name
from bot.domain.pipelines import (
    Answer,
    History,
    Identity,
    Look,
    NotSent,
    Pipeline,
    Problem,
    RunnerHealth,
    Trouble,
    Unknown,
)
from bot.domain.plans import StepName
from bot.engine.ports import Clock
from bot.feldera import answers, events
from bot.feldera.address import FelderaAddress
from bot.feldera.credentials import Credentials
from bot.feldera.rejections import Rejections
from bot.feldera.reply import NoReply, Reply
from bot.feldera.session import Session, of_another_tenant, session
from bot.feldera.text import one_line
from bot.feldera.wire import BODY_MAX, Wire

LIST_MAX = 32 * 2**20  # bytes; the list holds the checkpoints of every pipeline
STATUS_ONLY = {"selector": "status"}  # without it Feldera sends the programs too, megabytes of them
PROGRAM_MAX = 32 * 2**20  # bytes; a pipeline with all its code
RUNNER_SAYS_MAX = 1000  # characters in the log
_MAY_BE_TLS = frozenset({Trouble.UNREACHABLE, Trouble.UNEXPECTED, Trouble.NOT_FELDERA})
_VERBS: Mapping[StepName, tuple[str, Mapping[str, str]]] = {
    # An unforced stop is the Enterprise edition's alone, and can hang while it saves what a clear destroys anyway.
    StepName.STOP: ("stop", {"force": "true"}),
    StepName.CLEAR: ("clear", {}),
    StepName.START: ("start", {"initial": "running"}),
}

log = structlog.get_logger()


class FelderaClient:
    """A connection to one Feldera; to be closed.

    Raises:
        ValueError: (when built) the TLS certificate cannot be read.
    """

    def __init__(self, address: FelderaAddress, credentials: Credentials, *, clock: Clock) -> None:
        self._credentials = credentials
        self._address = str(address.base_url)
        self._tenant_wanted = address.tenant
        self._identity: Identity | None = None
        self._wire = Wire(address, clock)
        self._rejections = Rejections(clock)
        if address.tls_insecure:
            log.warning("feldera.tls_insecure", meaning="anyone on the way can read and change the traffic")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self._wire.aclose()

    async def look(self, name: PipelineName) -> Look:
        reply = await self._get(_path(name), STATUS_ONLY)
        return reply if isinstance(reply, Problem) else answers.look(reply, name)

    async def look_at_all(self) -> Mapping[PipelineName, Pipeline | Problem] | Problem:
        reply = await self._get("/v0/pipelines", STATUS_ONLY, body_max=LIST_MAX)
        return reply if isinstance(reply, Problem) else answers.look_at_all(reply)

    async def submit(self, step: StepName, name: PipelineName) -> Answer:
        verb, query = _VERBS[step]
        path = f"{_path(name)}/{verb}"
        token = await self._credentials.token()
        if isinstance(token, Problem):
            return NotSent(token)
        reply = await self._wire.exchange("POST", path, token=token, query=query or None)
        match reply:
            case NoReply(problem=problem, maybe_sent=True):
                return Unknown(problem)
            case NoReply(problem=problem):
                return NotSent(problem)
            case Reply(status=HTTPStatus.UNAUTHORIZED):
                # The next request will have the new token. It is not made here: fetching one took a while, and
                # in the meantime the pipeline may have changed, or the person's permission.
                newer = await self._credentials.replacement(token)
                return NotSent(newer if isinstance(newer, Problem) else await self._why_rejected(reply))
            case Reply():
                self._rejections.note(reply)
                return answers.submitted(reply)

    async def history(self, name: PipelineName) -> History | Problem:
        reply = await self._get(f"{_path(name)}/events", STATUS_ONLY)
        return reply if isinstance(reply, Problem) else answers.history(reply)

    async def program_error(self, name: PipelineName) -> str | Problem:
        reply = await self._get(_path(name), {"selector": "all"}, body_max=PROGRAM_MAX)
        return reply if isinstance(reply, Problem) else answers.program_error(reply)

    async def shapes(self, name: PipelineName) -> tuple[Shape, ...] | Problem | None:
        reply = await self._get(f"{_path(name)}/events", STATUS_ONLY)
        return reply if isinstance(reply, Problem) else events.shapes(reply)

    async def runner_health(self) -> RunnerHealth:
        reply = await self._get("/v0/cluster_healthz")
        if isinstance(reply, Problem):
            return RunnerHealth(None, reply.message)
        report = answers.runner_report(reply)
        if report is not None and not report.healthy:
            log.warning("feldera.runner_unhealthy", says=one_line(report.message, RUNNER_SAYS_MAX))
        return answers.runner_health(reply)

    async def identity(self) -> Identity | Problem:
        """Which Feldera this is, and whose pipelines it shows; what was answered once is not asked again."""
        if self._identity is None:
            tenant = await self._tenant()
            if isinstance(tenant, Problem):
                return tenant
            self._identity = Identity(self._address, tenant)
        return self._identity

    async def greet(self) -> str | Problem:
        """Which Feldera answers, in a few words ("Feldera 0.337.0 (Open source)"); proves address and credentials."""
        reply = await self._get("/v0/config")
        greeting = reply if isinstance(reply, Problem) else answers.greeting(reply)
        if isinstance(greeting, Problem) and greeting.trouble in _MAY_BE_TLS:
            why = await self._wire.why_unencrypted_fails()
            return greeting if why is None else replace(greeting, message=why)
        return greeting

    async def session(self) -> Session | Problem | None:
        """The tenant and the role (`read`, `write`, `admin` or `owner`) of the bot's credentials; None if it knows none."""
        reply = await self._get("/v0/config/session")
        return reply if isinstance(reply, Problem) else session(reply)

    def of_another_tenant(self, found: Session) -> Problem | None:
        """What is wrong where Feldera answers for another tenant than the one that is set."""
        return of_another_tenant(found, self._tenant_wanted)

    async def _tenant(self) -> str | Problem:
        """Its id, by `GET /v0/config/session`; empty for a Feldera before 0.327, which has no such path."""
        reply = await self._get("/v0/config/session")
        if isinstance(reply, Problem):
            return reply
        if reply.status != HTTPStatus.NOT_FOUND:
            found = session(reply)
            wrong = self.of_another_tenant(found) if isinstance(found, Session) else None
            return answers.tenant(reply) if wrong is None else wrong
        # A proxy says the same of any path while Feldera is away: only a Feldera that answers may lack this one.
        greeting = await self.greet()
        return greeting if isinstance(greeting, Problem) else ""

    async def _get(
        self, path: str, query: Mapping[str, str] | None = None, *, body_max: int = BODY_MAX
    ) -> Reply | Problem:
        token = await self._credentials.token()
        if isinstance(token, Problem):
            return token
        reply = await self._wire.exchange("GET", path, token=token, query=query, body_max=body_max)
        if isinstance(reply, Reply) and reply.status == HTTPStatus.UNAUTHORIZED:
            newer = await self._credentials.replacement(token)
            if isinstance(newer, Problem):
                return newer
            if newer is not None:
                reply = await self._wire.exchange("GET", path, token=newer, query=query, body_max=body_max)
        if isinstance(reply, NoReply):
            return reply.problem
        self._rejections.note(reply)
        return await self._why_rejected(reply) if reply.status == HTTPStatus.UNAUTHORIZED else reply

    async def _why_rejected(self, reply: Reply) -> Problem:
        return self._rejections.why(reply, await self._wire.exchange("GET", "/healthz"))


def _path(name: PipelineName) -> str:
    if not is_pipeline_name(name):
        raise ValueError("not a pipeline's name: it must be checked before it gets here")
    return f"/v0/pipelines/{quote(name, safe='')}"
