"""The ports for webhooks: who receives the audit log's entries, how far each one is, and what is measured of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.domain import audit_chain
from bot.domain.audit_chain import Broken, Entry, Head
from bot.domain.ids import PipelineName


class DeliveryFailure(StrEnum):
    """Kinds of failed deliveries; the values are labels of a metric."""

    UNREACHABLE = "unreachable"  # no connection, or no answer in time
    REFUSED = "refused"  # an answer that is no success and no server error: a redirect, 401, 404, …
    FAILED = "failed"  # a server error
    GONE = "gone"  # 410: by Standard Webhooks, the receiver wants nothing more


@dataclass(frozen=True, slots=True)
class Delivered:
    """The receiver has accepted it."""


@dataclass(frozen=True, slots=True)
class NotDelivered:
    """The receiver has not accepted it, or its answer was lost. `why` is a sentence without its address.

    `retry_after` is how many seconds it asks to be left alone.
    """

    failure: DeliveryFailure
    why: str
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class LocatedEntry:
    """An entry of the audit log, and the pipeline that it is about, if any."""

    entry: Entry
    pipeline: PipelineName | None


class WebhookReceiver(Protocol):
    """One receiver of the settings."""

    @property
    def name(self) -> str: ...

    def wants(self, located: LocatedEntry) -> bool:
        """Whether its filter lets this entry pass."""
        ...

    async def deliver(self, located: LocatedEntry) -> Delivered | NotDelivered:
        """Send the entry once. It takes no longer than half a minute, and never raises for what the network does."""
        ...


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Entries, oldest first. `broken` is the one after them, if it is not as it was written."""

    entries: tuple[LocatedEntry, ...]
    broken: Broken | None = None


@dataclass(frozen=True, slots=True)
class Backlog:
    """What a receiver has not got yet, read at one moment: the entries after its `cursor`.

    `cursor` is the last entry that was dealt with for it, and `head` the newest entry of the audit log.
    """

    cursor: Head
    head: Head
    page: EntryPage

    def lost(self) -> str | None:
        """What contradicts the cursor where no entry follows it, a sentence; None if nothing does."""
        (at, of), (newest, newest_hash) = self.cursor, self.head
        if at > newest:
            return f"The audit log ends at entry {newest}, and the receiver was sent entry {at}."
        if at == newest and of != newest_hash:
            return f"Entry {at} is not the one that the receiver was sent."
        return None

    def held(self) -> str | None:
        """Why nothing more is sent until somebody moves the cursor, a sentence; None if the next entry can be sent."""
        lost, page = self.lost(), self.page
        if lost is not None:
            return lost
        if page.entries and not audit_chain.follows(page.entries[0].entry, self.cursor):
            return does_not_follow(page.entries[0].entry, self.cursor)
        return None if page.entries or page.broken is None else is_broken(page.broken)


def does_not_follow(entry: Entry, cursor: Head) -> str:
    return f"Entry {entry.id} does not follow entry {cursor[0]}."


def is_broken(broken: Broken) -> str:
    return f"Entry {broken.id} {broken.why}."


class WebhookCursors(Protocol):
    """How far each receiver is, by its name. Durable, and kept when the receiver is removed from the settings."""

    async def backlog(self, receiver: str, limit: int) -> Backlog | None:
        """At most `limit` entries after its cursor; None if it has no cursor yet."""
        ...

    async def begin(self, receiver: str) -> Head:
        """Put the cursor of a new receiver at the newest entry; one that is there stays. Returns where it is."""
        ...

    async def advance(self, receiver: str, before: Head, after: Head) -> bool:
        """Move the cursor from `before` to `after`. False if it is elsewhere: somebody moved it in the shell."""
        ...


@dataclass(frozen=True, slots=True)
class WebhookPosition:
    """`entry` is the receiver's cursor, `waiting_since` the moment of the first entry after it."""

    entry: int
    waiting_since: datetime | None
    is_failing: bool


class WebhookMetrics(Protocol):
    def delivered(self, receiver: str, outcome: str) -> None:
        """A delivery was tried: `delivered`, or a `DeliveryFailure`."""
        ...

    def stands_at(self, receiver: str, position: WebhookPosition) -> None: ...


class UnmeasuredWebhooks:
    """`WebhookMetrics` that keeps nothing."""

    def delivered(self, receiver: str, outcome: str) -> None: ...

    def stands_at(self, receiver: str, position: WebhookPosition) -> None: ...
