"""Plain HTTP where TLS is spoken, and the reverse: said in words, whatever either end makes of the other's bytes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from math import inf

import pytest

from bot.domain.ids import PipelineName
from bot.domain.operations.plans import StepName
from bot.domain.pipelines.pipeline import NotSent, Unknown
from bot.feldera.target_settings import FelderaSettings

pytestmark = pytest.mark.anyio

ORDERS = PipelineName("orders")
HANDSHAKE = b"\x16"
HANDSHAKE_FAILURE = b"\x15\x03\x03\x00\x02\x02\x28"  # an alert: fatal, handshake_failure


async def test_tls_to_a_port_of_plain_http(feldera, client_of):
    """Nothing was sent: no connection came about."""
    machine = feldera.url.removeprefix("http://")
    said = f"{machine} speaks plain HTTP, not TLS: Feldera's host must begin with http:// then."
    async with client_of(f"https://{machine}") as client:
        greeting = await client.greet()
        assert greeting.message == said
        assert await client.submit(StepName.CLEAR, ORDERS, not_after=inf) == NotSent(greeting)
    assert feldera.requests == []


async def hangs_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


@asynccontextmanager
async def speaking_tls() -> AsyncIterator[str]:
    """It has no certificate, and declines a handshake as such a server does; anything else it hangs up on."""

    async def declines(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if await reader.read(1) == HANDSHAKE:
            writer.write(HANDSHAKE_FAILURE)
            await writer.drain()
        writer.close()

    async with await asyncio.start_server(declines, "127.0.0.1", 0) as server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_plain_http_to_a_port_of_tls(client_of):
    """The start and `doctor` say so. Of a request that changes something it is not known what the other end made of it."""
    async with speaking_tls() as machine, client_of(f"http://{machine}") as client:
        greeting = await client.greet()
        assert greeting.message == f"{machine} speaks TLS: Feldera's host must begin with https://."
        assert isinstance(await client.submit(StepName.CLEAR, ORDERS, not_after=inf), Unknown)


async def test_plain_http_to_a_port_that_only_hangs_up(client_of):
    async with await asyncio.start_server(hangs_up, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with client_of(url) as client:
            greeting = await client.greet()
    assert greeting.message == "The connection to Feldera broke before its answer was complete."


@pytest.mark.parametrize(
    ("host", "secret", "is_so"),
    [
        ("http://feldera.example", {"api_key": "apikey:k"}, True),
        ("http://10.0.0.7:8080", {"auth_token_command": "print-token"}, True),
        ("https://feldera.example", {"api_key": "apikey:k"}, False),
        ("feldera.example", {"api_key": "apikey:k"}, False),
        ("http://feldera.example", {}, False),
        ("http://localhost:8080", {"api_key": "apikey:k"}, False),
        ("http://127.0.0.1:8080", {"api_key": "apikey:k"}, False),
        ("http://[::1]:8080", {"api_key": "apikey:k"}, False),
    ],
)
def test_a_key_that_others_can_read_on_its_way(host, secret, is_so):
    """To this very machine there is no way; without a secret there is nothing to read."""
    assert FelderaSettings.model_validate({"host": host, **secret}).sends_secrets_in_the_clear is is_so
