"""The stage of one case: a Slack, the Felderas of its scenario, people, a database, and one bot after another."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.domain.access.changes import GrantRole, RevokeRole, SetRule
from bot.domain.commands.rule_syntax import rule_of
from bot.domain.ids import Actor, TeamId, UserId
from bot.simulator.bot.clock import SimulatedClock
from bot.simulator.bot.process import LONGEST_LINE
from bot.simulator.feldera import FelderaSimulator
from bot.simulator.slack import SlackSimulator
from bot.store.shell_store import Administration
from tests.crash_matrix.people import Bots, Colleague
from tests.crash_matrix.scenarios import Scenario
from tests.forked import forked
from tests.processes.world import Process

PROGRAM = "tests.crash_matrix.program"
SPEED = 20.0  # seconds of the simulated clock in each real one
ACK_TIMEOUT = 1.0  # real seconds: a dead bot's answer is waited for as long as that
TAKES = 1.0  # seconds for each step of a pipeline
DAYS_AGO = timedelta(days=3)


class Stage:
    def __init__(self, folder: Path, scenario: Scenario) -> None:
        self.folder = folder
        self.scenario = scenario
        self.clock = SimulatedClock(datetime.now(UTC), speed=SPEED)
        self.slack = SlackSimulator(self.clock, ack_timeout=ACK_TIMEOUT, strict_tiers=False)
        self.felderas = {
            target: FelderaSimulator(self.clock, installation=number)
            for number, target in enumerate(scenario.targets or ("",))
        }
        self.database = folder / "pipeline-bot.db"
        self.bots = Bots(self.slack)
        self.channels = {name: self.slack.adds_channel(name) for name in ("ops", "data")}
        self.people = {name: self.slack.adds_person(name) for name in scenario.roles}
        for name, plan in scenario.plans.items():
            is_running = "stop" in plan
            feldera, short = self.feldera_of(name)
            feldera.adds(
                short,
                running=is_running,
                since=self.clock.now() - DAYS_AGO,
                clear_takes=TAKES,
                stop_takes=TAKES,
                provision_takes=TAKES,
                initialize_takes=TAKES,
            )
        self._set_up_access()

    def colleague(self, name: str, channel: str = "ops") -> Colleague:
        return Colleague(self.people[name], self.channels[channel], self.bots)

    def feldera_of(self, pipeline: str) -> tuple[FelderaSimulator, str]:
        """Where the pipeline is, and its name there."""
        target, _, short = pipeline.rpartition("/")
        return self.felderas[target], short

    def hits(self, number: int) -> list[str]:
        """The hits of seams of the bot of this number, in order."""
        file = self.folder / f"hits-{number}.txt"
        return file.read_text().splitlines() if file.exists() else []

    def revokes_all_grants(self) -> None:
        """From the shell."""
        with Administration.open(self.database) as administration:
            revoked = [
                RevokeRole(each.principal, each.role, each.pattern) for each in administration.grants()
            ]
            administration.administer(*revoked, by="shell:owner", now=self.clock.now())

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for feldera in self.felderas.values():
                await stack.enter_async_context(feldera)
            await stack.enter_async_context(self.slack)
            yield

    @asynccontextmanager
    async def bot(self, number: int, *, kill_at: str = "") -> AsyncIterator[Process]:
        """The bot, in a process of its own that is killed at this hit of a seam, if it comes there."""
        forked_process = await forked(
            [PROGRAM, f"hits-{number}.txt", kill_at],
            folder=self.folder,
            environment={},
            says=True,
            longest_line=LONGEST_LINE,
        )
        process = Process(forked_process)
        try:
            forked_process.stdin.write(f"{json.dumps(self._told())}\n".encode())
            yield process
        finally:
            self.bots.is_gone()
            await process.close()
            forked_process.stdin.close()

    def is_reached_at(self, process: Process) -> None:
        """This bot serves: Slack delivers to it."""
        if self.scenario.over_http:
            where = process.logged("serving")[0]["over"].removeprefix("HTTP on ")
            url = f"http://{where}/slack/events"
            self.slack.serves_over_http(url, options_url=url)
        self.bots.serves()

    def _told(self) -> dict[str, object]:
        return {
            "origin": self.clock.origin.isoformat(),
            "speed": self.clock.speed,
            "ahead": 0.0,
            "verbose": False,
            "settings": self._settings(),
        }

    def _settings(self) -> dict[str, object]:
        hosts = {target: {"host": feldera.url} for target, feldera in self.felderas.items()}
        return {
            "slack_bot_token": self.slack.bot_token,
            "slack_api_url": self.slack.url,
            "pipeline_bot_database": str(self.database),
            "pipeline_bot_admin_listen": "",
            **(
                {"slack_signing_secret": self.slack.signing_secret, "pipeline_bot_listen": "127.0.0.1:0"}
                if self.scenario.over_http
                else {"slack_app_token": self.slack.app_token}
            ),
            **(
                {"pipeline_bot_targets": hosts}
                if self.scenario.targets
                else {"feldera_host": hosts[""]["host"]}
            ),
        }

    def _set_up_access(self) -> None:
        grants = [
            GrantRole(Actor(TeamId(self.people[name].team_id), UserId(self.people[name].id)), role, "*")
            for name, role in self.scenario.roles.items()
        ]
        rules = [SetRule(rule_of(pattern, said)) for pattern, said in self.scenario.rules.items()]
        with Administration.open(self.database) as administration:
            administration.administer(*grants, *rules, by="shell:owner", now=self.clock.now())
