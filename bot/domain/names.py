"""The names things go by: Feldera's rule for pipelines, and identifiers that must not be mixed up."""

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NewType

TeamId = NewType("TeamId", str)
UserId = NewType("UserId", str)
GroupId = NewType("GroupId", str)
ChannelId = NewType("ChannelId", str)
OperationId = NewType("OperationId", str)
PipelineName = NewType("PipelineName", str)
PipelineId = NewType("PipelineId", str)

CLOSE_NAMES = 3  # suggestions beside an unknown name
PIPELINE_NAME_MAX = 63  # bytes; Feldera's limit, the same as a DNS label's
_PIPELINE_NAME = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_]*)?[A-Za-z0-9]")


@dataclass(frozen=True, slots=True)
class Actor:
    """A human in Slack: the workspace they belong to, and who they are there. Nothing else identifies anyone."""

    team: TeamId
    user: UserId


def is_pipeline_name(text: str) -> bool:
    """Whether Feldera would accept `text` as a pipeline's name (its rule on create and rename).

    Feldera does not check names on look-ups, so this stands between what people type and any URL.
    """
    return len(text) <= PIPELINE_NAME_MAX and _PIPELINE_NAME.fullmatch(text) is not None


def close_to(name: PipelineName, names: Iterable[PipelineName]) -> tuple[PipelineName, ...]:
    """The names most like this one; a difference in case alone is the likeliest slip of all."""
    spelled: dict[str, list[PipelineName]] = defaultdict(list)
    for other in names:
        spelled[other.lower()].append(other)
    close = difflib.get_close_matches(name.lower(), spelled, n=CLOSE_NAMES)
    return tuple(other for lower in close for other in spelled[lower])[:CLOSE_NAMES]
