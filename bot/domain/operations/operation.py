"""Operations: a plan of steps on one pipeline, and all that is stored about carrying it out.

The values of `State` are stored: they are the contract between versions of the bot, so that a deploy in the middle of
an operation is safe. Rename the members as you like, never the values.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.domain.ids import Actor, ChannelId, OperationId, PipelineName
from bot.domain.operations.fingerprints import Fingerprint, LastSeen
from bot.domain.operations.outcome import Outcome
from bot.domain.operations.parts import ApprovalRequest, Attempt, Display, Outage, Review, StepDone, Visible
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


@dataclass(frozen=True, slots=True)
class Operation:
    """One row. `version` counts the changes a person can see; compare-and-set uses it.

    `due_at` is when the driver should process it next: None while only a person can move it. `origin` is the channel of
    the command. `previewed` is the fingerprint that the requester was shown and confirmed, in `feldera`; None for a row
    older than that field. `incident` is the break-glass incident, and empty otherwise. `step` is the current step, `done`
    are those before it, `found` is the fingerprint that the step before it left, and `attempt` belongs to the current
    step alone. `confirmed_at` is when the requester confirmed: from then on others can see it. `called_at` is when a human
    was called: what comes next is up to them. `unverified_since` is set while Slack cannot confirm that it may be sent,
    and people know that. `last_cleared_at` is by this bot before this request, `cleared_at` by a step of it.
    """

    id: OperationId
    requester: Actor
    origin: ChannelId
    pipeline: PipelineName
    previewed: Fingerprint
    reason: str
    created_at: datetime
    plan: Plan
    feldera: Identity | None = None
    incident: str = ""
    last_cleared_at: datetime | None = None
    state: Visible[State] = State.PROPOSED
    version: int = 1
    due_at: datetime | None = None
    confirmed_at: Visible[datetime | None] = None
    approval: ApprovalRequest = field(default_factory=ApprovalRequest)
    ready_at: Visible[datetime | None] = None
    cancellable_until: datetime | None = None
    held_by_freeze: Visible[bool] = False
    unverified_since: Visible[datetime | None] = None
    called_at: datetime | None = None
    step: Visible[int] = 0
    done: Visible[tuple[StepDone, ...]] = ()
    found: Fingerprint | None = None
    attempt: Attempt = field(default_factory=Attempt)
    outage: Outage = field(default_factory=Outage)
    seen: LastSeen | None = None
    cleared_at: datetime | None = None
    ended_at: Visible[datetime | None] = None
    outcome: Visible[Outcome | None] = None
    review: Visible[Review | None] = None
    display: Display = field(default_factory=Display)

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
        return self.found or self.previewed

    @property
    def has_begun(self) -> bool:
        """Whether an earlier step sent a request: then the plan goes on, and it cannot be cancelled any more."""
        return any(step.sent_at is not None for step in self.done)

    @property
    def card_channel(self) -> ChannelId | None:
        """The channel that its card belongs in; None is the requester's DM."""
        return None if self.display.displaced is not None else self.display.place or self.origin

    @property
    def awaits_review(self) -> bool:
        """Whether it ran as break-glass, had some effect, and awaits review."""
        was_taken_up = self.confirmed_at is not None and self.state is not State.READY
        return self.incident != "" and was_taken_up and self.review is None

    @property
    def is_shown_elsewhere(self) -> bool:
        """Whether its card is where a rule wants it: a channel that its requester may not even be in."""
        return self.display.place is not None and self.card_channel == self.display.place != self.origin
