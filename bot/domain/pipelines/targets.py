"""Which Felderas the bot serves, and how pipelines are called then: `target/name` where there are several. Pure.

With one Feldera a pipeline goes by its own name, and nobody ever reads of a target. A name is never completed here:
one without a target is answered with what could be meant.
"""

import re
from dataclasses import dataclass
from typing import NewType

from bot.domain.ids import PipelineName, is_pipeline_name

TargetName = NewType("TargetName", str)

TARGET_NAME_MAX = 30  # characters: a whole name then has at most 131, and fits wherever Slack takes one
DEFAULT = TargetName("default")
THE_ONLY = TargetName("")  # the target of every name where there is one Feldera
_TARGET_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Targets:
    """`names` is empty where there is one Feldera: nobody has to say which."""

    names: tuple[TargetName, ...] = ()

    @property
    def all(self) -> tuple[TargetName, ...]:
        return self.names or (THE_ONLY,)

    def of(self, name: PipelineName) -> TargetName | None:
        """The target that the name stands for; None if it names none, or one that is not there."""
        target, slash, _ = name.partition("/")
        if not self.names:
            return None if slash else THE_ONLY
        return TargetName(target) if slash and target in self.names else None

    def may_be_typed(self, text: str) -> bool:
        """Whether somebody could mean a pipeline by it, even if they forgot the target or took a wrong one."""
        target, slash, name = text.rpartition("/")
        if not slash:
            return is_pipeline_name(text)
        return bool(self.names) and is_target_name(target.lower()) and is_pipeline_name(name)


ONE = Targets()


def is_target_name(text: str) -> bool:
    return len(text) <= TARGET_NAME_MAX and _TARGET_NAME.fullmatch(text) is not None


def full_name(target: TargetName, name: PipelineName) -> PipelineName:
    """What the bot calls the pipeline that goes by `name` on this target."""
    return PipelineName(f"{target}/{name}") if target else name


def target_in(name: PipelineName) -> TargetName:
    """The target that the name begins with, be it there or not."""
    return TargetName(name.rpartition("/")[0])


def name_on_target(name: PipelineName) -> PipelineName:
    """What its own Feldera calls it."""
    return PipelineName(name.rpartition("/")[2])
