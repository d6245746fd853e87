"""The parts of an operation: each is replaced as a whole, so that a transition names what it resets.

A field of the type `Visible[…]` is shown on the card: a change to it is a new version of the operation.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from operator import attrgetter
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

from bot.domain.ids import Actor, ChannelId, GroupId
from bot.domain.operations.fingerprints import EventsRead
from bot.domain.operations.outcome import Ending, Outcome

_T = TypeVar("_T")
_ON_THE_CARD = "on the card"
Visible = Annotated[_T, _ON_THE_CARD]


@dataclass(frozen=True, slots=True)
class StepDone:
    """A finished step: its outcome, and when its request was sent, if one was."""

    ending: Ending
    at: datetime
    sent_at: datetime | None = None
    said: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """The current step's request to Feldera, and what is known of it so far.

    `sends` counts the requests that may have arrived, `postponements` those that certainly had no effect. `refusal` is
    the answer to a repeated request, while the first one may still have had its effect. `events_read` is for a stop that
    a clear follows, before it is sent; `proof_from` is the newest event before the look that let the stop be sent, which
    showed the previewed run: from there on the events must show no other run. `reported_seconds` is the wait that the
    last progress line reported, `phase` the progress of a start in Feldera's words.
    """

    submitted_at: Visible[datetime | None] = None
    accepted_at: Visible[datetime | None] = None
    sends: Visible[int] = 0
    postponements: int = 0
    refusal: Outcome | None = None
    events_read: EventsRead | None = None
    proof_from: datetime | None = None
    reported_seconds: int = 0
    overdue_since: Visible[datetime | None] = None
    phase: Visible[str] = ""


@dataclass(frozen=True, slots=True)
class Outage:
    """Looks that failed in a row: how many, since when, and since when people know (`unreachable_since`)."""

    failures: int = 0
    failing_since: datetime | None = None
    unreachable_since: Visible[datetime | None] = None


@dataclass(frozen=True, slots=True)
class Approval:
    """One approval by somebody who may approve."""

    by: Actor
    at: datetime


@dataclass(frozen=True, slots=True)
class ApprovalRequest:
    """How many approvals the operation needs, those given, and the user groups that were asked for them."""

    needed: Visible[int] = 0
    given: Visible[tuple[Approval, ...]] = ()
    groups: tuple[GroupId, ...] = ()
    deadline: Visible[datetime | None] = None
    remind_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """The review of a break-glass operation after it ran: by whom, and when."""

    by: Actor
    at: datetime


@dataclass(frozen=True, slots=True)
class Card:
    """The Slack message that is the operation's card: its channel and `ts`."""

    channel: ChannelId
    ts: str


@dataclass(frozen=True, slots=True)
class Display:
    """The operation's card in Slack.

    `place` is where a rule wants the card, if not in the channel of the command. `displaced` is Slack's error why it
    cannot be posted there (`not_in_channel`, …): it then goes to the requester's DM. `posts` counts how often posting
    the card was begun: more than once means that Slack may have a copy. `rendered_version` is the version that Slack
    shows. `frozen_until` is the end of the freeze on the pipeline, as the card shows it.
    """

    place: ChannelId | None = None
    displaced: Visible[str | None] = None
    card: Card | None = None
    posts: int = 0
    rendered_version: int = 0
    frozen_until: Visible[datetime | None] = None


def visible_fields(of: type[Any], prefix: str = "") -> Iterator[str]:
    """The dotted names of the visible fields of a dataclass and of its parts."""
    hints = get_type_hints(of, include_extras=True)
    for field in fields(of):
        hint = hints[field.name]
        if get_origin(hint) is Annotated and _ON_THE_CARD in get_args(hint):
            yield f"{prefix}{field.name}"
        elif is_dataclass(hint) and isinstance(hint, type):
            yield from visible_fields(hint, f"{prefix}{field.name}.")


def visible_values(of: type[Any]) -> "attrgetter[tuple[object, ...]]":
    """A function that returns all visible values of an instance of the dataclass `of`."""
    return attrgetter(*visible_fields(of))
