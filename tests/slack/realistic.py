"""Replies as the bot gives them: examples are made field by field, and some fields never go with one another."""

from dataclasses import replace
from typing import Any

from bot.domain.access.admins import Admins
from bot.domain.access.changes import GrantRole
from bot.domain.access.grant_effects import NoEffect, Obstacle
from bot.domain.access.permissions import Action, Group, Role
from bot.domain.access.requests.request_objections import NotPermitted, ReasonMissing
from bot.domain.audit_values import previous_grants
from bot.domain.ids import PipelineName
from bot.domain.operations.operation import State
from bot.engine import replies
from bot.engine.attempted_actions import AttemptedAction, DeniedAction
from bot.engine.handlers.access.admins import lacks_a_grant
from tests.domain.samples import BEN, CLEO, grant


def realistic(reply: Any) -> Any:
    """The reply, with what contradicts itself in it mended."""
    return _with_fitting_access(_with_fitting_people(reply))


def _with_fitting_people(reply: Any) -> Any:
    """What needs an approver says so, and nobody is written to without an admin."""
    match reply:
        case replies.PermissionDenied(denied=denied, decision=decision) if (
            denied.tried in _BY_APPROVERS and Role.APPROVER not in decision.would_allow
        ):
            return replace(reply, decision=replace(decision, would_allow=(Role.APPROVER,)), confirming=False)
        case replies.PermissionDenied(tried=AttemptedAction.STOP, decision=decision):
            return replace(reply, decision=replace(decision, would_allow=_CANCEL), confirming=False)
        case replies.Busy(holder=holder, may_close=True) if holder.state is not State.NEEDS_HUMAN:
            return replace(reply, may_close=False)
        case replies.NoDiagnosis(decision=decision):
            return replace(reply, decision=replace(decision, would_allow=(Role.ADMIN,)))
        case replies.SeesNothing(decision=decision):
            return replace(reply, decision=replace(decision, would_allow=_SEE))
        case ReasonMissing(patterns=()):
            return replace(reply, reason="")
        case replies.AccessNotRequested(admins=()):
            return replace(reply, admins=(BEN, CLEO))
    return reply


def _with_fitting_access(reply: Any) -> Any:
    """What depends on grants fits the grants."""
    match reply:
        case replies.PermissionDenied() | replies.SeesNothing() | replies.NoDiagnosis() if not lacks_a_grant(
            reply.decision
        ):
            return replace(reply, admins=None)
        case replies.PermissionDenied(admins=Admins(of_part=True)):
            return replace(reply, admins=Admins((BEN,)))
        case replies.Explained(objection=NotPermitted(requester=decision)):
            admins = reply.admins
            if admins is not None and admins.of_part:
                admins = Admins((BEN,))
            return replace(reply, authority=replace(reply.authority, requester=decision), admins=admins)
        case replies.NotAllowed(judgement=judgement):
            decision = replace(judgement.decision, action=Action.ADMINISTER, would_allow=(Role.ADMIN,))
            admins = Admins((BEN,)) if reply.admins is not None and reply.admins.of_part else reply.admins
            return replace(reply, judgement=replace(judgement, decision=decision), admins=admins)
        case replies.AccessRequested():
            in_doubt, not_reached = reply.in_doubt and (BEN,), reply.not_reached and (CLEO,)
            denied = replace(reply.denied, action=Action.REQUEST)
            if reply.of_part:
                denied = DeniedAction(PipelineName("*"), Action.VIEW)
                in_doubt = () if reply.asked else (BEN,)
                return replace(reply, denied=denied, role=Role.VIEWER, in_doubt=in_doubt, not_reached=())
            return replace(
                reply, denied=denied, role=Role.REQUESTER, in_doubt=in_doubt, not_reached=not_reached
            )
        case replies.Changed(change=GrantRole(), before=before) if before is not None:
            standing = previous_grants([replace(grant(), granted_by="T1/UBEN")])
            return replace(reply, before=standing, no_effect=_doubt(reply))
        case replies.GrantWithoutEffect(change=GrantRole(principal=Group())):
            return replace(reply, no_effect=NoEffect(Obstacle.NO_SUCH_GROUP, "no such group"))
    return reply


_SEE = (Role.VIEWER, Role.REQUESTER, Role.OPERATOR, Role.APPROVER, Role.RESPONDER)
_CANCEL = tuple(role for role in _SEE if role is not Role.VIEWER)
_BY_APPROVERS = frozenset({AttemptedAction.APPROVE, AttemptedAction.DENY, AttemptedAction.SIGN_OFF})


def _doubt(reply: replies.Changed) -> NoEffect | None:
    """A grant that certainly has no effect is not made."""
    if reply.no_effect is None or not isinstance(reply.change, GrantRole):
        return None
    if isinstance(reply.change.principal, Group):
        return NoEffect(Obstacle.EMPTY_GROUP)
    return NoEffect(Obstacle.PERSON_UNCHECKED, "Slack did not answer in time")
