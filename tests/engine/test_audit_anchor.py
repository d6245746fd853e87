"""The head of the record is told once a day: to the log, and to a channel of a real Slack where one is named."""

import asyncio
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.clock import SystemClock
from bot.domain.audit_chain import PostedHead
from bot.domain.events import Event, EventKind
from bot.engine.loops.audit_anchor import EVERY, WHILE_EMPTY, AuditAnchor
from bot.engine.loops.loop import keep_ticking
from bot.slack.publishing.audit_channel import SlackAuditChannel
from bot.slack.publishing.threads import Threads
from bot.store import bot_state
from tests.clock import START, MovableClock
from tests.simulator.slack_apps import client_of

pytestmark = pytest.mark.anyio


@pytest.fixture
def channel(slack):
    return slack.adds_channel("audit")


@pytest.fixture
def heads(store, slack, channel, clock):
    client = client_of(slack)
    return AuditAnchor(
        store, clock, SlackAuditChannel(Threads(client, clock, "https://acme.slack.com/"), channel.id)
    )


async def happens(store, at=START):
    await store.note(Event(EventKind.REFUSED, at))


async def logged(heads):
    """The log lines of a tick, and when it wants to come back."""
    with capture_logs() as lines:
        back = await heads.tick()
    return [{key: line[key] for key in line if key != "log_level"} for line in lines], back


async def test_the_head_is_logged_and_posted_at_once_and_then_once_a_day(heads, store, channel, clock):
    """Without waiting for a day to pass, so that the first one counts, too."""
    await happens(store)
    entry, head = await store.head()
    line = {"event": "audit_head", "entry": entry, "hash": head}
    assert await logged(heads) == ([line], START + EVERY)
    clock.passes(hours=23, minutes=59)
    assert await logged(heads) == ([], START + EVERY)
    assert [message.text for message in channel.messages] == [
        (
            f"🔏 The newest entry of the record is number 1, with the hash `{head}`. Whether the record still holds "
            f"everything up to it, unchanged, is shown by `pipeline-bot audit verify --head 1:{head}`."
        )
    ]
    clock.passes(minutes=1)
    await happens(store, clock.now())
    lines, back = await logged(heads)
    assert [line["entry"] for line in lines] == [2]
    assert back == clock.now() + EVERY
    assert len(channel.messages) == 2


async def test_where_it_was_posted_is_remembered_and_not_told_again_after_a_restart(
    heads, store, channel, clock
):
    """For whoever wants to compare it, and only once Slack has it. A channel that does not take it is said once a day."""
    await happens(store)
    channel.bot_is_member = False
    (_, said), back = await logged(heads)
    assert (said["event"], said["answer"]) == (
        "audit_head_not_posted",
        "ChannelUnusable(why='not_in_channel')",
    )
    assert back == START + EVERY
    assert await store._write(bot_state.posted_head) is None
    channel.bot_is_member = True
    clock.moves_to(back)
    await heads.tick()
    (message,) = channel.messages
    posted = PostedHead(await store.head(), clock.now(), channel.id, message.ts)
    assert await store._write(bot_state.posted_head) == posted
    assert await logged(AuditAnchor(store, clock, heads.board)) == ([], clock.now() + EVERY)
    assert channel.messages == [message]


async def test_an_empty_record_has_no_head_and_its_first_entry_is_not_waited_a_day_for(heads, store, clock):
    assert await logged(heads) == ([], START + WHILE_EMPTY)
    clock.passes(hours=1)
    await happens(store, clock.now())
    lines, _ = await logged(heads)
    assert [line["event"] for line in lines] == ["audit_head"]


async def test_without_a_channel_it_is_logged(store, clock):
    await happens(store)
    lines, back = await logged(AuditAnchor(store, clock, None))
    assert ([line["event"] for line in lines], back) == (["audit_head"], START + EVERY)


async def test_a_slack_in_trouble_delays_the_message_and_not_the_log(heads, store, slack, channel, clock):
    """It comes back when Slack wants it to, and logs nothing again."""
    await happens(store)
    slack.rate_limits("chat.postMessage", retry_after=30)
    lines, back = await logged(heads)
    assert [line["event"] for line in lines] == ["audit_head", "slack_asks_us_to_wait"]
    assert back == START + timedelta(seconds=30)
    clock.moves_to(back)
    assert await logged(heads) == ([], START + EVERY)
    assert len(channel.messages) == 1


async def test_a_clock_that_was_reset_does_not_silence_it(heads, store):
    """`clock reset` may take the bot's time back."""
    await happens(store)
    await heads.tick()
    heads.clock = MovableClock(START - timedelta(days=30))
    lines, _ = await logged(heads)
    assert [line["event"] for line in lines] == ["audit_head"]


async def test_the_loop_tells_it_and_stops_when_it_is_told_to(heads, store, slack, channel):
    await happens(store)
    heads.clock, stopping = SystemClock(), asyncio.Event()
    loop = asyncio.create_task(keep_ticking(heads, stopping))
    await slack.until(lambda: len(channel.messages) == 1)
    stopping.set()
    heads.wake.set()
    await asyncio.wait_for(loop, timeout=5)
