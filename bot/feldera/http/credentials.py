"""Credentials for Feldera: none, an API key, or a command that prints short-lived tokens.

Secrets are held as `SecretStr` and leave only in the `Authorization` header; no message, log line or `repr`
contains one, nor the output of a failing command. The command is the operator's own and trusted as such; it runs
without a shell.
"""

import asyncio
import contextlib
import os
import re
import shlex
import signal
from dataclasses import dataclass
from typing import Protocol

from pydantic import SecretStr

from bot.domain.pipelines.pipeline import Problem, ProblemKind

COMMAND_TIMEOUT = 10.0  # seconds; a look waits for it, and the person for the look
PRINTED_MAX = 64 * 2**10  # bytes, a pipe's usual capacity; a command that prints more is stuck, and times out
_TOKEN = re.compile(r"[!-~]+")  # valid in a header as it is


class Credentials(Protocol):
    async def token(self) -> SecretStr | Problem | None:
        """The bearer token of a request; None for no `Authorization` header."""
        ...

    async def replacement(self, rejected: SecretStr | None, /) -> SecretStr | Problem | None:
        """Another token, after Feldera answered 401 to `rejected`; None if there can be no other."""
        ...


class NoCredentials:
    """For a Feldera without authentication."""

    async def token(self) -> None:
        return None

    async def replacement(self, _rejected: SecretStr | None, /) -> None:
        return None


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key as Feldera issues it: the prefix `apikey:` is part of it.

    Raises:
        ValueError: the key holds spaces or other characters no key has.
    """

    key: SecretStr

    def __post_init__(self) -> None:
        if not _TOKEN.fullmatch(self.key.get_secret_value()):
            raise ValueError("Feldera's API key must be one word of printable ASCII characters.")

    async def token(self) -> SecretStr:
        return self.key

    async def replacement(self, _rejected: SecretStr | None, /) -> None:
        return None


class TokenCommand:
    """A command that prints a token: run when the first token is needed, and again when Feldera rejects one."""

    def __init__(self, command: str, *, timeout: float = COMMAND_TIMEOUT) -> None:
        """Read the command as a shell would split it; it is not run yet.

        Raises:
            ValueError: it is empty, or a quote in it is not closed.
        """
        try:
            self._arguments = shlex.split(command)
        except ValueError:
            raise ValueError("The token command has a quote that is not closed.") from None
        if not self._arguments:
            raise ValueError("The token command is empty.")
        self._timeout = timeout
        self._known: SecretStr | None = None
        self._one_at_a_time = asyncio.Lock()

    async def token(self) -> SecretStr | Problem:
        async with self._one_at_a_time:
            return self._known or await self._run()

    async def replacement(self, rejected: SecretStr | None, /) -> SecretStr | Problem | None:
        async with self._one_at_a_time:
            # Requests made at the same time are rejected together: only the first of them runs the command.
            if self._known is None or self._known == rejected:
                answer = await self._run()
                return None if answer == rejected else answer
            return self._known

    async def _run(self) -> SecretStr | Problem:
        printed = await self._output()
        if isinstance(printed, Problem):
            return printed
        token = printed.decode("ascii", errors="replace").strip()
        if not _TOKEN.fullmatch(token):
            return _failed("printed no token")
        self._known = SecretStr(token)
        return self._known

    async def _output(self) -> bytes | Problem:
        # A pipe of our own, read after the command ends: an agent that it leaves running may keep the pipe open forever.
        ours, its = os.pipe()
        try:
            try:
                process = await self._start(its)
            except OSError:
                return _failed("could not be started")
            finally:
                os.close(its)
            try:
                async with asyncio.timeout(self._timeout):
                    status = await process.wait()
            except TimeoutError:
                return _failed(f"did not finish within {self._timeout:g} s")
            finally:
                if process.returncode is None:
                    await _end(process)
            return _read(ours) if status == 0 else _failed(f"ended with exit status {status}")
        finally:
            os.close(ours)

    async def _start(self, output: int) -> asyncio.subprocess.Process:
        starting = asyncio.ensure_future(
            asyncio.create_subprocess_exec(
                *self._arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=asyncio.subprocess.DEVNULL,  # it may repeat a secret
                start_new_session=True,  # so that its child processes can be killed with it
            )
        )
        try:
            return await asyncio.shield(starting)
        except asyncio.CancelledError:
            # Cancelled halfway, asyncio would kill the command, but not the processes that it has started by then.
            with contextlib.suppress(OSError):
                await _end(await starting)
            raise


async def _end(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


def _read(pipe: int) -> bytes:
    """What is in the pipe now; it cannot hold more than `PRINTED_MAX`, and a longer token is invalid."""
    os.set_blocking(pipe, False)
    try:
        return os.read(pipe, PRINTED_MAX)
    except BlockingIOError:  # nothing was printed, and a child process may still hold the pipe
        return b""


def _failed(how: str) -> Problem:
    # An outage of the token issuer: Feldera has rejected nothing, and may accept the next token.
    return Problem(ProblemKind.UNREACHABLE, f"The command that fetches the bot's token for Feldera {how}.")
