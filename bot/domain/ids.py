"""Identifiers: Feldera's rule for pipeline names, and distinct types for ids that must not be mixed up."""

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
    """Whether a pipeline, of any age, may have the name `text`.

    Since June 2026 a new name has at most 63 characters, and a letter or digit at both ends; older pipelines keep
    theirs. Feldera does not check names on look-ups, so this check is between what people type and any URL.
    """
    return _PIPELINE_NAME.fullmatch(text) is not None
