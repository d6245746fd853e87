"""Recent activity of a pipeline, read from Feldera's own events. Pure.

The events hold the pipeline's state from each moment on, sometimes repeated although nothing changed; people
want to read what changed. They name nobody: Feldera does not know who did it. No decision uses this.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice, pairwise

from bot.domain.pipelines.pipeline import Storage


@dataclass(frozen=True, slots=True)
class Shape:
    """A pipeline's state from `at` on, in Feldera's words; an empty word is one that it did not give."""

    at: datetime
    deployment: str = ""
    wanted: str = ""
    storage: Storage = Storage.OTHER
    program: str = ""
    has_error: bool = False


@dataclass(frozen=True, slots=True)
class Activity:
    """A change: what is new from `at` on. None, or an empty word, means unchanged."""

    at: datetime
    deployment: str = ""
    wanted: str = ""
    storage: Storage | None = None
    program: str = ""
    has_error: bool | None = None


def latest(shapes: Iterable[Shape], limit: int) -> tuple[Activity, ...]:
    """The last changes, newest first, of shapes that are newest first. The oldest shape has nothing to compare with."""
    changes = (_between(before, after) for after, before in pairwise(shapes))
    return tuple(islice((doing for doing in changes if doing != Activity(doing.at)), limit))


def _between(before: Shape, after: Shape) -> Activity:
    return Activity(
        after.at,
        deployment=after.deployment if after.deployment != before.deployment else "",
        wanted=after.wanted if after.wanted != before.wanted else "",
        storage=after.storage if after.storage is not before.storage else None,
        program=after.program if after.program != before.program else "",
        has_error=after.has_error if after.has_error is not before.has_error else None,
    )
