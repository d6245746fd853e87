"""Visibility: how much a person may see, so that a list with nothing on it can say why. Pure."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.access.authorization import AccessData
from bot.domain.access.patterns import EVERYTHING
from bot.domain.access.permissions import Action, Decision
from bot.domain.ids import Actor


@dataclass(frozen=True, slots=True)
class Visibility:
    """What a person may see now, whatever exists.

    `decision` is whether they may see anything at all, and `patterns` are all that they may see. `unread` is what Slack
    did not answer about their groups, if they may see more by one.
    """

    decision: Decision
    patterns: tuple[str, ...] = ()
    unread: str = ""

    @property
    def is_everything(self) -> bool:
        return EVERYTHING in self.patterns


def visibility_of(actor: Actor, access_data: AccessData, now: datetime) -> Visibility:
    """`access_data` must know the person, and all groups with a grant."""
    decision = access_data.may_somewhere(actor, Action.VIEW, now)
    membership = access_data.memberships.get(actor)
    if membership is None:
        return Visibility(decision)
    seeing = [
        grant for grant in access_data.grants if Action.VIEW in grant.role.actions and grant.is_current(now)
    ]
    held = dict.fromkeys(grant.pattern for grant in seeing if grant.is_to(membership))
    is_unsure = any(grant.may_be_to(membership) and grant.pattern not in held for grant in seeing)
    return Visibility(
        decision,
        tuple(held) if decision.allowed else (),
        membership.why if is_unsure else "",
    )
