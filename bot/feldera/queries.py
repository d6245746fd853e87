"""Queries to Feldera that belong together: all with one token, so that one tenant answers them all.

A token that is renewed halfway may belong to another tenant: its answers must not complete what the old one began.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Final, Protocol
from urllib.parse import quote

from pydantic import SecretStr

from bot.domain.ids import PipelineId, PipelineName, is_pipeline_name
from bot.domain.pipelines.observations import Observation, is_expected, looks, not_listed
from bot.domain.pipelines.pipeline import Identity, Look, PipelineEvents, Problem, ProblemKind, Seen
from bot.event_loop_slices import in_slices
from bot.feldera import answers
from bot.feldera.http import problems
from bot.feldera.http.exchange import BODY_MAX
from bot.feldera.http.response import NoResponse, Response
from bot.feldera.http.tenant_session import of_another_tenant, session
from bot.feldera.installation import SESSIONS_SINCE
from bot.feldera.look_costs import LookCosts
from bot.feldera.pipeline_list import ListedPipelines

LIST_MAX: Final = 32 * 2**20  # bytes; the list holds the checkpoints of every pipeline
STATUS_ONLY: Final = {"selector": "status"}  # without it Feldera sends the programs too, megabytes of them
ASKED_AT_ONCE: Final = 4  # pipelines by name; Feldera answers one request after another anyway
MEASURED_BY: Final = 32  # single looks to measure what one costs
READ_AT_ONCE: Final = 50  # rows of a list: a millisecond or so

_CHANGED_MEANWHILE: Final = Problem(
    ProblemKind.ELSEWHERE, "another Feldera, or another tenant, began to answer at Feldera's address"
)
_HIDDEN: Final = Problem(
    ProblemKind.NOT_FELDERA, "Something in front of Feldera hides its `/v0/config/session` (404)."
)


class Exchange(Protocol):
    async def __call__(
        self,
        method: str,
        path: str,
        *,
        token: SecretStr | None = None,
        query: Mapping[str, str] | None = None,
        body_max: int = BODY_MAX,
    ) -> Response | NoResponse:
        """One HTTP exchange, never retried."""
        ...


class Queries:
    """Queries with one token, over any connection. `rejection` is a 401 response to one of them.

    `tenant` is the name or the id of the one that has to answer; None accepts any. `costs` are the recent costs of looks
    over these connections.
    """

    def __init__(
        self, exchange: Exchange, token: SecretStr | None, *, costs: LookCosts, tenant: str | None = None
    ) -> None:
        self.rejection: Response | None = None
        self._exchange = exchange
        self.token = token
        self._costs = costs
        self._tenant = tenant

    async def ask(
        self, path: str, query: Mapping[str, str] | None = None, *, body_max: int = BODY_MAX
    ) -> Response | Problem:
        reply = await self._exchange("GET", path, token=self.token, query=query, body_max=body_max)
        if isinstance(reply, NoResponse):
            return reply.problem
        if reply.status == HTTPStatus.UNAUTHORIZED:
            self.rejection = reply
            return problems.problem(reply)
        return reply

    async def identity(self, address: str) -> Identity | Problem:
        """Which Feldera answers, and which tenant's pipelines it shows: never cached, as both can change at any time."""
        reply = await self.ask("/v0/config/session")
        if isinstance(reply, Problem):
            return reply
        found = session(reply)
        if isinstance(found, Problem):
            return found
        if found is not None:
            return of_another_tenant(found, self._tenant) or Identity(address, found.tenant)
        # While Feldera is down, a proxy answers 404 to any path: only an old Feldera that answers may lack this one.
        config = await self.ask("/v0/config")
        version = config if isinstance(config, Problem) else answers.version(config)
        if isinstance(version, Problem):
            return version
        return Identity(address) if version < SESSIONS_SINCE else _HIDDEN

    async def look(self, name: PipelineName) -> Look:
        reply = await self.ask(pipeline_path(name), STATUS_ONLY)
        return reply if isinstance(reply, Problem) else answers.look(reply, name)

    async def look_at_all(self) -> ListedPipelines | Problem:
        began = self._costs.clock.monotonic()
        reply = await self.ask("/v0/pipelines", STATUS_ONLY, body_max=LIST_MAX)
        listed = reply if isinstance(reply, Problem) else await answers.look_at_all(reply)
        if not isinstance(listed, Problem):
            self._costs.note_list(began)
        return listed

    async def history(self, address: str, name: PipelineName) -> PipelineEvents | Problem:
        """The pipeline's events, and the Feldera and tenant that they come from."""
        here = await self.identity(address)
        if isinstance(here, Problem):
            return here
        reply = await self.ask(f"{pipeline_path(name)}/events", STATUS_ONLY)
        history = reply if isinstance(reply, Problem) else answers.history(reply)
        if isinstance(history, Problem):
            return history
        still_here = await self.identity(address)  # the events do not name their tenant
        if isinstance(still_here, Problem):
            return still_here
        if still_here != here:
            return _CHANGED_MEANWHILE
        look = None if here.is_unique else await self.look(name)
        return replace(history, here=here, pipeline=look.pipeline.id if isinstance(look, Seen) else None)

    async def observe(
        self, address: str, reviewed: Mapping[PipelineName, PipelineId | None]
    ) -> Observation | Problem:
        """See `Pipelines.observe`: the identity is queried before the looks, and after them if one is unexpected."""
        here = await self.identity(address)
        if isinstance(here, Problem):
            return here
        found = await self._looks(reviewed)
        if isinstance(found, Problem):
            return found
        if all(is_expected(look, reviewed[name]) for name, look in found.items()):
            return Observation(here, found)
        still_here = await self.identity(address)
        if isinstance(still_here, Problem):
            return still_here
        return Observation(here, found) if still_here == here else _CHANGED_MEANWHILE

    async def _looks(self, names: Iterable[PipelineName]) -> Mapping[PipelineName, Look] | Problem:
        """One by one while that is cheaper, else by one list; what it lacks is looked up by name. Nothing twice."""
        names, failures = tuple(names), list[Problem]()
        first = names if self._costs.knows_one else names[:MEASURED_BY]
        if self._costs.list_is_cheaper(len(first)):
            first = ()
        found = await self._by_name(first, failures)
        rest = names[len(first) :]
        if not self._costs.list_is_cheaper(len(rest)):
            return found | await self._by_name(rest, failures)
        everything = await self.look_at_all()
        if not isinstance(everything, Problem):
            by_name = await self._by_name(not_listed(rest, everything), failures)
            async for name in in_slices(rest, READ_AT_ONCE):
                found |= looks([name], everything, by_name)
            return found
        if self.rejection is not None:
            return everything
        if everything.retry_after:  # after that time, the next queries are by name
            self._costs.note_failed_list()
            return everything
        by_name = await self._by_name(rest, failures)
        is_outage = all(isinstance(look, Problem) for look in by_name.values())
        if not is_outage:  # an outage says nothing about lists
            self._costs.note_failed_list()
        return found | by_name

    async def _by_name(
        self, names: tuple[PipelineName, ...], failures: list[Problem]
    ) -> dict[PipelineName, Look]:
        """Look each up, a few at once. After as many `failures` it is an outage: the rest share the last one."""
        waiting, began = iter(names), self._costs.clock.monotonic()
        found: dict[PipelineName, Look] = {}

        async def ask() -> None:
            for name in waiting:
                if len(failures) >= ASKED_AT_ONCE or (failures and self.rejection is not None):
                    found[name] = failures[-1]
                    continue
                found[name] = look = await self.look(name)
                if isinstance(look, Problem) and look.trouble is not ProblemKind.UNEXPECTED:
                    failures.append(look)

        async with asyncio.TaskGroup() as group:
            for _ in names[:ASKED_AT_ONCE]:
                group.create_task(ask())
        if names and not failures:
            self._costs.note_some(len(names), began)
        return found


def pipeline_path(name: PipelineName) -> str:
    if not is_pipeline_name(name):
        raise ValueError("not a pipeline's name: it must be checked before it gets here")
    return f"/v0/pipelines/{quote(name, safe='')}"
