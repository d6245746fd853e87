"""Over TLS and through a proxy, by the settings and nothing else."""

import pytest
from structlog.testing import capture_logs

from tests.proxy import BUSY, SmallProxy
from tests.streams import listening
from tests.tls import NAME, encrypted

pytestmark = pytest.mark.anyio


async def test_a_certificate_of_our_own_authority(feed, receiver, tmp_path):
    async with encrypted(receiver.url, tmp_path) as secure:
        url = f"https://{secure.address}/hook"
        sender = await feed.sender(receiver, url=url)
        await feed.writes("one")
        with capture_logs() as logged:
            due = await feed.sends(sender)
        assert logged[0]["why"] == "Its certificate is not trusted."
        feed.clock.moves_to(due)
        trusting = await feed.sender(receiver, url=url, https_tls_cert=secure.certificate)
        await feed.sends(trusting)
        assert receiver.entries == [1]


async def test_through_a_proxy(feed, receiver, tmp_path):
    """The bot asks it for a tunnel, so that it sees the receiver's host alone."""
    proxy = SmallProxy()
    async with encrypted(receiver.url, tmp_path) as secure, listening(proxy.serve) as port:
        proxy.port = port
        proxy.knows(NAME, secure.address)
        sender = await feed.sender(
            receiver,
            url=f"https://{NAME}/hook?token=hush",
            https_tls_cert=secure.certificate,
            proxy=proxy.url,
        )
        await feed.writes("one")
        await feed.sends(sender)
        assert receiver.entries == [1]
        assert proxy.asked == [f"CONNECT {NAME}:443 HTTP/1.1"]


async def test_the_environment_chooses_no_proxy(feed, receiver, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    sender = await feed.sender(receiver)
    await feed.writes("one")
    await feed.sends(sender)
    assert receiver.entries == [1]


async def test_a_proxy_that_makes_no_connection(feed, receiver):
    proxy = SmallProxy()
    async with listening(proxy.serve) as port:
        proxy.port = port
        proxy.fails_with(BUSY)
        sender = await feed.sender(receiver, url=f"https://{NAME}/hook", proxy=proxy.url)
        await feed.writes("one")
        with capture_logs() as logged:
            await feed.sends(sender)
        assert logged[0]["why"] == "The proxy makes no connection to it."
