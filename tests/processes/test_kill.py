"""kill -9: whenever it comes, the next process carries on in the same thread, and nothing is cleared twice."""

import asyncio
import random
from collections import Counter
from contextlib import AsyncExitStack

import pytest

from tests.processes import books
from tests.processes.world import PATIENCE

pytestmark = pytest.mark.anyio

KILLS = 20
CLEAR_TAKES = 1.0  # seconds
WHOLE_LIFE = 3.6  # seconds from typing the command to the last line, and some more
FIRST_STEPS = 0.12  # seconds in which most of it happens: preview, click, card, request
FIRST_LOOKS = 2.0  # seconds until which it surely has not ended
READS_FOR = 0.03  # seconds from the preview to the click


class Journey:
    """Somebody who wants a pipeline cleared, and tries again when the bot was gone."""

    def __init__(self, world, number):
        self.world = world
        self.name = f"orders-{number:02}"
        world.feldera.adds(self.name, clear_takes=CLEAR_TAKES)
        self.channel = world.slack.adds_channel(f"ops-{number:02}")
        self.person = world.operator(f"person{number:02}")
        self.task = None
        self.killed_owing = 0

    def goes_on(self):
        self.task = asyncio.create_task(self._asks())

    async def is_interrupted(self):
        """The bot was killed: whatever was being typed or clicked comes to nothing, or was just in time."""
        self.task.cancel()
        await asyncio.wait({self.task})

    async def _asks(self):
        if books.phase(self.world, self.name) not in {"none", "proposed"}:
            return
        label = f"Clear {self.name}"
        if not self.world.is_offered(self.person, label):
            await self.person.types(f"/pipeline clear {self.name}", channel=self.channel)
            await self.world.sees(self.person, label)
        await asyncio.sleep(READS_FOR)
        await self.person.clicks(label)


def moments(seed):
    """When to kill, in seconds from typing: half in the first steps, half over all the rest; each at random in its part."""
    dice = random.Random(seed)  # noqa: S311
    half = KILLS // 2
    early = [FIRST_STEPS * (part + dice.random()) / half for part in range(half)]
    late = [FIRST_STEPS + (WHOLE_LIFE - FIRST_STEPS) * (part + dice.random()) / half for part in range(half)]
    chosen = early + late
    dice.shuffle(chosen)
    return chosen


async def test_killed_at_many_moments_of_a_clear(world):
    """Several clears, a kill in each, and the next one begun at once, so that most of them are met more than once.

    Each of them: one clear that changed something, asked for once; one card; a last line, in the same thread.
    """
    journeys, met = [], Counter()
    for number, moment in enumerate(moments(seed=7)):
        journeys.append(Journey(world, number))
        # Often enough to be killed with a request on its way.
        if FIRST_STEPS < moment < FIRST_LOOKS and number % 2 == 0:
            world.feldera.hangs("POST", once_processed=number % 4 == 0)
        async with world.serving_bot() as bot:
            for journey in journeys:
                journey.goes_on()
            await asyncio.sleep(moment)  # waits for nothing: the moment is what is tried
            await bot.is_killed()
        world.feldera.lets_go()
        for journey in journeys:
            await journey.is_interrupted()
        stored = books.rows(world)
        hit = "none" if journeys[-1].name not in stored else stored[journeys[-1].name].phase
        print(f"kill {number + 1:2}: {moment * 1000:6.0f} ms after the command, {hit}")  # noqa: T201
        met[hit] += 1
        for journey in journeys:
            row = stored.get(journey.name)
            journey.killed_owing += row is not None and row.owes_its_end
    print(f"each clear as its first kill met it: {dict(met)}")  # noqa: T201
    async with world.serving_bot() as bot:
        for journey in journeys:
            journey.goes_on()
        for journey in journeys:
            await journey.task
            await books.until_told(world, journey.name, journey.channel)
        assert await bot.stops() == 0
    for journey in journeys:
        books.balance(world, journey.name, journey.channel, may_repeat=journey.killed_owing)
        assert books.requests(world, journey.name) == 1
    assert sum(world.feldera.clears.values()) == KILLS
    # Which moments these are is the machine's affair; that some came after a request was sent is not.
    assert met.keys() & {"submitting", "waiting", "ended"}


async def the_next_bot_ends_it(world, name="orders"):
    """One clear that changed something, one card, one last line."""
    async with world.serving_bot() as bot:
        await books.until_told(world, name, world.channel)
        assert await bot.stops() == 0
    books.balance(world, name, world.channel)


async def is_killed_with_the_request_on_its_way(world, name="orders", *, once_processed):
    ana = world.operator("ana")
    async with world.serving_bot() as bot:
        world.feldera.hangs("POST", once_processed=once_processed)
        await world.confirms_a_clear(ana, name)
        await world.feldera.until_it_hangs()
        await bot.is_killed()
    assert books.phase(world, name) == "submitting"


async def test_killed_before_the_preview_came_and_between_it_and_the_click(world):
    """Nothing was promised, so it is typed again; a button that was shown by the last process still works."""
    ana = world.operator("ana")
    async with world.serving_bot() as bot:
        world.feldera.hangs("GET")
        await ana.types("/pipeline clear orders", channel=world.channel)
        await world.feldera.until_it_hangs()
        await bot.is_killed()
    assert books.phase(world, "orders") == "none"
    world.feldera.lets_go()
    async with world.serving_bot() as bot:
        await ana.types("/pipeline clear orders", channel=world.channel)
        await world.sees(ana, "Clear orders")
        await bot.is_killed()
    assert books.phase(world, "orders") == "proposed"
    async with world.serving_bot() as bot:
        assert (await ana.clicks("Clear orders")).error is None
        await books.until_told(world, "orders", world.channel)
        assert await bot.stops() == 0
    books.balance(world, "orders", world.channel)


async def test_killed_before_slack_took_the_card(world):
    """Confirmed is confirmed: the next process posts the card, and only then sends."""
    ana = world.operator("ana")
    async with world.serving_bot() as bot:
        world.slack.rate_limits("chat.postMessage", retry_after=600)
        await world.confirms_a_clear(ana, "orders")
        await bot.until_it_logs("slack_asks_us_to_wait")
        await bot.is_killed()
    assert books.phase(world, "orders") == "ready"
    assert books.requests(world, "orders") == 0
    await the_next_bot_ends_it(world)
    assert len(world.cards()) == 1


async def test_killed_after_slack_took_the_card_and_before_we_knew(world):
    """Slack has no key by which it would know the same card again: a copy, which the new card announces. One clear."""
    ana = world.operator("ana")
    async with world.serving_bot() as bot:
        world.slack.loses_the_next_reply("chat.postMessage")
        await world.confirms_a_clear(ana, "orders")
        await bot.until_it_logs("slack_did_not_answer")
        await bot.is_killed()
    (row,) = books.rows(world).values()
    assert (row.phase, row.card_posts, row.card_ts) == ("ready", 1, None)
    await the_next_bot_ends_it(world)
    assert [books.COPY in world.reads(card) for card in world.cards()] == [False, True]
    assert books.requests(world, "orders") == 1


@pytest.mark.parametrize("once_processed", [True, False])
async def test_killed_while_the_request_was_on_its_way(world, once_processed):
    """It arrived, before the kill or after it: the next process looks, sees the clear, and sends nothing."""
    await is_killed_with_the_request_on_its_way(world, once_processed=once_processed)
    world.feldera.lets_go()
    await the_next_bot_ends_it(world)
    assert books.requests(world, "orders") == 1
    assert len(world.cards()) == 1


async def test_killed_while_the_request_was_on_its_way_and_it_never_arrived(world):
    """Feldera went down with it: sent again, but not before it can no longer arrive."""
    await is_killed_with_the_request_on_its_way(world, once_processed=False)
    await world.feldera.goes_down()
    await world.feldera.comes_back()
    await the_next_bot_ends_it(world)
    first, second = [request.at for request in world.feldera.requests if request.method == "POST"]
    # Feldera's two moments of receiving: the first request may have been longer on its way than the second.
    assert (second - first).total_seconds() > 14
    assert any(" again at " in line.text for line in books.lines(world.channel))


async def test_killed_after_the_request_and_the_pipeline_was_used_again(world):
    """What it has stored since is not what was confirmed: sending again would destroy it."""
    world.feldera.adds("quick", clear_takes=0, provision_takes=0, initialize_takes=0, stop_takes=0)
    await is_killed_with_the_request_on_its_way(world, "quick", once_processed=True)
    world.feldera.lets_go()
    quick = world.feldera.pipeline("quick")
    await world.until_feldera(lambda: world.feldera.pipeline("quick").storage == "Cleared")
    world.feldera.someone_starts("quick")
    await world.until_feldera(lambda: world.feldera.pipeline("quick").deployment_status == "Running")
    world.feldera.someone_stops("quick")
    await world.until_feldera(lambda: world.feldera.pipeline("quick").is_fully_stopped)
    async with world.serving_bot() as bot:
        line = await world.until_told("was cleared, and somebody has started it since")
        assert await bot.stops() == 0
    assert world.feldera.clears["quick"] == books.requests(world, "quick") == 1
    assert quick.storage == "InUse"
    assert [card.ts for card in world.cards()] == [line.thread_ts]


async def test_killed_between_the_end_and_the_last_line(world):
    """An operation that is over still owes its last line: the thread gets it from the next process, once."""
    ana = world.operator("ana")
    async with world.serving_bot() as bot:
        await world.confirms_a_clear(ana, "orders")
        await world.slack.until(world.cards, within=PATIENCE)
        world.slack.rate_limits("chat.postMessage", retry_after=600)
        await bot.until_it_logs("ended")
        await bot.until_it_logs("slack_asks_us_to_wait")
        await bot.is_killed()
    (row,) = books.rows(world).values()
    assert (row.phase, row.owes_its_end) == ("ended", True)
    assert books.last_lines(world.channel, "orders") == []
    await the_next_bot_ends_it(world)
    assert books.requests(world, "orders") == 1


async def test_killed_again_and_again_while_feldera_clears(world):
    """Five processes in a row die as soon as they serve: the sixth ends what the first began."""
    world.feldera.adds("slow", clear_takes=2.0)
    ana = world.operator("ana")
    async with AsyncExitStack() as stack:
        bot = await stack.enter_async_context(world.serving_bot())
        await world.confirms_a_clear(ana, "slow")
        await bot.until_it_logs("accepted")
        for _ in range(5):
            await bot.is_killed()
            bot = await stack.enter_async_context(world.serving_bot())
        await bot.is_killed()
    await the_next_bot_ends_it(world, "slow")
    assert books.requests(world, "slow") == 1
