"""Opens the tracer, if the settings ask for one. OpenTelemetry is imported here and not before: without traces, never."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module

from bot.domain.errors import UserError
from bot.domain.pipelines.targets import Targets
from bot.engine.ports import Clock, Tracer

EXTRA = "otel"
NOT_INSTALLED = "OTEL_EXPORTER_OTLP_ENDPOINT asks for traces, but OpenTelemetry is not installed."
INSTALL_IT = (
    f"Install what the extra {EXTRA} needs (`pip install --require-hashes -r docs/deploy/otel-requirements.txt`, or "
    f"`pip install '.[{EXTRA}]'`), or remove the variable."
)


class TracingUnavailable(UserError):  # noqa: N818 - named for what happened, like every other outcome
    """Traces are asked for, and cannot be made."""


def is_installed() -> bool:
    """Whether OpenTelemetry is there."""
    try:
        import_module("bot.observability.opentelemetry_tracer")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "opentelemetry":
            raise
        return False
    return True


@asynccontextmanager
async def tracing(
    endpoint: str | None, version: str, targets: Targets, clock: Clock
) -> AsyncIterator[Tracer | None]:
    """A tracer that exports to `endpoint`; None without one.

    Raises:
        TracingUnavailable: OpenTelemetry is not installed, or cannot use its variables.
    """
    if endpoint is None:
        yield None
        return
    if not is_installed():
        raise TracingUnavailable(f"{NOT_INSTALLED} {INSTALL_IT}")
    from bot.observability.opentelemetry_tracer import OpenTelemetryTracer  # noqa: PLC0415 - see above

    try:
        tracer = OpenTelemetryTracer(endpoint, version, targets, clock)
    except (ValueError, RuntimeError) as error:  # how its SDK rejects a variable
        raise TracingUnavailable(f"OpenTelemetry cannot use its settings (OTEL_…): {error}") from error
    try:
        yield tracer
    finally:
        await tracer.aclose()
