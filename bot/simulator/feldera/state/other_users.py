"""What other people do to the pipelines, by the rules of the endpoints: `Refused` where Feldera would refuse."""

from collections.abc import Callable

from bot.simulator.feldera.api.authentication import Gate
from bot.simulator.feldera.api.tenancy import Tenant
from bot.simulator.feldera.state.deployment_states import Runtime, Storage
from bot.simulator.feldera.state.pipeline import SimulatedPipeline
from bot.simulator.feldera.state.pipelines import World


class OtherUsers:
    """The part of a `FelderaSimulator` that simulates other users."""

    _world: World
    _gate: Gate[Tenant]

    def someone_clears(self, name: str) -> None:
        self._world.clear(name)

    def someone_stops(self, name: str) -> None:
        self._world.stop(name)

    def someone_starts(self, name: str) -> None:
        self._world.start(name)

    def someone_restarts(self, name: str) -> None:
        """Stop it, and start it as soon as it is fully stopped."""
        self._world.stop(name)
        if self._world.pipeline(name).is_fully_stopped:
            self.someone_starts(name)
        else:
            self.once_stopped(name, self.someone_starts)

    def someone_pauses(self, name: str) -> None:
        self._world.move_runtime(name, Runtime.PAUSED)

    def someone_resumes(self, name: str) -> None:
        self._world.move_runtime(name, Runtime.RUNNING)

    def someone_deletes(self, name: str) -> None:
        self._world.delete(name)

    def someone_renames(self, name: str, to: str) -> None:
        self._world.rename(name, to)

    def someone_recreates(self, name: str, *, storage: str = "Cleared") -> SimulatedPipeline:
        """Delete it and create another one of this name: a new id."""
        self._world.delete(name)
        return self._world.add(name, storage=Storage(storage))

    def someone_deletes_the_key(self, key: str) -> None:
        """Revoke this key: 401, with the message for an unknown key."""
        self._gate.forgets(key)

    def once_cleared(self, name: str, action: Callable[[str], object]) -> None:
        """Let this happen to the pipeline at the very moment its storage is cleared.

        `once_cleared("orders", feldera.someone_deletes)`: no client can see it `Cleared` in between.
        """
        self._world.once(name, "Cleared", lambda: action(name))

    def once_stopped(self, name: str, action: Callable[[str], object]) -> None:
        """Let this happen to the pipeline at the very moment it is fully stopped."""
        self._world.once(name, "Stopped", lambda: action(name))
