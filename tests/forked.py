"""Processes that begin with the bot's modules loaded: forked from a server that has imported them once.

Most of what a start costs a test is the import, a second of a processor. All else is as with a new interpreter: a
process id, signals, pipes, an exit status. The interpreter's own start is left to the tests that run a command as it is typed.
"""

import asyncio
import contextlib
import multiprocessing
import os
import runpy
import signal
import sys
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from bot.simulator.bot.process import LONGEST_LINE, PROGRAM

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    [
        "bot.cli.main",
        "bot.cli.run",
        "bot.cli.sandbox",
        "bot.cli.access.grants",
        "bot.simulator.bot.clock",
        "bot.simulator.demo",
        "bot.simulator.web.server",
        "tests.forked",
    ]
)


class ForkedProcess:
    """What `asyncio.subprocess.Process` has, as far as it is used of one; `stdin` is None where nothing is to be said."""

    def __init__(self, process: ForkServerProcess, ended: asyncio.Future[None]) -> None:
        self._process = process
        self._ended = ended
        self.stdin: asyncio.StreamWriter | None = None
        self.stdout: asyncio.StreamReader | None = None
        self.stderr: asyncio.StreamReader | None = None

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """The exit status, negative for the signal that ended it; None while it runs."""
        return self._process.exitcode

    async def wait(self) -> int:
        await asyncio.shield(self._ended)
        return self._process.exitcode

    def send_signal(self, wanted: signal.Signals) -> None:
        if self.returncode is not None:
            return
        # The fork server reaps it before it says so: until then it has no exit status and is gone.
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, wanted)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


async def forked(
    arguments: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str],
    says: bool = False,
    longest_line: int = 2**16,
) -> ForkedProcess:
    """`python -m MODULE …` for the `arguments` `MODULE …`, in this folder and environment; `says`: through its `stdin`."""
    loop = asyncio.get_running_loop()
    pipes = [_CONTEXT.Pipe(duplex=False) for _ in range(3)]
    (its_input, to_it), (from_output, its_output), (from_error, its_error) = pipes
    process = _CONTEXT.Process(
        target=_become,
        args=(tuple(arguments), str(folder), dict(environment), (its_input, its_output, its_error)),
    )
    process.start()
    for its_own in (its_input, its_output, its_error):
        its_own.close()
    ended: asyncio.Future[None] = loop.create_future()

    def note_end() -> None:
        loop.remove_reader(process.sentinel)
        ended.set_result(None)

    loop.add_reader(process.sentinel, note_end)
    forked_process = ForkedProcess(process, ended)
    if says:
        forked_process.stdin = await _writer(to_it)
    else:
        to_it.close()
    forked_process.stdout = await _reader(from_output, longest_line)
    forked_process.stderr = await _reader(from_error, longest_line)
    return forked_process


async def forked_bot(folder: Path) -> ForkedProcess:
    """`bot.simulator.bot.process.start_process`, forked."""
    return await forked([PROGRAM], folder=folder, environment={}, says=True, longest_line=LONGEST_LINE)


async def _reader(pipe: Connection, longest_line: int) -> asyncio.StreamReader:
    reader = asyncio.StreamReader(limit=longest_line)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), _taken_from(pipe, "rb")
    )
    return reader


async def _writer(pipe: Connection) -> asyncio.StreamWriter:
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.connect_write_pipe(
        asyncio.streams.FlowControlMixin, _taken_from(pipe, "wb")
    )
    return asyncio.StreamWriter(transport, protocol, None, loop)


def _taken_from(pipe: Connection, mode: str):
    file = os.fdopen(os.dup(pipe.fileno()), mode, buffering=0)
    pipe.close()
    return file


def _become(
    arguments: tuple[str, ...], folder: str, environment: dict[str, str], pipes: tuple[Connection, ...]
) -> None:
    """In the new process: be what a new interpreter would be."""
    os.setsid()
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # ignored where the tests run under `nohup`
    for number, pipe in enumerate(pipes):
        os.dup2(pipe.fileno(), number)
        pipe.close()
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 - for as long as the process lives
    sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, closefd=False)  # noqa: SIM115
    sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    module, *typed = arguments
    sys.argv = [module, *typed]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
