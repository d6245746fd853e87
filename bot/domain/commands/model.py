"""Command types: what people can ask for."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from bot.domain.access.permissions import Role
from bot.domain.access.rule_edits import RuleEdit
from bot.domain.ids import GroupId, PipelineName, UserId
from bot.domain.operations.plans import START, STOP, Plan, StepName
from bot.domain.pipelines.state_filters import StateFilter

COMMAND = "/pipeline"

Who = UserId | GroupId
"""A person (`U…`, `W…`) or a user group (`S…`) of this workspace, distinguished by the first letter."""

Ends = timedelta | datetime | time
"""A duration, a moment, or the next time that a clock shows this. Without a zone, it is in that of the person who typed it."""


@dataclass(frozen=True, slots=True)
class Clear:
    """`incident` is empty unless it is a break-glass. `stop` before it, `start` after it."""

    name: PipelineName
    reason: str
    incident: str = ""
    stop: bool = False
    start: bool = False

    @property
    def plan(self) -> Plan:
        before = (StepName.STOP,) if self.stop else ()
        after = (StepName.START,) if self.start else ()
        return (*before, StepName.CLEAR, *after)


@dataclass(frozen=True, slots=True)
class Stop:
    name: PipelineName
    reason: str
    incident: str = ""

    @property
    def plan(self) -> Plan:
        return STOP


@dataclass(frozen=True, slots=True)
class Start:
    name: PipelineName
    reason: str
    incident: str = ""

    @property
    def plan(self) -> Plan:
        return START


PipelineCommand = Clear | Stop | Start
"""A command that changes a pipeline."""


def pipeline_command(plan: Plan, name: PipelineName, reason: str, incident: str) -> PipelineCommand:
    """The command that somebody types for this plan."""
    if StepName.CLEAR in plan:
        return Clear(name, reason, incident, stop=StepName.STOP in plan, start=StepName.START in plan)
    return Stop(name, reason, incident) if plan == STOP else Start(name, reason, incident)


@dataclass(frozen=True, slots=True)
class ClearByForm:
    """A clear of a pipeline that is chosen later, in a form."""


@dataclass(frozen=True, slots=True)
class Status:
    name: PipelineName


@dataclass(frozen=True, slots=True)
class List:
    """The pipelines whose names match, all or those in any of these states."""

    pattern: str = "*"
    states: frozenset[StateFilter] = frozenset()


class HelpTopic(StrEnum):
    """What help explains besides each verb."""

    ROLES = "roles"
    RULES = "rules"
    BREAK_GLASS = "break-glass"


@dataclass(frozen=True, slots=True)
class Help:
    """`about` is a topic or a verb's word. Of what has both names, the topic names the verb, too."""

    about: str | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """`/pipeline` alone: what waits for the person, and the commonest commands."""


@dataclass(frozen=True, slots=True)
class Pending:
    pass


@dataclass(frozen=True, slots=True)
class Approve:
    request: str


@dataclass(frozen=True, slots=True)
class Deny:
    request: str
    reason: str


@dataclass(frozen=True, slots=True)
class Withdraw:
    request: str


@dataclass(frozen=True, slots=True)
class SignOff:
    request: str


@dataclass(frozen=True, slots=True)
class CanI:
    name: PipelineName
    plan: Plan


@dataclass(frozen=True, slots=True)
class WhoAmI:
    pass


@dataclass(frozen=True, slots=True)
class Diagnose:
    pass


@dataclass(frozen=True, slots=True)
class HistoryCommand:
    """Of one pipeline, of one person, or of everything."""

    name: PipelineName | None = None
    user: UserId | None = None


@dataclass(frozen=True, slots=True)
class GrantCommand:
    who: Who
    role: Role
    pattern: str
    lasts: timedelta | None
    note: str


@dataclass(frozen=True, slots=True)
class Revoke:
    who: Who
    role: Role
    pattern: str


@dataclass(frozen=True, slots=True)
class Grants:
    """The grants of one person or group, those that may concern a pattern, or all."""

    who: Who | None = None
    pattern: str | None = None


@dataclass(frozen=True, slots=True)
class ChangeTheRule:
    edit: RuleEdit


@dataclass(frozen=True, slots=True)
class DropTheRule:
    pattern: str


@dataclass(frozen=True, slots=True)
class Rules:
    pass


@dataclass(frozen=True, slots=True)
class FreezeCommand:
    pattern: str
    ends: Ends
    reason: str


@dataclass(frozen=True, slots=True)
class Unfreeze:
    pattern: str


Access = (
    Pending
    | CanI
    | WhoAmI
    | HistoryCommand
    | GrantCommand
    | Revoke
    | Grants
    | ChangeTheRule
    | DropTheRule
    | Rules
    | FreezeCommand
    | Unfreeze
)
Command = (
    PipelineCommand
    | ClearByForm
    | Status
    | List
    | Overview
    | Help
    | Approve
    | Deny
    | Withdraw
    | SignOff
    | Diagnose
    | Access
)


def pipeline_of(command: Command) -> PipelineName | None:
    """The command's pipeline, if it has one."""
    return getattr(command, "name", None)
