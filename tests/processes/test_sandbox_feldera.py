"""`pipeline-bot sandbox --feldera`: a real Feldera behind a simulated Slack is only used after a confirmation."""

import json
import os
import pty
import select
import subprocess
import sys
from contextlib import contextmanager

import pytest

from bot.clock import SystemClock
from bot.simulator.feldera import FelderaSimulator
from tests.processes.page import SCENARIO, arguments, children, sandbox, tab
from tests.processes.world import PATIENCE, ROOT, running

pytestmark = pytest.mark.anyio

KEY = "apikey:not-for-everybody"
RED = "\x1b[31m"
NOBODY_IS_THERE = "127.0.0.1:9"


class Terminal:
    """A command with a terminal for its standard input and error."""

    def __init__(self, process, ours):
        self.process = process
        self._ours = ours

    def shows(self, words):
        """What it wrote there, up to these words or its end."""
        shown = b""
        while words.encode() not in shown:
            ready, _, _ = select.select([self._ours], [], [], PATIENCE)
            assert ready, shown
            try:
                shown += os.read(self._ours, 4096)
            except OSError:  # nobody has the other end any more
                break
        assert words in shown.decode(), shown
        return shown.decode()

    def types(self, line):
        os.write(self._ours, f"{line}\n".encode())


@contextmanager
def at_a_terminal(folder, *options):
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "bot", "sandbox", "--port", "0", *options]
    environment = {"PATH": os.defpath, "PYTHONPATH": str(ROOT), "TERM": "xterm"}
    with subprocess.Popen(  # noqa: S603 - our own command
        command, cwd=folder, env=environment, stdin=theirs, stderr=theirs, stdout=subprocess.PIPE, text=True
    ) as process:
        os.close(theirs)
        try:
            yield Terminal(process, ours)
        finally:
            process.kill()
            os.close(ours)


@pytest.mark.parametrize("answer", ["", "y"])
def test_it_says_in_red_what_that_means_and_asks_once(tmp_path, answer):
    """Return alone is no."""
    with at_a_terminal(tmp_path, "--feldera", NOBODY_IS_THERE) as terminal:
        assert terminal.shows("[y/N]").startswith(f"{RED}{NOBODY_IS_THERE}: This is a real Feldera")
        terminal.types(answer)
        if answer:
            assert terminal.process.stdout.readline().startswith("The sandbox is open at ")
            terminal.process.terminate()
        else:
            terminal.shows("Nothing was started.")
        assert terminal.process.wait(PATIENCE) == (0 if answer else 1)
        assert terminal.process.stdout.read() == ""


async def test_off_a_terminal_nobody_can_be_asked(tmp_path):
    command = ("-m", "bot", "sandbox", "--port", "0", "--feldera", NOBODY_IS_THERE)
    async with running(*command, folder=tmp_path, settings={}) as process:
        assert await process.ends() == 2
        warned, refused = process.stderr.splitlines()
        assert warned.startswith(f"{NOBODY_IS_THERE}: This is a real Feldera")
        assert refused == (
            "error: A real Feldera needs a confirmation, and there is no terminal to ask on. Confirm with --yes."
        )


async def test_what_is_cleared_in_the_sandbox_is_gone_there(tmp_path):
    """With the key of the environment, which is no argument of any process, and in nothing that a page is told."""
    (tmp_path / "mine.yaml").write_text(SCENARIO)
    async with FelderaSimulator(SystemClock(), api_keys={KEY: "write"}) as real:
        real.adds("orders", clear_takes=0.2)
        options = ("--feldera", real.url, "--yes", "--scenario", "mine.yaml")
        async with sandbox(tmp_path, *options, FELDERA_API_KEY=KEY) as (process, url), tab(url) as page:
            state = await page.clears_orders()
            assert real.clears == {"orders": 1}
            assert state["simulation/feldera"]["real"] == real.url
            assert state["simulation/pipelines"] == []
            secret = KEY.removeprefix("apikey:")
            assert secret not in json.dumps(state)
            for each in (process.pid, *children(process.pid)):
                assert secret.encode() not in arguments(each)


async def test_the_key_of_a_real_bot_goes_to_no_feldera_that_is_named_here(tmp_path):
    """Where that bot's `.env` is, the sandbox may be run, too."""
    (tmp_path / ".env").write_text(f"FELDERA_API_KEY={KEY}\n")
    async with FelderaSimulator(SystemClock()) as real:
        async with sandbox(tmp_path, "--feldera", real.url, "--yes") as (_, url), tab(url) as page:
            await page.until(lambda state: state.get("simulation/bot", {}).get("connected"))
        assert real.requests
        assert not any(request.has_authorization for request in real.requests)
