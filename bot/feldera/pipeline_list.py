"""Feldera's list of all pipelines: read row by row, and each pipeline parsed only when it is looked up.

Feldera sends thousands at once, and an answer shows a dozen: parsing them all would block the event loop for more
than a second. Other work goes on between slices of the list, whatever its length.
"""

import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from bot.domain.ids import PipelineId, PipelineName, is_pipeline_name
from bot.domain.pipelines.pipeline import Pipeline, Problem, ProblemKind
from bot.domain.pipelines.targets import THE_ONLY, TargetName, full_name
from bot.event_loop_slices import let_others_run
from bot.feldera.http.problems import NOT_AS_KNOWN
from bot.feldera.models import PipelineBody
from bot.feldera.one_line import is_uuid

SLICE = 2**16  # characters read in one go: about a millisecond
REMEMBERED_ROWS = 10_000
REMEMBERED_ROW_MAX = 4 * 2**10  # bytes; one with fewer than a hundred checkpoints is shorter

_TWO_OF_ONE_NAME = Problem(ProblemKind.UNEXPECTED, "Feldera's list has two pipelines of this name.")
_OPENING = re.compile(r"\s*\[\s*")
_AFTER_A_ROW = re.compile(r"\s*(?:,\s*(?=\S)|(?P<end>\]\s*\Z))")
_EMPTY = re.compile(r"\]\s*\Z")
# Integers become floats: Python refuses to make an int of thousands of digits.
_read_row = json.JSONDecoder(parse_int=float).raw_decode


class ListedPipelines(Mapping[PipelineName, Pipeline | Problem]):
    """Pipelines by name. One without the form that this bot knows is a `Problem` under its name.

    `unreadable` counts the rows without a valid name: which pipelines they are is not known. `target` is the one whose
    list it is: names are full then, in the keys and in the pipelines.
    """

    def __init__(
        self, rows: Mapping[PipelineName, bytes | Problem], unreadable: int, target: TargetName = THE_ONLY
    ) -> None:
        self.unreadable = unreadable
        self._rows = rows
        self._target = target

    def of_target(self, target: TargetName) -> "ListedPipelines":
        """The same list with full names."""
        if target == THE_ONLY:
            return self
        rows = {full_name(target, name): row for name, row in self._rows.items()}
        return ListedPipelines(rows, self.unreadable, target)

    def __getitem__(self, name: PipelineName) -> Pipeline | Problem:
        row = self._rows[name]
        if isinstance(row, Problem):
            return row
        read = _read_again(row) if len(row) <= REMEMBERED_ROW_MAX else _read(row)
        return read if isinstance(read, Problem) else with_target(read, self._target)

    def __iter__(self) -> Iterator[PipelineName]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, name: object) -> bool:
        return name in self._rows


def with_target(pipeline: Pipeline, target: TargetName) -> Pipeline:
    """The pipeline under its full name."""
    return pipeline if target == THE_ONLY else replace(pipeline, name=full_name(target, pipeline.name))


def _read(row: bytes) -> Pipeline | Problem:
    try:
        return PipelineBody.model_validate_json(row).pipeline()
    except ValidationError:
        return NOT_AS_KNOWN


# Most rows are the same bytes in the next list, and parsing one takes longer than everything else done with it.
_read_again = lru_cache(REMEMBERED_ROWS)(_read)


async def listed(body: bytes) -> ListedPipelines | Problem:
    """A problem only if the body is no list: an unreadable row hides no other."""
    found: dict[PipelineName, bytes | Problem] = {}
    unreadable = 0
    try:
        async for row, written in _rows(body):
            name = row.get("name") if isinstance(row, dict) else None
            if not isinstance(name, str) or not is_pipeline_name(name):
                unreadable += 1
            else:
                known = PipelineName(name)
                found[known] = _TWO_OF_ONE_NAME if known in found else written
    except ValueError:
        return NOT_AS_KNOWN
    return ListedPipelines(found, unreadable)


async def listed_ids(body: bytes) -> frozenset[PipelineId] | Problem:
    """The ids that can be read."""
    found = set()
    try:
        async for row, _ in _rows(body):
            id_ = row.get("id") if isinstance(row, dict) else None
            if is_uuid(id_):
                found.add(PipelineId(id_))
    except ValueError:
        return NOT_AS_KNOWN
    return frozenset(found)


async def _rows(body: bytes) -> AsyncIterator[tuple[Any, bytes]]:
    """Each row of the list, with its raw bytes.

    Raises:
        ValueError: it is no list, or is cut off.
    """
    text = body.decode("utf-8", "surrogateescape")  # a broken character spoils only its own row
    opening = _OPENING.match(text)
    if opening is None:
        raise ValueError("no list")
    place = begun = opening.end()
    if _EMPTY.match(text, place):
        return
    while True:
        try:
            row, end = _read_row(text, place)
        except RecursionError:
            raise ValueError("nested too deep") from None
        after = _AFTER_A_ROW.match(text, end)
        if after is None:
            raise ValueError("no list")
        yield row, text[place:end].encode("utf-8", "surrogateescape")
        if after["end"] is not None:
            return
        place = after.end()
        if place - begun >= SLICE:
            begun = place
            await let_others_run()
