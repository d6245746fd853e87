"""Questions to the Felderas of the settings, with the bot's credentials. Each is answered within a bounded time."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from typing import Any, TypeVar

from bot import logs
from bot.clock import SystemClock
from bot.config import FelderasSettings
from bot.dns_threads import DnsThreads
from bot.domain.pipelines.pipeline import Problem, ProblemKind
from bot.domain.pipelines.targets import TargetName
from bot.engine.ports import Pipelines
from bot.felderas import connected
from bot.slack.sentences.problem_text import why_no_answer

ANSWERED_WITHIN = 15.0  # seconds: Feldera may wait 10 s for a lock

_T = TypeVar("_T")
Question = Callable[[Pipelines], Coroutine[Any, Any, _T]]


def ask(settings: FelderasSettings, question: Question[_T]) -> _T:
    """The answer to `question`, which is asked of all Felderas at once."""

    async def asked() -> _T:
        asyncio.get_running_loop().set_default_executor(
            DnsThreads()
        )  # no lookup keeps the command from ending
        async with connected(settings, SystemClock()) as felderas:
            return await question(felderas)

    with logs.writing(quiet=True):
        return asyncio.run(asked())


async def in_time(answer: Awaitable[_T], within: float = ANSWERED_WITHIN) -> _T | Problem:
    """The answer, or that there was none for so many seconds, however patient the settings are."""
    try:
        async with asyncio.timeout(within):
            return await answer
    except TimeoutError:
        return Problem(ProblemKind.UNREACHABLE, f"No answer within {within:g} s")


def no_answer(problem: Problem, target: TargetName) -> str:
    """Why this Feldera gave no answer, and what to do, as a sentence for an error."""
    said = why_no_answer(replace(problem, message=problem.message.rstrip(".")), target).plain
    return f"{target}: {said}" if target else f"{said[0].upper()}{said[1:]}"
