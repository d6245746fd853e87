"""An operation: a plan of steps on one pipeline, and everything that is remembered about carrying it out.

The values of `State`, `Ending` and `EventKind` are stored: they are the contract between versions of
the bot, so that a deploy in the middle of an operation is safe. Rename the members as you like, never the values.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.domain.ids import Actor, ChannelId, GroupId, OperationId, PipelineName
from bot.domain.operations.fingerprints import EventsRead, Fingerprint, LastSeen
from bot.domain.operations.plans import Plan, StepName
from bot.domain.pipelines.pipeline import Identity


class State(StrEnum):
    PROPOSED = "proposed"  # the preview is shown; nobody has confirmed
    AWAITING_APPROVAL = "awaiting_approval"  # asked for; other people decide
    READY = "ready"  # may be sent; nothing has been
    SUBMITTING = "submitting"  # the request may have been sent, and nothing else means that
    WAITING = "waiting"  # Feldera has taken it on; it cannot be cancelled
    NEEDS_HUMAN = "needs_human"  # its outcome cannot be proved; it keeps the lock
    SUCCEEDED = "succeeded"
    UNNECESSARY = "unnecessary"
    REFUSED = "refused"
    STALE = "stale"
    EXPIRED = "expired"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"  # a human looked and said so, after needs_human

    @property
    def is_live(self) -> bool:
        """Whether it holds its pipeline: no other operation may start on it."""
        return self in LIVE

    @property
    def has_ended(self) -> bool:
        return self not in LIVE and self not in {State.PROPOSED, State.AWAITING_APPROVAL}


SHORT_ID = 6  # characters of an operation's id: enough to tell the few that wait apart

LIVE = frozenset({State.READY, State.SUBMITTING, State.WAITING, State.NEEDS_HUMAN})


class Ending(StrEnum):
    """Why an operation ended as it did, or why it needs a human."""

    CLEARED = "cleared"
    CLEARED_AND_STARTING = "cleared_and_starting"
    CLEARED_THEN_STARTED = "cleared_then_started"
    CLEARED_THEN_GONE = "cleared_then_gone"
    CLEARED_THEN_RECREATED = "cleared_then_recreated"
    NOTHING_TO_CLEAR = "nothing_to_clear"
    PIPELINE_STOPPED = "pipeline_stopped"
    STOPPED_THEN_GONE = "stopped_then_gone"
    NOTHING_TO_STOP = "nothing_to_stop"
    RUNNING = "running"
    AWAITS_APPROVAL_IN_FELDERA = "awaits_approval_in_feldera"
    UP_OTHERWISE = "up_otherwise"  # started, by somebody who wanted it paused or on standby
    NOTHING_TO_START = "nothing_to_start"
    FELDERA_REFUSED = "feldera_refused"
    UNKNOWN_PIPELINE = "unknown_pipeline"
    NO_ACCESS = "no_access"
    WRONG_ADDRESS = "wrong_address"
    PERMISSION_LOST = "permission_lost"
    APPROVALS_LOST = "approvals_lost"
    RIGHTS_UNREAD = "rights_unread"
    DENIED = "denied"
    DENIED_IN_SHELL = "denied_in_shell"
    NOT_APPROVED = "not_approved"
    STOPPED = "stopped"
    NO_PLACE = "no_place"
    RECREATED_BEFORE = "recreated_before"
    RUNNING_BEFORE = "running_before"
    CHANGED_BEFORE = "changed_before"
    STARTED_INSTEAD = "started_instead"
    RESTARTED_BEFORE = "restarted_before"  # another run than the one to be stopped
    RESTARTED_WHILE_STOPPING = "restarted_while_stopping"
    RUN_SINCE = (
        "run_since"  # stopped, but perhaps of another run: what the clear would destroy nobody has seen
    )
    EVENTS_UNUSABLE = (
        "events_unusable"  # no clear could be proved to be right after this stop: it is not sent
    )
    STORAGE_UNKNOWN = "storage_unknown"  # a state of the storage that this bot does not know
    RIGHTS_END_SOON = "rights_end_soon"  # a permission would end in the middle of the plan
    NOT_COMPILED = "not_compiled"
    START_FAILED = "start_failed"
    STOPPED_WHILE_STARTING = "stopped_while_starting"
    GONE_WHILE_STARTING = "gone_while_starting"
    LEFT_TO_HUMAN = "left_to_human"  # a step that a human was called for was done all the same
    TOO_LATE = "too_late"
    WITHDRAWN = "withdrawn"
    UNTOUCHED = "untouched"  # needs a human: sent, never answered, and nothing happened
    UNPROVABLE = "unprovable"  # needs a human: sent, and what Feldera shows proves nothing
    CONTRADICTION = "contradiction"  # needs a human: accepted, and yet not cleared
    NOT_TOLD_APART = "not_told_apart"  # needs a human: sent, and perhaps another Feldera answers since
    OUT_OF_REACH = "out_of_reach"  # needs a human: sent, and Feldera could not be asked for a day
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended: the ending, and Feldera's own sentence and `error_code` where there is one."""

    ending: Ending
    message: str = ""
    code: str | None = None
    by: Actor | None = None


@dataclass(frozen=True, slots=True)
class StepDone:
    """A step that is behind an operation: what came of it, and when its request went out, if one did."""

    ending: Ending
    at: datetime
    sent_at: datetime | None = None
    said: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """Where the operation's card stands: a message's channel and `ts`."""

    channel: ChannelId
    ts: str


@dataclass(frozen=True, slots=True)
class Approval:
    """Somebody who may approve said yes (or, after a break-glass, signed it off)."""

    by: Actor
    at: datetime


@dataclass(frozen=True, slots=True)
class Operation:
    """One row. `version` counts the changes a person can see, and compare-and-set goes by it.

    `due_at` is when the driver should take it up next: None while only a person can move it. `place` is where a rule
    wants the card, if not in `origin`, where the command was typed. `displaced` is why it cannot stand there, in
    Slack's word (`not_in_channel`, …): it goes to the requester's DM then. `incident` names what a glass was broken
    for, and is empty otherwise. `step` is the one at hand, and `done` those before it; `submitted_at` to `reported` and
    `phase` are of the step at hand. `found` is the fingerprint that the step before it left. `events_read` is of a stop
    that a clear follows, before it is sent; `proof_from` is the newest event before the look that let the stop be sent,
    which showed the run that was reviewed: from there on the events have to tell of no other run.
    """

    id: OperationId
    requester: Actor
    origin: ChannelId
    pipeline: PipelineName
    reviewed: Fingerprint
    reason: str
    created_at: datetime
    plan: Plan
    feldera: Identity | None = None  # where it was reviewed; None for a row older than this field
    step: int = 0
    done: tuple[StepDone, ...] = ()
    found: Fingerprint | None = None
    events_read: EventsRead | None = None
    proof_from: datetime | None = None
    state: State = State.PROPOSED
    version: int = 1
    due_at: datetime | None = None
    last_cleared_at: datetime | None = None  # by this bot, before it was asked for
    confirmed_at: datetime | None = None  # by the requester: from then on it is shown to others
    place: ChannelId | None = None
    asked_groups: tuple[GroupId, ...] = ()
    approvals_needed: int = 0
    approvals: tuple[Approval, ...] = ()
    approve_by: datetime | None = None
    remind_at: datetime | None = None
    ready_at: datetime | None = None
    stop_until: datetime | None = None
    held_by_freeze: bool = False
    frozen_until: datetime | None = None  # of its pipeline, as its card tells it
    called_at: datetime | None = None  # a human was called: what comes next is theirs
    untold_since: datetime | None = None  # Slack does not tell whether it may be sent, and people know that
    incident: str = ""
    signed_off: Approval | None = None
    submitted_at: datetime | None = None
    accepted_at: datetime | None = None
    ended_at: datetime | None = None
    sends: int = 0
    put_off: int = 0
    refusal: Outcome | None = None  # of a repeated request, while the first one may still have had its effect
    failures: int = 0  # looks that failed, in a row
    failing_since: datetime | None = None  # the first of them
    unreachable_since: datetime | None = None  # the same, once people were told
    overdue_since: datetime | None = None
    reported: int = 0  # seconds of waiting that the last progress line spoke of
    phase: str = ""  # of a start, in Feldera's word
    seen: LastSeen | None = None
    cleared_at: datetime | None = None  # by a step of this operation
    outcome: Outcome | None = None
    card: Card | None = None
    displaced: str | None = None
    card_posts: int = (
        0  # how often posting the card was begun: more than once means a copy may stand in Slack
    )
    rendered_version: int = 0

    @property
    def short_id(self) -> str:
        """What people type to mean this operation."""
        return self.id[:SHORT_ID]

    @property
    def step_name(self) -> StepName:
        return self.plan[self.step]

    @property
    def bound_to(self) -> Fingerprint:
        """The fingerprint that the step at hand goes by."""
        return self.found or self.reviewed

    @property
    def has_begun(self) -> bool:
        """Whether a step before the one at hand made a request: then the plan goes on, and nobody can stop it in time."""
        return any(step.sent_at is not None for step in self.done)

    @property
    def stands_in(self) -> ChannelId | None:
        """The channel that its card belongs in; None is the requester's DM."""
        return None if self.displaced is not None else self.place or self.origin

    @property
    def waits_for_signature(self) -> bool:
        """Whether its glass was broken, something came of that, and nobody has looked at it yet."""
        was_taken_up = self.confirmed_at is not None and self.state is not State.READY
        return self.incident != "" and was_taken_up and self.signed_off is None

    @property
    def is_shown_elsewhere(self) -> bool:
        """Whether its card stands where a rule wants it: a channel that its requester may not even be in."""
        return self.place is not None and self.stands_in == self.place != self.origin


class EventKind(StrEnum):
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REQUESTED = "requested"
    REMINDED = "reminded"
    APPROVED = "approved"
    GLASS_BROKEN = "glass_broken"
    SIGNED_OFF = "signed_off"
    HELD = "held"
    UNTOLD = "untold"
    SENT = "sent"
    SENT_AGAIN = "sent_again"
    PUT_OFF = "put_off"
    ANSWER_LOST = "answer_lost"
    ACCEPTED = "accepted"
    FOUND_CLEARING = "found_clearing"
    STILL_CLEARING = "still_clearing"
    PHASE = "phase"  # a start has come as far as this
    STEP_DONE = "step_done"
    UNREACHABLE = "unreachable"
    REACHABLE = "reachable"
    OVERDUE = "overdue"
    NEEDS_HUMAN = "needs_human"
    ENDED = "ended"
    REFUSED = (
        "refused"  # somebody was told no: a command, a click that came too late or from the wrong person
    )
    GRANTED = "granted"
    REVOKED = "revoked"
    RULE_SET = "rule_set"
    RULE_DROPPED = "rule_dropped"
    FROZEN = "frozen"
    UNFROZEN = "unfrozen"
    CLOCK_RESET = "clock_reset"

    @property
    def is_spoken(self) -> bool:
        """Whether the thread gets a line for it."""
        return self not in _UNSPOKEN

    @property
    def is_for_the_requester(self) -> bool:
        """Whether whoever asked has to hear of it wherever they are: its line mentions them."""
        return self in _FOR_THE_REQUESTER


_FOR_THE_REQUESTER = frozenset(
    {EventKind.APPROVED, EventKind.SIGNED_OFF, EventKind.OVERDUE, EventKind.NEEDS_HUMAN, EventKind.ENDED}
)
_UNSPOKEN = frozenset(
    {
        EventKind.PROPOSED,
        EventKind.CONFIRMED,
        EventKind.REQUESTED,
        EventKind.REFUSED,
        EventKind.GRANTED,
        EventKind.REVOKED,
        EventKind.RULE_SET,
        EventKind.RULE_DROPPED,
        EventKind.FROZEN,
        EventKind.UNFROZEN,
        EventKind.CLOCK_RESET,
    }
)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to an operation, and by whom, if a person did it. `data` is what its line needs."""

    kind: EventKind
    at: datetime
    data: Mapping[str, str | int | None] = field(default_factory=dict)
    by: Actor | None = None

    @property
    def is_progress(self) -> bool:
        """Whether any later line makes its line old news: Slack may never be shown it after a jam. Not if it calls people."""
        return self.kind in {EventKind.STILL_CLEARING, EventKind.PHASE} and not self.data.get("called")


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event with its place in the record. `posted_ts` is None until Slack has taken its line."""

    id: int
    operation: OperationId
    event: Event
    posted_ts: str | None
