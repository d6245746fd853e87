"""Something between the bot and Slack's Web API (a proxy, a gateway) that sometimes answers in Slack's place."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web

from bot.simulator.slack import SlackSimulator
from tests.streams import served_by

PASSED_ON = ("Authorization", "Content-Type")


class Edge:
    """Passes calls on to Slack, unless it was told to answer the next ones of a method by itself."""

    def __init__(self, slack: SlackSimulator) -> None:
        self.url = ""
        self._slack = slack
        self._own = defaultdict(list)
        self._slow_about = {}

    def answers(self, method, body, *, status, times=1, content_type="text/plain", **headers):
        """The next `times` calls of this method; a sentence in plain text is what gateways say."""
        said = {"body": body, "status": status, "headers": {"Content-Type": content_type, **headers}}
        self._own[method] += [said] * times

    def is_slow_about(self, somebody: str, seconds: float) -> None:
        """Slack takes so long to tell of the person with this id."""
        self._slow_about[somebody] = seconds

    async def handle(self, request: web.Request) -> web.Response:
        method, body = request.match_info["method"], await request.read()
        if self._own[method]:
            return web.Response(**self._own[method].pop(0))
        for somebody, seconds in self._slow_about.items():
            if somebody.encode() in body or somebody in request.query_string:
                await asyncio.sleep(seconds)
        headers = {name: request.headers[name] for name in PASSED_ON if name in request.headers}
        async with (
            aiohttp.ClientSession() as session,
            session.request(
                request.method,
                self._slack.url + method,
                params=request.query,
                data=body or None,
                headers=headers,
            ) as answer,
        ):
            return web.Response(
                body=await answer.read(),
                status=answer.status,
                headers={"Content-Type": answer.headers["Content-Type"]},
            )


@asynccontextmanager
async def edge_of(slack: SlackSimulator) -> AsyncIterator[Edge]:
    edge = Edge(slack)
    async with served_by({"/api/{method}": edge.handle}) as address:
        edge.url = f"http://{address}/api/"
        yield edge
