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

SECRET = "hunter2"
OPENS_WITHIN = 3.0  # seconds on a machine that does nothing else, as it should be; it takes one
BUSY = 20  # so many times as long where other tests have the processors


def is_there(pid):
    return Path(f"/proc/{pid}").exists()


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


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_it_is_open_within_three_seconds_says_so_in_one_line_and_leaves_nothing_behind(
    tmp_path, ending
):
    began = time.monotonic()
    async with sandbox(tmp_path) as (process, url):
        assert time.monotonic() - began < OPENS_WITHIN * BUSY
        (bot,) = children(process.pid)
        async with tab(url) as page:
            async with page.session.get(url) as answer:
                assert answer.status == 200
                assert "<title>" in await answer.text()
            await page.until(lambda state: state.get("simulation/bot", {}).get("connected"))
        assert await process.stops(ending) == 0
        assert (await process.rest_of_output(), process.stderr) == ("", "")
    assert not is_there(bot)
    assert list((tmp_path / "temporary").iterdir()) == []


async def test_killed_it_takes_its_bot_with_it(tmp_path):
    """Nobody can clean up after SIGKILL: the bot notices by itself that nobody watches it."""
    async with sandbox(tmp_path) as (process, url):
        (bot,) = children(process.pid)
        async with tab(url) as page:
            await page.until(lambda state: state.get("simulation/bot", {}).get("connected"))
        async with outlived_by_nobody(bot):
            process.is_told(signal.SIGKILL)


@pytest.mark.parametrize("options", [(), ("--http",)], ids=["socket", "http"])
async def test_a_clear_from_the_page_to_its_end(tmp_path, options):
    """Whatever is set in the environment, or in a `.env`, is not the sandbox's affair; nor is any secret an argument."""
    (tmp_path / "keys.env").write_text(f"FELDERA_API_KEY='hunter {SECRET}'\n")
    (tmp_path / "mine.yaml").write_text(SCENARIO)
    (tmp_path / ".env").write_text("SLACK_BOT_TOKEN=xoxb-real\nFELDERA_HOST=http://real.example\n")
    settings = {"SLACK_API_URL": "http://real.example/api/", "PIPELINE_BOT_DATABASE": "/nowhere/at-all.db"}
    options = ("--scenario", "mine.yaml", *options)
    async with sandbox(tmp_path, *options, **settings) as (process, url), tab(url) as page:
        state = await page.clears_orders()
        assert next(each["clears"] for each in state["simulation/pipelines"] if each["name"] == "orders") == 1
        (bot,) = children(process.pid)
        assert not any(
            secret in arguments(each) for each in (process.pid, bot) for secret in (b"xoxb-", b"xapp-")
        )
        assert state["simulation/bot"]["transport"] == ("HTTP" if "--http" in options else "Socket Mode")


async def test_a_scenario_of_the_package_is_opened_by_its_name(tmp_path):
    async with sandbox(tmp_path, "--scenario", "small-team") as (_, url), tab(url) as page:
        state = await page.state("sam")
        assert state["me"]["about"] == "Support. Requester on orders*."


async def test_a_port_that_is_taken_is_said(tmp_path):
    async with sandbox(tmp_path) as (_, url):
        port = url.rsplit(":", 1)[1].strip("/")
        async with running("-m", "bot", "sandbox", "--port", port, folder=tmp_path, settings={}) as second:
            assert await second.ends() == 1
            assert (
                second.stderr
                == f"error: Cannot listen on port {port}: Address already in use. Choose another with --port."
            )


@pytest.mark.parametrize(
    ("options", "settings", "said"),
    [
        (
            ["--feldera", f"https://me:{SECRET}@f.example"],
            {},
            "--feldera: Feldera's host must not hold a user or password",
        ),
        (
            ["--feldera", "ftp://f.example"],
            {},
            "--feldera: Feldera's host must begin with http:// or https://.",
        ),
        (
            ["--feldera", "localhost"],
            {"FELDERA_API_KEY": f"hunter {SECRET}"},
            "FELDERA_API_KEY: Feldera's API key must be",
        ),
        (
            ["--feldera", "localhost", "--env-file", "keys.env"],
            {},
            "FELDERA_API_KEY: Feldera's API key must be",
        ),
        (["--scenario", "yours.yaml"], {}, "Cannot read yours.yaml: No such file or directory."),
        (["--scenario", "mine.yaml"], {}, "mine.yaml: grants.1.role: "),
        (
            ["--scenario", "small-tame"],
            {},
            "Unknown scenario `small-tame`. Known: default, production, small-team.",
        ),
    ],
)
async def test_what_cannot_be_is_said_before_anything_is_started(tmp_path, options, settings, said):
    """Without a word of what may hold a password."""
    (tmp_path / "keys.env").write_text(f"FELDERA_API_KEY='hunter {SECRET}'\n")
    (tmp_path / "mine.yaml").write_text(SCENARIO.replace("operator", "boss"))
    async with running(
        "-m", "bot", "sandbox", "--port", "0", *options, folder=tmp_path, settings=settings
    ) as process:
        assert await process.ends() == 2
        assert process.stderr.startswith(f"error: {said}")
        assert SECRET not in process.stderr
        assert "Traceback" not in process.stderr
