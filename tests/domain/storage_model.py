"""A tiny Feldera for the random world: one pipeline's storage by Feldera's rules, and what truly happened to it.

It knows nothing of `bot.domain.steps`. Its rules are those of the API: `/clear` only takes a fully stopped pipeline
(and any cleared one), `Clearing` leads only to `Cleared`, only a start leads to `InUse`, and deleting is refused
until the storage is `Cleared`.
"""

from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.ids import PipelineId
from bot.domain.pipelines.pipeline import Absent, Change, Checkpoints, Pipeline, PipelineEvents, Seen, Storage
from tests.domain.pipeline_samples import STOPPED_AT, pipeline


@dataclass(slots=True)
class StorageModel:
    storage: Storage = Storage.IN_USE
    stopped: bool = True
    wanted: bool = False
    exists: bool = True
    generation: int = 0
    checkpoints: int = 2
    status_since: datetime = STOPPED_AT
    changes: list[Change] = field(default_factory=lambda: [Change(STOPPED_AT, Storage.IN_USE)])
    cleared: int = 0
    """How often the storage that the operation's requester reviewed, or a later one, truly became `Cleared`."""

    @property
    def is_fully_stopped(self) -> bool:
        return self.stopped and not self.wanted

    def clear(self, now: datetime) -> int:
        """The request arrives: 202, 400 or 404."""
        if not self.exists:
            return 404
        if self.storage is Storage.CLEARED:
            return 202
        if not self.is_fully_stopped:
            return 400
        self._becomes(Storage.CLEARING, now)
        return 202

    def finishes_clearing(self, now: datetime) -> None:
        self.cleared += 1
        self.checkpoints = 0
        self._becomes(Storage.CLEARED, now)

    def start_is_accepted(self, now: datetime) -> None:
        self.wanted = True
        self._record(now)

    def runs(self, now: datetime) -> None:
        self.stopped, self.status_since = False, now
        self._becomes(Storage.IN_USE, now)

    def stops(self, now: datetime) -> None:
        self.stopped, self.wanted, self.status_since = True, False, now
        self.checkpoints += 1
        self._record(now)

    def is_deleted(self) -> None:
        self.exists = False

    def is_created_anew(self, now: datetime) -> None:
        self.exists, self.generation, self.status_since = True, self.generation + 1, now
        self.storage, self.checkpoints, self.changes = Storage.CLEARED, 0, []
        self._record(now)

    def look(self) -> Seen | Absent:
        return Seen(self._shown()) if self.exists else Absent()

    def history(self) -> PipelineEvents:
        return PipelineEvents(tuple(reversed(self.changes)))

    def _shown(self) -> Pipeline:
        status = "Stopped" if self.stopped else "Running"
        return pipeline(
            id=PipelineId(f"generation-{self.generation}"),
            storage=self.storage,
            status=status,
            status_since=self.status_since,
            desired_status="Running" if self.wanted else "Stopped",
            resources="Stopped" if self.stopped else "Provisioned",
            resources_desired="Provisioned" if self.wanted else "Stopped",
            checkpoints=Checkpoints(self.checkpoints, None),
        )

    def _becomes(self, storage: Storage, now: datetime) -> None:
        self.storage = storage
        self._record(now)

    def _record(self, now: datetime) -> None:
        self.changes.append(Change(now, self.storage))
