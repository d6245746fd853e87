"""A real process under a service manager's socket, as systemd gives it: ready once it serves, alive, and stopping."""

import asyncio
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes.world import PATIENCE

pytestmark = pytest.mark.anyio

EVERY = "300000"  # microseconds


class Supervisor:
    """systemd's end of the socket."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._datagrams = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._datagrams.bind(str(path))

    async def hears(self) -> str:
        async with asyncio.timeout(PATIENCE):
            return (await asyncio.get_running_loop().sock_recv(self._datagrams, 4096)).decode()

    async def hears_first(self, state: str) -> str:
        while not (said := await self.hears()).startswith(state):
            pass
        return said

    def has_heard_nothing(self) -> bool:
        try:
            self._datagrams.recv(4096, socket.MSG_PEEK)
        except BlockingIOError:
            return True
        return False

    def close(self) -> None:
        self._datagrams.close()


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    it = Supervisor(tmp_path / "notify")
    yield it
    it.close()


async def test_it_is_told_when_the_bot_serves_that_it_lives_and_when_it_stops(world, supervisor):
    """A bot that waits for Slack is not ready yet; one that loses Slack later lives all the same."""
    await world.slack.goes_down()
    async with world.bot(NOTIFY_SOCKET=str(supervisor.path), WATCHDOG_USEC=EVERY) as bot:
        await bot.until_it_logs("slack_is_away")
        assert supervisor.has_heard_nothing()
        await world.slack.comes_back()
        assert await supervisor.hears() == "READY=1"
        await supervisor.hears_first("WATCHDOG=1\nSTATUS=Ready.")
        await world.slack.goes_down()
        await supervisor.hears_first("WATCHDOG=1\nSTATUS=The bot is not connected to Slack.")
        bot.is_told(signal.SIGTERM)
        await supervisor.hears_first("STOPPING=1")
        assert await bot.ends(within=10.0) == 0


async def test_a_lost_database_is_told_before_the_process_ends(world, supervisor):
    async with world.bot(NOTIFY_SOCKET=str(supervisor.path)) as bot:
        assert await supervisor.hears() == "READY=1"
        world.database.rename(world.folder / "elsewhere.db")
        assert await supervisor.hears() == "STOPPING=1"
        assert await bot.ends() == 1
