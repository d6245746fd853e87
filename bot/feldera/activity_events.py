"""Pipeline events for display (`GET /v0/pipelines/{name}/events?selector=status`): pure.

They prove nothing, so an unusual value in a row is left out or cut short, not rejected. `answers.history` reads,
strictly, the events that settle an operation.
"""

from http import HTTPStatus
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, TypeAdapter, ValidationError

from bot.domain.pipelines.activity import Shape
from bot.domain.pipelines.pipeline import STOPPED, Problem, Storage
from bot.feldera.http.problems import NOT_AS_KNOWN, problem
from bot.feldera.http.response import Response
from bot.feldera.models import Moment
from bot.feldera.one_line import WORD_MAX, one_line

PROVISIONED = "Provisioned"  # the resources exist: the runtime status then counts

_Word = Annotated[str, AfterValidator(lambda text: one_line(text, WORD_MAX))]


class _RowBody(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    recorded_at: Moment
    deployment_resources_status: _Word = ""
    deployment_resources_desired_status: _Word = ""
    deployment_runtime_status: _Word | None = None
    deployment_runtime_desired_status: _Word | None = None
    deployment_has_error: bool = False
    program_status: _Word = ""
    storage_status: _Word = ""

    def shape(self) -> Shape:
        """Combines the two statuses as Feldera does for its `deployment_status`."""
        deployment, wanted = self.deployment_resources_status, self.deployment_resources_desired_status
        if deployment == PROVISIONED:
            deployment = self.deployment_runtime_status or "Unavailable"
        if wanted != STOPPED:
            wanted = self.deployment_runtime_desired_status or wanted
        known = {storage.value for storage in Storage}
        storage = Storage(self.storage_status) if self.storage_status in known else Storage.OTHER
        return Shape(
            self.recorded_at, deployment, wanted, storage, self.program_status, self.deployment_has_error
        )


_ROWS = TypeAdapter(tuple[_RowBody, ...])


def shapes(reply: Response) -> tuple[Shape, ...] | Problem | None:
    """Newest first, as Feldera orders them. None if there is no such endpoint (before 0.292): 404 without an error envelope."""
    if reply.status == HTTPStatus.NOT_FOUND and reply.error is None:
        return None
    if reply.status != HTTPStatus.OK or not reply.is_json:
        return problem(reply)
    try:
        return tuple(row.shape() for row in _ROWS.validate_json(reply.body))
    except ValidationError:
        return NOT_AS_KNOWN
