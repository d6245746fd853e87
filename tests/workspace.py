"""The harness of the stories: a team in a simulated Slack, the real bot, and a simulated Feldera, in chat words.

Everything between the two simulators is the real thing: Bolt, slack_sdk, the SQLite file, httpx, HTTP and WebSocket.
Time stands still until a story moves it; work is moved forward tick by tick, so nothing races and nothing sleeps.
At the end a story fails if somebody was told something that it did not read, if something unexpected was logged as
an error, or if a delivery got no answer.
"""

import asyncio
import json
import logging
import random
import re
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import structlog

from bot.bootstrap import Bot, assembled
from bot.config import Settings
from bot.domain.access import Role
from bot.domain.names import Actor, TeamId, UserId
from bot.simulator.feldera import FelderaSimulator
from bot.simulator.slack import Answer, Channel, Message, Person, SlackSimulator, render, render_text
from bot.store.administration import Administration
from tests.clock import MovableClock

CHANNEL = "ops"
_T = TypeVar("_T")


class Teammate:
    """Somebody at their keyboard: types, clicks, and reads what only they are shown."""

    def __init__(self, person: Person, workspace: "Workspace") -> None:
        self._person = person
        self._workspace = workspace

    @property
    def id(self) -> str:
        return self._person.id

    @property
    def name(self) -> str:
        return self._person.name

    @property
    def actor(self) -> Actor:
        return Actor(TeamId(self._person.team_id), UserId(self._person.id))

    def types(self, text: str, channel: Any = CHANNEL) -> str:
        """Type a command; returns what Slack shows at once, which thereby has been read."""
        answer = self._workspace.does(self._person.types(text, channel=channel))
        return self._workspace.reads(answer.message) if answer.message else answer.error or ""

    def typing(self, text: str, channel: Any = CHANNEL) -> Coroutine[Any, Any, Answer]:
        """For `Workspace.at_once`."""
        return self._person.types(text, channel=channel)

    def asks(self, text: str, channel: Any = CHANNEL) -> str:
        """Type a command that takes a look at Feldera; returns what comes of it."""
        self.types(text, channel=channel)
        (answer,) = self.reads()
        return answer

    def clicks(self, label: str, **how: Any) -> str | None:
        """Press the button as it is rendered now; returns Slack's complaint, if any."""
        return self._workspace.does(self._person.clicks(label, **how)).error

    def clicking(self, label: str) -> Coroutine[Any, Any, Any]:
        """A click under way: for `workspace.run` and the like, when the bot is given no time to react."""
        return self._person.clicks(label)

    def clears(self, pipeline: str, reason: str = "", channel: Any = CHANNEL) -> list[str]:
        """Ask, read the preview, confirm; returns what the confirmation turned into."""
        self.types(f"/pipeline clear {pipeline} {reason}", channel=channel)
        self.reads()
        self.clicks(f"Clear {pipeline}")
        return self.reads()

    def finds(self, label: str) -> Any:
        """A button to press later, whatever becomes of its message."""
        return self._person.finds(label)

    def presses(self, button: Any) -> str | None:
        return self._workspace.does(self._person.presses(button)).error

    def pressing(self, button: Any) -> Coroutine[Any, Any, Answer]:
        """For `Workspace.at_once`."""
        return self._person.presses(button)

    def reads(self) -> list[str]:
        """What this person alone is shown, as it stands now: all that was not read in this version."""
        unread = [message for message in self._person.ephemerals if self._workspace.is_unread(message)]
        return [self._workspace.reads(message) for message in unread]

    def dms(self) -> list[str]:
        """The bot's direct messages to this person."""
        return [self._workspace.reads(message) for message in self._person.dms]

    def hears(self) -> str:
        """What a screen reader says of the latest answer to this person: the text without its blocks."""
        return render_text(self._person.ephemerals[-1].text, self._workspace.slack.names)

    @property
    def last_confirm(self) -> str | None:
        return self._person.last_confirm

    @property
    def dm(self) -> Channel:
        """The conversation with the bot, to type in."""
        return self._person.dm

    def links(self) -> list[str]:
        """Where the links in the latest answer to this person lead."""
        latest = self._person.ephemerals[-1]
        return re.findall(r"<(https?://[^|>]+)", json.dumps(latest.blocks))


class Workspace:
    """The whole little world of a story. `grants` go through the shell's own way into the database."""

    def __init__(
        self,
        folder: Path,
        *,
        over_http: bool = False,
        feldera_key: str | None = None,
        feldera_role: str = "write",
    ) -> None:
        self.clock = MovableClock()
        self.feldera = FelderaSimulator(
            self.clock, api_keys={feldera_key: feldera_role} if feldera_key else None
        )
        self.slack = SlackSimulator(self.clock)
        self.channel = self.slack.adds_channel(CHANNEL)
        self.database = folder / "pipeline-bot.db"
        self.expected_errors: set[str] = set()
        self.expected_complaints = 0  # deliveries for which Slack itself complains: the bot was down
        self._over_http = over_http
        self._feldera_key = feldera_key
        self._loop = asyncio.Runner()
        self._read: dict[str, int] = {}
        self._errors = _Errors()
        self._bot: Bot | None = None
        self._running = AsyncExitStack()
        self.run(self.feldera.start())
        self._feldera_host = self.feldera.url.removeprefix("http://")
        self.run(self.slack.start())
        self.starts()

    # --- the bot -----------------------------------------------------------------------------------------------

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

    def dies_once(self, happened: Callable[[], bool], work: Coroutine[Any, Any, Any]) -> None:
        """The process is gone in the middle of its work, as soon as this has happened; `work` may end before."""
        self.run(self._die_once(happened, work))

    async def _die_once(self, happened: Callable[[], bool], work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.ensure_future(work)
        while not task.done() and not happened():  # noqa: ASYNC110 - anything may be what has happened
            await asyncio.sleep(0)  # the simulators and the bot share this loop: let them take one step
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled():
            task.result()
        await self._die()

    def restarts(self) -> None:
        self.dies()
        self.starts()

    async def _start(self) -> None:
        self._bot = await self._running.enter_async_context(assembled(self._settings(), self.clock))
        self._bot.driver.spread = _Even()
        await self._bot.transport.start()
        if self._over_http:
            self.slack.serves_over_http(f"http://{self._bot.transport.address}/slack/events")

    async def _die(self) -> None:
        bot, self._bot = self.bot, None
        await bot.errands.abandon()
        await bot.transport.stop()
        await self._running.aclose()

    def _settings(self) -> Settings:
        values: dict[str, Any] = {
            "slack_bot_token": self.slack.bot_token,
            "slack_api_url": self.slack.url,
            "pipeline_bot_database": self.database,
            "feldera_host": self.feldera.url,
            "feldera_api_key": self._feldera_key,
        }
        if self._over_http:
            values |= {
                "slack_signing_secret": self.slack.signing_secret,
                "pipeline_bot_listen": "127.0.0.1:0",
            }
        else:
            values |= {"slack_app_token": self.slack.app_token}
        return Settings(_env_file=None, **values)

    # --- people ------------------------------------------------------------------------------------------------

    def stranger(self, name: str, **traits: Any) -> Teammate:
        """Somebody without any grant."""
        return Teammate(self.slack.adds_person(name, **traits), self)

    def operator(self, name: str, pattern: str = "*", **lasts: float) -> Teammate:
        return self._with_role(name, Role.OPERATOR, pattern, **lasts)

    def viewer(self, name: str, pattern: str = "*") -> Teammate:
        return self._with_role(name, Role.VIEWER, pattern)

    def grants(self, teammate: Teammate, role: Role, pattern: str = "*", **lasts: float) -> None:
        now = self.clock.now()
        expires_at = now + timedelta(**lasts) if lasts else None
        with Administration.open(self.database) as administration:
            administration.grant(
                teammate.actor,
                role,
                pattern=pattern,
                granted_by="shell:owner",
                now=now,
                expires_at=expires_at,
            )

    def revokes(self, teammate: Teammate) -> None:
        with Administration.open(self.database) as administration:
            ids = [grant.id for grant in administration.grants(teammate.actor)]
            administration.revoke(ids, revoked_by="shell:owner", now=self.clock.now())

    def _with_role(self, name: str, role: Role, pattern: str, **lasts: float) -> Teammate:
        teammate = self.stranger(name)
        self.grants(teammate, role, pattern, **lasts)
        return teammate

    # --- time --------------------------------------------------------------------------------------------------

    def passes(self, **duration: float) -> None:
        """Time passes, and the bot does what is due on the way, at the moment it is due."""
        self.run(self.passing(**duration))

    async def passing(self, **duration: float) -> None:
        """The same, under way: for what happens in the middle of it."""
        target = self.clock.now() + timedelta(**duration)
        due = await self._settle()
        while due is not None and due <= target:
            self.clock.moves_to(due)
            due = await self._settle()
        self.clock.moves_to(max(target, self.clock.now()))
        await self._settle()

    def settles(self) -> datetime | None:
        """The bot does all that is due now; returns when it will be due next."""
        return self.run(self._settle())

    async def _settle(self) -> datetime | None:
        bot = self._bot
        if bot is None:
            return None
        for _ in range(1000):
            await bot.errands.finished()
            bot.driver.wake.clear()
            bot.announcements.wake.clear()
            moments = [await bot.driver.tick(), await bot.announcements.tick()]
            await bot.errands.finished()
            due = min((moment for moment in moments if moment is not None), default=None)
            busy = bot.driver.wake.is_set() or bot.announcements.wake.is_set()
            if not busy and (due is None or due > self.clock.now()):
                return due
        raise AssertionError("the bot never comes to rest")

    def does(self, deed: Coroutine[Any, Any, _T]) -> _T:
        """Somebody does something, and the bot reacts."""
        done = self.run(deed)
        self.settles()
        return done

    def at_once(self, *deeds: Coroutine[Any, Any, Any]) -> None:
        """Several things are done at the same moment."""

        async def together() -> None:
            await asyncio.gather(*deeds)

        self.does(together())

    def run(self, work: Coroutine[Any, Any, _T]) -> _T:
        return self._loop.run(work)

    # --- trouble -----------------------------------------------------------------------------------------------

    def slack_goes_down(self) -> None:
        self.expected_errors.add("slack_bolt")  # the SDK says that it cannot open its socket again
        self.run(self.slack.goes_down())

    def slack_comes_back(self) -> None:
        """For the bot's calls at once; its socket is opened again in real time, for which no story waits."""
        self.run(self.slack.comes_back())

    # --- Feldera -----------------------------------------------------------------------------------------------

    def feldera_goes_down(self) -> None:
        self.run(self.feldera.goes_down())

    def feldera_comes_back(self) -> None:
        self.run(self.feldera.comes_back())

    def while_feldera_hangs(self, work: Coroutine[Any, Any, Any], meanwhile: Callable[[], object]) -> None:
        """Feldera (told before what `hangs`) keeps the bot waiting; something happens meanwhile; then it goes on."""
        self.run(self._while_hanging(work, meanwhile))

    async def _while_hanging(self, work: Coroutine[Any, Any, Any], meanwhile: Callable[[], object]) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self.reacting_to(work))
            await self.feldera.until_it_hangs()
            meanwhile()
            self.feldera.lets_go()

    async def reacting_to(self, work: Coroutine[Any, Any, Any]) -> None:
        """Somebody does something, and the bot reacts: under way."""
        await work
        await self._settle()

    def dies_while_feldera_hangs(self, work: Coroutine[Any, Any, Any]) -> None:
        """The process is gone while Feldera (told before what `hangs`) keeps it waiting; what hangs goes on to hang."""

        async def dies() -> None:
            task = asyncio.ensure_future(self.reacting_to(work))
            await self.feldera.until_it_hangs()
            task.cancel()
            await asyncio.wait([task])
            await self._die()

        self.run(dies())

    def feldera_falls_during(self, work: Coroutine[Any, Any, Any]) -> None:
        """Feldera (told before what `hangs`) goes down while it keeps the bot waiting."""

        async def falls() -> None:
            async with asyncio.TaskGroup() as group:
                group.create_task(self.reacting_to(work))
                await self.feldera.until_it_hangs()
                await self.feldera.goes_down()

        self.run(falls())

    @property
    def sent(self) -> list[datetime]:
        """When each request that changes something reached Feldera."""
        return [request.at for request in self.feldera.requests if request.method != "GET"]

    # --- what can be read --------------------------------------------------------------------------------------

    def reads(self, message: Message) -> str:
        self._read[_key(message)] = len(message.history)
        return self._rendered(message)

    def _rendered(self, message: Message) -> str:
        """As people read it; Feldera's port is another one each time, so its address has a name here."""
        return render(message, self.slack.names).replace(self._feldera_host, "feldera.example")

    def is_unread(self, message: Message) -> bool:
        return self._read.get(_key(message)) != len(message.history)

    def cards(self, channel: Any = None) -> list[str]:
        """The cards in the channel as they stand now, oldest first."""
        return [self.reads(message) for message in self._roots(channel)]

    def card(self, channel: Any = None) -> str:
        """The one card there is."""
        (card,) = self.cards(channel)
        return card

    def thread(self, channel: Any = None) -> list[str]:
        """The lines in the newest card's thread, whole, oldest first."""
        replies = self.slack.thread(self._roots(channel)[-1])[1:]
        return [line for message in replies for line in self.reads(message).split("\n")]

    def threads(self, channel: Any = None) -> list[list[str]]:
        """The lines in each card's thread, oldest card first."""
        return [
            [line for message in self.slack.thread(root)[1:] for line in self.reads(message).split("\n")]
            for root in self._roots(channel)
        ]

    def timed_thread(self, channel: Any = None) -> list[str]:
        """The same, each line with the time since the card was posted."""
        card, *replies = self.slack.thread(self._roots(channel)[-1])
        began = card.history[0].at
        return [
            f"{reply.history[0].at - began}  {line}"
            for reply in replies
            for line in self.reads(reply).split("\n")
        ]

    def card_history(self, channel: Any = None) -> list[str]:
        """Every version of the newest card, the first one first."""
        card = self._roots(channel)[-1]
        self.reads(card)
        return [self._rendered(replace(card, versions=[version])) for version in card.history]

    def hears(self, channel: Any = None) -> list[str]:
        """What notifications and screen readers say of the newest card and of its lines: texts without blocks."""
        messages = self.slack.thread(self._roots(channel)[-1])
        return [render_text(message.text, self.slack.names) for message in messages]

    def permalink(self, channel: Any = None) -> str:
        """The address of the newest card, as Slack itself gives it."""
        return self.slack.permalink(self._roots(channel)[-1])

    def _roots(self, channel: Any) -> list[Message]:
        place = self.channel if channel is None else channel
        return [message for message in place.messages if message.thread_ts in {None, message.ts}]

    @property
    def logged(self) -> list[str]:
        """Every line that was logged, as it is before anything is blotted out of it."""
        return self._errors.lines

    # --- the end -----------------------------------------------------------------------------------------------

    def closes(self) -> None:
        """Stop everything, and check that nothing was left unread or unsaid."""
        try:
            if self._bot is not None:
                self.dies()
        finally:
            self.run(self.slack.stop())
            self.run(self.feldera.stop())
            self._loop.close()
            self._errors.closes()
        unexpected = [error for error in self._errors.seen if not self.expected_errors & set(error.split())]
        assert unexpected == [], "something was logged as an error"
        complaints = [made.ack.error for made in self.slack.deliveries if made.ack.error]
        assert len(complaints) == self.expected_complaints, f"Slack complained: {complaints}"
        assert self.slack.suspicious == [], "text from people or Feldera reached Slack as markup"
        places = self.slack.workspace.channels.values()
        posted = [
            message
            for place in places
            for message in place.messages
            if message.user == self.slack.workspace.bot_user_id
        ]
        shared = [message for message in posted if _key(message) not in self._read]
        private = [
            message
            for message in self.slack.workspace.ephemerals
            if not message.deleted and self.is_unread(message)
        ]
        assert [render(message, self.slack.names) for message in [*shared, *private]] == [], "left unread"


def _key(message: Message) -> str:
    return f"{message.channel.id}/{message.ts}"


class _Even(random.Random):
    """No luck either way: a story's looks at Feldera come at the same moments each time."""

    def uniform(self, a: float, b: float) -> float:
        return (a + b) / 2


class _Errors(logging.Handler):
    """Collects what is logged by us (structlog) or, from warnings on, by the libraries (logging), errors apart."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []
        self.seen: list[str] = []
        logging.getLogger().addHandler(self)
        structlog.configure(processors=[self._note])

    def _note(self, _logger: Any, method: str, event: dict[str, Any]) -> str:
        self._add(f"{event['event']} {event}", is_error=method in {"error", "critical", "exception"})
        raise structlog.DropEvent

    def emit(self, record: logging.LogRecord) -> None:
        self._add(f"{record.name} {record.getMessage()}", is_error=record.levelno >= logging.ERROR)

    def _add(self, line: str, *, is_error: bool) -> None:
        self.lines.append(line)
        if is_error:
            self.seen.append(line)

    def closes(self) -> None:
        logging.getLogger().removeHandler(self)
        structlog.reset_defaults()
