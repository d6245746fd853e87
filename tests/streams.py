"""Servers of a test's own: of an application, and those that pass bytes on, as a proxy and a TLS front do."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.typedefs import Handler

Serving = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def passes(
    source: asyncio.StreamReader,
    sink: asyncio.StreamWriter,
    sees: Callable[[bytes], object] = lambda _: None,
) -> None:
    """Everything that comes, until one of the two has gone."""
    try:
        while data := await source.read(2**16):
            sees(data)
            sink.write(data)
            await sink.drain()
    except OSError:
        pass
    finally:
        sink.close()


@asynccontextmanager
async def listening(serve: Serving, context: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """The port on which each connection is served so; at the end those that are open are cut off."""
    tasks: set[asyncio.Task[None]] = set()

    async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await serve(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # whoever asked has gone, or the test is over
        finally:
            tasks.discard(task)
            writer.close()

    server = await asyncio.start_server(served, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)


@asynccontextmanager
async def served(application: web.Application) -> AsyncIterator[str]:
    """The application on a port of its own; yields where that is."""
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def served_by(handlers: Mapping[str, Handler]) -> AsyncIterator[str]:
    """Something in somebody's place: each path by its handler, whatever the method; yields its address, as host:port."""
    application = web.Application()
    for path, handler in handlers.items():
        application.router.add_route("*", path, handler)
    async with served(application) as url:
        yield url.removeprefix("http://")
