"""Where one person's answers go: an address that hangs or makes no sense holds up nothing else."""

import asyncio
import json
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from tests.processes.signed import SignedSlack

HTTP = {
    "SLACK_APP_TOKEN": None,
    "SLACK_SIGNING_SECRET": "hush",
    "PIPELINE_BOT_LISTEN": "127.0.0.1:0",
}


@asynccontextmanager
async def taking_answers(handle):
    """An address whose requests `handle` answers."""
    app = web.Application()
    app.router.add_post("/", handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


@pytest.mark.anyio
async def test_an_address_that_hangs_holds_up_no_card(world):
    """The courtesy answer of one person waits alone: the card, its lines and the end are told meanwhile."""
    ana = world.operator("ana")
    previews = asyncio.Queue()

    async def hangs_after_the_preview(request: web.Request) -> web.Response:
        answer = await request.json()
        buttons = [element for block in answer["blocks"] for element in block.get("elements", [])]
        if buttons and "value" in buttons[0]:
            await previews.put(buttons[0])
            return web.Response()
        await asyncio.Event().wait()
        raise AssertionError

    async with taking_answers(hangs_after_the_preview) as address, world.serving_bot(**HTTP) as bot:
        slack = SignedSlack(bot, "hush", takes_answers=address)
        await slack.types(ana, "clear orders", channel=world.channel)
        button = await asyncio.wait_for(previews.get(), 10)
        await slack.clicks(ana, button["action_id"], button["value"], channel=world.channel)
        async with asyncio.timeout(10):
            await world.until_told("Cleared `orders`")
        assert await bot.stops() == 0


@pytest.mark.anyio
async def test_an_address_that_answers_nonsense_is_asked_once(world):
    """A page that cannot be decoded: what is not taken the first time is not given again and again."""
    ana = world.operator("ana")
    taken = []

    async def nonsense(request: web.Request) -> web.Response:
        taken.append(json.loads(await request.read())["text"])
        return web.Response(status=502, body=b"caf\xe9", headers={"Content-Type": "text/html; charset=utf-8"})

    async with taking_answers(nonsense) as address, world.serving_bot(**HTTP) as bot:
        await SignedSlack(bot, "hush", takes_answers=address).types(
            ana, "status orders", channel=world.channel
        )
        await bot.until_it_logs("answer_not_delivered")
        assert await bot.stops() == 0
        assert len(bot.logged("answer_not_delivered")) == 1
    assert len(taken) == 1
