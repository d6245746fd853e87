"""The harness of the stories: a team in a simulated Slack, the real bot, and a simulated Feldera, in chat words.

Everything between the two simulators is the real thing: Bolt, slack_sdk, the SQLite file, httpx, HTTP and WebSocket.
Time stands still until a story moves it; work is moved forward tick by tick, so nothing races and nothing sleeps.
At the end a story fails if somebody was told something that it did not read, if something unexpected was logged as
an error, or if a delivery got no answer.
"""

import asyncio
import random
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

import yaml

from bot.application import Bot
from bot.composition_root import assembled
from bot.config import Settings
from bot.domain.pipelines.targets import ONE
from bot.observability.tracing import tracing
from bot.simulator.feldera import FelderaSimulator
from bot.simulator.slack import SlackSimulator
from bot.slack.api.directory import PeopleDirectory
from bot.store.shell_store import Administration
from tests.access_setup import AccessSetup
from tests.clock import MovableClock
from tests.logbook import Logbook
from tests.machine import Machine
from tests.reading import Reading
from tests.story_time import StoryTime
from tests.teammate import CHANNEL, Teammate
from tests.troubles import Troubles
from tests.webhooks.described import undescribed

__all__ = ["CHANNEL", "Teammate", "Workspace"]

MANIFEST = yaml.safe_load((Path(__file__).parent.parent / "app_manifest.yml").read_text())
TENANT = "0198d2a4-5e0b-7c11-9c2e-2d9d1f0a7b77"  # nobody else's, as it is with authentication

SLACK_WAITS = (
    20.0  # seconds for an ack; the real one waits three, which a busy machine may need for a step of a story
)


@cache
def _empty_database() -> bytes:
    """What opening a new one leaves: made once, since a tenth of a story's time would go into it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "pipeline-bot.db"
        Administration.open(path).close()
        return path.read_bytes()


class Workspace(AccessSetup, Reading, StoryTime, Troubles):
    """The whole little world of a story."""

    makes_clock: ClassVar[type[MovableClock]] = MovableClock
    makes_machine: ClassVar[type[Machine]] = Machine

    def __init__(  # noqa: PLR0913  a world has many sides, each with a sensible default
        self,
        folder: Path,
        *,
        over_http: bool = False,
        feldera_key: str | None = None,
        feldera_role: str = "write",
        token_command: str | None = None,
        targets: tuple[str, ...] = (),
        tenant_id: str = TENANT,
        slack_waits: float = SLACK_WAITS,
        monitored: bool = False,
        traces_to: str | None = None,
    ) -> None:
        super().__init__()
        self.clock = self.makes_clock()  # the world's: what the simulators go by, and whoever tells a story
        self.machine = self.makes_machine(self.clock)  # the bot's
        api_keys = {feldera_key: feldera_role} if feldera_key else None
        self.feldera = FelderaSimulator(self.clock, api_keys=api_keys, tenant_id=tenant_id)
        # By target, with `feldera` as the first; counts when the bot starts. Empty: `feldera` alone, without a target.
        self.felderas = {
            target: FelderaSimulator(self.clock, api_keys=api_keys, installation=number)
            if number
            else self.feldera
            for number, target in enumerate(targets)
        }
        self.slack = SlackSimulator(self.clock, ack_timeout=slack_waits)
        for shortcut in MANIFEST["features"]["shortcuts"]:
            self.slack.adds_shortcut(shortcut["name"], shortcut["callback_id"])
        self.channel = self.slack.adds_channel(CHANNEL)
        self.database = folder / "pipeline-bot.db"
        self.database.write_bytes(_empty_database())
        self.expected_errors: set[str] = set()
        self.expected_complaints = 0  # deliveries for which Slack itself complains: the bot was down
        self._over_http = over_http
        self._is_monitored = monitored
        self._traces_to = traces_to
        self._feldera_key = feldera_key
        self._token_command = token_command  # instead of the key
        self._loop = asyncio.Runner()
        self._logbook = Logbook()
        self._bot: Bot | None = None
        self._targets = ONE
        self._running = AsyncExitStack()
        for feldera in {self.feldera, *self.felderas.values()}:
            self.run(feldera.start())
        self.run(self.slack.start())
        self.starts()

    @property
    def bot(self) -> Bot:
        assert self._bot is not None, "the bot is down"
        return self._bot

    def starts(self) -> None:
        self.run(self._start())
        self.settles()

    def dies(self) -> None:
        """The process is gone from one moment to the next; what it had not committed is lost."""
        self.run(self._die())

    def restarts(self) -> None:
        self.dies()
        self.starts()

    async def _start(self) -> None:
        settings = self._settings()
        self._targets = settings.targets
        clock = self.machine.clock()
        traces = tracing(self._traces_to, "1.0", settings.targets, clock)
        tracer = await self._running.enter_async_context(traces)
        self._bot = await self._running.enter_async_context(assembled(settings, clock, tracer=tracer))
        self._bot.driver.spread = _Even()
        # Nobody uses the shell while a story's time passes; a tick every ten seconds would make it long.
        self._bot.driver.shell_noticed_within = timedelta(days=1)
        # Both are real seconds: what the bot promises is too little for a machine that is busy.
        self.looks_people_up_within(SLACK_WAITS / 2)
        self._bot.background_tasks.patience = SLACK_WAITS / 2
        await self._bot.transport.start()
        if self._over_http:
            url = f"http://{self._bot.transport.address}/slack/events"
            self.slack.serves_over_http(url, options_url=url)

    def looks_people_up_within(self, seconds: float) -> None:
        """How many real seconds a look-up in Slack may take."""
        people = self.bot.handlers.authorizer.people
        assert isinstance(people, PeopleDirectory)
        people._profiles.within = people._members.within = seconds

    async def _die(self) -> None:
        bot, self._bot = self.bot, None
        await bot.background_tasks.abandon()
        await bot.driver.abandon()
        await bot.announcements.lanes.abandon()
        await bot.transport.stop()
        await self._running.aclose()

    def _settings(self) -> Settings:
        values: dict[str, Any] = {
            "slack_bot_token": self.slack.bot_token,
            "slack_api_url": self.slack.url,
            "pipeline_bot_database": self.database,
            "pipeline_bot_admin_listen": "127.0.0.1:0" if self._is_monitored else "",
        }
        if self.felderas:
            values["pipeline_bot_targets"] = {
                target: {"host": feldera.url, "api_key": self._feldera_key}
                for target, feldera in self.felderas.items()
            }
        else:
            values |= {"feldera_host": self.feldera.url}
            if self._token_command is not None:
                values |= {"feldera_auth_token_command": self._token_command}
            else:
                values |= {"feldera_api_key": self._feldera_key}
        if self._over_http:
            values |= {
                "slack_signing_secret": self.slack.signing_secret,
                "pipeline_bot_listen": "127.0.0.1:0",
            }
        else:
            values |= {"slack_app_token": self.slack.app_token}
        return Settings(_env_file=None, **values)

    @property
    def logged(self) -> list[str]:
        """Every line that was logged, as it is before anything is blotted out of it."""
        return self._logbook.lines

    def closes(self) -> None:
        """Stop everything, and check that nothing was left unread or unsaid."""
        try:
            if self._bot is not None:
                self.dies()
        finally:
            self.run(self.slack.stop())
            for feldera in {self.feldera, *self.felderas.values()}:
                self.run(feldera.stop())
            self._loop.close()
            self._logbook.closes()
        unexpected = [
            error for error in self._logbook.errors if not self.expected_errors & set(error.split())
        ]
        assert unexpected == [], "something was logged as an error"
        complaints = [made.ack.error for made in self.slack.deliveries if made.ack.error]
        assert len(complaints) == self.expected_complaints, f"Slack complained: {complaints}"
        assert self.broken() is None, "the record does not prove itself"
        odd = [*undescribed(self.entries())]
        assert odd == [], f"webhooks would send what docs/events.md does not describe: {odd}"
        assert self.slack.suspicious == [], "text from people or Feldera reached Slack as markup"
        assert self.unread() == [], "left unread"


class _Even(random.Random):
    """No luck either way: a story's looks at Feldera come at the same moments each time."""

    def uniform(self, a: float, b: float) -> float:
        return (a + b) / 2
