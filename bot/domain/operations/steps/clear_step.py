"""The clear step: `POST /v0/pipelines/{name}/clear`.

The proofs are Feldera's rules (its storage state machine): `Clearing` leads only to `Cleared`; only a start leads
from `Cleared` to `InUse`; deleting and renaming are refused until the storage is `Cleared`. So a pipeline that is
gone, or is in use again after another stop, shows what must have happened between two looks.
"""

from bot.domain.operations.fingerprints import Fingerprint
from bot.domain.operations.outcome import Ending
from bot.domain.operations.steps.verdicts import (
    AskHistory,
    Blocked,
    Completed,
    Contradiction,
    InProgress,
    MaySend,
    Unneeded,
    Untouched,
)
from bot.domain.pipelines.pipeline import Absent, Pipeline, Seen, Storage


class ClearStep:
    """`POST /v0/pipelines/{name}/clear`: the goal is storage `Cleared`."""

    def known_failure(self, pipeline: Pipeline) -> Ending | None:
        return Ending.STORAGE_UNKNOWN if pipeline.storage is Storage.OTHER else None

    def before_sending(
        self, reviewed: Fingerprint, look: Seen | Absent
    ) -> MaySend | InProgress | Unneeded | Blocked:
        if isinstance(look, Absent):
            return Blocked(Ending.UNKNOWN_PIPELINE)
        if look.pipeline.id != reviewed.id:
            return Blocked(Ending.RECREATED_BEFORE)
        match look.pipeline.storage:
            case Storage.CLEARED:
                return Unneeded()
            case Storage.CLEARING:
                return InProgress()
            case Storage.IN_USE if _is_as_reviewed(reviewed, look):
                return MaySend()
            case Storage.OTHER if look.pipeline.is_stopped:
                return Blocked(Ending.STORAGE_UNKNOWN)
            case _:
                return Blocked(Ending.CHANGED_BEFORE if look.pipeline.is_stopped else Ending.RUNNING_BEFORE)

    def after_silence(
        self, reviewed: Fingerprint, look: Seen | Absent
    ) -> Completed | InProgress | Untouched | AskHistory:
        proved = _proved_cleared(reviewed, look)
        if proved is not None:
            return proved
        assert isinstance(look, Seen)  # noqa: S101 - an absent pipeline is proved cleared above
        if look.pipeline.storage is Storage.CLEARING:
            return InProgress()
        return Untouched() if _is_as_reviewed(reviewed, look) else AskHistory()

    def while_waiting(
        self, reviewed: Fingerprint, look: Seen | Absent
    ) -> Completed | InProgress | Contradiction | AskHistory:
        proved = _proved_cleared(reviewed, look)
        if proved is not None:
            return proved
        assert isinstance(look, Seen)  # noqa: S101 - an absent pipeline is proved cleared above
        if look.pipeline.storage is Storage.CLEARING:
            return InProgress()
        if look.pipeline.storage is Storage.IN_USE and not _is_as_reviewed(reviewed, look):
            return AskHistory()  # cleared and started since, if its own clear was accepted
        return Contradiction()


def _proved_cleared(reviewed: Fingerprint, look: Seen | Absent) -> Completed | None:
    if isinstance(look, Absent):
        return Completed(Ending.CLEARED_THEN_GONE)
    if look.pipeline.id != reviewed.id:
        return Completed(Ending.CLEARED_THEN_RECREATED)
    if look.pipeline.storage is Storage.CLEARED:
        return Completed(Ending.CLEARED if look.pipeline.is_stopped else Ending.CLEARED_AND_STARTING)
    return None


def _is_as_reviewed(reviewed: Fingerprint, look: Seen) -> bool:
    pipeline = look.pipeline
    in_use = pipeline.storage is Storage.IN_USE
    return in_use and pipeline.is_stopped and Fingerprint.of(pipeline) == reviewed
