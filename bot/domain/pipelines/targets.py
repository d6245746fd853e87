"""Targets: the Felderas that the bot serves. With several, pipelines are named `target/name`. Pure.

With one Feldera a pipeline has its plain name, and people never see a target. A name is never completed here:
one without a target is answered with the possible names.
"""

import re
from dataclasses import dataclass
from typing import NewType

from bot.domain.ids import PipelineName, is_pipeline_name

TargetName = NewType("TargetName", str)

TARGET_NAME_MAX = 30  # characters: a whole name then has at most 131, and fits wherever Slack takes one
DEFAULT = TargetName("default")
THE_ONLY = TargetName("")  # the target of every name if there is one Feldera
_TARGET_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Targets:
    """`names` is empty if there is one Feldera: nobody has to name it."""

    names: tuple[TargetName, ...] = ()

    @property
    def all(self) -> tuple[TargetName, ...]:
        return self.names or (THE_ONLY,)

    def of(self, name: PipelineName) -> TargetName | None:
        """The target that the name refers to; None if it has none, or one that does not exist."""
        target, slash, _ = name.partition("/")
        if not self.names:
            return None if slash else THE_ONLY
        return TargetName(target) if slash and target in self.names else None

    def may_be_typed(self, text: str) -> bool:
        """Whether it could refer to a pipeline, even if the target is missing or wrong."""
        target, slash, name = text.rpartition("/")
        if not slash:
            return is_pipeline_name(text)
        return bool(self.names) and is_target_name(target.lower()) and is_pipeline_name(name)


ONE = Targets()


def is_target_name(text: str) -> bool:
    return len(text) <= TARGET_NAME_MAX and _TARGET_NAME.fullmatch(text) is not None


def full_name(target: TargetName, name: PipelineName) -> PipelineName:
    """The bot's name for the pipeline called `name` on this target."""
    return PipelineName(f"{target}/{name}") if target else name


def target_in(name: PipelineName) -> TargetName:
    """The target that the name begins with, whether it exists or not."""
    return TargetName(name.rpartition("/")[0])


def name_on_target(name: PipelineName) -> PipelineName:
    """The name on its own Feldera."""
    return PipelineName(name.rpartition("/")[2])
