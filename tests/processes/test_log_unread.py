"""A log that nobody reads: the bot works on, says afterwards how much of it is lost, and stops when it is told to."""

import asyncio
import fcntl
import json
import os
import signal
import sys
from contextlib import asynccontextmanager

import aiohttp
import pytest

from tests.ports import free_port
from tests.processes.world import HTTP, PATIENCE, ROOT

pytestmark = pytest.mark.anyio


def full_pipe():
    """A pipe into which not one more byte fits: the end to read, and the end to write."""
    read, write = os.pipe()
    fcntl.fcntl(write, fcntl.F_SETPIPE_SZ, 4096)
    os.set_blocking(write, False)
    for size in (4096, 1):
        while True:
            try:
                os.write(write, b"\n" * size)
            except BlockingIOError:
                break
    os.set_blocking(write, True)
    return read, write


async def health(port):
    """The status of the page, once there is one."""
    async with asyncio.timeout(PATIENCE), aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(f"http://127.0.0.1:{port}/healthz") as response:
                    return response.status
            except aiohttp.ClientConnectorError:
                await asyncio.sleep(0.05)  # it is on its way up; nothing else tells


@asynccontextmanager
async def writing_to(write, *arguments, **how):
    """A Python whose log goes into this pipe; killed at the end if need be."""
    how["env"] = {"PATH": os.defpath, "PYTHONPATH": str(ROOT), **how.get("env", {})}
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, stderr=write, **how)
    os.close(write)
    try:
        async with asyncio.timeout(PATIENCE):
            yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_a_full_pipe_does_not_stop_the_bot(world):
    """It serves, answers, and ends with its promise to end, although not one line of it was read."""
    port = free_port()
    read, write = full_pipe()
    settings = world.settings(**HTTP | {"PIPELINE_BOT_LISTEN": f"127.0.0.1:{port}"})
    async with writing_to(write, "-m", "bot", "run", cwd=world.folder, env=settings) as process:
        assert await health(port) == 200
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
    os.close(read)


PROGRAM = """
import structlog
from bot import logs
with logs.writing():
    for number in range(3_000):
        structlog.get_logger().info('line', number=number)
    print('done', flush=True)
    input()
"""


async def test_what_is_lost_is_counted():
    read, write = full_pipe()
    pipes = {"stdin": asyncio.subprocess.PIPE, "stdout": asyncio.subprocess.PIPE}

    def rest():
        with os.fdopen(read, encoding="utf-8") as log:
            return [json.loads(line) for line in log if line.startswith("{")]

    async with writing_to(write, "-c", PROGRAM, **pipes) as process:
        assert await process.stdout.readline() == b"done\n"
        reading = asyncio.get_running_loop().run_in_executor(None, rest)
        process.stdin.close()
        said = await reading
        await process.wait()
    lost = sum(line["lines"] for line in said if line["event"] == "log_lines_dropped")
    kept = [line["number"] for line in said if line["event"] == "line"]
    assert lost > 0
    assert lost + len(kept) == 3_000
    assert kept == sorted(kept)
