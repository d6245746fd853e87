"""What a step can make of a look at its pipeline, and the protocol that each step follows."""

from dataclasses import dataclass
from typing import Protocol

from bot.domain.operations.fingerprints import Fingerprint
from bot.domain.operations.operation import Ending
from bot.domain.pipelines.pipeline import Absent, Pipeline, Seen


@dataclass(frozen=True, slots=True)
class MaySend:
    """It is as reviewed: send."""


@dataclass(frozen=True, slots=True)
class InProgress:
    """Feldera is doing it. `phase` is Feldera's word for how far it is, where that is worth telling."""

    phase: str = ""


@dataclass(frozen=True, slots=True)
class Completed:
    """The goal was reached; `ending` says what became of the pipeline then, in Feldera's word where it is `said`."""

    ending: Ending
    said: str = ""


@dataclass(frozen=True, slots=True)
class Unneeded:
    """The goal was there before anything was sent."""

    ending: Ending = Ending.NOTHING_TO_CLEAR


@dataclass(frozen=True, slots=True)
class Blocked:
    """Not as reviewed: nothing may be sent."""

    ending: Ending


@dataclass(frozen=True, slots=True)
class Untouched:
    """Provably nothing has happened to the pipeline since it was reviewed."""


@dataclass(frozen=True, slots=True)
class AskHistory:
    """The status alone proves nothing; the pipeline's events may."""


@dataclass(frozen=True, slots=True)
class StepFailed:
    """The goal will not be reached by this request any more: Feldera gave up, or somebody did the opposite."""

    ending: Ending
    said: str = ""
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Feldera took it on, and shows what cannot be."""


BeforeSending = MaySend | InProgress | Unneeded | Blocked
AfterSilence = Completed | InProgress | Untouched | AskHistory | StepFailed
WhileWaiting = Completed | InProgress | Contradiction | AskHistory | StepFailed


class Step(Protocol):
    def known_to_fail(self, pipeline: Pipeline) -> Ending | None:
        """Why this step would fail later, while another one comes before it; None if nothing is known yet."""

    def before_sending(self, reviewed: Fingerprint, look: Seen | Absent) -> BeforeSending: ...

    def after_silence(self, reviewed: Fingerprint, look: Seen | Absent) -> AfterSilence: ...

    def while_waiting(self, reviewed: Fingerprint, look: Seen | Absent) -> WhileWaiting: ...
