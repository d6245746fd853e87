"""Replies as Feldera, or somebody in its place, would send them."""

import json
from typing import Any

import httpx

from bot.domain.ids import PipelineName
from bot.domain.pipelines.pipeline import Pipeline, Seen
from bot.feldera import answers
from bot.feldera.http.response import Response
from tests.clock import START

JSON = "application/json"
HTML = "text/html; charset=utf-8"
ORDERS = PipelineName("orders")
CONSOLE = b"<!doctype html><html><body>Feldera's web console</body></html>"


def reply(
    status: int, body: Any = b"", *, content_type: str | None = JSON, headers: dict[str, str] | None = None
) -> Response:
    """A reply; a body that is not bytes is sent as JSON."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    typed = {"Content-Type": content_type} if content_type else {}
    lines = {name.encode(): value.encode() for name, value in (typed | (headers or {})).items()}
    return Response(status, httpx.Headers(lines), raw, START)


def envelope(code: str, message: str = "Feldera's sentence.") -> dict[str, Any]:
    return {"message": message, "error_code": code, "details": {"backtrace": "at src/secret.rs"}}


def pipeline(**changes: Any) -> dict[str, Any]:
    """A pipeline's status, as `GET /v0/pipelines/{name}?selector=status` has it, with these fields changed."""
    return {
        "id": "0198d2a4-5e0b-7c11-9c2e-2d9d1f0a7b10",
        "name": "orders",
        "description": "",
        "tags": [],
        "created_at": "2026-02-20T09:15:02.123456Z",
        "version": 4,
        "platform_version": "0.337.0",
        "program_config": {"profile": "optimized", "cache": True},
        "program_version": 2,
        "program_status": "Success",
        "program_status_since": "2026-02-20T09:16:40.000001Z",
        "deployment_error": None,
        "refresh_version": 9,
        "storage_status": "InUse",
        "storage_status_details": {"checkpoints": [{"uuid": "a", "size": 1000}, {"uuid": "b", "size": 24}]},
        "deployment_id": None,
        "deployment_initial": None,
        "deployment_status": "Stopped",
        "deployment_status_since": "2026-03-01T10:00:00.5Z",
        "deployment_desired_status": "Stopped",
        "deployment_desired_status_since": "2026-03-01T09:59:59.1Z",
        "deployment_resources_status": "Stopped",
        "deployment_resources_status_since": "2026-03-01T10:00:00.5Z",
        "deployment_resources_desired_status": "Stopped",
        "deployment_resources_desired_status_since": "2026-03-01T09:59:59.1Z",
        "deployment_runtime_status": None,
    } | changes


def seen(name: PipelineName = ORDERS, **changes: Any) -> Pipeline:
    look = answers.look(reply(200, pipeline(name=name, **changes)), name)
    assert isinstance(look, Seen)
    return look.pipeline
