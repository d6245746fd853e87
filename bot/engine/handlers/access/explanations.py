"""Explanations of a decision, for *can-i* in Slack and in the shell. Pure; what decides is `Authorization`."""

from datetime import datetime

from bot.domain.access.authorization import AccessData, authority_of
from bot.domain.access.permissions import Action
from bot.domain.access.requests.request import Request
from bot.domain.ids import Actor, PipelineName
from bot.domain.operations.plans import Plan
from bot.engine.replies import Explained


def explained(
    actor: Actor, name: PipelineName, plan: Plan, access_data: AccessData, now: datetime
) -> Explained:
    """Whether this person may run the plan on the pipeline, and why. Says nothing about the pipeline."""
    request = Request(actor, name, plan)
    basis = authority_of(request, access_data, now)
    break_glass = access_data.may(actor, Action.BREAK_GLASS, name, now)
    return Explained(name, basis, basis.objection(request), break_glass, plan)
