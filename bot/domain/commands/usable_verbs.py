"""Usable verbs: what a person can use by their grants. Pure.

Only what certainly does not work for somebody is left out: what cannot be checked right now is kept, and marked.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from bot.domain.access.permissions import Action, Grant, Kind, Membership, Why, decide_somewhere
from bot.domain.commands.verb import Verb
from bot.domain.commands.verbs import VERBS


@dataclass(frozen=True, slots=True)
class UsableVerb:
    """`is_certain` is False where it depends on what cannot be checked right now."""

    verb: Verb
    is_certain: bool = True


def usable_verbs(
    membership: Membership, grants: Collection[Grant], now: datetime, *, has_request: bool = False
) -> tuple[UsableVerb, ...]:
    """In the order of the table. `has_request`: something that they requested waits, whatever their role is by now."""
    decisions = {action: decide_somewhere(membership, action, grants, now) for action in Action}
    certain = {action for action, decision in decisions.items() if decision.allowed}
    unsure = {action for action, decision in decisions.items() if decision.why is Why.UNRESOLVED}
    if membership.kind is Kind.UNKNOWN:
        unsure = {*Action}
    found = []
    for verb in VERBS:
        needs = set(verb.needs)
        own = has_request and verb.word == "withdraw" and membership.kind is Kind.MEMBER
        if not needs or own or needs & certain:
            found.append(UsableVerb(verb))
        elif needs & unsure:
            found.append(UsableVerb(verb, is_certain=False))
    return tuple(found)
