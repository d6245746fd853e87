"""`pipeline-bot sandbox` as a newcomer runs it: one line, a page, and nothing left when it ends."""

import asyncio
import os
import signal
import time
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.processes.page import SCENARIO, arguments, children, sandbox, tab
from tests.processes.world import PATIENCE, running

pytestmark = pytest.mark.anyio

OPENS_WITHIN = 3.0  # seconds on a machine that does nothing else, as README has it; it takes one
BUSY = 20  # so many times as long where other tests have the processors


def is_there(pid):
    return Path(f"/proc/{pid}").exists()


def files(folder):
    return list(folder.iterdir())


@asynccontextmanager
async def outlived_by_nobody(pid):
    """At the end of the block, wait until this process, which is not ours, is no more."""
    watched = os.pidfd_open(pid)
    ended = asyncio.Event()
    asyncio.get_running_loop().add_reader(watched, ended.set)
    try:
        yield
        async with asyncio.timeout(PATIENCE):
            await ended.wait()
    finally:
        asyncio.get_running_loop().remove_reader(watched)
        os.close(watched)


async def test_it_is_open_within_three_seconds_and_says_so_in_one_line(tmp_path):
    began = time.monotonic()
    async with sandbox(tmp_path) as (process, url):
        took = time.monotonic() - began
        async with tab(url) as page, page.session.get(url) as answer:
            assert answer.status == 200
            assert "<title>" in await answer.text()
        assert await process.stops(signal.SIGINT) == 0
        assert await process.rest_of_output() == ""
        assert process.stderr == ""
    assert took < OPENS_WITHIN * BUSY


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_it_leaves_nothing_behind(tmp_path, ending):
    """No process, no file."""
    async with sandbox(tmp_path) as (process, url):
        (bot,) = children(process.pid)
        async with tab(url) as page:
            await page.until(lambda state: state.get("world/bot", {}).get("connected"))
        assert await process.stops(ending) == 0
    assert not is_there(bot)
    assert files(tmp_path / "temporary") == []


async def test_killed_it_takes_its_bot_with_it(tmp_path):
    """Nobody can clean up after SIGKILL: the bot notices by itself that nobody watches it."""
    async with sandbox(tmp_path) as (process, url):
        (bot,) = children(process.pid)
        async with tab(url) as page:
            await page.until(lambda state: state.get("world/bot", {}).get("connected"))
        async with outlived_by_nobody(bot):
            process.is_told(signal.SIGKILL)


@pytest.mark.parametrize("options", [(), ("--http",)], ids=["socket", "http"])
async def test_a_clear_from_the_page_to_its_end(tmp_path, options):
    """Whatever is set in the environment, or in a `.env`, is not the sandbox's affair; nor is any secret an argument."""
    (tmp_path / "mine.yaml").write_text(SCENARIO)
    (tmp_path / ".env").write_text("SLACK_BOT_TOKEN=xoxb-real\nFELDERA_HOST=http://real.example\n")
    settings = {"SLACK_API_URL": "http://real.example/api/", "PIPELINE_BOT_DATABASE": "/nowhere/at-all.db"}
    options = ("--scenario", "mine.yaml", *options)
    async with sandbox(tmp_path, *options, **settings) as (process, url), tab(url) as page:
        state = await page.clears_orders()
        assert next(each["clears"] for each in state["world/pipelines"] if each["name"] == "orders") == 1
        (bot,) = children(process.pid)
        assert not any(
            secret in arguments(each) for each in (process.pid, bot) for secret in (b"xoxb-", b"xapp-")
        )
        assert state["world/bot"]["transport"] == ("HTTP" if "--http" in options else "Socket Mode")


async def test_a_port_that_is_taken_is_said(tmp_path):
    async with sandbox(tmp_path) as (_, url):
        port = url.rsplit(":", 1)[1].strip("/")
        async with running("-m", "bot", "sandbox", "--port", port, folder=tmp_path, settings={}) as second:
            assert await second.ends() == 2
            assert (
                second.stderr
                == f"Port {port} cannot be listened on: Address already in use. Take another by --port."
            )


async def test_a_slip_in_a_scenario_is_said(tmp_path):
    (tmp_path / "mine.yaml").write_text(SCENARIO.replace("operator", "boss"))
    command = ("-m", "bot", "sandbox", "--port", "0", "--scenario", "mine.yaml")
    async with running(*command, folder=tmp_path, settings={}) as process:
        assert await process.ends() == 2
        assert process.stderr.startswith("mine.yaml: grants.1.role: ")
        assert "Traceback" not in process.stderr
