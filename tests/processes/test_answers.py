"""Where one person's answers go: an address that hangs or makes no sense holds up nothing else."""

import asyncio
import json

import pytest
from aiohttp import web

from tests.processes.signed import SignedSlack
from tests.processes.world import HTTP
from tests.streams import served_by

pytestmark = pytest.mark.anyio


async def test_an_address_that_hangs_holds_up_no_card(world):
    """The courtesy answer of one person waits alone: the card, its lines and the end are told meanwhile."""
    ana = world.operator("ana")
    asked = asyncio.Event()

    async def hangs(_request: web.Request) -> web.Response:
        asked.set()
        await asyncio.Event().wait()
        raise AssertionError

    async with served_by({"/": hangs}) as address, world.serving_bot(**HTTP) as bot:
        slack = SignedSlack(bot, "hush", takes_answers=f"http://{address}/")
        preview = await slack.types(ana, "clear orders", channel=world.channel)
        buttons = [element for block in preview["blocks"] for element in block.get("elements", [])]
        await slack.clicks(ana, buttons[0]["action_id"], buttons[0]["value"], channel=world.channel)
        async with asyncio.timeout(10):
            await asked.wait()
            await world.until_told("Cleared `orders`")
        assert await bot.stops() == 0


async def test_an_address_that_answers_nonsense_is_asked_once(world):
    """A page that cannot be decoded: what is not taken the first time is not given again and again."""
    ana = world.operator("ana")
    taken = []

    async def nonsense(request: web.Request) -> web.Response:
        taken.append(json.loads(await request.read())["text"])
        return web.Response(status=502, body=b"caf\xe9", headers={"Content-Type": "text/html; charset=utf-8"})

    async with served_by({"/": nonsense}) as address, world.serving_bot(**HTTP) as bot:
        world.feldera.hangs("GET")
        await SignedSlack(bot, "hush", takes_answers=f"http://{address}/").types(
            ana, "status orders", channel=world.channel
        )
        world.feldera.lets_go()
        await bot.until_it_logs("answer_not_delivered")
        assert await bot.stops() == 0
        assert len(bot.logged("answer_not_delivered")) == 1
    assert len(taken) == 1
