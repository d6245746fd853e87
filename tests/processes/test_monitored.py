"""The admin address of a real process: from before Slack answers to the end, and what is said if it is taken."""

import asyncio
import signal
import socket

import httpx
import pytest

from tests.ports import free_port
from tests.processes.world import HTTP, PATIENCE

pytestmark = pytest.mark.anyio


async def asks(url: str) -> httpx.Response:
    async with httpx.AsyncClient() as client:
        return await client.get(url)


async def until_unavailable(url: str) -> httpx.Response:
    """The first answer of this kind: a signal reaches a process at its own time."""
    async with asyncio.timeout(PATIENCE):
        while (answer := await asks(url)).status_code != 503:
            pass
    return answer


@pytest.mark.parametrize("mode", [{}, HTTP], ids=["socket", "http"])
async def test_it_is_ready_once_slack_answers_and_not_once_it_is_told_to_stop(world, mode):
    """A process that waits for Slack, or finishes its work, is alive; it only takes nothing."""
    where = f"http://127.0.0.1:{free_port()}"
    ana = world.operator("ana")
    await world.slack.goes_down()
    settings = {**mode, "PIPELINE_BOT_ADMIN_LISTEN": where.removeprefix("http://")}
    if mode:
        settings["SLACK_SIGNING_SECRET"] = world.slack.signing_secret
    async with world.bot(**settings) as bot:
        await bot.until_it_logs("slack_is_away")
        starting = await asks(f"{where}/readyz")
        away = f"Slack cannot be reached at {world.slack.url} (no connection)."
        assert (starting.status_code, starting.json()["reasons"]) == (503, ["The bot is starting.", away])
        assert (await asks(f"{where}/healthz")).json()["status"] == "ok"
        await world.slack.comes_back()
        serving = await bot.until_it_logs("serving")
        assert serving["admin"] == where
        assert (await asks(f"{where}/readyz")).json() == {"status": "ok"}
        assert "pipeline_bot_ready 1.0" in (await asks(f"{where}/metrics")).text
        if mode:
            world.slack.serves_over_http(f"http://{serving['over'].removeprefix('HTTP on ')}/slack/events")
        world.slack.hangs("chat.postMessage")
        await world.confirms_a_clear(ana, "orders")
        await world.slack.until(lambda: world.slack.hanging > 0, within=PATIENCE)
        bot.is_told(signal.SIGTERM)
        assert (await until_unavailable(f"{where}/readyz")).json()["reasons"] == ["The bot is stopping."]
        assert await bot.ends(within=10.0) == 0


async def test_an_address_that_is_taken_is_refused_with_what_to_do(world):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        where = f"127.0.0.1:{taken.getsockname()[1]}"
        assert await world.refusal(PIPELINE_BOT_ADMIN_LISTEN=where) == (
            f"PIPELINE_BOT_ADMIN_LISTEN: health and metrics cannot be served on {where}: Address already in use. "
            "Choose another address, or set it to nothing to turn them off."
        )
