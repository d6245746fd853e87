"""A pipeline's state in words, and as JSON, for the shell. Feldera's own words are kept."""

from datetime import datetime

from bot.cli.look import requests_shown
from bot.cli.look.ages import ago
from bot.domain.access.rules import Freeze
from bot.domain.operations.operation import Operation
from bot.domain.pipelines.pipeline import Pipeline, Storage
from bot.slack.sentences.labels import words
from bot.slack.sentences.losses import checkpoints

MESSAGE_SHOWN = 500  # characters of an error's message


def state(pipeline: Pipeline) -> str:
    """`Running`, or `Initializing, desired Running`."""
    if pipeline.status == pipeline.desired_status:
        return pipeline.status
    return f"{pipeline.status}, desired {pipeline.desired_status}"


def storage(pipeline: Pipeline, now: datetime | None = None) -> str:
    """`holds data: 3 checkpoints, 3.0 MiB`; with `now`, also when the last one was made."""
    if pipeline.storage is not Storage.IN_USE:
        return words(pipeline.storage)
    said = f"{words(pipeline.storage)}: {checkpoints(pipeline.checkpoints)}"
    if now is None or pipeline.last_checkpoint_at is None:
        return said
    return f"{said}, the last {ago(pipeline.last_checkpoint_at, now)}"


def error(pipeline: Pipeline) -> str:
    """Empty if there is none."""
    if pipeline.error is not None:
        return pipeline.error.message[:MESSAGE_SHOWN]
    return f"the program does not compile ({pipeline.program_status})" if pipeline.does_not_compile else ""


def as_document(
    pipeline: Pipeline, *, live: Operation | None, pending: Operation | None, freeze: Freeze | None
) -> dict[str, object]:
    return {
        "name": pipeline.name,
        "status": pipeline.status,
        "status_since": pipeline.status_since.isoformat(),
        "desired_status": pipeline.desired_status,
        "desired_status_since": pipeline.desired_status_since.isoformat(),
        "storage": pipeline.storage.value,
        "checkpoints": {"count": pipeline.checkpoints.count, "bytes": pipeline.checkpoints.size},
        "program_status": pipeline.program_status,
        "error": None if pipeline.error is None else pipeline.error.message,
        "request": None if live is None else requests_shown.as_document(live),
        "awaiting_approval": None if pending is None else requests_shown.as_document(pending),
        "frozen_until": None if freeze is None else freeze.until.isoformat(),
    }
