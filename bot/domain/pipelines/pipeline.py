"""Feldera's data types: a pipeline, an answer to a request, and the problems of getting one.

Status words are kept as Feldera spells them (`pipeline_status` in its API): a newer Feldera may add some, and an
unknown word must never look like a known one.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from bot.domain.ids import PipelineId, PipelineName

STOPPED = "Stopped"
NOT_COMPILED = frozenset({"SqlError", "RustError", "SystemError"})
DEFAULT_TENANT: Final = "00000000-0000-0000-0000-000000000000"  # of every Feldera without authentication


class Storage(StrEnum):
    """`storage_status` of the API; `OTHER` is a word this bot does not know, and so never acts on."""

    CLEARED = "Cleared"
    IN_USE = "InUse"
    CLEARING = "Clearing"
    OTHER = "Other"


@dataclass(frozen=True, slots=True)
class Checkpoints:
    """What a clear destroys: how many checkpoints, and how many bytes if Feldera knows every size."""

    count: int
    size: int | None


@dataclass(frozen=True, slots=True)
class PipelineError:
    """`deployment_error`; of its details, which can hold a backtrace, only the compiler's message."""

    message: str
    code: str
    details: str = ""


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A pipeline at one look (`GET /v0/pipelines/{name}?selector=status`).

    `resources_desired_since` is when it was last asked to run or to stop: the same moment is the same run.
    """

    id: PipelineId
    name: PipelineName
    storage: Storage
    status: str
    status_since: datetime
    desired_status: str
    desired_status_since: datetime
    resources: str
    resources_desired: str
    resources_desired_since: datetime
    program_status: str
    program_status_since: datetime
    checkpoints: Checkpoints
    error: PipelineError | None
    last_checkpoint_at: datetime | None = None

    @property
    def does_not_compile(self) -> bool:
        """What the compiler said is not in the look: it comes with the whole program, megabytes of it."""
        return self.program_status in NOT_COMPILED

    @property
    def is_stopped(self) -> bool:
        """Fully stopped, exactly as `/clear` requires it.

        `deployment_status` alone is not enough: an early start is still `Stopped` but wanted otherwise.
        """
        return self.resources == STOPPED and self.resources_desired == STOPPED


class ProblemKind(StrEnum):
    """Why Feldera gave no usable answer."""

    UNREACHABLE = "unreachable"
    BUSY = "busy"
    DATABASE_DOWN = "database_down"
    REJECTED = "rejected"  # 401, when it is not known yet whether for bad credentials or for a lost database
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    NOT_FELDERA = "not_feldera"
    ELSEWHERE = "elsewhere"  # a different Feldera or tenant than the one it was reviewed on
    AMBIGUOUS_FELDERA = "not_told_apart"  # it may be the Feldera of the review, or another one
    NO_TENANT = "no_tenant"  # the bot's login belongs to several tenants, and names none of them
    UNEXPECTED = "unexpected"


@dataclass(frozen=True, slots=True)
class Problem:
    """No usable answer: why, in words for people, and how many seconds Feldera asks us to wait."""

    trouble: ProblemKind
    message: str
    code: str | None = None
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """Which Feldera it is, and whose pipelines it shows: its address, and the tenant's id.

    `tenant` is empty only for a Feldera before 0.327, which does not give one. What one Feldera shows proves nothing
    about a pipeline of another.
    """

    address: str
    tenant: str = ""

    @property
    def is_unique(self) -> bool:
        """Whether no other Feldera could answer with this identity: the tenant's id is a UUID that one Feldera made."""
        return self.tenant not in {"", DEFAULT_TENANT}


@dataclass(frozen=True, slots=True)
class Seen:
    pipeline: Pipeline


@dataclass(frozen=True, slots=True)
class Absent:
    """Feldera was asked about this exact name, and said that it knows no such pipeline."""


Look = Seen | Absent | Problem


@dataclass(frozen=True, slots=True)
class Change:
    """A row of a pipeline's own events (`GET /v0/pipelines/{name}/events`): the storage it had from `at` on.

    And whether it was desired to run then.
    """

    at: datetime
    storage: Storage
    wanted: bool = False


@dataclass(frozen=True, slots=True)
class PipelineEvents:
    """Feldera's events of a pipeline, newest first; it keeps only the latest few hundred changes.

    `here` is the Feldera and tenant they come from; if that identity is not unique, `pipeline` is the id that
    the pipeline had right afterwards, and None if it showed none.
    """

    changes: tuple[Change, ...]
    here: Identity | None = None
    pipeline: PipelineId | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """Feldera accepted the request (202)."""


class Refusal(StrEnum):
    """Why a request certainly did nothing, and will do nothing if repeated."""

    BY_RULE = "by_rule"
    UNKNOWN_PIPELINE = "unknown_pipeline"
    NO_ACCESS = "no_access"
    WRONG_ADDRESS = "wrong_address"


@dataclass(frozen=True, slots=True)
class Refused:
    """Feldera refused: its sentence, and its `error_code` if it gave one."""

    refusal: Refusal
    message: str
    code: str | None = None


@dataclass(frozen=True, slots=True)
class NotSent:
    """The request certainly had no effect, and may be sent again."""

    problem: Problem


@dataclass(frozen=True, slots=True)
class Unknown:
    """The request may have had its effect: only a look can show that."""

    problem: Problem


Answer = Accepted | Refused | NotSent | Unknown


@dataclass(frozen=True, slots=True)
class RunnerHealth:
    """Whether Feldera calls its own runner healthy; None if it could not be asked, and `message` says why."""

    healthy: bool | None
    message: str = ""
