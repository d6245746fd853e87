"""The context of the checks in a running bot: it reads what the bot has at hand, and asks each service once."""

from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Self

from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import SteadyClock, SystemClock
from bot.config import Mode, Settings
from bot.diagnostics.audit_log import AUDIT_LOG, altered, newest_read
from bot.diagnostics.checks import DATABASE, PROCESS, SETTINGS, checks
from bot.diagnostics.context import NoAnswer
from bot.diagnostics.slack_connections import CONNECTIONS, over_http, several
from bot.domain.diagnosis import CheckResult, failed, passed, unknown
from bot.domain.pipelines.targets import Targets
from bot.engine.examination import AskedOnce, examine
from bot.engine.ports import Clock, Directory, StoreUnavailable
from bot.engine.principal_lookup import Patience
from bot.engine.readiness import Readiness
from bot.feldera.target_router import TargetRouter
from bot.proxy_routes import routes
from bot.slack.api.app_check import AppCheck, checkup
from bot.slack.api.identity import SlackRefused, SlackUnavailable
from bot.slack.transport.socket_transport import NotCounted, SocketTransport
from bot.store.bot_state import CountedConnections
from bot.store.connection.lease import running_identity
from bot.store.diagnosis_facts import DiagnosisFacts
from bot.store.diagnosis_store import DiagnosisStore
from bot.store.disk_space import DiskSpace

WITHIN = 5.0  # seconds for each check: an admin waits for the answer
ENTRIES_READ = 1_000  # of the audit log


@dataclass(slots=True)
class RunningBot:
    """`bot.diagnostics.context.CheckContext`, and the engine's `Doctor`. `socket` is None in HTTP mode.

    `bots_ahead` is how far the bot's time is ahead of `wall`.
    """

    settings: Settings
    wall: Clock
    clock: Clock
    bots_ahead: Callable[[], timedelta]
    client: AsyncWebClient
    router: TargetRouter
    people: Directory
    store: DiagnosisStore
    readiness: Readiness
    socket: SocketTransport | None = None
    process_identity: str = ""
    within: float = WITHIN
    audit_log_within: float | None = WITHIN
    access_within: float = WITHIN
    lookup_patience: Patience | None = None
    how_to_look_up_all: str = "`pipeline-bot doctor` looks up all."
    unread_schema: int | None = None  # it was this version's when the bot opened it
    is_archive: bool = False  # no bot runs on one
    names_requests: bool = False  # an admin need not be allowed to see the pipelines
    _asked: AskedOnce[AppCheck | NoAnswer] = field(init=False)
    _read: AskedOnce[DiagnosisFacts | NoAnswer] = field(init=False)

    @classmethod
    def of(  # noqa: PLR0913 - what the bot has at hand
        cls,
        settings: Settings,
        clock: Clock,
        client: AsyncWebClient,
        router: TargetRouter,
        people: Directory,
        *,
        store: DiagnosisStore,
        readiness: Readiness,
    ) -> Self:
        ahead = clock.ahead if isinstance(clock, SteadyClock) else timedelta
        return cls(settings, SystemClock(), clock, ahead, client, router, people, store, readiness)

    def counts_connections_of(
        self, socket: SocketTransport, begin: Callable[[Coroutine[Any, Any, None]], object]
    ) -> None:
        """Note each count of it, for `doctor` in the shell: nobody else counts them without taking deliveries from the bot."""
        self.socket = socket
        self.process_identity = running_identity(self.settings.pipeline_bot_database)
        socket.counted = lambda others: begin(self._note_connections(others))

    def __post_init__(self) -> None:
        self._asked, self._read = AskedOnce(self._ask), AskedOnce(self._read_facts)

    async def examine(self) -> tuple[CheckResult, ...]:
        """Every check, with what is the case now."""
        context = replace(self)
        try:
            return await examine(checks(context))
        finally:
            context.forget()

    def forget(self) -> None:
        self._asked.cancel()
        self._read.cancel()

    async def _note_connections(self, others: int) -> None:
        try:
            counted = CountedConnections(others, self.clock.now(), self.process_identity)
            await self.store.remember_connections(counted)
        except StoreUnavailable:
            return  # the store has logged why

    @property
    def targets(self) -> Targets:
        return self.settings.targets

    @property
    def config_token(self) -> None:
        """It ends after 12 hours, and a bot runs longer."""
        return None

    @property
    def running_receivers(self) -> frozenset[str]:
        return frozenset(self.settings.receivers)

    @property
    def first_grant(self) -> str:
        return "pipeline-bot grant U0123ABCD admin '*'"

    async def app(self) -> AppCheck | NoAnswer:
        return await self._asked.answer()

    async def facts(self) -> DiagnosisFacts | NoAnswer:
        return await self._read.answer()

    def directory(self, app: AppCheck) -> Directory | None:
        return self.people if app.workspace.team == self.people.home_team else None

    def now(self) -> datetime:
        return self.clock.now()

    def ahead(self) -> timedelta:
        return self.bots_ahead()

    async def disk_space(self) -> DiskSpace | None:
        return await self.store.disk_space()

    async def setup(self) -> Iterable[CheckResult]:
        over = "Socket Mode" if self.settings.mode is Mode.SOCKET else "HTTP"
        return [passed(SETTINGS, " ".join([f"Complete, for {over}.", *routes(self.settings)]))]

    async def process(self) -> Iterable[CheckResult]:
        reasons = self.readiness.reasons()
        return [failed(PROCESS, reason) for reason in reasons] or [passed(PROCESS, "It is ready.")]

    async def connections(self) -> Iterable[CheckResult]:
        if self.socket is None:
            return over_http()
        others = await self.socket.count_others()
        if isinstance(others, NotCounted):
            return [unknown(CONNECTIONS, f"This bot is connected. Others could not be counted: {others.why}")]
        return [
            several(others) if others else passed(CONNECTIONS, "Only this bot is connected with this app.")
        ]

    async def database(self) -> Iterable[CheckResult]:
        trouble = self.store.write_trouble
        facts = await self.facts()
        if isinstance(facts, NoAnswer):
            return [failed(DATABASE, facts.why)]
        if trouble is not None:
            return [failed(DATABASE, trouble)]
        return [passed(DATABASE, "It is readable, and the last write succeeded.")]

    async def audit_log(self) -> Iterable[CheckResult]:
        checked = await self.store.verify_newest(ENTRIES_READ)
        if checked.broken is not None:
            return [altered(checked.broken)]
        return [passed(AUDIT_LOG, newest_read(checked))]

    async def _ask(self) -> AppCheck | NoAnswer:
        try:
            return await checkup(self.client, self.wall)
        except (SlackUnavailable, SlackRefused) as error:
            return NoAnswer(error.message)

    async def _read_facts(self) -> DiagnosisFacts | NoAnswer:
        try:
            return await self.store.facts(self.clock.now())
        except StoreUnavailable as error:
            return NoAnswer(error.message)
