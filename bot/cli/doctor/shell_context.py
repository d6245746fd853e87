"""The context of the checks in the shell: the settings as they are now, and the database beside whatever bot runs on it."""

from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

import click
from slack_sdk.web.async_client import AsyncWebClient

from bot.cli.doctor.command import LOOKUP_MINUTES_MAX
from bot.cli.doctor.database_file import DatabaseFile
from bot.cli.doctor.shell_checks import not_counted, process, setup, socket_connections
from bot.cli.options import first_grant
from bot.cli.output import counted
from bot.composition_root import SLACK_TIMEOUT, slack_client
from bot.config import BadSettings, Mode, Settings, ShellSettings, SlackSettings, StoreSettings, load
from bot.diagnostics.context import NoAnswer
from bot.diagnostics.slack_connections import of_the_running_bot, over_http
from bot.domain.diagnosis import CheckResult
from bot.domain.pipelines.targets import ONE, Targets
from bot.engine.examination import AskedOnce
from bot.engine.ports import Clock, Directory
from bot.engine.principal_lookup import Patience
from bot.feldera.target_router import TargetRouter
from bot.felderas import connected
from bot.settings_source import SettingsSource
from bot.slack.api.app_check import AppCheck, checkup
from bot.slack.api.directory import PeopleDirectory
from bot.slack.api.identity import SlackRefused, SlackUnavailable
from bot.slack.api.web_api import session
from bot.store.connection.lease import is_held, running_bot
from bot.store.diagnosis_facts import DiagnosisFacts
from bot.store.disk_space import DiskSpace

WITHIN = 20.0  # seconds; a call of Slack's Web API may take 15
_NO_TOKEN = NoAnswer("Not asked: the settings have no valid bot token.", was_asked=False)

_S = TypeVar("_S", Settings, SlackSettings, ShellSettings, StoreSettings)


@dataclass(frozen=True, slots=True)
class ShellContext:
    """`bot.diagnostics.context.CheckContext`. `misfits` are errors in the settings, a sentence each."""

    wall: Clock
    settings: Settings | None
    misfits: list[str]
    source: SettingsSource
    client: AsyncWebClient | None
    router: TargetRouter | None
    file: DatabaseFile
    asked: AskedOnce[AppCheck | NoAnswer]
    within: float
    lookups_within: timedelta
    audit_log_within: float | None = None  # it shows how far it is
    names_requests: bool = True  # people who read the database may see them

    @property
    def is_archive(self) -> bool:
        return isinstance(self.file.facts, DiagnosisFacts) and self.file.facts.is_archive

    @property
    def access_within(self) -> float:
        return self.within + self.lookups_within.total_seconds()

    @property
    def lookup_patience(self) -> Patience:
        return Patience(self.wall, self.lookups_within, begins=self._say_that_it_takes_long)

    @property
    def how_to_look_up_all(self) -> str:
        minutes = self.lookups_within // timedelta(minutes=1)
        if minutes >= LOOKUP_MINUTES_MAX:
            return ""
        return f"To look up all, run it with more than --lookup-minutes {minutes}."

    def _say_that_it_takes_long(self) -> None:
        most = counted(self.lookups_within // timedelta(minutes=1), "minute")
        click.echo(
            f"Looking people up in Slack, about 50 a minute: {most} at most (--lookup-minutes).", err=True
        )

    @property
    def targets(self) -> Targets:
        shell, _ = _loaded(ShellSettings, self.source)
        return ONE if shell is None else shell.targets

    @property
    def config_token(self) -> str | None:
        given = None if self.settings is None else self.settings.slack_config_token
        return None if given is None else given.get_secret_value()

    @property
    def running_receivers(self) -> frozenset[str] | None:
        served = self.file.facts.receivers if isinstance(self.file.facts, DiagnosisFacts) else None
        bot = running_bot(self.file.path)
        return served.names if served and bot and served.process == bot.identity else None

    @property
    def first_grant(self) -> str:
        return first_grant(self.source)

    async def app(self) -> AppCheck | NoAnswer:
        return await self.asked.answer()

    async def facts(self) -> DiagnosisFacts | NoAnswer:
        return self.file.facts

    @property
    def unread_schema(self) -> int | None:
        return self.file.unread_schema

    def directory(self, app: AppCheck) -> Directory | None:
        return None if self.client is None else PeopleDirectory(self.client, self.wall, app.workspace.team)

    def now(self) -> datetime:
        return self.file.clock.now()

    def ahead(self) -> timedelta:
        return self.file.clock.ahead()

    async def disk_space(self) -> DiskSpace | None:
        return self.file.space

    async def setup(self) -> Iterable[CheckResult]:
        return setup(self.settings, self.misfits, self.source.env_file)

    async def process(self) -> Iterable[CheckResult]:
        return [process(self.file.path)]

    async def connections(self) -> Iterable[CheckResult]:
        if self.client is None or self.settings is None:
            return not_counted("The settings are not valid.")
        if self.settings.mode is not Mode.SOCKET or self.settings.slack_app_token is None:
            return over_http()
        facts = self.file.facts
        counted = facts.connections if isinstance(facts, DiagnosisFacts) else None
        if is_held(self.file.path):
            return of_the_running_bot(counted, running_bot(self.file.path))
        app_token = self.settings.slack_app_token.get_secret_value()
        return await socket_connections(self.client, self.settings, app_token)

    async def database(self) -> Iterable[CheckResult]:
        return self.file.results

    async def audit_log(self) -> Iterable[CheckResult]:
        return await self.file.audit_log()


@asynccontextmanager
async def shell_context(
    wall: Clock,
    source: SettingsSource,
    lookups_within: timedelta,
    within: float = WITHIN,
) -> AsyncIterator[ShellContext]:
    """The context, with clients of Slack and of each Feldera, as far as the settings allow. `within` is for each check.

    `lookups_within` is how long look-ups of people may wait for Slack's rate limit.
    """
    settings, misfits = _loaded(Settings, source)
    slack, _ = _loaded(SlackSettings, source)
    file = DatabaseFile.read(load(StoreSettings, source).pipeline_bot_database.absolute())
    async with AsyncExitStack() as stack:
        client = router = None
        if slack is not None:
            client = slack_client(slack, await stack.enter_async_context(session(SLACK_TIMEOUT)))
        if settings is not None:
            router = await stack.enter_async_context(connected(settings, wall))

        async def app() -> AppCheck | NoAnswer:
            if client is None:
                return _NO_TOKEN
            try:
                return await checkup(client, wall)
            except (SlackUnavailable, SlackRefused) as error:
                return NoAnswer(error.message)

        asked = AskedOnce(app)
        stack.callback(asked.cancel)
        yield ShellContext(
            wall, settings, misfits, source, client, router, file, asked, within, lookups_within
        )


def _loaded(kind: type[_S], source: SettingsSource) -> tuple[_S | None, list[str]]:
    try:
        return load(kind, source), []
    except BadSettings as error:
        return None, error.message.splitlines()
