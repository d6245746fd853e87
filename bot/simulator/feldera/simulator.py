"""A simulated Feldera that keeps state, over real HTTP: for stories, the demo, the sandbox and other clients.

It is as strict as the real one and imports nothing of the bot but the clock it is given. Its methods set it up: here the
pipelines and what Feldera's runner does; other users and faults are in modules of their own. There is no background task:
each request and each look first lets the runner do what was due by the clock.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from aiohttp import web

from bot.engine.ports import Clock
from bot.simulator.feldera.api.authentication import Gate, refuse
from bot.simulator.feldera.api.endpoints import Endpoints
from bot.simulator.feldera.api.faults import Faults, RecordedRequest
from bot.simulator.feldera.api.tenancy import DEFAULT_TENANT_ID, ListLosses, Tenancy, Tenant
from bot.simulator.feldera.fault_switches import FaultSwitches
from bot.simulator.feldera.server import Server
from bot.simulator.feldera.state.deployment_states import RUNNER_IS_UNWELL, RUNNER_IS_WELL, Program, Storage
from bot.simulator.feldera.state.other_users import OtherUsers
from bot.simulator.feldera.state.pipeline import Pace, SimulatedPipeline
from bot.simulator.feldera.state.pipelines import World


class FelderaSimulator(Tenancy, OtherUsers, FaultSwitches):
    """One Feldera of one tenant.

    Args:
        clock: what time it is; the simulator only ever asks.
        api_keys: each whole key, with its `apikey:` prefix, and its role `read` or `write`; none means that
            no authentication is configured.
        tenant_id: of the tenant; Feldera's default one has the same everywhere, any other is a UUID of its own.
        installation: another number for each Feldera of a story, so that no pipeline of one has the id of another's.
        catches_up_every: how often at most the runner does what is due: before each request, if not said.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        api_keys: Mapping[str, str] | None = None,
        tenant_id: str = DEFAULT_TENANT_ID,
        installation: int = 0,
        catches_up_every: timedelta = timedelta(0),
    ) -> None:
        self.clock = clock
        self._world = World(clock, installation, catches_up_every=catches_up_every)
        self._faults = Faults(clock)
        name = "default" if tenant_id == DEFAULT_TENANT_ID else f"tenant-{tenant_id[:8]}"
        database = self._world.database
        self.tenant = Tenant(tenant_id, name, self._world)
        self._gate = Gate(api_keys, self.tenant, database)
        self._losses = ListLosses()
        application = web.Application(
            middlewares=[self._faults.record, self._faults.befall, refuse, self._gate.admit, database.need]
        )
        application.add_routes(Endpoints(self._gate, self._losses, database).routes())
        self._server = Server(application)

    @property
    def url(self) -> str:
        return self._server.url

    async def start(self, port: int = 0) -> None:
        """Listen on the loopback interface; port 0 takes any free one."""
        await self._server.start(port)

    async def stop(self) -> None:
        self._faults.let_go(lost=True)
        await self._server.stop()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self.stop()

    # Pipelines and recorded requests

    @property
    def clears(self) -> Mapping[str, int]:
        """Per pipeline name, how many requests moved its storage from `InUse` to `Clearing`; 0 for any other name."""
        return self._world.clears

    @property
    def requests(self) -> Sequence[RecordedRequest]:
        """Every request over HTTP in the order of arrival."""
        return self._faults.requests

    def adds(  # noqa: PLR0913  a pipeline has many sides, each with a sensible default
        self,
        name: str,
        *,
        storage: str = "InUse",
        running: bool = False,
        program_status: str = "Success",
        program_error: str | None = None,
        checkpoints: Sequence[int | None] | None = None,
        checkpointed_at: datetime | None = None,
        checkpoints_tell_when: bool = True,
        details_change: bool = False,
        clear_takes: float = 1.0,
        stop_takes: float = 1.0,
        provision_takes: float = 1.0,
        initialize_takes: float = 1.0,
        since: datetime | None = None,
    ) -> SimulatedPipeline:
        """Add an existing pipeline, in this state since then (by default, now).

        Args:
            name: as Feldera had them before June 2026, and not taken.
            storage: `Cleared`, `InUse` or `Clearing`; a running pipeline's is in use.
            running: whether it runs; otherwise it is fully stopped.
            program_status: as Feldera spells it; a program still compiling waits for `finishes_compiling`.
            program_error: what the SQL compiler said, for a program that failed.
            checkpoints: bytes of each, None where the size is not known; three by default for storage in use.
            checkpointed_at: the moment of the newest checkpoint; `since`, if not said.
            checkpoints_tell_when: whether the checkpoints' ids hold their moments, as Feldera's do.
            details_change: whether it writes an event every 10 s while it runs, or only every 10 min.
            clear_takes: seconds from request to `Cleared`; likewise the others, for their part of the way.
            stop_takes: seconds from request to `Stopped`.
            provision_takes: seconds from request to `Provisioned`, and then
            initialize_takes: seconds to `Running`.
            since: the moment of its creation and of every `*_since`.
        """
        return self._world.add(
            name,
            storage=Storage(storage),
            running=running,
            program_status=Program(program_status),
            program_error=program_error,
            checkpoints=checkpoints,
            checkpointed_at=checkpointed_at,
            checkpoints_tell_when=checkpoints_tell_when,
            details_change=details_change,
            pace=Pace(
                clear=clear_takes, stop=stop_takes, provision=provision_takes, initialize=initialize_takes
            ),
            since=since,
        )

    def adds_many(self, names: Iterable[str], *, storage: str = "InUse", clear_takes: float = 1.0) -> None:
        """Pipelines by the thousand, each stopped since now."""
        self._world.add_many(names, storage=Storage(storage), clear_takes=clear_takes)

    @property
    def pipelines(self) -> Sequence[SimulatedPipeline]:
        """Every pipeline as it is now, in the order they were created."""
        return self._world.pipelines()

    @property
    def next_step_at(self) -> datetime | None:
        """When the state of a pipeline changes next by itself; None if it does not."""
        return self._world.next_step_at

    def pipeline(self, name: str) -> SimulatedPipeline:
        """The pipeline as it is now; raises `Refused` (404) where there is none."""
        return self._world.pipeline(name)

    # Feldera's runner

    def sticks_clearing(self, name: str) -> None:
        """Each attempt to clear fails, without a trace in the API; the runner tries again 2.5 s after each."""
        self._world.pipeline(name).clearing_is_stuck = True

    def unsticks(self, name: str) -> None:
        """The next attempt to clear or stop succeeds: after up to 2.5 s and the time that the attempt takes."""
        pipeline = self._world.pipeline(name)
        pipeline.clearing_is_stuck = pipeline.stopping_is_stuck = False

    def leaves_files(self, name: str) -> None:
        """Deleting its files fails, as on a full or read-only disk: `Cleared` all the same, and `has_files_left`."""
        self._world.pipeline(name).deleting_fails = True

    def sticks_stopping(self, name: str) -> None:
        """Each attempt to stop fails, which only `deployment_resources_status_details` shows; it is repeated after 1 s."""
        self._world.pipeline(name).stopping_is_stuck = True

    def crashes(self, name: str, message: str, *, code: str = "RuntimeError.WorkerPanic") -> None:
        """The running pipeline fails, is stopped, and keeps this `deployment_error`."""
        self._world.crash(name, {"message": message, "error_code": code, "details": {}})

    def finishes_compiling(self, name: str, status: str = "Success", *, error: str | None = None) -> None:
        at = self._world.catch_up()
        self._world.pipeline(name).set_program(Program(status), error, at)

    @property
    def runner_is_healthy(self) -> bool:
        return self._world.runner.healthy

    def runner_is(self, healthy: bool, message: str | None = None) -> None:  # noqa: FBT001  it reads as the sentence it is
        """The runner's health in `cluster_healthz`. An unhealthy one does no work; a healthy one starts at once."""
        usual = RUNNER_IS_WELL if healthy else RUNNER_IS_UNWELL
        self._world.set_runner(healthy=healthy, message=usual if message is None else message)

    def is_downgraded(self) -> None:
        """To a Feldera before 0.292, without endpoints for a pipeline's events or for the session: 404, no body."""
        self._world.keeps_events = False

    def is_upgraded(self) -> None:
        """The endpoints exist again, and list what happened meanwhile."""
        self._world.keeps_events = True
