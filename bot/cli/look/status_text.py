"""What `status` prints: a field a line, empty ones left out; then recent events and requests."""

from collections.abc import Iterator
from datetime import datetime

from bot.cli.look import pipeline_state, requests_shown
from bot.cli.look.ages import ago, ahead, lasting
from bot.cli.output import one_line
from bot.domain.pipelines.activity import Activity
from bot.domain.pipelines.pipeline import Problem
from bot.engine.replies import Described
from bot.slack.sentences.labels import words

_COMPILED = "Success"  # what a program's status is when nothing is left to say


def lines(shown: Described, now: datetime) -> Iterator[str]:
    fields = {label: value for label, value in _fields(shown, now) if value}
    width = max(map(len, fields)) + 2
    for label, value in fields.items():
        yield f"{label + ':':<{width}}{one_line(value)}"
    for title, rows in (
        ("Recent Feldera events", _events(shown, now)),
        ("Last requests", _ended(shown, now)),
    ):
        if rows:
            yield f"{title}:"
            yield from (f"  {one_line(row)}" for row in rows)


def _fields(shown: Described, now: datetime) -> Iterator[tuple[str, str]]:
    pipeline, freeze = shown.pipeline, shown.freeze
    yield "Pipeline", pipeline.name
    yield "State", f"{pipeline.status} for {lasting(pipeline.status_since, now)}"
    if pipeline.desired_status != pipeline.status:
        yield "Desired state", f"{pipeline.desired_status} for {lasting(pipeline.desired_status_since, now)}"
    yield "Storage", pipeline_state.storage(pipeline, now)
    if pipeline.program_status != _COMPILED:
        yield "Program", f"{pipeline.program_status} for {lasting(pipeline.program_status_since, now)}"
    yield "Last error", pipeline_state.error(pipeline)
    if shown.live is not None:
        yield "Request", requests_shown.in_words(shown.live, now)
    if shown.pending is not None:
        approvals = requests_shown.approvals(shown.pending)
        yield "Awaiting approval", f"{requests_shown.asked(shown.pending, now)}: {approvals}"
    if freeze is not None:
        yield "Frozen", f"ends {ahead(freeze.until, now)}: {freeze.reason}"


def _events(shown: Described, now: datetime) -> list[str]:
    match shown.activity:
        case None:
            return []  # this Feldera keeps none: it is older than 0.292
        case Problem() as problem:
            return [f"cannot be read right now ({problem.message})"]
        case activity:
            return [f"{ago(event.at, now)}: {_news(event)}" for event in activity]


def _news(event: Activity) -> str:
    """What is new in it, in the order of the fields."""
    told = [event.deployment]
    if event.wanted:
        told.append(f"desired {event.wanted}")
    if event.storage is not None:
        told.append(f"storage {words(event.storage)}")
    if event.program:
        told.append(f"program {event.program}")
    if event.has_error is not None:
        told.append("an error" if event.has_error else "the error is gone")
    return ", ".join(filter(None, told))


def _ended(shown: Described, now: datetime) -> list[str]:
    return [requests_shown.in_words(operation, now) for operation in shown.ended]


def as_document(shown: Described) -> dict[str, object]:
    now = pipeline_state.as_document(
        shown.pipeline, live=shown.live, pending=shown.pending, freeze=shown.freeze
    )
    events = shown.activity if isinstance(shown.activity, tuple) else ()
    return now | {
        "events": [{"at": event.at.isoformat(), "news": _news(event)} for event in events],
        "last_requests": [requests_shown.as_document(operation) for operation in shown.ended],
    }
