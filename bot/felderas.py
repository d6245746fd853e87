"""The configured Felderas: connects and greets them at startup, and checks that they have all that is under way.

A Feldera that does not answer is only logged. With several, each is named by its target; with one, no text names it.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

import structlog

from bot.config import FelderasSettings, Settings
from bot.domain.errors import UserError
from bot.domain.ids import PipelineName
from bot.domain.pipelines.pipeline import Problem, ProblemKind
from bot.domain.pipelines.targets import TargetName, Targets
from bot.engine.ports import Clock, Metrics, Unmeasured
from bot.feldera.client import FelderaClient
from bot.feldera.http.tenant_session import Session
from bot.feldera.target_router import TargetRouter

log = structlog.get_logger(__name__)

GREETED_WITHIN = 5.0  # seconds: the answer is only logged, and must not keep people waiting

LISTED_MAX = 5  # pipelines in one sentence

IN_THE_CLEAR = "The key or token goes to another machine over plain HTTP: anyone on the way can read it. Use https:// where you can."
_UNMEASURED = Unmeasured()
_LATE = Problem(ProblemKind.UNREACHABLE, f"No answer within {GREETED_WITHIN:g} s.")

Greetings = Mapping[TargetName, str | Problem]
Sessions = Mapping[TargetName, Session | Problem | None]


class Misplaced(UserError):  # noqa: N818 - named for what happened, like every other outcome
    """Operations are under way on a Feldera that is no longer in the settings."""


class SameFeldera(UserError):  # noqa: N818 - named for what happened, like every other outcome
    """Two targets are the same Feldera and tenant: its pipelines would have two names, and two locks."""


@asynccontextmanager
async def connected(
    settings: FelderasSettings, clock: Clock, metrics: Metrics = _UNMEASURED
) -> AsyncIterator[TargetRouter]:
    """Connections to all of them.

    Raises:
        ValueError: a TLS certificate cannot be read.
    """
    async with AsyncExitStack() as stack:
        clients = {
            target: await stack.enter_async_context(feldera.client(clock, settings.proxies))
            for target, feldera in settings.felderas.items()
        }
        yield TargetRouter(clients, metrics)


def hosts(settings: FelderasSettings) -> Mapping[TargetName, str]:
    """Each target's Feldera host, as configured."""
    addresses = [feldera.host for feldera in settings.felderas.values()]
    return dict(zip(settings.targets.all, addresses, strict=True))


def misplaced(underway: Iterable[PipelineName], targets: Targets) -> str | None:
    """What to do about pipelines with an operation under way that are on none of these targets; None if all are."""
    lost = [name for name in underway if targets.of(name) is None]
    if not lost:
        return None
    further = f" and {len(lost) - LISTED_MAX} more" if len(lost) > LISTED_MAX else ""
    named = (
        f"the Felderas in the settings are {', '.join(targets.names)}, and pipelines are named TARGET/NAME"
        if targets.names
        else "the settings have one Feldera, and pipeline names have no target"
    )
    return (
        f"Requests are under way on {', '.join(lost[:LISTED_MAX])}{further}, which these settings do not reach: {named}. "
        "Run the bot with the previous settings until those requests have ended; then change the settings."
    )


def same_feldera(target: TargetName, first: TargetName) -> str:
    return (
        f"Feldera {target} is the same Feldera and tenant as {first}. Remove one of them from the settings."
    )


async def reject_duplicate_targets(fleet: TargetRouter) -> None:
    """Ensure that no pipeline has two names.

    Raises:
        SameFeldera: two targets answer as the same tenant of the same Feldera.
    """
    same = await fleet.same()
    if same:
        raise SameFeldera(" ".join(same_feldera(target, first) for target, first in same.items()))


async def sessions_of(fleet: TargetRouter, greetings: Greetings) -> Sessions:
    """The bot's session at each Feldera that answered, fetched concurrently."""
    answering = {
        target: client for target, client in fleet.clients.items() if isinstance(greetings[target], str)
    }
    found = await asyncio.gather(*(_session(client) for client in answering.values()))
    return dict(zip(answering, found, strict=True))


async def greet(fleet: TargetRouter) -> Greetings:
    """Each Feldera's greeting, fetched concurrently."""
    answers = await asyncio.gather(*(_greeting(client) for client in fleet.clients.values()))
    return dict(zip(fleet.clients, answers, strict=True))


def warn_of_silence(greetings: Greetings, settings: Settings) -> None:
    for target, greeting in greetings.items():
        if isinstance(greeting, Problem):
            event = "feldera_refuses_the_key" if _refuses_us(greeting) else "feldera_does_not_answer"
            which = {"target": target} if target else {}
            log.warning(event, host=hosts(settings)[target], why=greeting.message, **which)


def warn_of_the_settings(fleet: TargetRouter, settings: Settings, sessions: Sessions) -> None:
    """Log settings that work, but hardly as intended."""
    for (target, host), feldera in zip(hosts(settings).items(), settings.felderas.values(), strict=True):
        which = {"target": target} if target else {}
        if feldera.sends_secrets_in_the_clear:
            log.warning("feldera_key_in_the_clear", host=host, why=IN_THE_CLEAR, **which)
        found = sessions.get(target)
        wrong = fleet.clients[target].of_another_tenant(found) if isinstance(found, Session) else None
        if wrong is not None:
            log.warning("feldera_tenant_is_another", host=host, why=f"{wrong.message}.", **which)


def in_brief(greetings: Greetings, settings: Settings) -> str:
    return ", ".join(
        f"{f'{target} at ' if target else ''}{host} ({_in_brief(greetings[target])})"
        for target, host in hosts(settings).items()
    )


async def _greeting(feldera: FelderaClient) -> str | Problem:
    try:
        async with asyncio.timeout(GREETED_WITHIN):
            return await feldera.greet()
    except TimeoutError:
        return _LATE


async def _session(feldera: FelderaClient) -> Session | Problem | None:
    try:
        async with asyncio.timeout(GREETED_WITHIN):
            return await feldera.session()
    except TimeoutError:
        return _LATE


def _in_brief(greeting: str | Problem) -> str:
    if isinstance(greeting, str):
        return greeting
    return "refuses the key" if _refuses_us(greeting) else "not answering"


def _refuses_us(problem: Problem) -> bool:
    return problem.trouble in {
        ProblemKind.UNAUTHORIZED,
        ProblemKind.REJECTED,
        ProblemKind.FORBIDDEN,
        ProblemKind.NO_TENANT,
    }
