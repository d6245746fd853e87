"""Feldera's HTTP endpoints: each reads a request, calls one method of the state, and answers with Feldera's JSON.

They decide nothing: the state refuses, and authentication has passed before. Query values are read as strictly as
Feldera reads them: a wrong one is 400 in plain text, before the pipeline is looked up.
"""

from enum import StrEnum
from typing import TypeVar

from aiohttp import web

from bot.simulator.feldera.api import error_responses
from bot.simulator.feldera.api.authentication import ROLE, Gate, Unreadable, json_response
from bot.simulator.feldera.api.json_documents import (
    PLATFORM_VERSION,
    EventSelector,
    Selector,
    configuration,
    event_document,
    moment,
    pipeline_document,
)
from bot.simulator.feldera.api.tenancy import ListLosses, Tenant
from bot.simulator.feldera.state.database_outage import Database
from bot.simulator.feldera.state.deployment_states import RUNNER_IS_WELL
from bot.simulator.feldera.state.pipelines import World

Choice = TypeVar("Choice", bound=StrEnum)

OLDER_VERSION = "0.291.0"  # before events, roles and sessions
NO_CACHE = {"Cache-Control": "no-cache"}


class Endpoints:
    def __init__(self, gate: Gate[Tenant], losses: ListLosses, database: Database) -> None:
        self._gate = gate
        self._losses = losses
        self._database = database

    def _of(self, request: web.Request) -> World:
        return self._gate.tenant_of(request).world

    def routes(self) -> list[web.RouteDef]:
        name = "/v0/pipelines/{name}"
        return [
            web.get("/v0/pipelines", self.list_pipelines, allow_head=False),
            web.get(name, self.get_pipeline, allow_head=False),
            web.post(f"{name}/clear", self.clear),
            web.post(f"{name}/stop", self.stop),
            web.post(f"{name}/start", self.start),
            web.get(f"{name}/events", self.list_events, allow_head=False),
            web.get("/v0/cluster_healthz", self.cluster_health, allow_head=False),
            web.get("/v0/config", self.config, allow_head=False),
            web.get("/v0/config/session", self.session, allow_head=False),
            web.get("/healthz", self.health, allow_head=False),
        ]

    async def list_pipelines(self, request: web.Request) -> web.Response:
        selector = _choice(request, "selector", Selector.ALL)
        pipelines, keeps = self._of(request).pipelines(), self._losses.keeps()
        listed = [pipeline_document(each, selector) for each in pipelines if keeps(each.name)]
        return json_response(listed, headers=NO_CACHE)

    async def get_pipeline(self, request: web.Request) -> web.Response:
        selector = _choice(request, "selector", Selector.ALL)
        pipeline = self._of(request).pipeline(request.match_info["name"])
        return json_response(pipeline_document(pipeline, selector), headers=NO_CACHE)

    async def clear(self, request: web.Request) -> web.Response:
        return json_response(self._of(request).clear(request.match_info["name"]), 202)

    async def stop(self, request: web.Request) -> web.Response:
        if not _flag(request, "force", default=False):
            raise error_responses.enterprise_only("stop?force=false")
        return json_response(self._of(request).stop(request.match_info["name"]), 202)

    async def start(self, request: web.Request) -> web.Response:
        """Running at once; what else Feldera takes as `initial` is not simulated, and refused as it refuses others."""
        if (initial := request.query.get("initial", "running")) != "running":
            raise error_responses.unsupported_initial(initial)
        return json_response(self._of(request).start(request.match_info["name"]), 202)

    async def list_events(self, request: web.Request) -> web.Response:
        if not self._of(request).keeps_events:
            return web.Response(status=404)
        _choice(request, "selector", EventSelector.STATUS)
        events = self._of(request).pipeline(request.match_info["name"]).events
        return json_response([event_document(event) for event in reversed(events)])

    async def cluster_health(self, request: web.Request) -> web.Response:
        """200 or 503; this 503 has neither an error body nor `Retry-After`."""
        world = self._of(request)
        checked_at = moment(world.catch_up())
        well = {
            "healthy": True,
            "message": RUNNER_IS_WELL,
            "unchanged_since": moment(world.started_at),
            "checked_at": checked_at,
        }
        health = world.runner
        runner = {
            "healthy": health.healthy,
            "message": health.message,
            "unchanged_since": moment(health.unchanged_since),
            "checked_at": checked_at,
        }
        body = {"all_healthy": health.healthy, "api": well, "compiler": well, "runner": runner}
        return json_response(body, 200 if health.healthy else 503)

    async def config(self, request: web.Request) -> web.Response:
        version = PLATFORM_VERSION if self._of(request).keeps_events else OLDER_VERSION
        return json_response(configuration(version))

    async def session(self, request: web.Request) -> web.Response:
        if not self._of(request).keeps_events:  # an older Feldera than the first with sessions
            return web.Response(status=404)
        tenant = self._gate.tenant_of(request)
        told = (tenant.id, tenant.name, request[ROLE]) if not self._gate.is_ambiguous else (None, None, None)
        return json_response(
            dict(zip(("tenant_id", "tenant_name", "role"), told, strict=True)) | {"memberships": []}
        )

    async def health(self, _request: web.Request) -> web.Response:
        if self._database.was_there_when_probed:
            return json_response({"status": "healthy"})
        unwell = "unhealthy: unable to reach database (see logs for further details)"
        return json_response({"status": unwell}, 500)


def _choice(request: web.Request, key: str, default: Choice) -> Choice:
    value = request.query.get(key, default.value)
    choices = type(default)
    try:
        return choices(value)
    except ValueError:
        expected = ", ".join(f"`{choice.value}`" for choice in choices)
        raise Unreadable(f"unknown variant `{value}`, expected one of {expected}") from None


def _flag(request: web.Request, key: str, *, default: bool) -> bool:
    value = request.query.get(key)
    if value not in {None, "true", "false"}:
        raise Unreadable("provided string was not `true` or `false`")
    return default if value is None else value == "true"
