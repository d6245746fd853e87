"""Pipeline fingerprints: what the bot stores to recognize a pipeline again, and how it last saw it."""

from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.ids import PipelineId
from bot.domain.pipelines.pipeline import STOPPED, Checkpoints, Pipeline, Storage


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What the person was shown and confirmed: the pipeline must still have this fingerprint when we send.

    A pipeline gains storage only by running, and running moves `status_since`: the same id and the same moment
    of stopping mean the same storage. For a running pipeline, the id and the run are the fingerprint: `wanted_since`
    is when it was last asked to run (`was_wanted`) or to stop, and `recorded_at` the newest row of its events by then,
    None if they were not read.
    """

    id: PipelineId
    status_since: datetime
    checkpoints: Checkpoints
    wanted_since: datetime | None = field(default=None, compare=False)
    was_wanted: bool = field(default=False, compare=False)
    cleared: bool = field(default=False, compare=False)
    last_checkpoint_at: datetime | None = field(default=None, compare=False)
    recorded_at: datetime | None = field(default=None, compare=False)

    @classmethod
    def of(cls, pipeline: Pipeline, *, recorded_at: datetime | None = None) -> "Fingerprint":
        return cls(
            id=pipeline.id,
            status_since=pipeline.status_since,
            checkpoints=pipeline.checkpoints,
            wanted_since=pipeline.resources_desired_since,
            was_wanted=pipeline.resources_desired != STOPPED,
            cleared=pipeline.storage is Storage.CLEARED,
            last_checkpoint_at=pipeline.last_checkpoint_at,
            recorded_at=recorded_at,
        )


@dataclass(frozen=True, slots=True)
class EventsRead:
    """A pipeline's events could be read: `newest` is the moment of the newest one by Feldera's clock, `at` ours."""

    newest: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class LastSeen:
    """How Feldera last showed the pipeline, in Feldera's words; `status` is empty if it showed none."""

    at: datetime
    status: str
    desired: str
    storage: str
