"""Operations: a plan of steps on one pipeline, and all that is stored about carrying it out.

The values of `State` and `Ending` are stored: they are the contract between versions of
the bot, so that a deploy in the middle of an operation is safe. Rename the members as you like, never the values.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.ids import Actor, ChannelId, GroupId, OperationId, PipelineName
from bot.domain.operations.fingerprints import EventsRead, Fingerprint, LastSeen
from bot.domain.operations.plans import Plan, StepName
from bot.domain.pipelines.pipeline import Identity


class State(StrEnum):
    PROPOSED = "proposed"  # the preview is shown; nobody has confirmed
    AWAITING_APPROVAL = "awaiting_approval"  # requested; other people decide
    READY = "ready"  # may be sent; nothing has been
    SUBMITTING = "submitting"  # the request may have been sent, and nothing else means that
    WAITING = "waiting"  # Feldera accepted it; it cannot be cancelled
    NEEDS_HUMAN = "needs_human"  # its outcome cannot be proved; it keeps its pipeline's lock
    SUCCEEDED = "succeeded"
    UNNECESSARY = "unnecessary"
    REFUSED = "refused"
    STALE = "stale"
    EXPIRED = "expired"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"  # a human checked and closed it, after needs_human

    @property
    def is_live(self) -> bool:
        """Whether it locks its pipeline: no other operation may start there."""
        return self in LIVE

    @property
    def has_ended(self) -> bool:
        return self not in LIVE and self not in {State.PROPOSED, State.AWAITING_APPROVAL}


SHORT_ID = 6  # characters of an operation's id: enough to distinguish the few that wait

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
    RESTARTED_BEFORE = "restarted_before"  # a different run than the one to be stopped
    RESTARTED_WHILE_STOPPING = "restarted_while_stopping"
    RUN_SINCE = (
        "run_since"  # stopped, but perhaps a later run: nobody has reviewed what the clear would destroy
    )
    EVENTS_UNUSABLE = "events_unusable"  # no clear could be proved correct after this stop: it is not sent
    STORAGE_UNKNOWN = "storage_unknown"  # a storage state that this bot does not know
    RIGHTS_END_SOON = "rights_end_soon"  # a grant would expire in the middle of the plan
    NOT_COMPILED = "not_compiled"
    START_FAILED = "start_failed"
    STOPPED_WHILE_STARTING = "stopped_while_starting"
    GONE_WHILE_STARTING = "gone_while_starting"
    LEFT_TO_HUMAN = "left_to_human"  # a step that needed a human was done all the same
    TOO_LATE = "too_late"
    WITHDRAWN = "withdrawn"
    UNTOUCHED = "untouched"  # needs a human: sent, never answered, and nothing happened
    UNPROVABLE = "unprovable"  # needs a human: sent, and what Feldera shows proves nothing
    CONTRADICTION = "contradiction"  # needs a human: accepted, and yet not cleared
    NOT_TOLD_APART = "not_told_apart"  # needs a human: sent, and it is now unclear which Feldera answers
    OUT_OF_REACH = "out_of_reach"  # needs a human: sent, and Feldera could not be reached for a day
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an operation ended: the ending, and Feldera's own sentence and `error_code` if it gave them."""

    ending: Ending
    message: str = ""
    code: str | None = None
    by: Actor | None = None


@dataclass(frozen=True, slots=True)
class StepDone:
    """A finished step: its outcome, and when its request was sent, if one was."""

    ending: Ending
    at: datetime
    sent_at: datetime | None = None
    said: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """The Slack message that is the operation's card: its channel and `ts`."""

    channel: ChannelId
    ts: str


@dataclass(frozen=True, slots=True)
class Approval:
    """One approval by somebody who may approve (or, after a break-glass, their review)."""

    by: Actor
    at: datetime


@dataclass(frozen=True, slots=True)
class Operation:
    """One row. `version` counts the changes a person can see; compare-and-set uses it.

    `due_at` is when the driver should process it next: None while only a person can move it. `place` is where a rule
    wants the card, if not in `origin`, where the command was typed. `displaced` is Slack's error why it cannot be
    posted there (`not_in_channel`, …): it then goes to the requester's DM. `incident` is the break-glass incident, and
    empty otherwise. `step` is the current step, and `done` those before it; `submitted_at` to `reported` and `phase`
    belong to the current step. `found` is the fingerprint that the step before it left. `events_read` is for a stop
    that a clear follows, before it is sent; `proof_from` is the newest event before the look that let the stop be sent,
    which showed the reviewed run: from there on the events must show no other run.
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
    last_cleared_at: datetime | None = None  # by this bot, before this request
    confirmed_at: datetime | None = None  # by the requester: from then on others can see it
    place: ChannelId | None = None
    asked_groups: tuple[GroupId, ...] = ()
    approvals_needed: int = 0
    approvals: tuple[Approval, ...] = ()
    approve_by: datetime | None = None
    remind_at: datetime | None = None
    ready_at: datetime | None = None
    stop_until: datetime | None = None
    held_by_freeze: bool = False
    frozen_until: datetime | None = None  # of its pipeline, as its card shows it
    called_at: datetime | None = None  # a human was called: what comes next is up to them
    untold_since: datetime | None = None  # Slack cannot confirm that it may be sent, and people know that
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
    unreachable_since: datetime | None = None  # the same, once people were notified
    overdue_since: datetime | None = None
    reported: int = 0  # seconds of waiting that the last progress line reported
    phase: str = ""  # of a start, in Feldera's words
    seen: LastSeen | None = None
    cleared_at: datetime | None = None  # by a step of this operation
    outcome: Outcome | None = None
    card: Card | None = None
    displaced: str | None = None
    card_posts: int = (
        0  # how often posting the card was begun: more than once means that Slack may have a copy
    )
    rendered_version: int = 0

    @property
    def short_id(self) -> str:
        """What people type to refer to this operation."""
        return self.id[:SHORT_ID]

    @property
    def step_name(self) -> StepName:
        return self.plan[self.step]

    @property
    def bound_to(self) -> Fingerprint:
        """The fingerprint that the current step must find."""
        return self.found or self.reviewed

    @property
    def has_begun(self) -> bool:
        """Whether an earlier step sent a request: then the plan goes on, and it cannot be cancelled any more."""
        return any(step.sent_at is not None for step in self.done)

    @property
    def stands_in(self) -> ChannelId | None:
        """The channel that its card belongs in; None is the requester's DM."""
        return None if self.displaced is not None else self.place or self.origin

    @property
    def waits_for_signature(self) -> bool:
        """Whether it ran as break-glass, had some effect, and awaits review."""
        was_taken_up = self.confirmed_at is not None and self.state is not State.READY
        return self.incident != "" and was_taken_up and self.signed_off is None

    @property
    def is_shown_elsewhere(self) -> bool:
        """Whether its card is where a rule wants it: a channel that its requester may not even be in."""
        return self.place is not None and self.stands_in == self.place != self.origin
