"""`pipeline-bot sandbox` as a newcomer runs it: one line, a page, and nothing left when it ends."""

import asyncio
import json
import os
import re
import signal
import time
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from bot.clock import SystemClock
from bot.simulator.feldera import FelderaSimulator
from tests.processes.world import PATIENCE, running

pytestmark = pytest.mark.anyio

OPENS_WITHIN = 3.0  # seconds on a machine that does nothing else, as README has it; it takes one
BUSY = 4  # so many times as long where other tests have the processors
LINE = re.compile(r"The sandbox is open at (http://127\.0\.0\.1:\d+/) \(Ctrl-C ends it\)\n")
ALL = (
    "people: [{name: ana}]\nchannels: [{name: ops}]\ngrants: [{person: ana, role: operator, pattern: '*'}]\n"
    "pipelines: [{name: orders, clear_takes: 0.2}]\n"
)


@asynccontextmanager
async def sandbox(folder, *options, **settings):
    """The command, once it has said where its page is: the process and the address."""
    temporary = folder / "temporary"
    temporary.mkdir(exist_ok=True)
    settings = {"TMPDIR": str(temporary), **settings}
    command = ("-m", "bot", "sandbox", "--port", "0", *options)
    async with running(*command, folder=folder, settings=settings) as process:
        line = await process.first_line()
        found = LINE.fullmatch(line)
        assert found, (line, process.stderr)
        yield process, found[1]


class Tab:
    """What ana's page is told and asks for."""

    def __init__(self, session, url):
        self._session = session
        self._url = url
        self._own = {"Origin": url.rstrip("/")}

    async def does(self, verb, **more):
        body = {"as": "ana", "do": verb, **more}
        async with self._session.post(f"{self._url}do", json=body, headers=self._own) as answer:
            assert answer.status == 200, await answer.text()
            return (await answer.json())["error"]

    async def until(self, is_so):
        """The state, as soon as it is so."""
        state = {}
        async with (
            asyncio.timeout(PATIENCE),
            self._session.ws_connect(f"{self._url}live?as=ana&tz=UTC", headers=self._own) as live,
        ):
            while not is_so(state):
                said = await live.receive_json()
                state = {
                    key: value for key, value in {**state, **said["set"]}.items() if key not in said["gone"]
                }
        return state

    async def until_shown(self, words):
        return await self.until(lambda state: words in json.dumps(state, ensure_ascii=False))

    async def clears_orders(self):
        """From the command to the end, as ana."""
        state = await self.until(lambda state: state.get("world/bot", {}).get("connected"))
        place = next(each["id"] for each in state["places"] if each["name"] == "ops")
        assert await self.does("types", place=place, text="/pipeline clear orders try") is None
        state = await self.until_shown('"label": "Clear orders"')
        message = next(
            value
            for key, value in state.items()
            if '"label": "Clear orders"' in json.dumps(value) and key.startswith("message/")
        )
        button = next(
            each
            for block in message["blocks"]
            for each in block.get("elements", [])
            if each.get("label") == "Clear orders"
        )
        pressed = {"version": message["version"], "block": button["block"], "action": button["action"]}
        assert await self.does("presses", place=place, ts=message["ts"], **pressed) is None
        return await self.until_shown("✅ Cleared")


@asynccontextmanager
async def tab(url):
    async with aiohttp.ClientSession() as session:
        yield Tab(session, url)


def children(pid):
    """The processes that this one began, by their ids."""
    return [
        int(child)
        for task in Path(f"/proc/{pid}/task").iterdir()
        for child in (task / "children").read_text().split()
    ]


def is_there(pid):
    return Path(f"/proc/{pid}").exists()


def arguments(pid):
    return Path(f"/proc/{pid}/cmdline").read_bytes()


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
        async with tab(url) as page, page._session.get(url) as answer:
            assert answer.status == 200
            assert "<title>" in await answer.text()
        assert await process.stops(signal.SIGINT) == 0
        assert await process.rest_of_output() == ""
        assert process.stderr == ""
    assert took < OPENS_WITHIN * BUSY


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
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
    (tmp_path / "mine.yaml").write_text(ALL)
    (tmp_path / ".env").write_text("SLACK_BOT_TOKEN=xoxb-real\nFELDERA_HOST=http://real.example\n")
    settings = {"SLACK_API_URL": "http://real.example/api/", "PIPELINE_BOT_DATABASE": "/nowhere/at-all.db"}
    options = ("--scenario", "mine.yaml", *options)
    async with sandbox(tmp_path, *options, **settings) as (process, url), tab(url) as page:
        state = await page.clears_orders()
        assert next(each["clears"] for each in state["world/pipelines"] if each["name"] == "orders") == 1
        (bot,) = children(process.pid)
        assert b"xoxb" not in arguments(bot)
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
    (tmp_path / "mine.yaml").write_text(ALL.replace("operator", "boss"))
    command = ("-m", "bot", "sandbox", "--port", "0", "--scenario", "mine.yaml")
    async with running(*command, folder=tmp_path, settings={}) as process:
        assert await process.ends() == 2
        assert process.stderr.startswith("mine.yaml: grants.1.role: ")
        assert "Traceback" not in process.stderr


async def test_a_real_feldera_is_only_behind_it_if_that_is_meant(tmp_path):
    """Off a terminal nobody can be asked: it takes --yes, and says in any case what that means."""
    async with FelderaSimulator(SystemClock(), api_keys={"apikey:secret": "write"}) as real:
        real.adds("orders", clear_takes=0.2)
        command = ("-m", "bot", "sandbox", "--port", "0", "--feldera", real.url)
        async with running(*command, folder=tmp_path, settings={}) as process:
            assert await process.ends() == 2
            assert "This is a real Feldera" in process.stderr
            assert process.stderr.endswith("say --yes if it is.")
        (tmp_path / "mine.yaml").write_text(ALL)
        options = ("--feldera", real.url, "--yes", "--scenario", "mine.yaml")
        async with (
            sandbox(tmp_path, *options, FELDERA_API_KEY="apikey:secret") as (process, url),
            tab(url) as page,
        ):
            state = await page.clears_orders()
            assert state["world/feldera"]["real"] == real.url
            assert state["world/pipelines"] == []
            assert "apikey:secret" not in json.dumps(state)
            assert real.clears == {"orders": 1}
