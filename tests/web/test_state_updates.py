"""The state of a page over a WebSocket: all of it first, then what became different, whatever happens in between."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.simulator.slack.state.change_signal import Changes
from bot.simulator.web.state_updates import UNKNOWN_PERSON, UnknownPersonError, difference, keep_up

pytestmark = pytest.mark.anyio


class Board:
    """A state that a test changes."""

    def __init__(self, **state):
        self.state = state
        self.changes = Changes()
        self.is_somebodys = True

    def look(self):
        if not self.is_somebodys:
            raise UnknownPersonError
        return dict(self.state)

    def becomes(self, **state):
        self.state = state
        self.changes.note()


@asynccontextmanager
async def watched(board: Board) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """A page that has been told all that there is."""

    async def live(request):
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await keep_up(socket, board.look, board.changes)
        return socket

    app = web.Application()
    app.router.add_get("/live", live)
    async with (
        TestServer(app) as server,
        aiohttp.ClientSession() as session,
        session.ws_connect(server.make_url("/live")) as socket,
    ):
        assert await socket.receive_json() == {"set": board.state, "gone": []}
        yield socket


async def test_after_the_first_look_comes_only_what_is_new_or_different_or_gone():
    """What becomes different by itself within two seconds: nobody rings a bell when "3 minutes ago" is 4."""
    board = Board(a=1, b=2, c=3)
    async with watched(board) as page:
        board.becomes(a=1, b=20, d=4)
        assert await page.receive_json() == {"set": {"b": 20, "d": 4}, "gone": ["c"]}
        board.state = {**board.state, "a": 4}
        async with asyncio.timeout(2):
            assert await page.receive_json() == {"set": {"a": 4}, "gone": []}
    assert board.changes._waiting == set(), "nothing waits on behalf of a page that is gone"
    assert not difference({"a": [1]}, {"a": [1]})


async def test_a_page_that_fell_behind_gets_the_newest_state_alone():
    """A hundred changes at once are one message, or two where one was being sent."""
    board = Board(count=0)
    async with watched(board) as page:
        for count in range(1, 101):
            board.becomes(count=count)
        seen = [await page.receive_json()]
        while seen[-1]["set"]["count"] < 100:
            seen.append(await page.receive_json())
        assert len(seen) <= 2


async def test_a_page_of_somebody_who_is_no_more_is_closed():
    """The page then knows that connecting again would not help."""
    board = Board(a=1)
    async with watched(board) as page:
        board.is_somebodys = False
        board.changes.note()
        assert (await page.receive()).type is aiohttp.WSMsgType.CLOSE
        assert page.close_code == UNKNOWN_PERSON


async def test_a_page_that_cannot_be_told_any_more_is_closed():
    """It says so, and tries again: it must not go on showing what was."""
    board = Board(a=1)
    async with watched(board) as page:
        board.becomes(a=object())
        assert (await page.receive()).type in {aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSE}
