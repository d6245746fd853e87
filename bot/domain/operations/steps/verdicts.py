"""Verdicts: what a step can conclude from a look at its pipeline, and the protocol that each step implements."""

from dataclasses import dataclass
from typing import Protocol

from bot.domain.operations.fingerprints import Fingerprint
from bot.domain.operations.outcome import Ending
from bot.domain.pipelines.pipeline import Absent, Pipeline, Seen


@dataclass(frozen=True, slots=True)
class MaySend:
    """The pipeline is as reviewed: send."""


@dataclass(frozen=True, slots=True)
class InProgress:
    """Feldera is working on it. `phase` is Feldera's word for its progress, where that is worth reporting."""

    phase: str = ""


@dataclass(frozen=True, slots=True)
class Completed:
    """The goal was reached; `ending` says what the pipeline became, in Feldera's words if `said` has them."""

    ending: Ending
    said: str = ""


@dataclass(frozen=True, slots=True)
class Unneeded:
    """The goal was already reached before anything was sent."""

    ending: Ending = Ending.NOTHING_TO_CLEAR


@dataclass(frozen=True, slots=True)
class Blocked:
    """The pipeline is not as reviewed: nothing may be sent."""

    ending: Ending


@dataclass(frozen=True, slots=True)
class Untouched:
    """Provably nothing has happened to the pipeline since it was reviewed."""


@dataclass(frozen=True, slots=True)
class AskHistory:
    """The status alone proves nothing; the pipeline's events may prove it."""


@dataclass(frozen=True, slots=True)
class StepFailed:
    """This request can no longer reach the goal: Feldera gave up, or somebody did the opposite."""

    ending: Ending
    said: str = ""
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Feldera accepted the request, and shows a state that cannot follow from it."""


BeforeSending = MaySend | InProgress | Unneeded | Blocked
AfterSilence = Completed | InProgress | Untouched | AskHistory | StepFailed
WhileWaiting = Completed | InProgress | Contradiction | AskHistory | StepFailed


class Step(Protocol):
    def known_failure(self, pipeline: Pipeline) -> Ending | None:
        """Why this step would fail later, while an earlier one comes first; None if nothing is known yet."""

    def before_sending(self, reviewed: Fingerprint, look: Seen | Absent) -> BeforeSending: ...

    def after_silence(self, reviewed: Fingerprint, look: Seen | Absent) -> AfterSilence: ...

    def while_waiting(self, reviewed: Fingerprint, look: Seen | Absent) -> WhileWaiting: ...
