"""Messages to response URLs go over connections that are kept, through the proxy of the settings."""

import pytest
from aiohttp import web

from bot.proxies import Proxies
from bot.slack.api import response_urls
from bot.slack.api.response_urls import ResponseUrls
from tests.streams import served_by

pytestmark = pytest.mark.anyio


@pytest.fixture
async def received():
    """`(peer port, path)` of each message."""
    found = []

    async def take(request: web.Request) -> web.Response:
        found.append((request.transport.get_extra_info("peername")[1], request.raw_path))
        return web.Response(text="ok")

    async with served_by({"/{any:.*}": take}) as address:
        found.append(address)
        yield found


async def test_messages_share_a_connection(received):
    url = f"http://{received.pop()}/commands/1"
    async with response_urls.session() as session:
        urls = ResponseUrls(session)
        for _ in range(3):
            assert (await urls.respond_to(url)(text="Looking…")).status_code == 200
    assert [path for _, path in received] == ["/commands/1"] * 3
    assert len({port for port, _ in received}) == 1


async def test_messages_go_through_the_proxy(received):
    proxy = Proxies(http=f"http://{received.pop()}")
    async with response_urls.session() as session:
        await ResponseUrls(session, proxy).respond_to("http://hooks.slack.test/commands/1")(text="Looking…")
    assert [path for _, path in received] == ["http://hooks.slack.test/commands/1"]
