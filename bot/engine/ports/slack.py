"""Where operations are shown. Slack being away, or saying no, is a value, never raised."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.home_content import HomePage
from bot.domain.operations.operation import Card, Event, Operation


@dataclass(frozen=True, slots=True)
class Taken:
    """Slack has it; `ts` is the message's, and `card` where a card was posted."""

    ts: str
    card: Card | None = None


@dataclass(frozen=True, slots=True)
class RetryLater:
    """Not now: Slack asks us to wait, did not answer, or its pace forbids it. Try again at `at`.

    `in_doubt`: it was tried and may have been taken all the same, since an answer was lost or made no sense.
    """

    at: datetime
    in_doubt: bool = False


@dataclass(frozen=True, slots=True)
class ChannelUnusable:
    """The place does not take it: `why` is Slack's word (`not_in_channel`, `is_archived`, …)."""

    why: str


@dataclass(frozen=True, slots=True)
class Gone:
    """The card was deleted by somebody; its place is still good."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """Slack refuses this one message: `why` is its word, of which it is not known that it concerns any other."""

    why: str


PostResult = Taken | RetryLater | ChannelUnusable | Gone | Rejected


class Announcer(Protocol):
    """Where operations are shown. Paced: a call may answer `RetryLater` without having tried."""

    def card_held_until(self, operation: Operation) -> datetime | None:
        """When its card may be posted at the earliest, by what is known of Slack's pace; None if it may be now."""
        ...

    async def post_card(self, operation: Operation) -> Taken | RetryLater | ChannelUnusable:
        """Post the card in `operation.stands_in`, or to the requester's DM where there is none.

        Whatever the reason for a refusal, it is `ChannelUnusable`: somebody waits to be told where to look.
        """
        ...

    async def edit_card(self, operation: Operation) -> PostResult: ...

    async def post_lines(self, operation: Operation, events: tuple[Event, ...]) -> PostResult:
        """Post the events' lines in the card's thread, as one message."""
        ...

    async def tell_requester(self, operation: Operation, events: tuple[Event, ...]) -> PostResult:
        """Post the events' lines to the requester's DM, as one message, with the way to the card."""
        ...

    async def post_loss(self, operation: Operation, why: str) -> PostResult:
        """Post that the operation is watched no more: in the card's thread, or to the requester's DM if there is no card."""
        ...

    async def answer_requester(self, operation: Operation) -> None:
        """Tell the person who confirmed, while their answer can still be changed, where the card is.

        Or that there is none. A courtesy: whoever restarts in between loses it, and the card says it all.
        """
        ...


class AuditChannel(Protocol):
    """A channel that keeps what the bot posts, out of its own reach."""

    async def post_head(self, entry_id: int, head: str) -> PostResult:
        """Post the id and the hash of the record's newest entry."""
        ...


class HomeTabs(Protocol):
    """The page that each person has of their own. Paced: a call may answer `RetryLater` without having tried."""

    async def publish(self, page: HomePage) -> Taken | RetryLater | ChannelUnusable:
        """Show this page instead of the one before; a page that is shown already costs nothing.

        `ChannelUnusable`: this person has no such page, and will have none.
        """
        ...
