"""A bot as a real process between the two simulators, which live in the test: real time, real signals, real pipes.

Tests wait for what happens (a line that the bot logs, something that Slack shows), never for time to pass.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.clock import SystemClock
from bot.config import BadSettings
from bot.domain.access.changes import AccessChange, GrantRole, RevokeRole, SetRule
from bot.domain.access.permissions import Role
from bot.domain.commands.rule_syntax import rule_of
from bot.domain.ids import Actor, TeamId, UserId
from bot.simulator.feldera import FelderaSimulator
from bot.simulator.slack import Channel, Message, Person, SlackSimulator, render
from bot.store.shell_store import Administration
from tests.forked import ForkedProcess, forked

ROOT = Path(__file__).parents[2]
HTTP = {"SLACK_APP_TOKEN": None, "SLACK_SIGNING_SECRET": "hush", "PIPELINE_BOT_LISTEN": "127.0.0.1:0"}
PATIENCE = 60.0  # real seconds before a test gives up on something that should happen at once


class Process:
    """One of our commands, running. Its standard error is read as it comes, line by line."""

    def __init__(self, process: ForkedProcess | asyncio.subprocess.Process) -> None:
        self._process = process
        self._news = asyncio.Event()
        self._said: list[str] = []
        self._reader = asyncio.create_task(self._read())

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        """Whether nothing more comes from it; its exit status may come a moment later."""
        return self._reader.done()

    @property
    def stderr(self) -> str:
        return "\n".join(self._said)

    def logged(self, event: str) -> list[dict[str, Any]]:
        """The log lines of this event so far."""
        lines = [json.loads(line) for line in self._said if line.startswith("{")]
        return [line for line in lines if line["event"] == event]

    async def until_it_logs(self, event: str, *, times: int = 1) -> dict[str, Any]:
        """The log line of this event, as soon as it is there so often."""
        async with asyncio.timeout(PATIENCE):
            while len(found := self.logged(event)) < times:
                assert not self._reader.done(), f"it ended without {event!r}: {self.stderr}"
                self._news.clear()
                await self._news.wait()
        return found[times - 1]

    def is_told(self, signal_: signal.Signals) -> None:
        self._process.send_signal(signal_)

    async def ends(self, *, within: float = PATIENCE) -> int:
        """Its exit status."""
        ended, _ = await asyncio.wait({self._reader}, timeout=within)
        assert ended, f"it still runs after {within:g} s: {self.stderr}"
        return await self._process.wait()

    async def stops(self, signal_: signal.Signals = signal.SIGTERM, *, within: float = 10.0) -> int:
        """Its exit status after the signal; ten seconds is what it promises, and no traceback."""
        self.is_told(signal_)
        status = await self.ends(within=within)
        assert "Traceback" not in self.stderr
        return status

    async def is_killed(self) -> None:
        self.is_told(signal.SIGKILL)
        await self.ends()

    async def first_line(self) -> str:
        """The first line on standard output."""
        async with asyncio.timeout(PATIENCE):
            return (await self._process.stdout.readline()).decode()

    async def rest_of_output(self) -> str:
        return (await self._process.stdout.read()).decode()

    async def close(self) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await self.ends()
        await self.rest_of_output()

    async def _read(self) -> None:
        async for line in self._process.stderr:
            self._said.append(line.decode().rstrip("\n"))
            self._news.set()
        self._news.set()


@asynccontextmanager
async def running(*arguments: str, folder: Path, settings: Mapping[str, str]) -> AsyncIterator[Process]:
    """`python …` in this folder, with nothing in its environment but these settings; killed at the end if need be."""
    process = Process(await _begun(arguments, folder, settings))
    try:
        yield process
    finally:
        await process.close()


async def _begun(
    arguments: tuple[str, ...], folder: Path, settings: Mapping[str, str]
) -> ForkedProcess | asyncio.subprocess.Process:
    if arguments[0] == "-m" and "PYTHONPATH" not in settings:
        environment = {"PATH": os.defpath, **settings}
        return await forked(arguments[1:], folder=folder, environment=environment)
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        cwd=folder,
        env={"PATH": os.defpath, "PYTHONPATH": str(ROOT), **settings},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


class World:
    """A Slack, a Feldera and a folder for the bot, whose database is in it.

    This Slack takes any number of calls a minute: twenty bots are begun in one here, and each looks everybody up.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = SystemClock()
        self.slack = SlackSimulator(self.clock, strict_tiers=False)
        self.feldera = FelderaSimulator(self.clock)
        self.channel = self.slack.adds_channel("ops")
        self.database = folder / "pipeline-bot.db"

    def settings(self, **changed: str | None) -> dict[str, str]:
        """The variables for Socket Mode; None leaves one out."""
        variables = {
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_APP_TOKEN": self.slack.app_token,
            "SLACK_API_URL": self.slack.url,
            "FELDERA_HOST": self.feldera.url,
            "PIPELINE_BOT_ADMIN_LISTEN": "",  # tests run beside each other
        } | changed
        return {name: value for name, value in variables.items() if value is not None}

    @asynccontextmanager
    async def bot(self, *arguments: str, **changed: str | None) -> AsyncIterator[Process]:
        """`python -m bot …`, whatever becomes of it; without arguments `run`."""
        command = ("-m", "bot", *(arguments or ("run",)))
        async with running(*command, folder=self.folder, settings=self.settings(**changed)) as process:
            yield process

    @asynccontextmanager
    async def serving_bot(self, *arguments: str, **changed: str | None) -> AsyncIterator[Process]:
        """The bot once it serves, and Slack can reach it."""
        async with self.bot(*arguments, **changed) as process:
            await process.until_it_logs("serving")
            if "SLACK_APP_TOKEN" in self.settings(**changed):
                await self.slack.until(lambda: self.slack.connections > 0, within=PATIENCE)
            yield process

    async def refusal(self, *arguments: str, status: int = 1, **changed: str | None) -> str:
        """The errors of a command that ends with this exit status and says nothing else."""
        async with self.bot(*arguments, **changed) as process:
            assert await process.ends() == status, process.stderr
            assert await process.rest_of_output() == ""
            lines = [line for line in process.stderr.splitlines() if line != BadSettings.hint]
            assert all(line.startswith("error: ") for line in lines), process.stderr
            return "\n".join(line.removeprefix("error: ") for line in lines)

    def operator(self, name: str) -> Person:
        person = self.slack.adds_person(name)
        self.administers(GrantRole(Actor(TeamId(person.team_id), UserId(person.id)), Role.OPERATOR, "*"))
        return person

    def administers(self, *changes: AccessChange) -> None:
        """From the shell."""
        with Administration.open(self.database) as administration:
            administration.administer(*changes, by="shell:owner", now=self.clock.now())

    def rules(self, pattern: str, said: str) -> None:
        """From the shell, written as it is typed: `world.rules("*", "cancel-window=4s")`."""
        self.administers(SetRule(rule_of(pattern, said)))

    def revokes_everything(self) -> None:
        """From the shell, whatever was granted to anybody."""
        with Administration.open(self.database) as administration:
            given = [
                RevokeRole(grant.principal, grant.role, grant.pattern) for grant in administration.grants()
            ]
            administration.administer(*given, by="shell:owner", now=self.clock.now())

    async def sees(self, person: Person, label: str) -> None:
        """This person is shown a button with this label."""
        await self.slack.until(lambda: self.is_offered(person, label), within=PATIENCE)

    def is_offered(self, person: Person, label: str) -> bool:
        """Whether this person alone is shown a button with this label now."""
        return any(
            element.get("text", {}).get("text") == label
            for message in person.ephemerals
            for block in message.blocks
            if block["type"] == "actions"
            for element in block["elements"]
        )

    async def confirms_a_clear(self, person: Person, name: str, channel: Channel | None = None) -> None:
        await person.types(f"/pipeline clear {name}", channel=channel or self.channel)
        await self.sees(person, f"Clear {name}")
        answer = await person.clicks(f"Clear {name}")
        assert answer.error is None

    async def until_told(self, text: str, channel: Channel | None = None) -> Message:
        """The line in a thread with this text, as soon as it is there."""
        found: list[Message] = []

        def is_there() -> bool:
            found[:] = [
                line for line in (channel or self.channel).messages if line.thread_ts and text in line.text
            ]
            return bool(found)

        await self.slack.until(is_there, within=PATIENCE)
        return found[0]

    async def until_feldera(self, condition: Callable[[], bool]) -> None:
        """Wait, by the clock, from one of Feldera's steps to the next."""
        nobody_wakes_us = asyncio.Event()
        async with asyncio.timeout(PATIENCE):
            while not condition():
                await self.clock.wait(nobody_wakes_us, self.feldera.next_step_at)

    async def waits(self, duration: timedelta) -> None:
        """Real time passes: for what is only wrong once it has."""
        await self.clock.wait(asyncio.Event(), self.clock.now() + duration)

    def cards(self, channel: Channel | None = None) -> list[Message]:
        """The cards in the channel, oldest first."""
        return [message for message in (channel or self.channel).messages if message.thread_ts is None]

    def reads(self, message: Message) -> str:
        return render(message, self.slack.names)
