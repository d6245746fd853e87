"""Where each receiver is, is in the database: it survives a restart, can be moved, and never goes on from a wrong place."""

import asyncio
from contextlib import closing
from dataclasses import dataclass, field

import pytest
from structlog.testing import capture_logs

from bot.domain.audit_chain import GENESIS, Head
from bot.domain.events import EventKind
from bot.engine.ports import StoreUnavailable
from bot.engine.ports.webhooks import Backlog, Delivered, LocatedEntry, WebhookCursors, WebhookPosition
from bot.store import webhook_cursors
from bot.store.connection.database import open_database
from tests.store.samples import at

pytestmark = pytest.mark.anyio


@dataclass
class Measured:
    """`WebhookMetrics` that keeps the newest position, and every outcome."""

    position: WebhookPosition | None = None
    outcomes: list[str] = field(default_factory=list)

    def delivered(self, _receiver: str, outcome: str) -> None:
        self.outcomes.append(outcome)

    def stands_at(self, _receiver: str, position: WebhookPosition) -> None:
        self.position = position


async def test_another_process_goes_on_where_this_one_was(feed, receiver):
    sender = await feed.sender(receiver)
    await feed.writes("one", "two")
    await feed.sends(sender)
    receiver.answers(503)
    await feed.writes("three")
    await feed.sends(sender)
    assert feed.cursor()[0] == 2
    receiver.works()
    again = await feed.sender(receiver)  # the first thing that a new process does
    await feed.sends(again)
    assert receiver.entries == [1, 2, 3]
    assert feed.cursor() == await feed.store.head()


async def test_moved_in_the_shell_while_the_bot_runs(feed, receiver):
    sender = await feed.sender(receiver)
    await feed.writes("one", "two", "three")
    await feed.sends(sender)
    with feed.shell() as shell:
        assert shell.seek_webhook("siem", 1)
        assert not shell.seek_webhook("siem", 99)
    await feed.sends(sender)
    assert receiver.entries == [1, 2, 3, 2, 3]
    assert receiver.tried[3:] == receiver.tried[1:3]


async def test_moved_while_an_entry_is_under_way(feed, receiver):
    """The person who moves it means it: the answer to an earlier entry does not move it again."""
    sender = await feed.sender(receiver)
    await feed.writes("one", "two")
    await feed.sends(sender)
    await feed.writes("three")
    receiver.hangs()
    sending = asyncio.create_task(feed.sends(sender))
    await receiver.until_asked()
    with feed.shell() as shell:
        shell.seek_webhook("siem", 1)
    receiver.goes_on()
    await sending
    assert receiver.entries == [1, 2, 3, 2, 3]


async def test_the_end_of_the_audit_log_was_removed(feed, receiver):
    """The cursor is beyond it: what is written next would never be sent, and nobody would know."""
    metrics = Measured()
    sender = await feed.sender(receiver, metrics=metrics)
    await feed.writes("one", "two", "three")
    await feed.sends(sender)
    await feed.is_changed_by_hand("DELETE FROM events WHERE id > 1")
    with capture_logs() as logged:
        await feed.sends(sender)
        feed.clock.passes(minutes=2)
        await feed.sends(sender)
    assert [(line["event"], line["why"]) for line in logged] == [
        ("webhook_held", "The audit log ends at entry 1, and the receiver was sent entry 3.")
    ]
    assert metrics.position.is_failing
    with feed.shell() as shell:
        shell.seek_webhook("siem", 1)
    await feed.writes("another second")
    feed.clock.passes(minutes=2)
    await feed.sends(sender)
    assert receiver.entries == [1, 2, 3, 2]
    assert len(set(receiver.tried)) == 4  # the same number, and not the same entry
    assert not metrics.position.is_failing


@pytest.mark.parametrize("entry", [1, 2])
async def test_an_entry_that_was_changed_is_not_sent(feed, receiver, entry):
    """It is not what happened. What comes before it is sent; so is nothing after it."""
    sender = await feed.sender(receiver)
    await feed.writes("one", "two")
    await feed.is_changed_by_hand(f"UPDATE events SET data = '{{}}' WHERE id = {entry}")  # noqa: S608
    with capture_logs() as logged:
        await feed.sends(sender)
    assert receiver.entries == list(range(1, entry))
    assert [line["why"] for line in logged] == [f"Entry {entry} does not follow entry {entry - 1}."]
    assert feed.cursor()[0] == entry - 1


async def test_an_entry_that_cannot_be_read_is_named(feed, receiver):
    sender = await feed.sender(receiver)
    await feed.writes("one", "two", "three")
    await feed.is_changed_by_hand("UPDATE events SET at = 'noon' WHERE id = 2")
    with capture_logs() as logged:
        await feed.sends(sender)
    assert receiver.entries == [1]
    assert [(line["event"], line["why"]) for line in logged] == [
        ("webhook_held", "Entry 2 was changed: it cannot be read as an entry.")
    ]


async def test_the_last_entry_was_replaced(feed, receiver):
    sender = await feed.sender(receiver)
    await feed.writes("one")
    await feed.sends(sender)
    await feed.is_changed_by_hand("UPDATE events SET hash = 'another'")
    with capture_logs() as logged:
        await feed.sends(sender)
    assert [line["why"] for line in logged] == ["Entry 1 is not the one that the receiver was sent."]


async def test_entries_before_the_cursor_can_be_archived(feed, receiver):
    """Only the hash of the last one sent is needed, and that is in the cursor."""
    sender = await feed.sender(receiver)
    await feed.writes("one", "two")
    await feed.sends(sender)
    await feed.writes("three")
    await feed.is_changed_by_hand("DELETE FROM events WHERE id <= 2")
    await feed.sends(sender)
    assert receiver.entries == [1, 2, 3]


async def test_how_far_behind_each_receiver_is(feed, receiver):
    ahead, behind = await feed.sender(receiver, name="ahead"), await feed.sender(receiver, name="behind")
    await feed.writes("one", "two")
    await feed.sends(ahead)
    await behind.tick()
    with feed.shell() as shell:
        shell.seek_webhook("behind", 1)
        places = {place.receiver: place for place in shell.webhook_places()}
    assert (places["ahead"].entries_behind, places["ahead"].waiting_since) == (0, None)
    assert (places["behind"].entries_behind, places["behind"].waiting_since) == (1, at(0))


class Buggy:
    """A `WebhookReceiver` with a bug, until it is mended."""

    name = "siem"

    def __init__(self) -> None:
        self.has_bug = True

    def wants(self, _located: LocatedEntry) -> bool:
        return True

    async def deliver(self, located: LocatedEntry) -> Delivered:
        if self.has_bug:
            raise ValueError(located.entry.id)
        return Delivered()


async def test_a_bug_with_one_entry_ends_nothing(feed, receiver):
    """It is logged, holds that receiver alone, and is tried again."""
    metrics = Measured()
    sender = await feed.sender(receiver, metrics=metrics)
    sender.receiver = buggy = Buggy()
    await feed.writes("one")
    with capture_logs() as logged:
        due = await sender.tick()
        assert due > feed.clock.now()
        assert metrics.position == WebhookPosition(0, at(0), is_failing=True)
        buggy.has_bug = False
        feed.clock.moves_to(due)
        await feed.sends(sender)
    assert [line["event"] for line in logged] == ["webhook_broken", "webhook_works_again"]
    assert (feed.cursor()[0], metrics.outcomes) == (1, ["delivered"])


class FullDisk:
    """`WebhookCursors` whose disk is full, until it is not."""

    def __init__(self, cursors: WebhookCursors) -> None:
        self._cursors = cursors
        self.is_full = True

    async def backlog(self, receiver: str, limit: int) -> Backlog | None:
        return await self._cursors.backlog(receiver, limit)

    async def begin(self, receiver: str) -> Head:
        return await self._cursors.begin(receiver)

    async def advance(self, receiver: str, before: Head, after: Head) -> bool:
        if self.is_full:
            raise StoreUnavailable("The disk is full.")
        return await self._cursors.advance(receiver, before, after)


async def test_a_full_disk_does_not_send_the_same_entry_again_and_again(feed, receiver):
    sender = await feed.sender(receiver)
    sender.cursors = disk = FullDisk(sender.cursors)
    await feed.writes("one", "two")
    for _ in range(3):
        with pytest.raises(StoreUnavailable):
            await sender.tick()
    assert receiver.entries == [1]
    disk.is_full = False
    await feed.sends(sender)
    assert receiver.entries == [1, 2]


async def test_a_full_disk_does_not_shorten_the_pause_after_a_failure(feed, receiver):
    sender = await feed.sender(receiver, events="action.denied")
    sender.cursors = FullDisk(sender.cursors)
    receiver.answers(503)
    await feed.writes("left out", kind=EventKind.GRANTED)
    await feed.writes("one")
    with pytest.raises(StoreUnavailable):
        await sender.tick()
    assert await sender.tick() > feed.clock.now()
    assert len(receiver.tried) == 1


async def test_what_is_measured(feed, receiver):
    metrics = Measured()
    sender = await feed.sender(receiver, metrics=metrics)
    await feed.writes("one", "two")
    receiver.answers(503)
    feed.clock.moves_to(await feed.sends(sender))
    assert metrics.position == WebhookPosition(0, at(0), is_failing=True)
    receiver.works()
    await feed.sends(sender)
    assert metrics.position == WebhookPosition(2, None, is_failing=False)
    assert metrics.outcomes == ["failed", "delivered", "delivered"]


def test_the_first_entry_follows_the_beginning(tmp_path):
    with closing(open_database(tmp_path / "bot.db")) as db:
        assert webhook_cursors.seek(db, "siem", 0)
        assert webhook_cursors.all_cursors(db) == {"siem": (0, GENESIS)}
        assert not webhook_cursors.seek(db, "siem", 1)
