"""The harness of the stories: a team in a simulated Slack, the real bot, and a simulated Feldera, in chat words.

Everything between the two simulators is the real thing: Bolt, slack_sdk, the SQLite file, httpx, HTTP and WebSocket.
Time stands still until a story moves it; work is moved forward tick by tick, so nothing races and nothing sleeps.
At the end a story fails if somebody was told something that it did not read, if something unexpected was logged as
an error, or if a delivery got no answer.
"""

import asyncio
import random
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar, TypeVar

import yaml

from bot.application import Bot
from bot.composition_root import assembled
from bot.config import Settings
from bot.domain.access.changes import AccessChange, GrantRole, RemoveFreeze, RevokeRole, SetFreeze, SetRule
from bot.domain.access.permissions import Group, Role
from bot.domain.audit_chain import Broken, Entry
from bot.domain.commands.rule_syntax import rule_of
from bot.domain.events import EventKind
from bot.domain.ids import GroupId, TeamId
from bot.domain.pipelines.targets import ONE
from bot.feldera.target_router import TargetRouter
from bot.observability.tracing import tracing
from bot.simulator.feldera import FelderaSimulator
from bot.simulator.slack import SlackSimulator, UserGroup
from bot.slack.api.directory import PeopleDirectory
from bot.store.shell_store import Administration
from tests.clock import MovableClock
from tests.logbook import Logbook
from tests.machine import Machine
from tests.reading import Reading
from tests.record import in_lines
from tests.teammate import CHANNEL, Teammate
from tests.troubles import Troubles
from tests.webhooks.described import undescribed

__all__ = ["CHANNEL", "Teammate", "Workspace"]

MANIFEST = yaml.safe_load((Path(__file__).parent.parent / "app_manifest.yml").read_text())
TENANT = "0198d2a4-5e0b-7c11-9c2e-2d9d1f0a7b77"  # nobody else's, as it is with authentication

A_MOMENT = timedelta(milliseconds=1)
SLACK_WAITS = (
    20.0  # seconds for an ack; the real one waits three, which a busy machine may need for a step of a story
)

_T = TypeVar("_T")


@cache
def _empty_database() -> bytes:
    """What opening a new one leaves: made once, since a tenth of a story's time would go into it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "pipeline-bot.db"
        Administration.open(path).close()
        return path.read_bytes()


class Workspace(Reading, Troubles):
    """The whole little world of a story. `grants` go through the shell's own way into the database."""

    makes_clock: ClassVar[type[MovableClock]] = MovableClock

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
        self.machine = Machine(self.clock)  # the bot's
        self.feldera = FelderaSimulator(
            self.clock, api_keys={feldera_key: feldera_role} if feldera_key else None, tenant_id=tenant_id
        )
        # By target, with `feldera` as the first; counts when the bot starts. Empty: `feldera` alone, without a target.
        self.felderas = {
            target: FelderaSimulator(self.clock, installation=number) if number else self.feldera
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
                target: {"host": feldera.url} for target, feldera in self.felderas.items()
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

    def stranger(self, name: str, **traits: Any) -> Teammate:
        """Somebody without any grant."""
        return Teammate(self.slack.adds_person(name, **traits), self)

    def operator(self, name: str, pattern: str = "*", **lasts: float) -> Teammate:
        return self._with_role(name, Role.OPERATOR, pattern, **lasts)

    def viewer(self, name: str, pattern: str = "*") -> Teammate:
        return self._with_role(name, Role.VIEWER, pattern)

    def requester(self, name: str, pattern: str = "*") -> Teammate:
        return self._with_role(name, Role.REQUESTER, pattern)

    def approver(self, name: str, pattern: str = "*") -> Teammate:
        return self._with_role(name, Role.APPROVER, pattern)

    def responder(self, name: str, pattern: str = "*") -> Teammate:
        return self._with_role(name, Role.RESPONDER, pattern)

    def admin(self, name: str, pattern: str = "*") -> Teammate:
        return self._with_role(name, Role.ADMIN, pattern)

    def grants(self, teammate: Teammate, role: Role, pattern: str = "*", **lasts: float) -> None:
        expires_at = self.clock.now() + timedelta(**lasts) if lasts else None
        self.administers(GrantRole(teammate.actor, role, pattern, expires_at))

    def user_group(self, handle: str, *members: Teammate) -> UserGroup:
        return self.slack.adds_user_group(handle, [member.person for member in members])

    def grants_group(self, group: Any, role: Role, pattern: str = "*") -> None:
        """To a user group of the simulated Slack (`slack.adds_user_group`)."""
        team = TeamId(self.slack.workspace.team_id)
        self.administers(GrantRole(Group(team, GroupId(group.id)), role, pattern))

    def revokes(self, teammate: Teammate) -> None:
        with Administration.open(self.database) as administration:
            known = administration.grants(teammate.actor)
        self.administers(*(RevokeRole(grant.principal, grant.role, grant.pattern) for grant in known))

    def rules(self, pattern: str, said: str) -> None:
        """Put a rule, written as it is typed: `workspace.rules("prod-*", "approvals=2 within=2h")`."""
        self.administers(SetRule(rule_of(pattern, said)))

    def freezes(self, pattern: str, reason: str = "release day", **lasts: float) -> None:
        self.administers(SetFreeze(pattern, self.clock.now() + timedelta(**lasts), reason))

    def unfreezes(self, pattern: str) -> None:
        self.administers(RemoveFreeze(pattern))

    def administers(self, *changes: AccessChange) -> None:
        """The person who runs the bot changes access, from the shell."""
        with Administration.open(self.database, self._targets) as administration:
            administration.administer(*changes, by="shell:owner", now=self.clock.now())

    def record(self, *kinds: EventKind) -> list[str]:
        """What the record keeps of what was done in Slack: all of it, or the entries of these kinds."""
        typed = [entry for entry in self.entries() if "shell" not in entry.event.data]
        return in_lines(
            [entry for entry in typed if not kinds or entry.event.kind in kinds], self.slack.names
        )

    def entries(self) -> list[Entry]:
        """The whole record, with what the shell did, oldest first."""
        with Administration.open(self.database) as administration:
            return list(administration.entries())

    def broken(self) -> Broken | None:
        """The first entry of the record that is not as it was written."""
        with Administration.open(self.database) as administration:
            return administration.verify().broken

    def _with_role(self, name: str, role: Role, pattern: str, **lasts: float) -> Teammate:
        teammate = self.stranger(name)
        self.grants(teammate, role, pattern, **lasts)
        return teammate

    def passes(self, **duration: float) -> None:
        """Time passes, and the bot does what is due on the way, at the moment it is due."""
        self.run(self.transient(**duration))

    async def transient(self, **duration: float) -> None:
        """The same, under way: for what happens in the middle of it."""
        target = self.clock.now() + timedelta(**duration)
        due = await self._settle()
        while due is not None and due <= target:
            self.clock.moves_to(due)
            due = await self._settle()
        self.clock.moves_to(max(target, self.clock.now()))
        await self._settle()

    def leaps(self, **duration: float) -> None:
        """Time passes, of which the bot is given the last moment alone: its looks in between would find nothing new."""
        self.clock.passes(**duration)
        self.settles()

    def has_measured(self, *, one_look: float, one_list: float) -> None:
        """Questions to Feldera took the bot so many seconds. Nothing takes any time by the clock of a story."""
        fleet = self.bot.driver.pipelines
        assert isinstance(fleet, TargetRouter)
        for client in fleet.clients.values():
            now = client.costs.clock.monotonic()
            client.costs.note_some(1, began=now - one_look)
            client.costs.note_list(began=now - one_list)

    def wall_clock_jumps(self, **duration: float) -> None:
        """Somebody sets the clock of the bot's machine; the world's time goes on as it did."""
        self.machine.wall_clock_jumps(**duration)
        self.settles()

    def settles(self) -> datetime | None:
        """The bot does all that is due now; returns when it will be due next."""
        return self.run(self._settle())

    async def _settle(self) -> datetime | None:
        bot = self._bot
        if bot is None:
            return None
        for _ in range(1000):
            await bot.background_tasks.finished()
            bot.driver.wake.clear()
            bot.announcements.wake.clear()
            bot.homes.wake.clear()
            moments = [await bot.driver.tick()]
            await bot.driver.finished()
            moments.append(await bot.announcements.tick())
            moments.append(await bot.homes.tick())
            # Whenever something else is due: a minute's record would make a day of a story 1440 ticks long.
            await bot.clock_watch.tick()
            await bot.background_tasks.finished()
            due = min((moment for moment in moments if moment is not None), default=None)
            busy = any(loop.wake.is_set() for loop in (bot.driver, bot.announcements, bot.homes))
            now = bot.driver.clock.now()
            if not busy and (due is None or due > now):
                return None if due is None else self.clock.now() + max(due - now, A_MOMENT)
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
