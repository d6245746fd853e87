"""Diagnoses: `doctor` for admins, in the running bot. It changes nothing."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog

from bot.domain.access.patterns import EVERYTHING
from bot.domain.access.permissions import Action, decide_on_pattern, decide_somewhere
from bot.domain.diagnosis import CheckResult, without_sensitive
from bot.domain.ids import Actor
from bot.engine.authorizer import Authorizer
from bot.engine.handlers.access.admins import with_admins
from bot.engine.replies import Diagnosed, NoDiagnosis, Reply

log = structlog.get_logger(__name__)


_Results = tuple[CheckResult, ...]


class Doctor(Protocol):
    async def examine(self) -> _Results:
        """Every check, each within a few seconds."""
        ...


@dataclass(slots=True)
class Diagnoses:
    """`begin` starts work that runs to its end, even if nobody waits for it any more."""

    authorizer: Authorizer
    doctor: Doctor
    begin: Callable[[Coroutine[Any, Any, _Results]], asyncio.Task[_Results]]
    _running: asyncio.Task[_Results] | None = field(default=None)

    async def diagnose(self, actor: Actor) -> Reply:
        """For an admin of anything; one who is not admin of everything is shown no names of people or patterns."""
        access_data = await self.authorizer.access_data(actor, to=[Action.ADMINISTER])
        membership, now = access_data.memberships[actor], self.authorizer.clock.now()
        decision = decide_somewhere(membership, Action.ADMINISTER, access_data.grants, now)
        if not decision.allowed:
            log.info("denied", action=decision.action.value, user=actor.user)
            return await with_admins(NoDiagnosis(decision), self.authorizer)
        results = await self._results()
        if decide_on_pattern(membership, EVERYTHING, access_data.grants, now).allowed:
            return Diagnosed(results)
        return Diagnosed(without_sensitive(results))

    async def _results(self) -> _Results:
        """However many ask at once, each service is asked once."""
        if self._running is None or self._running.done():
            self._running = self.begin(self.doctor.examine())
        return await asyncio.shield(self._running)
