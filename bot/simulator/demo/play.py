"""The incident: a denied attempt, a clear, a restart with approval, a Feldera outage, and a bot killed during a clear."""

import asyncio
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import click

from bot.clock import SystemClock
from bot.domain.access.changes import GrantRole, SetRule
from bot.domain.access.permissions import Role
from bot.domain.access.rules import Rule
from bot.domain.ids import Actor, TeamId, UserId
from bot.simulator.bot import BotProcess, SimulatedClock
from bot.simulator.demo.screen import Screen
from bot.simulator.feldera import FelderaSimulator, default_pipelines
from bot.simulator.slack import Channel, Message, NotPossibleError, Person, SlackSimulator
from bot.store.shell_store import Administration

SIMULATED = "SIMULATED — no real Slack, no real Feldera"
SPEED = 25.0  # seconds of the demo in each real one
OUTAGE = timedelta(seconds=45)
RECORDING = timedelta(seconds=10)  # enough for the bot to record that Slack accepted a line
WITHIN = 15.0  # real seconds for each step; far more than any takes
LAST_LINE = ("✅", "❌", "⚠️")
AT_WORK = "⏳"


@dataclass(slots=True)
class _Stage:
    clock: SimulatedClock
    slack: SlackSimulator
    feldera: FelderaSimulator
    channel: Channel
    ana: Person
    ben: Person
    mallory: Person
    bot: BotProcess
    screen: Screen

    async def types(self, person: Person, text: str) -> None:
        self.screen.types(person, text)
        answer = await person.types(text, channel=self.channel)
        if answer.error:
            raise RuntimeError(f"{text}: {answer.error}")
        self.screen.shows()

    async def clicks(self, person: Person, label: str) -> None:
        await self.screen.until(lambda: _sees(person, label), within=WITHIN)
        answer = await person.clicks(label)
        self.screen.clicks(person, label)
        if answer.error:
            raise RuntimeError(f"[{label}]: {answer.error}")

    async def until_posted(self, words: str, *, times: int = 1) -> None:
        await self.screen.until(lambda: sum(words in line for line in self._lines()) >= times, within=WITHIN)

    async def until_under_way(self, name: str, line: str) -> None:
        """Wait until the card says that the storage is being cleared, and its thread has `line`."""

        def is_under_way() -> bool:
            return any(
                card.text.startswith(f"Clear {name}: {AT_WORK} Clearing")
                and any(line in later.text for later in self.channel.messages if later.thread_ts == card.ts)
                for card in self._cards()
            )

        await self.screen.until(is_under_way, within=WITHIN)

    async def passes(self, duration: timedelta) -> None:
        await self.clock.wait(asyncio.Event(), self.clock.now() + duration)
        self.screen.shows()

    async def until_end_is_posted(self, *, of: int) -> None:
        """Until `of` threads have their last line and their cards say the same."""

        def ended() -> bool:
            last = [line for line in self._lines() if line.startswith(LAST_LINE)]
            return len(last) >= of and not any(f": {AT_WORK}" in card.text for card in self._cards())

        await self.screen.until(ended, within=WITHIN)

    def _cards(self) -> list[Message]:
        return [message for message in self.channel.messages if message.thread_ts is None]

    def _lines(self) -> list[str]:
        return [message.text for message in self.channel.messages if message.thread_ts is not None]


async def play(*, color: bool) -> int:
    """Play the whole incident on standard output; returns the exit code."""
    click.echo(SIMULATED)
    clock = SimulatedClock(SystemClock().now(), speed=SPEED)
    with tempfile.TemporaryDirectory(prefix="pipeline-bot-demo-") as folder:
        async with SlackSimulator(clock) as slack, FelderaSimulator(clock) as feldera:
            stage = _set_up(Path(folder), clock, slack=slack, feldera=feldera, color=color)
            try:
                await stage.bot.starts()
                await slack.until(lambda: slack.connections > 0, within=WITHIN)
                await _refused(stage)
                await _cleared(stage)
                await _restarted(stage)
                await _outage(stage)
                await _killed(stage)
            except (TimeoutError, RuntimeError) as error:
                log = "\n".join(stage.bot.log)
                click.echo(f"The demo failed: {error!r}. The bot's log:\n{log}", err=True)
                return 1
            finally:
                await stage.bot.stops()
            counts = ", ".join(f"{name} {count}" for name, count in sorted(feldera.clears.items()))
            stage.screen.narrates(f"Clears that Feldera carried out: {counts}.")
    return 0


def _set_up(
    folder: Path, clock: SimulatedClock, *, slack: SlackSimulator, feldera: FelderaSimulator, color: bool
) -> _Stage:
    default_pipelines(feldera)
    feldera.adds("clicks", clear_takes=70.0)
    feldera.adds(
        "sales", running=True, stop_takes=8.0, clear_takes=12.0, provision_takes=8.0, initialize_takes=8.0
    )
    feldera.adds("users", clear_takes=80.0)
    feldera.adds("visits", clear_takes=100.0)
    ana, ben, mallory = (slack.adds_person(name) for name in ("ana", "ben", "mallory"))
    channel = slack.adds_channel("ops")
    settings = {
        "slack_bot_token": slack.bot_token,
        "slack_app_token": slack.app_token,
        "slack_api_url": slack.url,
        "feldera_host": feldera.url,
        "pipeline_bot_database": str(folder / "pipeline-bot.db"),
        "pipeline_bot_admin_listen": "",  # other bots may run on this machine
    }
    with Administration.open(folder / "pipeline-bot.db") as administration:
        operator = GrantRole(_actor(ana), Role.OPERATOR, "*", note="on call")
        approver = GrantRole(_actor(ben), Role.APPROVER, "*")
        rule = SetRule(Rule("sales", approvals=1))
        administration.administer(operator, approver, rule, by="shell:demo", now=clock.now())
    bot = BotProcess(folder, clock, settings)
    screen = Screen(slack, [ana, ben, mallory], color)
    return _Stage(clock, slack, feldera, channel, ana, ben, mallory, bot, screen)


def _actor(person: Person) -> Actor:
    return Actor(TeamId(person.team_id), UserId(person.id))


async def _refused(stage: _Stage) -> None:
    stage.screen.narrates("@mallory has no grant. @ana is on call: operator on *.")
    await stage.types(stage.mallory, "/pipeline clear orders I just want to try")


async def _cleared(stage: _Stage) -> None:
    await stage.types(stage.ana, "/pipeline clear clicks schema change, see INC-42")
    await stage.clicks(stage.ana, "Clear clicks")
    await stage.until_end_is_posted(of=1)


async def _restarted(stage: _Stage) -> None:
    stage.screen.narrates("A rule on sales requires one approval, also for operators. @ben is approver on *.")
    await stage.types(stage.ana, "/pipeline clear sales --restart bad backfill")
    await stage.clicks(stage.ana, "Ask for approval")
    await stage.clicks(stage.ben, "Approve")
    await stage.until_end_is_posted(of=2)


async def _outage(stage: _Stage) -> None:
    await stage.types(stage.ana, "/pipeline clear users bad backfill")
    await stage.clicks(stage.ana, "Clear users")
    await stage.until_under_way("users", "Feldera accepted it")
    stage.screen.narrates("Feldera goes down.")
    await stage.feldera.goes_down()
    await stage.until_posted("I cannot reach Feldera")
    await stage.passes(OUTAGE)
    stage.screen.narrates("Feldera is up again.")
    await stage.feldera.comes_back()
    await stage.until_end_is_posted(of=3)


async def _killed(stage: _Stage) -> None:
    await stage.types(stage.ana, "/pipeline clear visits stuck checkpoint")
    await stage.clicks(stage.ana, "Clear visits")
    await stage.until_under_way("visits", "Still clearing `visits` after")
    await stage.passes(RECORDING)
    stage.screen.narrates("kill -9: the bot process ends in the middle of the clear. It is started again.")
    await stage.bot.is_killed()
    await stage.bot.starts()
    await stage.until_end_is_posted(of=4)


def _sees(person: Person, label: str) -> bool:
    try:
        person.finds(label)
    except NotPossibleError:
        return False
    return True
