"""What surrounds the bot in a benchmark: a Slack in this process, a Feldera in another, and a database that is full.

People's deeds are recorded as Slack delivers them, to be sent by the load generator later.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Self

import aiohttp
from aiohttp import web

from bot.clock import SystemClock
from bot.config import Settings
from bot.domain.access.changes import GrantRole, SetRule
from bot.domain.access.permissions import Role
from bot.domain.commands.rule_syntax import rule_of
from bot.domain.events import EventKind
from bot.domain.ids import Actor, ChannelId, TeamId, UserId
from bot.domain.operations.operation import Operation
from bot.domain.operations.parts import Card
from bot.simulator.slack import Message, Person, SlackSimulator
from bot.simulator.slack.state.workspace import Content
from bot.slack.views.card import card
from bot.store.shell_store import Administration
from tests.benchmarks.feldera import live, other
from tests.benchmarks.load import Delivery
from tests.benchmarks.operations import Fleet, fill
from tests.benchmarks.processes import PATIENCE, Child, running
from tests.operations import changed
from tests.streams import served

OPERATORS = 20  # a team
APPROVERS_MOST = 8  # Slack tells of a hundred people a minute, and each is looked up seven times in it
CHANNELS = 20  # Slack takes one message a second in each
IDLE_PIPELINES = 100  # that commands are about
UNCHANGED_FOR = 30  # seconds: behind a busy store the first approval alone took ten
LINE_AWAITED_FOR = 120.0  # seconds: a bot that is late by more is late by that
PATH = "/slack/events"

TYPED = {
    "help": "/pipeline help",
    "whoami": "/pipeline whoami",
    "status": "/pipeline status {}",
    "clear": "/pipeline clear {} reload after the schema change",
}


class World:
    """`requests` wait for approval, and are the pipelines after the idle ones."""

    def __init__(self, folder: Path, *, live_count: int, requests: int, admin_listen: str = "") -> None:
        self._admin_listen = admin_listen
        self.folder = folder
        self.slack = SlackSimulator(SystemClock(), strict_tiers=False)
        self.live: list[str] = [live(number) for number in range(live_count)]
        self._requests = [other(number) for number in range(IDLE_PIPELINES, IDLE_PIPELINES + requests)]
        self._database = folder / "pipeline-bot.db"
        self._channels = [self.slack.adds_channel(f"ops-{number:02}") for number in range(CHANNELS)]
        self._operators = [self.slack.adds_person(f"operator-{number:02}") for number in range(OPERATORS)]
        approvers = range(min(requests, APPROVERS_MOST))
        self._approvers = [self.slack.adds_person(f"approver-{number:02}") for number in approvers]
        self._cards: dict[str, Message] = {}
        self._recorded: list[Delivery] = []
        self._awaiting: list[Operation] = []
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        enter = self._stack.enter_async_context
        await enter(self.slack)
        await enter(self._recording())
        others = IDLE_PIPELINES + len(self._requests)
        arguments = ("tests.benchmarks.feldera", str(len(self.live)), str(others))
        addresses = await (await enter(running(*arguments, folder=self.folder))).says(
            lambda line: "url" in line
        )
        self.feldera_url = addresses["url"]
        self._door = await enter(
            aiohttp.ClientSession(addresses["door"], timeout=aiohttp.ClientTimeout(total=PATIENCE))
        )
        self._fleet = await Fleet.look(Settings(_env_file=None, **self._settings()))
        self._grants()
        self._asks_for_approval()
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self._stack.aclose()

    def _settings(self) -> dict[str, str]:
        return {
            "slack_bot_token": self.slack.bot_token,
            "slack_signing_secret": self.slack.signing_secret,
            "slack_api_url": self.slack.url,
            "feldera_host": self.feldera_url,
            "pipeline_bot_listen": "127.0.0.1:0",
            "pipeline_bot_database": str(self._database),
            "pipeline_bot_admin_listen": self._admin_listen,
        }

    def _grants(self) -> None:
        with Administration.open(self._database) as administration:
            given = [GrantRole(_actor(person), Role.OPERATOR, "*") for person in self._operators]
            given += [GrantRole(_actor(person), Role.APPROVER, "*") for person in self._approvers]
            rule = SetRule(rule_of("*", "approvals=1"))
            administration.administer(
                *given, rule, by="shell:benchmark", now=self.slack.workspace.clock.now()
            )

    def _asks_for_approval(self) -> None:
        for number, name in enumerate(self._requests):
            channel = self._channels[number % CHANNELS]
            requester, now = _actor(self._operators[number % OPERATORS]), self.slack.workspace.clock.now()
            asked = self._fleet.awaiting_approval(name, requester, ChannelId(channel.id), now)
            said = card(asked)
            message = self._posts(name, number, Content(said.text, said.blocks))
            self._awaiting.append(changed(asked, card=Card(ChannelId(channel.id), message.ts)))

    def _posts(self, name: str, number: int, content: Content) -> Message:
        workspace = self.slack.workspace
        message = workspace.posts(self._channels[number % CHANNELS], workspace.bot_user_id, content=content)
        self._cards[name] = message
        return message

    async def records(self, kind: str, count: int) -> list[Delivery]:
        """So many deliveries of this kind, each of the next person."""
        self._recorded = []
        for number in range(count):
            if kind == "approve":
                person, message = self._approvers[number % len(self._approvers)], self._requests[number]
                await person.clicks("Approve", on=self._cards[message])
            else:
                channel = self._channels[number % CHANNELS]
                text = TYPED[kind].format(other(number % IDLE_PIPELINES))
                await self._operators[number % OPERATORS].types(text, channel=channel)
        return self._recorded

    @asynccontextmanager
    async def _recording(self) -> AsyncIterator[None]:
        async def record(request: web.Request) -> web.Response:
            kept = {
                name: text
                for name, text in request.headers.items()
                if name.startswith(("X-Slack", "Content-T"))
            }
            self._recorded.append(Delivery(kept, await request.text()))
            return web.Response()

        application = web.Application()
        application.add_routes([web.post(PATH, record)])
        async with served(application) as url:
            self.slack.serves_over_http(f"{url}{PATH}")
            yield

    def fills_the_database(self) -> None:
        """As late as can be: whoever waits longer is looked at less often."""
        now, made = self.slack.workspace.clock.now(), []
        for number, name in enumerate(self.live):
            message = self._posts(name, number, Content(f"Clear {name}"))
            place = Card(ChannelId(message.channel.id), message.ts)
            made.append(self._fleet.waiting(name, _actor(self._operators[number % OPERATORS]), place, now))
        fill(self._database, [*self._awaiting, *made])

    @asynccontextmanager
    async def bot(self) -> AsyncIterator[tuple[Child, str]]:
        """`pipeline-bot run` once it serves, and where it takes deliveries."""
        variables = {name.upper(): value for name, value in self._settings().items()}
        async with running("bot", "run", folder=self.folder, settings=variables) as child:
            serving = await child.says(lambda line: line.get("event") == "serving")
            yield child, f"http://{serving['over'].removeprefix('HTTP on ')}{PATH}"

    async def traffic(self, name: str) -> dict[str, int]:
        """What Feldera was asked so far: requests, bytes both ways, and looks at this pipeline."""
        return await self._asks("GET", f"/traffic/{name}")

    async def first_round(self) -> float:
        """The moment by which each live pipeline was looked at, from now on."""
        return (await self._asks("GET", "/first_round"))["at"]

    async def finishes(self, name: str) -> float:
        """The moment from which Feldera shows this storage as cleared."""
        return (await self._asks("POST", f"/finish/{name}"))["at"]

    async def asked_to_clear(self, count: int) -> None:
        """Wait until Feldera was asked for so many clears."""
        await self._asks("GET", f"/asked/{count}")

    async def told_in_its_thread(self, name: str) -> float:
        """The moment by which its thread has a line; after a while that moment, whether it has one or not."""
        message = self._cards[name]

        def is_there() -> bool:
            return any(line.thread_ts == message.ts for line in reversed(message.channel.posted))

        with suppress(TimeoutError):
            await self.slack.until(is_there, within=LINE_AWAITED_FOR)
        return time.time()

    async def approved(self) -> int:
        """How many approvals the audit log has once none is added any more: an ack waits two seconds for its own."""
        count, unchanged = self._approvals(), 0
        while count < len(self._requests) and unchanged < UNCHANGED_FOR:
            await asyncio.sleep(1)
            before, count = count, self._approvals()
            unchanged = unchanged + 1 if count == before else 0
        return count

    def _approvals(self) -> int:
        with Administration.reading(self._database) as administration:
            return sum(entry.event.kind is EventKind.APPROVED for entry in administration.entries())

    async def _asks(self, method: str, path: str) -> Any:
        async with self._door.request(method, path) as answer:
            answer.raise_for_status()
            return await answer.json()


def _actor(person: Person) -> Actor:
    return Actor(TeamId(person.team_id), UserId(person.id))
