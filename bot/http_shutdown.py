"""Shutdown of an aiohttp server within a time.

aiohttp's own `shutdown(timeout)` lets the requests under way finish within the timeout, and then gives those that it
cancels the same time once more.
"""

import asyncio

from aiohttp import web

from bot.shutdown_times import HTTP_SERVER_CUT_OFF


async def shut_down(server: web.Server, within: float) -> None:
    """Let the requests under way finish within so many seconds, then close all connections."""
    server.pre_shutdown()
    try:
        async with asyncio.timeout(within):
            await server.shutdown(within)
    except TimeoutError:
        await server.shutdown(HTTP_SERVER_CUT_OFF)
