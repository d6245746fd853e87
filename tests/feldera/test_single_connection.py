"""The connection for a last look and the request that rests on it: used by nothing else, and never too late."""

import asyncio

import pytest

from bot.domain.ids import PipelineName
from bot.domain.operations.plans import StepName
from bot.domain.pipelines.pipeline import Accepted, NotSent, Seen
from bot.feldera.http.exchange import CONNECTIONS, TOO_LATE
from bot.simulator.feldera import FelderaSimulator

ORDERS = PipelineName("orders")
GOOD_FOR = 2.0

pytestmark = pytest.mark.anyio


class Listener:
    """Passes bytes on to a simulated Feldera, and counts what came on each connection."""

    def __init__(self) -> None:
        self.url = ""
        self.received: list[bytearray] = []
        self._open: list[asyncio.StreamWriter] = []

    def closes_all(self) -> None:
        """As a server does with a connection that nobody has used for some seconds."""
        for writer in self._open:
            writer.close()

    async def serve(self, feldera: FelderaSimulator, reader, writer) -> None:
        received = bytearray()
        self.received.append(received)
        self._open.append(writer)
        host, port = feldera.url.removeprefix("http://").split(":")
        from_feldera, to_feldera = await asyncio.open_connection(host, int(port))

        async def answers() -> None:
            while chunk := await from_feldera.read(2**16):
                writer.write(chunk)
            writer.close()

        answering = asyncio.create_task(answers())
        while chunk := await reader.read(2**16):
            received += chunk
            to_feldera.write(chunk)
        to_feldera.close()
        await answering


@pytest.fixture
async def listener(feldera):
    listener = Listener()
    server = await asyncio.start_server(lambda *ends: listener.serve(feldera, *ends), "127.0.0.1", 0)
    listener.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield listener
    server.close()


@pytest.fixture
async def client(listener, client_of):
    async with client_of(listener.url) as client:
        yield client


async def test_look_and_request_use_one_connection(listener, client):
    """Another one would have to be made first, which takes time in which anything may happen."""
    await client.look(ORDERS)
    async with client.single_connection() as alone:
        assert isinstance(await alone.look(ORDERS), Seen)
        await client.look(ORDERS)  # what else is asked meanwhile takes another one
        assert await alone.submit(StepName.CLEAR, ORDERS, not_after=GOOD_FOR) == Accepted()
    methods = [
        [line[:4] for line in bytes(each).split(b"\r\n") if b" /v0/" in line] for each in listener.received
    ]
    assert methods == [[b"GET ", b"GET "], [b"GET ", b"POST"]]


async def test_what_is_too_late_is_not_written(feldera, listener, client, clock):
    """Not a byte of it: it certainly had no effect, and may be made again after another look."""
    async with client.single_connection() as alone:
        await alone.look(ORDERS)
        before = len(listener.received[0])
        clock.passes(seconds=GOOD_FOR + 0.1)
        assert await alone.submit(StepName.CLEAR, ORDERS, not_after=GOOD_FOR) == NotSent(TOO_LATE)
        assert [len(each) for each in listener.received] == [before]
    assert feldera.clears["orders"] == 0


async def test_a_new_connection_is_no_way_round(listener, client, clock):
    """The time that it takes counts: here the connection has to be made first, and then it is too late."""
    async with client.single_connection() as alone:
        listener.closes_all()
        clock.passes(seconds=GOOD_FOR + 0.1)
        assert await alone.submit(StepName.CLEAR, ORDERS, not_after=GOOD_FOR) == NotSent(TOO_LATE)
        assert not any(b"POST" in each for each in listener.received)


async def test_many_wait_for_their_turn(client):
    """So many connections at a time, whatever was approved at once; the next one begins when one is closed."""
    turns = asyncio.Semaphore(0)
    entered = 0

    async def sends() -> None:
        nonlocal entered
        async with client.single_connection() as alone:
            entered += 1
            await alone.look(ORDERS)
            await turns.acquire()

    async with asyncio.TaskGroup() as group:
        for _ in range(CONNECTIONS + 3):
            group.create_task(sends())
        while entered < CONNECTIONS:  # noqa: ASYNC110 - the simulator shares this loop
            await asyncio.sleep(0)
        assert entered == CONNECTIONS
        for _ in range(CONNECTIONS + 3):
            turns.release()
    assert entered == CONNECTIONS + 3
