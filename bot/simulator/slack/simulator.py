"""A Slack workspace with one app installed, on one local port: Web API, Socket Mode, response_urls.

It keeps state, refuses what the real service refuses, and has faults (`fault_switches`). It needs no network, and
knows nothing of the app it serves.
"""

from collections.abc import Callable, Collection, Iterable
from typing import Any, Self

from aiohttp import web

from bot.engine.ports import Clock
from bot.simulator.slack.api.app_methods import app_methods
from bot.simulator.slack.api.ephemeral_methods import EPHEMERAL
from bot.simulator.slack.api.message_methods import METHODS, Call, Method, Pacing, permalink
from bot.simulator.slack.api.people_methods import DIRECTORY
from bot.simulator.slack.api.rate_tiers import Tiers
from bot.simulator.slack.api.web_api import RecordedCall, Token, WebApi
from bot.simulator.slack.delivery.delivery import Ack, EnvelopeType, RecordedDelivery
from bot.simulator.slack.delivery.interactions import Interactions
from bot.simulator.slack.delivery.signed_http import SignedHttp
from bot.simulator.slack.delivery.socket_mode import SocketMode
from bot.simulator.slack.fault_switches import FaultSwitches
from bot.simulator.slack.people.person import Person
from bot.simulator.slack.state.change_signal import Changes
from bot.simulator.slack.state.messages import Channel, Message
from bot.simulator.slack.state.open_views import Views
from bot.simulator.slack.state.response_urls import RecordedAnswer, ResponseUrls
from bot.simulator.slack.state.workspace import UserGroup, Workspace

HOST = "127.0.0.1"
ACK_TIMEOUT_S = 3.0
SHUTDOWN_S = 1.0
DEFAULT_SCOPES = frozenset({"commands", "chat:write", "users:read", "usergroups:read"})


class SlackSimulator(FaultSwitches):
    """`ack_timeout` is in real seconds; all other times go by `clock`. `changes` is set at every change."""

    def __init__(  # noqa: PLR0913 - every one has a default that suits most stories
        self,
        clock: Clock,
        *,
        bot_token: str = "xoxb-simulated-bot",
        app_token: str = "xapp-simulated-app",
        config_token: str = "xoxe.xoxp-simulated-config",
        signing_secret: str = "simulated-signing-secret",
        scopes: Collection[str] = DEFAULT_SCOPES,
        ack_timeout: float = ACK_TIMEOUT_S,
        strict_pacing: bool = True,
        strict_tiers: bool = True,
        changes: Changes | None = None,
    ) -> None:
        self.bot_token = bot_token
        self.app_token = app_token
        self.config_token = config_token
        self.manifest: dict[str, Any] = {}
        """That of the installed app."""
        self.signing_secret = signing_secret
        self.workspace = Workspace(clock, Changes() if changes is None else changes)
        self._ack_timeout = ack_timeout
        self._socket_mode = SocketMode(self.workspace.app_id, self.workspace.changes, ack_timeout=ack_timeout)
        self._views = Views(self.workspace)
        self._response_urls = ResponseUrls(self.workspace, lambda: self.origin)
        self._interactions = Interactions(self.workspace, self._response_urls, self._views, self._socket_mode)
        opening = Method(self._opens_connection, needs="connections:write", caller="app")
        self._web_api = WebApi(
            self.workspace,
            {
                **METHODS,
                **EPHEMERAL,
                **DIRECTORY,
                **self._views.methods,
                **app_methods(lambda: self.manifest),
                "apps.connections.open": opening,
            },
            {
                bot_token: Token("bot", frozenset(scopes)),
                app_token: Token("app", frozenset({"connections:write"})),
                config_token: Token("config", frozenset()),
            },
            Pacing(strict=strict_pacing),
            Tiers(strict=strict_tiers),
        )
        self._runner: web.AppRunner | None = None
        self._port = 0

    async def start(self, port: int = 0) -> None:
        """Serve on this port of the loopback interface; 0 takes a free one."""
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self._web_api.handle)
        app.router.add_get("/link", self._socket_mode.handle)
        app.router.add_post("/commands/{team}/{secret}", self._response_urls.handle)
        app.router.add_post("/actions/{team}/{secret}", self._response_urls.handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_S)
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, port).start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        self._socket_mode.drops_connections()
        self._web_api.lets_go()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.stop()

    @property
    def origin(self) -> str:
        return f"http://{HOST}:{self._port}"

    @property
    def url(self) -> str:
        """The base URL for a client of the Web API."""
        return f"{self.origin}/api/"

    def serves_over_http(
        self, request_url: str, *, options_url: str | None = None, signing_secret: str | None = None
    ) -> None:
        """From now on deliver by signed HTTP to this URL instead of Socket Mode.

        Menus ask for their options at `options_url`; without one they have none to show.
        """
        self._interactions.transport = SignedHttp(
            request_url,
            signing_secret or self.signing_secret,
            ack_timeout=self._ack_timeout,
            options_url=options_url,
        )

    def adds_shortcut(self, name: str, callback_id: str) -> None:
        """A global shortcut of the app, as its manifest has it."""
        self.workspace.shortcuts[name] = callback_id

    def adds_person(
        self,
        name: str,
        *,
        team: str | None = None,
        **traits: Any,
    ) -> Person:
        """`team` is the id of another workspace, for an external person or a member of another workspace of the same Grid.

        Further traits are the fields of `Profile`: `guest`, `deactivated`, `workspaces` of a Grid, and so on.
        """
        profile = self.workspace.adds_profile(name, team_id=team, **traits)
        return Person(profile, self.workspace, self._interactions)

    def adds_channel(
        self,
        name: str,
        *,
        members: Iterable[Person] | None = None,
        bot_is_member: bool = True,
        private: bool = False,
    ) -> Channel:
        """Without `members`, everybody is in it, also people who are added later."""
        ids = None if members is None else {person.id for person in members}
        return self.workspace.adds_channel(name, private=private, bot_is_member=bot_is_member, members=ids)

    def adds_user_group(self, handle: str, members: Iterable[Person] = ()) -> UserGroup:
        """A user group, which can be mentioned by its handle; its members can change."""
        group = self.workspace.adds_user_group(handle)
        for person in members:
            group.joins(person)
        return group

    def downgrades_plan(self) -> None:
        """The workspace's plan no longer has user groups: every lookup of one is refused with `plan_upgrade_required`."""
        self.workspace.has_user_groups = False

    def upgrades_plan(self) -> None:
        self.workspace.has_user_groups = True

    def thread(self, message: Message) -> list[Message]:
        """The thread a message is in, as Slack shows it: the root, then every reply."""
        root = message.thread_ts or message.ts
        return [each for each in message.channel.messages if root in {each.ts, each.thread_ts}]

    def permalink(self, message: Message) -> str:
        return permalink(message, self.workspace)

    @property
    def names(self) -> dict[str, str]:
        """Shown names by id, for `render`."""
        return self.workspace.names

    async def delivers(self, kind: EnvelopeType, payload: dict[str, Any]) -> Ack:
        """Send the app any payload, over Slack's own transport and signed like the others."""
        return await self._interactions.deliver(kind, payload, accepts_response_payload=True)

    def disables_messages_tab(self) -> None:
        """The app can no longer send direct messages."""
        self.workspace.messages_tab = False

    def disables_home_tab(self) -> None:
        """The app no longer has a Home tab: nobody can open it, and nothing can be published on it."""
        self.workspace.home_tab = False

    @property
    def is_up(self) -> bool:
        return self._runner is not None

    async def goes_down(self) -> None:
        """Every connection breaks and new ones are refused; the state is kept."""
        await self.stop()

    async def comes_back(self) -> None:
        """Serve again, on the same port."""
        await self.start(self._port)

    @property
    def calls(self) -> list[RecordedCall]:
        """Every request to the Web API, in order."""
        return self._web_api.calls

    @property
    def answers(self) -> list[RecordedAnswer]:
        """Everything that was sent to a response_url, in order."""
        return self._response_urls.answers

    @property
    def deliveries(self) -> list[RecordedDelivery]:
        """Every command, press and submission, with the app's ack, in the order in which their acks came."""
        return self._interactions.deliveries

    @property
    def suspicious(self) -> list[str]:
        """Every token shown that notifies a whole channel or mentions an id that does not exist."""
        return self.workspace.suspicious

    @property
    def connections(self) -> int:
        """How many Socket Mode connections the app has."""
        return self._socket_mode.connections

    async def until(self, condition: Callable[[], bool], *, within: float = 5.0) -> None:
        """Wait, without polling, for something to become true of this workspace.

        Raises:
            TimeoutError: it did not within so many real seconds.
        """
        await self.workspace.changes.until(condition, within=within)

    def _opens_connection(self, _call: Call) -> dict[str, Any]:
        ticket = self._socket_mode.issues_ticket()
        address = f"ws://{HOST}:{self._port}/link"
        return {"url": f"{address}?ticket={ticket}&app_id={self.workspace.app_id}"}
