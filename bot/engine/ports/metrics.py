"""The port for metrics: what the bot counts and times, as it happens. An implementation returns at once, from any thread."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.operations.inputs import Transition
from bot.domain.operations.plans import StepName
from bot.domain.pipelines.pipeline import Answer, Look
from bot.domain.pipelines.targets import TargetName


class Metrics(Protocol):
    def changed(self, made: Transition) -> None:
        """A transition is stored."""
        ...

    def looked(self, target: TargetName, looks: Iterable[Look]) -> None:
        """Feldera was asked about these pipelines, or about a list of them, which counts as one look."""
        ...

    def answered(self, target: TargetName, step: StepName, answer: Answer) -> None:
        """A step's request was to be sent to Feldera."""
        ...

    def called_slack(self, method: str, outcome: str) -> None:
        """A call of Slack's Web API has ended."""
        ...

    def acked(self, kind: str, seconds: float) -> None:
        """A delivery of Slack was answered; `kind` is one of the few that the bot knows."""
        ...

    def reconnected(self) -> None:
        """A WebSocket to Slack took the place of an earlier one."""
        ...


class Unmeasured:
    """`Metrics` that keeps nothing."""

    def changed(self, made: Transition) -> None: ...

    def looked(self, target: TargetName, looks: Iterable[Look]) -> None: ...

    def answered(self, target: TargetName, step: StepName, answer: Answer) -> None: ...

    def called_slack(self, method: str, outcome: str) -> None: ...

    def acked(self, kind: str, seconds: float) -> None: ...

    def reconnected(self) -> None: ...


@dataclass(frozen=True, slots=True)
class StoredFigures:
    """Numbers that only the database has, read in one statement.

    `lines` and `cards` are owed to Slack; `owed_since` is when the oldest line, or card that was never posted, was due.
    `audit_entry` is the id of the audit log's newest entry; 0 without any.
    """

    awaiting_review: int
    lines: int
    cards: int
    owed_since: datetime | None
    audit_entry: int
