"""The context of the checks: what they go by. The shell and a running bot each have their own, and share the checks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from slack_sdk.web.async_client import AsyncWebClient

from bot.config import Settings
from bot.domain.diagnosis import CheckResult
from bot.domain.pipelines.targets import Targets
from bot.engine.ports import Clock, Directory
from bot.engine.principal_lookup import Patience
from bot.feldera.target_router import TargetRouter
from bot.slack.api.app_check import AppCheck
from bot.store.diagnosis_facts import DiagnosisFacts
from bot.store.disk_space import DiskSpace


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Why something that several checks need is not there, as a sentence. `was_asked`: it was asked for, and failed."""

    why: str
    was_asked: bool = True

    def unless_asked(self, otherwise: str) -> str:
        """Why it was not asked for, or the other sentence if it was."""
        return otherwise if self.was_asked else self.why


class CheckContext(Protocol):
    """`within` is how long a check may take, in seconds. `names_requests`: readers of the results may see them all."""

    @property
    def within(self) -> float: ...

    @property
    def audit_log_within(self) -> float | None:
        """The same for the check of the audit log, which may read years of entries; None sets no limit."""
        ...

    @property
    def access_within(self) -> float:
        """The same for the check of access, which may wait for Slack."""
        ...

    @property
    def lookup_patience(self) -> Patience | None:
        """With which people are looked up in Slack; None if nothing waits for it."""
        ...

    @property
    def how_to_look_up_all(self) -> str:
        """What to do if not everybody was looked up."""
        ...

    @property
    def names_requests(self) -> bool: ...

    @property
    def wall(self) -> Clock:
        """This machine's clock, which is compared with others."""
        ...

    @property
    def settings(self) -> Settings | None:
        """None if they are not valid."""
        ...

    @property
    def targets(self) -> Targets:
        """The names of the Felderas, as far as the settings tell."""
        ...

    @property
    def running_receivers(self) -> frozenset[str] | None:
        """The webhook receivers that the running bot sends to; None if none runs, or it is not known."""
        ...

    @property
    def first_grant(self) -> str:
        """The command that grants the first role."""
        ...

    @property
    def client(self) -> AsyncWebClient | None:
        """For Slack's Web API; None if there is no valid token."""
        ...

    @property
    def config_token(self) -> str | None:
        """An app configuration token of a person, for the manifest of the installed app."""
        ...

    @property
    def router(self) -> TargetRouter | None:
        """None if the settings are not valid."""
        ...

    @property
    def is_archive(self) -> bool:
        """Whether the database is an archive of the audit log."""
        ...

    async def app(self) -> AppCheck | NoAnswer: ...

    async def facts(self) -> DiagnosisFacts | NoAnswer: ...

    @property
    def unread_schema(self) -> int | None:
        """The schema of a database that cannot be read, as far as that is known."""
        ...

    def directory(self, app: AppCheck) -> Directory | None:
        """The people of the workspace that the token belongs to; None if they cannot be looked up."""
        ...

    def now(self) -> datetime:
        """The bot's time."""
        ...

    def ahead(self) -> timedelta:
        """How far the bot's time is ahead of this machine's clock."""
        ...

    async def disk_space(self) -> DiskSpace | None:
        """None if there is no database, or its disk does not tell."""
        ...

    async def setup(self) -> Iterable[CheckResult]:
        """The settings."""
        ...

    async def process(self) -> Iterable[CheckResult]:
        """The running bot."""
        ...

    async def connections(self) -> Iterable[CheckResult]:
        """WebSockets of the app."""
        ...

    async def database(self) -> Iterable[CheckResult]:
        """The file."""
        ...

    async def audit_log(self) -> Iterable[CheckResult]: ...
