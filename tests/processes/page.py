"""`pipeline-bot sandbox` as a process, and what its page is told and asks for."""

import asyncio
import json
import re
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from tests.processes.world import PATIENCE, running

LINE = re.compile(r"The sandbox is open at (http://127\.0\.0\.1:\d+/) \(Ctrl-C ends it\)\n")
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


class Tab:
    """What ana's page is told and asks for."""

    def __init__(self, session, url):
        self.session = session
        self._url = url
        self._own = {"Origin": url.rstrip("/")}

    async def does(self, verb, **more):
        body = {"as": "ana", "do": verb, **more}
        async with self.session.post(f"{self._url}do", json=body, headers=self._own) as answer:
            assert answer.status == 200, await answer.text()
            return (await answer.json())["error"]

    async def until(self, is_so):
        """The state, as soon as it is so."""
        state = {}
        async with (
            asyncio.timeout(PATIENCE),
            self.session.ws_connect(f"{self._url}live?as=ana&tz=UTC", headers=self._own) as live,
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


def arguments(pid):
    return Path(f"/proc/{pid}/cmdline").read_bytes()
