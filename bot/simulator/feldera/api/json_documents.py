"""Feldera's JSON, key by key in its order, and its spelling of moments. Pure: values in, values out."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from bot.simulator.feldera.state.pipeline import Event, SimulatedPipeline

PLATFORM_VERSION = "0.337.0"


class Selector(StrEnum):
    """`?selector=` of the pipelines; Feldera's default is all columns."""

    ALL = "all"
    STATUS = "status"


class EventSelector(StrEnum):
    """`?selector=` of the events; that they can be had with all columns is not simulated."""

    STATUS = "status"


def encoded(value: Any) -> bytes:
    """JSON as serde writes it: no spaces, and not a letter escaped."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def moment(at: datetime | None) -> str | None:
    """RFC 3339 in UTC with `Z`, and 0, 3 or 6 digits of a second, whichever is enough."""
    if at is None:
        return None
    at = at.astimezone(UTC)
    timespec = "microseconds" if at.microsecond % 1000 else "milliseconds" if at.microsecond else "seconds"
    return at.replace(tzinfo=None).isoformat(timespec=timespec) + "Z"


def pipeline_document(pipeline: SimulatedPipeline, selector: Selector) -> dict[str, Any]:
    """One pipeline, as `GET /v0/pipelines/{name}` and the list show it."""
    everything = selector is Selector.ALL
    document: dict[str, Any] = {
        "id": pipeline.id,
        "name": pipeline.name,
        "description": "",
        "tags": [],
        "created_at": moment(pipeline.created_at),
        "version": pipeline.version,
        "platform_version": PLATFORM_VERSION,
    }
    if everything:
        document |= {
            "runtime_config": {"workers": 8, "storage": {"backend": {"name": "default"}}},
            "program_code": f"-- the program of {pipeline.name}\nCREATE TABLE events (id BIGINT NOT NULL PRIMARY KEY);",
            "udf_rust": "",
            "udf_toml": "",
        }
    document |= {
        "program_config": {
            "profile": "optimized",
            "cache": True,
            "runtime_version": None,
            "use_platform_compiler": False,
        },
        "program_version": pipeline.program_version,
        "program_status": pipeline.program_status.value,
        "program_status_since": moment(pipeline.program_status_since),
    }
    if everything:
        document |= {"program_error": _program_error(pipeline), "program_info": None}
    document |= {
        "deployment_error": pipeline.error,
        "refresh_version": pipeline.refresh_version,
        "storage_status": pipeline.storage.value,
        "storage_status_details": pipeline.storage_details,
    }
    return document | _deployment(pipeline, everything=everything)


def _deployment(pipeline: SimulatedPipeline, *, everything: bool) -> dict[str, Any]:
    since = max(pipeline.resources_since, pipeline.runtime_since or pipeline.resources_since)
    desired_since = max(
        pipeline.resources_desired_since, pipeline.runtime_desired_since or pipeline.resources_desired_since
    )
    document: dict[str, Any] = {
        "deployment_id": pipeline.deployment_id,
        "deployment_initial": pipeline.initial,
        "deployment_status": pipeline.deployment_status,
        "deployment_status_since": moment(since),
        "deployment_desired_status": pipeline.deployment_desired_status,
        "deployment_desired_status_since": moment(desired_since),
        "deployment_resources_status": pipeline.resources.value,
        "deployment_resources_status_since": moment(pipeline.resources_since),
    }
    if everything:
        document["deployment_resources_status_details"] = pipeline.resources_details
    return document | {
        "deployment_resources_desired_status": pipeline.resources_desired.value,
        "deployment_resources_desired_status_since": moment(pipeline.resources_desired_since),
        "deployment_runtime_status": pipeline.runtime,
        "deployment_runtime_status_details": pipeline.runtime_details,
        "deployment_runtime_status_since": moment(pipeline.runtime_since),
        "deployment_runtime_desired_status": pipeline.runtime_desired,
        "deployment_runtime_desired_status_since": moment(pipeline.runtime_desired_since),
        "bootstrap_policy": pipeline.bootstrap,
        "silent_bootstrap": False,
        "concurrent_bootstrap": False,
    }


def _program_error(pipeline: SimulatedPipeline) -> Mapping[str, Any]:
    messages = []
    if pipeline.program_error is not None:
        messages.append(
            {
                "start_line_number": 1,
                "start_column": 1,
                "end_line_number": 1,
                "end_column": 1,
                "warning": False,
                "error_type": "Error in SQL statement",
                "message": pipeline.program_error,
                "snippet": None,
            }
        )
    compiled = {"exit_code": 1 if messages else 0, "messages": messages}
    return {"sql_compilation": compiled, "rust_compilation": None, "system_error": None}


def configuration(version: str) -> dict[str, Any]:
    """What `GET /v0/config` tells of the installation."""
    texts = ("posthog", "conceptualhq", "product_fruits", "revision", "runtime_revision", "changelog_url")
    build = ("build_timestamp", "build_cpu", "build_os", "rustc_version", "cargo_target_triple", "cargo_debug",
             "cargo_opt_level", "cargo_features", "cargo_dependencies")  # fmt: skip
    return dict.fromkeys(texts, "") | {
        "edition": "Open source",
        "version": version,
        "build_source": "source",
        "build_info": dict.fromkeys(build, ""),
        "license_validity": None,
        "update_info": None,
        "unstable_features": None,
    }


def event_document(event: Event) -> dict[str, Any]:
    """One event, as `GET .../events` shows it."""
    return {
        "event_id": event.id,
        "recorded_at": moment(event.at),
        "deployment_resources_status": event.resources.value,
        "deployment_resources_desired_status": event.resources_desired.value,
        "deployment_runtime_status": event.runtime,
        "deployment_runtime_desired_status": event.runtime_desired,
        "deployment_has_error": event.has_error,
        "program_status": event.program_status.value,
        "storage_status": event.storage.value,
    }
