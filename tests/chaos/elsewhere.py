"""What others do to pipelines in Feldera itself, at once or at the very moment at which a pipeline is cleared or stopped."""

from collections.abc import Callable
from functools import partial

from bot.simulator.feldera import Refused
from tests.chaos.facts import When
from tests.chaos.oracle import Oracle
from tests.chaos.world import ChaosWorld

CHANGES_THE_REVIEWED = {"recreates", "deletes", "renames"}
NOT_FOUND = 404


class Elsewhere:
    def __init__(self, world: ChaosWorld, oracle: Oracle) -> None:
        self.world, self.oracle = world, oracle

    def elsewhere(self, pipeline: str, does: str) -> None:
        """As far as Feldera lets them; somebody who would recreate one that is gone creates it."""
        try:
            self._does(pipeline, does)
        except Refused as refused:
            if does == "recreates" and refused.status == NOT_FOUND:
                self.world.feldera_of(pipeline).adds(_alone(pipeline))
            return
        self.world.settles()

    def elsewhere_once(self, pipeline: str, state: str, does: str) -> None:
        """No client can see the pipeline cleared, or stopped, before this is done to it."""
        feldera = self.world.feldera_of(pipeline)
        once = {"cleared": feldera.once_cleared, "stopped": feldera.once_stopped}[state]

        def act(_name: str) -> None:
            try:
                self._does(pipeline, does)
            except Refused:
                return

        once(_alone(pipeline), act)

    def _does(self, pipeline: str, does: str) -> None:
        """Raises `Refused` if Feldera refuses it."""
        feldera = self.world.feldera_of(pipeline)
        acts: dict[str, Callable[[str], object]] = {
            "starts": feldera.someone_starts,
            "stops": feldera.someone_stops,
            "clears": feldera.someone_clears,
            "recreates": partial(feldera.someone_recreates, storage="InUse"),
            "deletes": feldera.someone_deletes,
            "restarts": feldera.someone_restarts,
            "pauses": feldera.someone_pauses,
            "resumes": feldera.someone_resumes,
            "breaks": lambda name: feldera.finishes_compiling(name, "SqlError", error="no such table"),
            "renames": lambda name: feldera.someone_renames(name, f"{name}-old-{self.world.moment}"),
        }
        self.world.elsewhere(lambda: acts[does](_alone(pipeline)))
        when = When(self.world.moment, self.world.clock.now())
        self.world.touches.append((pipeline, when.moment))
        if does in CHANGES_THE_REVIEWED:
            self.oracle.touched.setdefault(pipeline, []).append(when)


def _alone(pipeline: str) -> str:
    return pipeline.partition("/")[2]
