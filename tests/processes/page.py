"""`pipeline-bot sandbox` as a process, and what its page is told and asks for."""

import asyncio
import json
import re
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from tests.page_client import PageClient
from tests.processes.world import PATIENCE, running

LINE = re.compile(r"The sandbox is open at (http://127\.0\.0\.1:\d+/) \(Ctrl-C to stop\)\n")
SCENARIO = (
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


class Tab(PageClient):
    """Ana's page."""

    async def until(self, is_so):
        """The state, as soon as it is so."""
        state = {}
        async with asyncio.timeout(PATIENCE), self.live("ana") as live:
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
        state = await self.until(lambda state: state.get("simulation/bot", {}).get("connected"))
        place = next(each["id"] for each in state["places"] if each["name"] == "ops")
        await self._does("types", place=place, text="/pipeline clear orders try")
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
        await self._does("presses", place=place, ts=message["ts"], **pressed)
        return await self.until_shown("✅ Cleared")

    async def _does(self, verb, **more):
        assert await self.does("ana", verb, **more) == {"error": None}


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


def arguments(pid):
    return Path(f"/proc/{pid}/cmdline").read_bytes()
