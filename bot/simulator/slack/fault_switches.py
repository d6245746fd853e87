"""Fault switches of a simulated Slack, for stories, the sandbox and tests: make it fail, and work again."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.simulator.slack.api.faults import (
    FailsWith,
    Faults,
    Hangs,
    RateLimited,
    ReplyLost,
    RequestDropped,
    ServerError,
)
from bot.simulator.slack.api.web_api import WebApi
from bot.simulator.slack.delivery.interactions import Interactions
from bot.simulator.slack.delivery.socket_mode import DisconnectReason, SocketMode
from bot.simulator.slack.state.response_urls import AfterCommand


class FaultSwitches:
    """The part of a `SlackSimulator` that has them."""

    _interactions: Interactions
    _socket_mode: SocketMode
    _web_api: WebApi

    def rate_limits(self, method: str, *, retry_after: int, times: int = 1) -> None:
        self._faults.add(method, RateLimited(retry_after), times=times)

    def loses_the_next_reply(self, method: str) -> None:
        """The next request is done, but its connection drops before the answer."""
        self._faults.add(method, ReplyLost())

    def drops_the_next_request(self, method: str) -> None:
        """The connection drops before the next request is done."""
        self._faults.add(method, RequestDropped())

    def fails_next(self, method: str, error: str, times: int = 1) -> None:
        self._faults.add(method, FailsWith(error), times=times)

    def refuses(
        self, method: str, error: str, where: Callable[[Mapping[str, Any]], object] = lambda _: True
    ) -> None:
        """Refuse with this error, from now on, each request to the method of whose arguments `where` is true."""
        self._faults.refuse(method, FailsWith(error), where)

    def refuses_no_more(self, method: str) -> None:
        """End what `refuses` began for this method."""
        self._faults.accept(method)

    def answers_500(self, method: str, times: int = 1, *, about: str = "") -> None:
        """`about` is an argument, such as a person's id: other requests are answered normally."""
        self._faults.add(method, ServerError(), times=times, about=about)

    def hangs(self, method: str, times: int = 1, *, about: str = "") -> None:
        """The next requests are neither carried out nor answered until `lets_go`; `about` as for `answers_500`."""
        self._faults.add(method, Hangs(), times=times, about=about)

    def lets_go(self) -> None:
        """Carry out and answer every request that hangs."""
        self._web_api.lets_go()

    @property
    def hanging(self) -> int:
        """How many requests hang now."""
        return self._web_api.hanging

    def replaces_after_commands(self, how: AfterCommand) -> None:
        """What becomes of messages that are to replace what the ack of a command said: Slack itself adds them."""
        self._interactions.response_urls.after_commands = how

    def delivers_twice(self, times: int = 1) -> None:
        """The next deliveries are sent twice at once: the same envelope, the same signed request."""
        self._interactions.twice += times

    async def delivers_again(self) -> str | None:
        """Send the last delivery once more, later; returns the error the app's ack amounts to, if any."""
        return (await self._interactions.again()).error

    async def disconnects(self, reason: DisconnectReason = "refresh_requested") -> None:
        """Ask the app to renew its connections; unless it is only a warning, the old ones get no more envelopes."""
        await self._socket_mode.disconnects(reason)

    async def sends(self, frame: str | bytes) -> None:
        """Send every Socket Mode connection this in place of an envelope: nothing checks it."""
        await self._socket_mode.sends(frame)

    def greets_next(self, frame: str | bytes) -> None:
        """Send the next Socket Mode connection this in place of the hello."""
        self._socket_mode.greetings.append(frame)

    def refuses_tokens(self) -> None:
        """Every call from now on is invalid_auth, until `accepts_tokens`."""
        self._web_api.accepts_tokens = False

    def accepts_tokens(self) -> None:
        self._web_api.accepts_tokens = True

    def drops_connections(self) -> None:
        """Break every Socket Mode connection without a close frame, as a failing network does; new ones are accepted."""
        self._socket_mode.drops_connections()

    @property
    def pending_faults(self) -> dict[str, int]:
        """Faults that are still waiting for a request, by method."""
        return self._faults.pending

    @property
    def _faults(self) -> Faults:
        return self._web_api.faults
