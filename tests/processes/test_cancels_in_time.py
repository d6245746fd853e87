"""A cancel that was pressed in time is taken in before anything is sent, even if the process did not run meanwhile."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from bot.simulator.slack import Person
from tests.processes.edge import edge_of
from tests.processes.world import HTTP, PATIENCE, Process, World

pytestmark = pytest.mark.anyio

WINDOW = timedelta(seconds=4)
LOOK_UP_TAKES = 0.8  # seconds until Slack tells who pressed: less than the bot waits for it


def offers_to_cancel(world: World) -> bool:
    elements = [each for card in world.cards() for block in card.blocks for each in block.get("elements", [])]
    return any(each["type"] == "button" and each["text"]["text"] == "Cancel request" for each in elements)


@asynccontextmanager
async def bot_over(transport: str, world: World, presser: Person) -> AsyncIterator[Process]:
    async with edge_of(world.slack) as edge:
        edge.is_slow_about(presser.id, LOOK_UP_TAKES)
        if transport == "socket":
            async with world.serving_bot(SLACK_API_URL=edge.url) as bot:
                yield bot
            return
        http = HTTP | {"SLACK_SIGNING_SECRET": world.slack.signing_secret, "SLACK_API_URL": edge.url}
        async with world.serving_bot(**http) as bot:
            where = bot.logged("serving")[0]["over"].removeprefix("HTTP on ")
            world.slack.serves_over_http(f"http://{where}/slack/events")
            yield bot


@pytest.mark.parametrize("transport", ["socket", "http"])
async def test_a_cancel_is_not_overtaken(world, transport):
    """Pressed within the cancel window while the process was stopped; the window was over when the process went on."""
    ana, ben = world.operator("ana"), world.operator("ben")
    world.rules("*", f"cancel-window={WINDOW.seconds}s")
    async with bot_over(transport, world, ben) as bot:
        await world.confirms_a_clear(ana, "orders")
        await world.slack.until(lambda: offers_to_cancel(world), within=PATIENCE)
        bot.is_told(signal.SIGSTOP)
        pressed = asyncio.create_task(ben.clicks("Cancel request"))
        await world.waits(WINDOW + timedelta(seconds=1))
        bot.is_told(signal.SIGCONT)
        await world.until_told("<@")
        assert [world.reads(line) for line in world.channel.messages if line.thread_ts] == [
            "↩️ The clear of `orders` was cancelled by @ben before it was sent. Nothing was sent to Feldera. @ana"
        ]
        await pressed
        assert world.feldera.clears["orders"] == 0
        assert bot.logged("process_stalled")
        assert await bot.stops() == 0
