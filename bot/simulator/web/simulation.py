"""One run of a sandbox: a simulated Slack and Feldera as a scenario has them, and the real bot between them, on one clock.

The bot is a process of its own, with its database in the folder of this run. Every change sets `changed`. It knows
nothing of the page.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

from pydantic import SecretStr

from bot.clock import SystemClock
from bot.domain.access.changes import AccessChange, GrantRole, SetFreeze, SetRule
from bot.domain.access.permissions import Group, Principal
from bot.domain.ids import Actor, GroupId, TeamId, UserId
from bot.simulator.bot import BotProcess, SimulatedClock
from bot.simulator.feldera import FelderaSimulator
from bot.simulator.feldera.default_pipelines import MEBIBYTE
from bot.simulator.slack import Channel, Person, SlackSimulator, UserGroup
from bot.simulator.slack.state.change_signal import Changes
from bot.simulator.web.manifest import Manifest
from bot.simulator.web.scenario import Scenario, ScenarioPipeline
from bot.store.shell_store import Administration

PARTNER_TEAM = "T0PARTNER"
BY = "shell:sandbox"
EVENTS_PATH = "/slack/events"
STARTS_WITHIN = 30.0
"""Real seconds for which a command waits for a bot that is starting."""


@dataclass(frozen=True, slots=True)
class RealFeldera:
    """A Feldera that is not simulated: what is cleared there is lost."""

    url: str
    api_key: SecretStr | None = None


class Simulation:
    """The scenario is set up by the constructor; `start` runs it. With a real Feldera, `feldera` is None."""

    def __init__(  # noqa: PLR0913 - the parts of a run
        self,
        scenario: Scenario,
        manifest: Manifest,
        folder: Path,
        changed: Changes,
        *,
        over_http: bool = False,
        real: RealFeldera | None = None,
    ) -> None:
        self.scenario = scenario
        self.manifest = manifest
        self.changed = changed
        self.over_http = over_http
        self.real = real
        self.clock = SimulatedClock(SystemClock().now())
        self.slack = SlackSimulator(self.clock, changes=changed)
        self.feldera = None if real is not None else FelderaSimulator(self.clock)
        self._folder = folder
        self._bot_start: asyncio.Task[bool] | None = None
        self.slack.workspace.bot_name = manifest.bot_name
        self.slack.workspace.messages_tab_read_only = not manifest.takes_messages
        for shortcut in manifest.shortcuts:
            self.slack.adds_shortcut(shortcut.name, shortcut.callback_id)
        self.people = self._people()
        self.groups = self._groups()
        self.channels = self._channels()
        self.about = {self.people[each.name].id: each.about for each in scenario.people}
        if self.feldera is not None:
            for pipeline in scenario.pipelines:
                self._adds(self.feldera, pipeline)
        self.bot = BotProcess(folder, self.clock, {}, verbose=True, changed=self._bot_changed)

    async def start(self) -> None:
        """Serve, set up the scenario's access, and start the bot; it is connected a little later."""
        await self.slack.start()
        if self.feldera is not None:
            await self.feldera.start()
        database = self._folder / "pipeline-bot.db"
        with Administration.open(database) as administration:
            administration.administer(*self._access(), by=BY, now=self.clock.now())
        self.bot.settings = self._settings(database)
        await self.starts_bot()

    async def stop(self) -> None:
        await self.bot.stops()
        await self.bot_has_started()
        if self.feldera is not None:
            await self.feldera.stop()
        await self.slack.stop()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.stop()

    async def starts_bot(self) -> None:
        """Start the bot's process, unless it runs."""
        if self.bot.is_up:
            return
        await self.bot.starts()
        self._bot_start = asyncio.create_task(self._connects())

    @property
    def is_starting(self) -> bool:
        """Whether the bot is about to start, or was started and has not connected to Slack since."""
        return self._bot_start is None or not self._bot_start.done()

    async def bot_has_started(self) -> bool:
        """Wait while the bot is starting; false if it takes longer than `STARTS_WITHIN` to connect to Slack.

        A bot that is not running, or that lost its connection later, is not waited for: a command fails then, as in Slack.
        """
        if self._bot_start is None or self._bot_start.done():
            return True
        return await asyncio.shield(self._bot_start)

    async def _connects(self) -> bool:
        try:
            await self.changed.until(lambda: self.is_ready or not self.bot.is_up, within=STARTS_WITHIN)
        except TimeoutError:
            return False
        finally:
            self.changed.note()
        return True

    async def advances_clock(self, duration: timedelta) -> None:
        """Advance the clock for everybody: what was due within that time is due now."""
        self.clock.is_ahead(self.clock.ahead + duration)
        await self.bot.has_time()
        self.changed.note()

    @property
    def is_connected(self) -> bool:
        """Whether Slack can reach the bot."""
        return self.bot.serving is not None if self.over_http else self.slack.connections > 0

    @property
    def is_ready(self) -> bool:
        """Whether the bot serves, and Slack reaches it."""
        return self.bot.serving is not None and self.is_connected

    def _bot_changed(self) -> None:
        if self.over_http and self.bot.serving is not None:
            address = self.bot.serving["over"].removeprefix("HTTP on ")
            url = f"http://{address}{EVENTS_PATH}"
            self.slack.serves_over_http(url, options_url=url)
        self.changed.note()

    def _people(self) -> Mapping[str, Person]:
        """By their names."""
        return {
            each.name: self.slack.adds_person(
                each.name,
                team=PARTNER_TEAM if each.external else None,
                guest=each.guest,
                deactivated=each.deactivated,
            )
            for each in self.scenario.people
        }

    def _groups(self) -> Mapping[str, UserGroup]:
        return {
            handle: self.slack.adds_user_group(handle, [self.people[name] for name in members])
            for handle, members in self.scenario.groups.items()
        }

    def _channels(self) -> Mapping[str, Channel]:
        at_home = [each.name for each in self.scenario.people if not (each.guest or each.external)]
        return {
            each.name: self.slack.adds_channel(
                each.name,
                members=[self.people[name] for name in (at_home if each.members is None else each.members)],
                bot_is_member=each.bot,
                private=each.private,
            )
            for each in self.scenario.channels
        }

    def _access(self) -> list[AccessChange]:
        now = self.clock.now()
        grants = [
            GrantRole(
                self._principal(grant.person, grant.group),
                grant.role,
                grant.pattern,
                None if grant.lasts is None else now + grant.lasts,
                grant.note,
            )
            for grant in self.scenario.grants
        ]
        rules = [
            SetRule(
                rule.rule(
                    channel=self.channels[rule.channel].id if rule.channel else None,
                    group=self.groups[rule.group].id if rule.group else None,
                )
            )
            for rule in self.scenario.rules
        ]
        freezes = [SetFreeze(each.pattern, now + each.lasts, each.reason) for each in self.scenario.freezes]
        return [*grants, *rules, *freezes]

    def _principal(self, person: str | None, group: str | None) -> Principal:
        if group is not None:
            return Group(TeamId(self.slack.workspace.team_id), GroupId(self.groups[group].id))
        found = self.people[str(person)]
        return Actor(TeamId(found.team_id), UserId(found.id))

    def _adds(self, feldera: FelderaSimulator, pipeline: ScenarioPipeline) -> None:
        sizes = pipeline.checkpoints
        feldera.adds(
            pipeline.name,
            storage=pipeline.storage,
            running=pipeline.running,
            program_status=pipeline.program.value,
            program_error=pipeline.program_error,
            checkpoints=None
            if sizes is None
            else [None if size is None else int(size * MEBIBYTE) for size in sizes],
            clear_takes=pipeline.clear_takes,
            stop_takes=pipeline.stop_takes,
            provision_takes=pipeline.provision_takes,
            initialize_takes=pipeline.initialize_takes,
            since=self.clock.now() - pipeline.since,
        )

    def _settings(self, database: Path) -> dict[str, Any]:
        settings: dict[str, Any] = {
            "slack_bot_token": self.slack.bot_token,
            "slack_api_url": self.slack.url,
            "pipeline_bot_database": str(database),
            "pipeline_bot_admin_listen": "",  # other bots may run on this machine
        }
        if self.over_http:
            settings |= {
                "slack_signing_secret": self.slack.signing_secret,
                "pipeline_bot_listen": "127.0.0.1:0",
            }
        else:
            settings |= {"slack_app_token": self.slack.app_token}
        if self.real is not None:
            key = (
                {} if self.real.api_key is None else {"feldera_api_key": self.real.api_key.get_secret_value()}
            )
            return settings | {"feldera_host": self.real.url, **key}
        if self.feldera is None:
            raise RuntimeError("there is one Feldera or the other")
        return settings | {"feldera_host": self.feldera.url}
