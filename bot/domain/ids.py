"""The names things go by: Feldera's rule for pipelines, and identifiers that must not be mixed up."""

import re
from dataclasses import dataclass
from typing import NewType

TeamId = NewType("TeamId", str)
UserId = NewType("UserId", str)
GroupId = NewType("GroupId", str)
ChannelId = NewType("ChannelId", str)
OperationId = NewType("OperationId", str)
PipelineName = NewType("PipelineName", str)
PipelineId = NewType("PipelineId", str)

PIPELINE_NAME_MAX = 100
_PIPELINE_NAME = re.compile(rf"[A-Za-z0-9_-]{{1,{PIPELINE_NAME_MAX}}}")


@dataclass(frozen=True, slots=True)
class Actor:
    """A human in Slack: the workspace they belong to, and who they are there. Nothing else identifies anyone."""

    team: TeamId
    user: UserId


def is_pipeline_name(text: str) -> bool:
    """Whether a pipeline may go by `text`, however old it is.

    Since June 2026 a new name has at most 63 characters, and a letter or digit at both ends; pipelines of before keep
    theirs. Feldera does not check names on look-ups, so this stands between what people type and any URL.
    """
    return _PIPELINE_NAME.fullmatch(text) is not None
