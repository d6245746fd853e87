"""What Feldera's HTTP responses mean: pure functions from a `Response` to the domain's types.

A request that changes something counts as refused or not sent only where Feldera's rules prove that it did
nothing; any other may have taken effect. A status code alone is never trusted where a proxy or Feldera's own web
console could have answered instead.
"""

from http import HTTPStatus
from typing import Final

from pydantic import ValidationError

from bot.domain.ids import PipelineId, PipelineName
from bot.domain.pipelines.pipeline import (
    Absent,
    Accepted,
    Answer,
    Look,
    NotSent,
    PipelineEvents,
    Problem,
    ProblemKind,
    Refusal,
    Refused,
    RunnerHealth,
    Seen,
    Unknown,
)
from bot.feldera.http.problems import NO_TENANT, NOT_AS_KNOWN, is_ambiguous, problem
from bot.feldera.http.response import Response
from bot.feldera.installation import Installation
from bot.feldera.models import (
    EVENTS,
    ConfigurationBody,
    HealthBody,
    PipelineBody,
    ProgramBody,
    ServiceBody,
)
from bot.feldera.one_line import one_line
from bot.feldera.pipeline_list import ListedPipelines, listed, listed_ids

UNKNOWN_PIPELINE_CODE: Final = "UnknownPipelineName"

ROLLED_BACK_CODES: Final = frozenset({"LockTookTooLong", "DeadlockDetected"})
"""Error codes (503) of a Feldera transaction that was rolled back."""

REFUSING_STATUSES: Final = frozenset({400, 403, 404, 405, 409, 501})
"""With Feldera's error envelope, these come before anything is changed, and a retry gets the same."""


def look(reply: Response, name: PipelineName) -> Look:
    """`GET /v0/pipelines/{name}?selector=status`. Absent only if Feldera's own error code says so."""
    if _says_unknown_pipeline(reply):
        return Absent()
    if not _is_good(reply):
        return problem(reply)
    try:
        pipeline = PipelineBody.model_validate_json(reply.body).pipeline()
    except ValidationError:
        return NOT_AS_KNOWN
    if pipeline.name != name:
        return Problem(
            ProblemKind.UNEXPECTED, "Feldera answered about another pipeline than the one asked for."
        )
    return Seen(pipeline)


async def look_at_all(reply: Response) -> ListedPipelines | Problem:
    """`GET /v0/pipelines?selector=status`. A pipeline missing from it may exist nevertheless.

    A row of which only the name can be read is a `Problem` under that name; one without a valid name is counted.
    """
    return await listed(reply.body) if _is_good(reply) else problem(reply)


async def ids(reply: Response) -> frozenset[PipelineId] | Problem:
    """`GET /v0/pipelines?selector=status`: the ids that can be read."""
    return await listed_ids(reply.body) if _is_good(reply) else problem(reply)


def submitted(reply: Response) -> Answer:
    """The response to `POST …/clear`, `…/stop?force=true` or `…/start`.

    Feldera accepts (202) a clear whatever the storage, even with nothing to clear; a forced stop in every state; a start
    even if one was requested already.
    """
    if reply.status == HTTPStatus.ACCEPTED and not reply.is_html:
        return Accepted()
    error = reply.error
    if is_ambiguous(error):  # rejected before anything was done
        return NotSent(NO_TENANT)
    if error is not None and reply.status in REFUSING_STATUSES:
        return Refused(_refusal(reply), error.sentence, error.code)
    if error is None and reply.status == HTTPStatus.NOT_FOUND:
        return Refused(Refusal.WRONG_ADDRESS, problem(reply).message)
    rolled_back = error is not None and error.error_code in ROLLED_BACK_CODES
    if rolled_back and reply.status == HTTPStatus.SERVICE_UNAVAILABLE:
        return NotSent(problem(reply))
    # Feldera authenticates before it does anything; a rate limiter answers in front of it.
    if reply.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS}:
        return NotSent(problem(reply))
    return Unknown(problem(reply))


def history(reply: Response) -> PipelineEvents | Problem:
    """`GET /v0/pipelines/{name}/events?selector=status`: newest first, as Feldera orders them."""
    if not _is_good(reply):
        return problem(reply)
    try:
        events = EVENTS.validate_json(reply.body)
    except ValidationError:
        return NOT_AS_KNOWN
    return PipelineEvents(tuple(event.change() for event in events))


def program_error(reply: Response) -> str | Problem:
    """`GET /v0/pipelines/{name}?selector=all`: the first lines of the compiler's errors; empty if there are none."""
    if not _is_good(reply):
        return problem(reply)
    try:
        return ProgramBody.model_validate_json(reply.body).said
    except ValidationError:
        return NOT_AS_KNOWN


def runner_health(reply: Response) -> RunnerHealth:
    """`GET /v0/cluster_healthz`. Feldera's message about its runner names machines: it is for the log only."""
    runner = runner_report(reply)
    return RunnerHealth(None, problem(reply).message) if runner is None else RunnerHealth(runner.healthy)


def runner_report(reply: Response) -> ServiceBody | None:
    """Feldera's report on its runner: the same body with 200 (all healthy) and with 503."""
    if not reply.is_json or reply.status not in {HTTPStatus.OK, HTTPStatus.SERVICE_UNAVAILABLE}:
        return None
    try:
        return HealthBody.model_validate_json(reply.body).runner
    except ValidationError:
        return None  # a 503 from another server or Feldera version: the caller reports it as a problem


def version(reply: Response) -> tuple[int, int] | Problem:
    """`GET /v0/config`: (0, 337) for Feldera 0.337.0."""
    if not _is_good(reply):
        return problem(reply)
    try:
        return ConfigurationBody.model_validate_json(reply.body).numbers
    except ValidationError:
        return NOT_AS_KNOWN


def installation(reply: Response) -> Installation | Problem:
    """`GET /v0/config`: the version and edition, and the time in the answer's header."""
    if not _is_good(reply):
        return problem(reply)
    try:
        configuration = ConfigurationBody.model_validate_json(reply.body)
    except ValidationError:
        return NOT_AS_KNOWN
    greeting = one_line(f"Feldera {configuration.version} ({configuration.edition})")
    return Installation(greeting, configuration.numbers, reply.date)


def _refusal(reply: Response) -> Refusal:
    if _says_unknown_pipeline(reply):
        return Refusal.UNKNOWN_PIPELINE
    return Refusal.NO_ACCESS if reply.status == HTTPStatus.FORBIDDEN else Refusal.BY_RULE


def _says_unknown_pipeline(reply: Response) -> bool:
    error = reply.error
    return (
        reply.status == HTTPStatus.NOT_FOUND
        and error is not None
        and error.error_code == UNKNOWN_PIPELINE_CODE
    )


def _is_good(reply: Response) -> bool:
    return reply.status == HTTPStatus.OK and reply.is_json
