"""The list of all pipelines, of which each is read only when somebody asks for it.

Feldera sends thousands at once, and an answer shows a dozen: reading them all would keep everybody else waiting for
more than a second. Pure, like the rest of what reads replies.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json, to_json

from bot.domain.names import PipelineName
from bot.domain.pipelines import Pipeline, Problem, Trouble
from bot.feldera.models import PipelineBody, Word
from bot.feldera.problems import NOT_AS_KNOWN

_NAMES = TypeAdapter(list[Word])


class ListedPipelines(Mapping[PipelineName, Pipeline | Problem]):
    """By name. One that has not the form this bot knows is a problem of its own."""

    def __init__(self, bodies: Mapping[PipelineName, Any]) -> None:
        self._bodies = bodies

    def __getitem__(self, name: PipelineName) -> Pipeline | Problem:
        try:
            return PipelineBody.model_validate_json(to_json(self._bodies[name])).pipeline()
        except ValidationError:
            return NOT_AS_KNOWN

    def __iter__(self) -> Iterator[PipelineName]:
        return iter(self._bodies)

    def __len__(self) -> int:
        return len(self._bodies)

    def __contains__(self, name: object) -> bool:
        return name in self._bodies


def listed(body: bytes) -> ListedPipelines | Problem:
    """What is missing from the list passes for deleted: one without a name, or two of one name, spoil it whole."""
    try:
        bodies = from_json(body, allow_inf_nan=False)
        names = _NAMES.validate_python([each["name"] for each in bodies], strict=True)
    except (
        ValueError,
        TypeError,
        KeyError,
    ):  # no JSON or no such names; no list of objects; one without a name
        return NOT_AS_KNOWN
    by_name = dict(zip(map(PipelineName, names), bodies, strict=True))
    if len(by_name) != len(names):
        return Problem(Trouble.UNEXPECTED, "Feldera's list has two pipelines of one name.")
    return ListedPipelines(by_name)
