"""The start step: `POST /v0/pipelines/{name}/start`, which also dismisses the error of the previous run.

It may take long: a program that is not compiled yet is compiled first, while the pipeline is still `Stopped` but
desired otherwise. A start and a stop each move `deployment_resources_desired_status_since`, so a stopped pipeline
with an unchanged value there has not been touched.
"""

from bot.domain.operations.fingerprints import Fingerprint
from bot.domain.operations.outcome import Ending
from bot.domain.operations.steps.verdicts import (
    Blocked,
    Completed,
    Contradiction,
    InProgress,
    MaySend,
    StepFailed,
    Unneeded,
    Untouched,
)
from bot.domain.pipelines.pipeline import NOT_COMPILED, STOPPED, Absent, Pipeline, Seen, Storage

_UP = {
    "Running": Ending.RUNNING,
    "AwaitingApproval": Ending.AWAITS_APPROVAL_IN_FELDERA,  # of changes to a program that resumes from a checkpoint
    **dict.fromkeys(("Paused", "Standby", "Suspended"), Ending.UP_OTHERWISE),  # as somebody else requested
}
COMPILING = "Compiling"  # this bot's word for `Stopped`, desired otherwise, and no program to run yet
NOT_COMPILED_CODE = "StartFailedDueToFailedCompilation"


class StartStep:
    """The goal is `Running`, or a state that somebody else chose and that only people lead on from."""

    def known_failure(self, pipeline: Pipeline) -> Ending | None:
        return Ending.NOT_COMPILED if pipeline.program_status in NOT_COMPILED else None

    def before_sending(
        self, reviewed: Fingerprint, look: Seen | Absent
    ) -> MaySend | InProgress | Unneeded | Blocked:
        if isinstance(look, Absent):
            return Blocked(Ending.UNKNOWN_PIPELINE)
        pipeline = look.pipeline
        if pipeline.id != reviewed.id:
            return Blocked(Ending.RECREATED_BEFORE)
        if pipeline.resources_desired != STOPPED:
            return Unneeded(Ending.NOTHING_TO_START) if _up(pipeline) else _underway(pipeline)
        if not _is_as_reviewed(reviewed, pipeline):
            return Blocked(Ending.CHANGED_BEFORE)
        failing = self.known_failure(pipeline)
        return MaySend() if failing is None else Blocked(failing)

    def after_silence(
        self, reviewed: Fingerprint, look: Seen | Absent
    ) -> Completed | InProgress | Untouched | StepFailed:
        if isinstance(look, Seen) and _is_untouched(reviewed, look.pipeline):
            return Untouched()
        return _became(reviewed, look)

    def while_waiting(
        self, reviewed: Fingerprint, look: Seen | Absent
    ) -> Completed | InProgress | Contradiction | StepFailed:
        if isinstance(look, Seen) and _is_untouched(reviewed, look.pipeline):
            return Contradiction()
        return _became(reviewed, look)


def _became(reviewed: Fingerprint, look: Seen | Absent) -> Completed | InProgress | StepFailed:
    if isinstance(look, Absent) or look.pipeline.id != reviewed.id:
        return StepFailed(Ending.GONE_WHILE_STARTING)
    pipeline = look.pipeline
    if pipeline.resources_desired != STOPPED:
        return _up(pipeline) or _underway(pipeline)
    if pipeline.resources != STOPPED:
        return InProgress()  # it is being stopped again: who did it, and why, shows once it is stopped
    if pipeline.error is None:
        return StepFailed(Ending.STOPPED_WHILE_STARTING)
    error = pipeline.error
    not_compiled = error.code == NOT_COMPILED_CODE
    ending = Ending.NOT_COMPILED if not_compiled else Ending.START_FAILED
    return StepFailed(ending, error.details or error.message, error.code)


def _up(pipeline: Pipeline) -> Completed | None:
    ending = _UP.get(pipeline.status)
    if ending is None:
        return None
    return Completed(ending, pipeline.status if ending is Ending.UP_OTHERWISE else "")


def _underway(pipeline: Pipeline) -> InProgress:
    return InProgress(COMPILING if pipeline.status == STOPPED else pipeline.status)


def _is_untouched(reviewed: Fingerprint, pipeline: Pipeline) -> bool:
    as_wanted_then = not reviewed.was_wanted and pipeline.resources_desired_since == reviewed.wanted_since
    return pipeline.id == reviewed.id and pipeline.is_stopped and as_wanted_then


def _is_as_reviewed(reviewed: Fingerprint, pipeline: Pipeline) -> bool:
    if reviewed.cleared:  # cleared storage holds nothing that anybody could lose
        return pipeline.is_stopped and pipeline.storage is Storage.CLEARED
    return pipeline.is_stopped and Fingerprint.of(pipeline) == reviewed
