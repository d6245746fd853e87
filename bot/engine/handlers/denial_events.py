"""Denial events: the audit log entries for denied actions. Pure: the caller records them."""

from datetime import datetime

from bot.domain.access.permissions import Action, Decision
from bot.domain.access.requests.request_objections import Objection
from bot.domain.events import Event, EventKind
from bot.domain.ids import Actor, PipelineName
from bot.domain.operations.operation import Operation
from bot.domain.operations.plans import CLEAR, Plan
from bot.engine.attempted_actions import AttemptedAction

NOT_THEIRS = "not_theirs"  # why; these words are stored
OWN_REQUEST = "own_request"
APPROVED_BEFORE = "approved_before"
TOO_LATE = "too_late"
BUSY = "busy"
UNKNOWN_REQUEST = "unknown_request"
AMBIGUOUS_REQUEST = "ambiguous_request"
UNKNOWN_BUTTON = "unknown_button"
TYPED_MAX = 100  # characters of what somebody typed or sent as the id of a request


def refused(
    actor: Actor, name: PipelineName, decision: Decision, now: datetime, *, plan: Plan | None
) -> Event:
    """By the decision on what they wanted to do to the pipeline; `plan` is None where they only wanted to see it."""
    data = {"pipeline": name, "action": decision.action.value, "why": decision.why.value}
    return Event(EventKind.REFUSED, now, {**data, **plan_on_record(plan), **decision.on_record}, actor)


def plan_on_record(plan: Plan | None) -> dict[str, str | int | None]:
    """What was wanted, where it was not just a clear."""
    return {} if plan is None or plan == CLEAR else {"plan": " ".join(step.value for step in plan)}


def refused_to_list(actor: Actor, pattern: str, decision: Decision, now: datetime) -> Event:
    """Denied: somebody who may see no pipeline at all."""
    data = {"pattern": pattern, "action": decision.action.value, "why": decision.why.value}
    return Event(EventKind.REFUSED, now, {**data, **decision.on_record}, actor)


def refusal(  # noqa: PLR0913 - who, what, to what, why and when
    actor: Actor,
    tried: AttemptedAction,
    operation: Operation,
    why: str,
    now: datetime,
    *,
    decided_by: Decision | None = None,
) -> Event:
    """Denied on an operation, because of `why`."""
    data = {
        "pipeline": operation.pipeline,
        "action": tried.value,
        "why": why,
        "state": operation.state.value,
        **(decided_by.on_record if decided_by else {}),
    }
    return Event(EventKind.REFUSED, now, data, actor)


def unknown(
    actor: Actor, tried: AttemptedAction | Action, said: str, now: datetime, *, why: str = UNKNOWN_REQUEST
) -> Event:
    """Denied on no one operation: `said` is the id that was typed, or came with a click."""
    data = {"action": tried.value, "why": why, "request": said[:TYPED_MAX]}
    return Event(EventKind.REFUSED, now, data, actor)


def unknown_button(actor: Actor, button: str, now: datetime) -> Event:
    """A click on a button that this bot does not show: a forged one, or from another version of it."""
    return Event(EventKind.REFUSED, now, {"why": UNKNOWN_BUTTON, "button": button[:TYPED_MAX]}, actor)


def objected(actor: Actor, objection: Objection, now: datetime) -> Event:
    """Denied a plan on a pipeline."""
    decision = objection.requester
    data = {
        "pipeline": objection.pipeline,
        "action": decision.action.value,
        "why": objection.recorded_as or decision.why.value,
    }
    return Event(EventKind.REFUSED, now, data | plan_on_record(objection.plan) | objection.on_record, actor)
