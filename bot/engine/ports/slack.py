"""The Slack port: where operations are shown. An outage or a refusal by Slack is a value, never raised."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.access.permissions import Decision
from bot.domain.events import Event
from bot.domain.home_content import HomePage
from bot.domain.ids import Actor
from bot.domain.operations.operation import Operation
from bot.domain.operations.parts import Card
from bot.engine.attempted_actions import DeniedAction


@dataclass(frozen=True, slots=True)
class Taken:
    """Slack accepted it; `ts` is the message's, and `card` is set if a card was posted."""

    ts: str
    card: Card | None = None


@dataclass(frozen=True, slots=True)
class RetryLater:
    """Not now: Slack asks us to wait or did not answer, or the rate limit forbids it. Retry at `at`.

    `in_doubt`: it was tried and Slack may have accepted it, since an answer was lost or made no sense.
    """

    at: datetime
    in_doubt: bool = False


@dataclass(frozen=True, slots=True)
class ChannelUnusable:
    """The channel cannot be used: `why` is Slack's error (`not_in_channel`, `is_archived`, …)."""

    why: str


@dataclass(frozen=True, slots=True)
class Gone:
    """Somebody deleted the card; its channel is still usable."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """Slack refuses this one message: `why` is its error, which may concern no other message."""

    why: str


PostResult = Taken | RetryLater | ChannelUnusable | Gone | Rejected


class Announcer(Protocol):
    """Posts operations to Slack. Rate-limited: a call may return `RetryLater` without having tried."""

    def card_held_until(self, operation: Operation) -> datetime | None:
        """The earliest time to post its card, as far as Slack's rate limit is known; None if now."""
        ...

    async def post_card(self, operation: Operation) -> Taken | RetryLater | ChannelUnusable:
        """Post the card in `operation.stands_in`, or to the requester's DM if that is None.

        Any refusal is `ChannelUnusable`: somebody is waiting to be told where to look.
        """
        ...

    async def edit_card(self, operation: Operation) -> PostResult: ...

    async def post_lines(self, operation: Operation, events: tuple[Event, ...]) -> PostResult:
        """Post the events' lines in the card's thread, as one message."""
        ...

    async def notify_requester(self, operation: Operation, events: tuple[Event, ...]) -> PostResult:
        """Post the events' lines to the requester's DM, as one message, with a link to the card."""
        ...

    async def post_loss(self, operation: Operation, why: str) -> PostResult:
        """Post that the operation is no longer watched: in the card's thread or, without a card, to the requester."""
        ...

    async def answer_requester(self, operation: Operation) -> None:
        """Tell the person who confirmed where the card is, while the reply to them can still be changed.

        Or that there is none. Best effort: a restart in between loses it, and the card has everything.
        """
        ...


class AdminMessages(Protocol):
    """Direct messages to admins. Rate-limited: a call may return `RetryLater` without having tried."""

    async def ask_for_access(
        self, admin: Actor, asker: Actor, denied: DeniedAction, decision: Decision, *, of_part: bool
    ) -> PostResult:
        """Write to `admin` what `asker` was denied, and how to allow it (`of_part`: on some pipelines only)."""
        ...


class AuditChannel(Protocol):
    """A channel that keeps what the bot posts where the bot cannot change it."""

    async def post_head(self, entry_id: int, head: str) -> PostResult:
        """Post the id and the hash of the newest audit log entry."""
        ...


class HomeTabs(Protocol):
    """Each person's Home tab. Rate-limited: a call may return `RetryLater` without having tried."""

    async def publish(self, page: HomePage) -> Taken | RetryLater | ChannelUnusable:
        """Publish this page in place of the previous one; a page that is already shown costs nothing.

        `ChannelUnusable`: this person has no Home tab, and will have none.
        """
        ...
