"""Access requests: when a person may ask admins for a role, by what they asked before. Pure.

A button that writes to people must not become a way to pester them. So the bounds are of the person who asks: one
request for a role, and a few in all, within an hour, whichever pipelines they are about.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.domain.access.permissions import Role
from bot.domain.events import Event, Value
from bot.domain.ids import Actor, PipelineName, UserId

WITHIN = timedelta(hours=1)
REQUESTS_MAX = 3  # for different roles


def asked_before(events: Sequence[Event], role: Role, now: datetime) -> Event | None:
    """The person's request for this role that is too recent for another one; `events` are their requests."""
    return next((each for each in events if each.data.get("role") == role.value and _counts(each, now)), None)


def may_ask_again_at(events: Sequence[Event], now: datetime) -> datetime | None:
    """When the person may ask for any role again; None if now."""
    recent = sorted(each.at for each in events if _counts(each, now))
    return recent[-REQUESTS_MAX] + WITHIN if len(recent) >= REQUESTS_MAX else None


def data_of(name: PipelineName, role: Role, asked: Sequence[Actor]) -> Mapping[str, Value]:
    """What the audit log keeps of a request."""
    return {"pipeline": name, "role": role.value, "asked": [admin.user for admin in asked]}


def name_in(event: Event) -> PipelineName:
    return PipelineName(str(event.data.get("pipeline", "")))


def asked_in(event: Event) -> tuple[UserId, ...]:
    """The admins who were asked."""
    asked = event.data.get("asked")
    return tuple(UserId(str(each)) for each in asked) if isinstance(asked, list) else ()


def _counts(event: Event, now: datetime) -> bool:
    return now < event.at + WITHIN
