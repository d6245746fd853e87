"""The stop step: `POST /v0/pipelines/{name}/stop?force=true`, which Feldera accepts in every state.

A run is identified by the moment it was requested (`deployment_resources_desired_status_since`): pausing, resuming
and checkpoints do not move it, a stop and a start do. Status alone does not distinguish the run that ended from one
that somebody began and ended since; where a clear follows, the pipeline's events must.
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
from bot.domain.pipelines.pipeline import STOPPED, Absent, Pipeline, Seen


class StopStep:
    """The goal is fully stopped: resources `Stopped` and desired so, exactly what a clear requires."""

    def known_failure(self, _pipeline: Pipeline) -> Ending | None:
        return None

    def before_sending(
        self, reviewed: Fingerprint, look: Seen | Absent
    ) -> MaySend | InProgress | Unneeded | Blocked:
        if isinstance(look, Absent):
            return Blocked(Ending.UNKNOWN_PIPELINE)
        pipeline = look.pipeline
        if pipeline.id != reviewed.id:
            return Blocked(Ending.RECREATED_BEFORE)
        if pipeline.is_stopped:
            return Unneeded(Ending.NOTHING_TO_STOP)
        if pipeline.resources_desired == STOPPED:
            return InProgress()
        return MaySend() if _is_this_run(reviewed, pipeline) else Blocked(Ending.RESTARTED_BEFORE)

    def after_silence(
        self, reviewed: Fingerprint, look: Seen | Absent
    ) -> Completed | InProgress | Untouched | StepFailed:
        ended = _ended(reviewed, look)
        if ended is not None:
            return ended
        assert isinstance(look, Seen)  # noqa: S101 - an absent pipeline was stopped, above
        if _is_this_run(reviewed, look.pipeline):
            return Untouched()
        return StepFailed(Ending.RESTARTED_WHILE_STOPPING)

    def while_waiting(
        self, reviewed: Fingerprint, look: Seen | Absent
    ) -> Completed | InProgress | Contradiction | StepFailed:
        ended = _ended(reviewed, look)
        if ended is not None:
            return ended
        assert isinstance(look, Seen)  # noqa: S101 - an absent pipeline was stopped, above
        if _is_this_run(reviewed, look.pipeline):
            return Contradiction()
        return StepFailed(Ending.RESTARTED_WHILE_STOPPING)


def _ended(reviewed: Fingerprint, look: Seen | Absent) -> Completed | InProgress | None:
    """What it proves about the reviewed run; None if the pipeline is desired to run."""
    if isinstance(look, Absent) or look.pipeline.id != reviewed.id:
        return Completed(Ending.STOPPED_THEN_GONE)  # Feldera deletes and renames only what is stopped
    if look.pipeline.is_stopped:
        return Completed(Ending.PIPELINE_STOPPED)
    return InProgress() if look.pipeline.resources_desired == STOPPED else None


def _is_this_run(reviewed: Fingerprint, pipeline: Pipeline) -> bool:
    return reviewed.was_wanted and pipeline.resources_desired_since == reviewed.wanted_since
