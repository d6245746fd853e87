"""Offered actions: what a person could have done to a pipeline as it is now, for the buttons beside its state. Pure.

A button is only an offer: a click on it is checked like the typed command.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from fnmatch import fnmatchcase

from bot.domain.access.authorization import AccessData, authority_of
from bot.domain.access.requests.request import Request
from bot.domain.ids import Actor
from bot.domain.operations.fingerprints import Fingerprint
from bot.domain.operations.operation import Operation
from bot.domain.operations.plans import CLEAR, START, STOP, Plan
from bot.domain.pipelines.pipeline import NOT_COMPILED, Pipeline, Problem
from bot.engine.handlers.preconditions import why_not

_OFFERED = (CLEAR, STOP, START)


@dataclass(frozen=True, slots=True)
class OfferedActions:
    """To one person, by what is known of access at `now`."""

    actor: Actor
    access_data: AccessData
    now: datetime

    def on(
        self, pipeline: Pipeline | Problem, *, live: Operation | None, pending: Operation | None
    ) -> tuple[Plan, ...]:
        """The plans whose previews they would get. The reason, if a rule asks for one, is still to be typed."""
        if isinstance(pipeline, Problem) or live is not None:
            return ()
        # Of thousands of grants few are about this pipeline, and each plan asks for several decisions.
        grants = tuple(
            grant for grant in self.access_data.grants if fnmatchcase(pipeline.name, grant.pattern)
        )
        about_it = replace(self.access_data, grants=grants)
        return tuple(plan for plan in _OFFERED if self._is_offered(plan, pipeline, pending, about_it))

    def _is_offered(
        self, plan: Plan, pipeline: Pipeline, pending: Operation | None, access_data: AccessData
    ) -> bool:
        if why_not(pipeline, plan) is not None:
            return False
        if plan == START and pipeline.program_status in NOT_COMPILED:
            return False
        request = Request(self.actor, pipeline.name, plan, previewed=Fingerprint.of(pipeline))
        authority = authority_of(request, access_data, self.now)
        if authority.objection(request) is not None:
            return False
        return pending is None or not authority.approvals_needed
