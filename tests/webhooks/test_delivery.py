"""A receiver gets every entry in order, at least once, whatever happens to it, and delays nobody else."""

import asyncio
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.domain.events import EventKind
from bot.engine.loops.webhook_sender import AGAIN_MOST, ENTRIES_AT_ONCE, JITTER
from tests.webhooks.receiver import OTHER_SECRET, SECRET, receiving

pytestmark = pytest.mark.anyio

LONGEST_PAUSE = AGAIN_MOST * (1 + JITTER)


async def test_entries_arrive_in_order_and_once(feed, receiver):
    sender = await feed.sender(receiver)
    await feed.writes(*map(str, range(2 * ENTRIES_AT_ONCE + 1)))
    await feed.sends(sender)
    assert receiver.entries == list(range(1, 2 * ENTRIES_AT_ONCE + 2))
    assert len(set(receiver.tried)) == len(receiver.tried) == 2 * ENTRIES_AT_ONCE + 1
    await feed.sends(sender)
    assert len(receiver.tried) == 2 * ENTRIES_AT_ONCE + 1


async def test_a_new_receiver_gets_what_is_written_from_now_on(feed, receiver):
    await feed.writes("before")
    sender = await feed.sender(receiver)
    await feed.writes("after")
    await feed.sends(sender)
    assert receiver.entries == [2]


async def test_down_for_a_day(feed, receiver):
    """It gets everything soon after it is back. The log says once that it fails, and once that it works again."""
    sender = await feed.sender(receiver)
    receiver.answers(503)
    with capture_logs() as logged:
        for hour in range(24):
            await feed.writes(f"in hour {hour}")
            due = await feed.sends(sender)
            assert due <= feed.clock.now() + LONGEST_PAUSE
            feed.clock.passes(hours=1)
        receiver.works()
        await feed.sends(sender)
        feed.clock.passes(seconds=LONGEST_PAUSE.total_seconds())
        await feed.sends(sender)
    assert receiver.entries == list(range(1, 25))
    assert len(set(receiver.tried)) == 24  # each attempt at an entry has the same id
    assert [(line["event"], line.get("why")) for line in logged] == [
        ("webhook_fails", "It fails (503)."),
        ("webhook_works_again", None),
    ]


async def test_pauses_grow_and_differ(feed, receiver):
    sender = await feed.sender(receiver)
    receiver.answers(500)
    await feed.writes("one")
    pauses = []
    for _ in range(12):
        due = await sender.tick()
        pauses.append(due - feed.clock.now())
        feed.clock.moves_to(due)
    assert timedelta(seconds=5) <= pauses[0] <= timedelta(seconds=6)
    assert all(AGAIN_MOST <= pause <= LONGEST_PAUSE for pause in pauses[7:])
    assert len(set(pauses[7:])) > 1
    assert len(receiver.tried) == 12


async def test_news_does_not_shorten_a_pause(feed, receiver):
    """Otherwise every new entry would be one more request to somebody who asked for none."""
    sender = await feed.sender(receiver)
    receiver.answers(503, Retry_After="120")
    await feed.writes("one")
    due = await sender.tick()
    await feed.writes("two")
    assert await sender.tick() == due
    assert len(receiver.tried) == 1


@pytest.mark.parametrize(
    ("status", "headers", "pause"),
    [
        (429, {"Retry_After": "90"}, timedelta(seconds=90)),
        (503, {"Retry_After": "999999999"}, timedelta(hours=1)),
        (503, {"Retry_After": "soon"}, timedelta(seconds=5)),
        (410, {}, timedelta(hours=1)),
    ],
)
async def test_what_it_asks_for_is_respected_within_limits(feed, receiver, status, headers, pause):
    sender = await feed.sender(receiver)
    receiver.answers(status, **headers)
    await feed.writes("one")
    assert pause <= await sender.tick() - feed.clock.now() <= pause + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (302, "It answers with a redirect (302)."),
        (307, "It answers with a redirect (307)."),
        (400, "It refuses the entry (400)."),
        (404, "It refuses the entry (404)."),
        (410, "It wants no more webhooks (410)."),
        (502, "It fails (502)."),
    ],
)
async def test_an_entry_that_is_not_accepted_holds_the_next_one(feed, receiver, status, why):
    """A redirect is not followed, not even to a receiver with the same secret."""
    async with receiving() as elsewhere:
        sender = await feed.sender(receiver)
        receiver.answers(status, Location=elsewhere.url)
        await feed.writes("one", "two")
        with capture_logs() as logged:
            await feed.sends(sender)
        assert [line["why"] for line in logged] == [why]
        assert (len(receiver.tried), elsewhere.tried) == (1, [])


async def test_one_that_hangs_delays_no_other(feed, receiver):
    async with receiving() as other:
        hanging, working = await feed.sender(receiver), await feed.sender(other, name="chat")
        receiver.hangs()
        await feed.writes("one", "two")
        stuck = asyncio.create_task(feed.sends(hanging))
        await receiver.until_asked()
        await feed.sends(working)
        assert other.entries == [1, 2]
        assert not stuck.done()
        receiver.goes_on()
        await stuck
        assert receiver.entries == [1, 2]


async def test_one_that_never_answers_is_given_up_until_later(feed, receiver):
    sender = await feed.sender(receiver, within=0.05)
    receiver.hangs()
    await feed.writes("one")
    with capture_logs() as logged:
        due = await feed.sends(sender)
    assert logged[0]["why"] == "It did not answer within 0.05 s."
    receiver.goes_on()
    feed.clock.moves_to(due)
    await feed.sends(sender)
    assert receiver.entries[-1] == 1
    assert (
        len(set(receiver.tried)) == 1
    )  # it may have taken the first attempt, and knows the second by its id


@pytest.mark.parametrize("slowly", [True, False], ids=["a byte, and then nothing", "more and more"])
async def test_an_answer_without_an_end_is_cut_off(feed, receiver, slowly):
    """The status has accepted the entry; whatever else it says is of no interest."""
    sender = await feed.sender(receiver, within=3600.0)
    receiver.never_ends_its_answers(slowly=slowly)
    await feed.writes("one")
    async with asyncio.timeout(20):
        await feed.sends(sender)
        await receiver.was_cut_off.wait()
    assert receiver.entries == [1]
    assert receiver.dripped < 2**24  # what the bot reads, and what the system keeps on the way


async def test_it_can_leave_nothing_behind_in_the_bot(feed, receiver):
    """Cookies would be sent back, and a new one with each answer would grow without end."""
    sender = await feed.sender(receiver)
    receiver.answers(200, Set_Cookie="a=1")
    await feed.writes("one", "two")
    await feed.sends(sender)
    assert [headers.get("Cookie") for headers in receiver.headers] == [None, None]


async def test_nobody_listens_there(feed):
    async with receiving() as gone:
        pass
    sender = await feed.sender(gone)
    await feed.writes("one")
    with capture_logs() as logged:
        due = await feed.sends(sender)
    assert logged[0]["why"] == "There is no connection to it."
    async with receiving(port=int(gone.url.rpartition(":")[2].partition("/")[0])) as back:
        feed.clock.moves_to(due)
        await feed.sends(sender)
        assert back.entries == [1]


async def test_a_receiver_with_another_secret_refuses(feed):
    """Until the bot signs with both, as while a secret is replaced."""
    async with receiving(OTHER_SECRET) as strict:
        sender = await feed.sender(strict)
        await feed.writes("one")
        with capture_logs() as logged:
            due = await feed.sends(sender)
        assert (logged[0]["why"], strict.taken) == ("It refuses the entry (401).", [])
        both = await feed.sender(strict, secret=f"{OTHER_SECRET} {SECRET}")
        feed.clock.moves_to(due)
        await feed.sends(both)
        assert strict.entries == [1]


async def test_a_filter_lets_only_some_pass_and_the_rest_is_not_sent_later(feed, receiver):
    sender = await feed.sender(receiver, events="access.frozen, action.denied", pipelines="prod/* orders")
    await feed.writes("1: yes", pipeline="orders")
    await feed.writes("2: another pipeline", pipeline="orders-2")
    await feed.writes("3: yes", pipeline="prod/orders")
    await feed.writes("4: no pipeline")
    await feed.writes("5: another type", pipeline="orders", kind=EventKind.GRANTED)
    await feed.sends(sender)
    assert receiver.entries == [1, 3]
    everything = await feed.sender(receiver)
    await feed.sends(everything)
    assert receiver.entries == [1, 3]
