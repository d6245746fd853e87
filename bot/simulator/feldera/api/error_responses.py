"""Feldera's error responses: one function per refusal, with its status and exact body.

Pure values. The sentences, codes and the shape of `details` are Feldera's own, since clients read all three.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.simulator.feldera.state.deployment_states import Resources, Storage

RETRY_AFTER = "5"
"""Seconds; on every 503 that Feldera's manager writes itself."""

NAME_PATTERN = r"^([A-Za-z0-9][-A-Za-z0-9_]*)?[A-Za-z0-9]$"
NAME_MAXIMUM = 63
OLD_NAME_PATTERN = r"[A-Za-z0-9_-]{1,100}"
"""Of pipelines from before June 2026."""


@dataclass(frozen=True, slots=True)
class Refused(Exception):  # noqa: N818  a refusal is an answer, as good as any other
    """An error answer: `{message, error_code, details}` with its HTTP status."""

    status: int
    code: str
    message: str
    details: Any

    def __str__(self) -> str:
        return f"{self.status} {self.code}: {self.message}"

    @property
    def body(self) -> Mapping[str, Any]:
        return {"message": self.message, "error_code": self.code, "details": self.details}


def unknown_pipeline(name: str) -> Refused:
    return Refused(404, "UnknownPipelineName", f"Unknown pipeline name '{name}'", {"pipeline_name": name})


def ambiguous_tenant() -> Refused:
    message = "The caller is a member of several tenants: name one of them in the header 'Feldera-Tenant'"
    return Refused(400, "AmbiguousTenantMembership", message, {})


def invalid_name(name: str) -> Refused:
    if not name:
        return Refused(400, "EmptyName", "Name cannot be be empty", {})
    if len(name) > NAME_MAXIMUM:
        details: dict[str, Any] = {"name": name, "length": len(name), "maximum": NAME_MAXIMUM}
        message = f"Name '{name}' is longer ({len(name)}) than the maximum ({NAME_MAXIMUM})"
        return Refused(400, "TooLongName", message, details)
    described = "alphanumerics, hyphens and underscores, beginning and ending with an alphanumeric"
    return Refused(
        400,
        "NameDoesNotMatchPattern",
        f"Name '{name}' does not match the pattern '{NAME_PATTERN}': {described}",
        {"name": name, "pattern": NAME_PATTERN, "pattern_description": described},
    )


def duplicate_name() -> Refused:
    return Refused(409, "DuplicateName", "An entity with this name already exists", {})


def storage_immutable(resources: Resources, desired: Resources, current: Storage) -> Refused:
    return Refused(
        400,
        "StorageStatusImmutableUnlessStopped",
        f"Cannot transition storage status from '{current.spoken}' to '{Storage.CLEARING.spoken}' with resources "
        f"status '{resources.spoken}' and desired status '{desired.spoken}'. "
        "Storage status cannot be changed unless the pipeline is fully stopped.",
        {
            "resources_status": resources.value,
            "resources_desired_status": desired.value,
            "current_status": current.value,
            "new_status": Storage.CLEARING.value,
        },
    )


def illegal_start(resources: Resources, desired: Resources) -> Refused:
    hint = (
        "Cannot restart the pipeline while it is stopping. "
        "Wait until it is stopped before starting the pipeline again."
    )
    return Refused(
        400,
        "IllegalPipelineAction",
        f"Deployment resources status (current: '{resources.value}', desired: '{desired.value}') "
        f"cannot have desired changed to 'Provisioned'. {hint}",
        {
            "status": resources.value,
            "current_desired_status": desired.value,
            "new_desired_status": Resources.PROVISIONED.value,
            "hint": hint,
        },
    )


def no_database() -> Refused:
    error = "Error occurred while creating a new object: error connecting to server: Connection refused (os error 111)"
    return Refused(
        500,
        "PostgresPoolError",
        f"Postgres connection pool error: '{error}'",
        {"error": error, "backtrace": "disabled backtrace"},
    )


def start_while_clearing() -> Refused:
    return Refused(
        400,
        "CannotStartWhileClearingStorage",
        "Cannot process `/start` if the `storage_status` is `Clearing`. "
        "Wait for the storage to become cleared before trying again.",
        {},
    )


def start_uncompiled() -> Refused:
    return Refused(
        400,
        "CannotStartWithCompilationError",
        "Cannot process `/start` if the `program_status` is `SqlError`, `RustError` or `SystemError`. "
        "Make changes to fix the error, which will trigger recompilation.",
        {},
    )


def unsupported_initial(initial: str) -> Refused:
    action = f"/start?initial={initial}"
    reason = "initial must be one of: running, paused, standby"
    return Refused(
        405,
        "UnsupportedPipelineAction",
        f"Unsupported pipeline action '{action}': {reason}",
        {"action": action, "reason": reason},
    )


def enterprise_only(feature: str) -> Refused:
    return Refused(
        501,
        "EnterpriseFeature",
        f"Cannot use enterprise-only feature ({feature}) in Feldera community edition.",
        {"feature": feature},
    )


def delete_unless_stopped() -> Refused:
    return Refused(
        400,
        "DeleteRestrictedToFullyStopped",
        "Cannot delete a pipeline which is not fully stopped. "
        "Stop the pipeline first fully by invoking the '/stop' endpoint.",
        {},
    )


def delete_unless_cleared() -> Refused:
    return Refused(
        400,
        "DeleteRestrictedToClearedStorage",
        "Cannot delete pipeline unless its storage is cleared. Clear storage first using `/clear`.",
        {},
    )


def update_unless_stopped() -> Refused:
    return Refused(
        400,
        "UpdateRestrictedToStopped",
        "Pipeline can only be updated while stopped. Stop it first by invoking '/stop'.",
        {},
    )


def edit_unless_cleared(field: str) -> Refused:
    return Refused(
        400,
        "EditRestrictedToClearedStorage",
        f"The following pipeline edits are not allowed while storage is not cleared: `{field}`",
        {"not_allowed": [f"`{field}`"]},
    )


def not_deployed(name: str, status: str, desired: str) -> Refused:
    return Refused(
        503,
        "PipelineInteractionNotDeployed",
        f"Unable to interact with pipeline because the deployment status ({status.lower()}) indicates it is not (yet) "
        f'fully provisioned pipeline-id=N/A pipeline-name="{name}"',
        {"pipeline_name": name, "status": status, "desired_status": desired},
    )


def lock_took_too_long() -> Refused:
    return Refused(
        503,
        "LockTookTooLong",
        "The lock required for this operation took too long to acquire. Try this operation again later.",
        {},
    )


def insufficient_role(required: str, actual: str) -> Refused:
    return Refused(
        403,
        "InsufficientPermissions",
        f"Insufficient permissions: this action requires the '{required}' role, but the caller has '{actual}'",
        {"required": required, "actual": actual},
    )
