"""What can happen to an operation, and what `advance()` answers: the new row, its events, and one effect at most."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.access.authorization import Authorization
from bot.domain.access.permissions import Decision
from bot.domain.ids import Actor
from bot.domain.operations.fingerprints import Fingerprint
from bot.domain.operations.operation import Card, Event, Operation
from bot.domain.pipelines.pipeline import Answer, Look, PipelineEvents, Problem, RunnerHealth


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The requester pressed the button; `authority` was established in the same transaction."""

    by: Actor
    authority: Authorization


@dataclass(frozen=True, slots=True)
class Approved:
    """`stop_window` and `needed` are what the rules say now: how long it can still be stopped, how many it takes.

    `still_counting` are those whose earlier approvals count now; None counts them all.
    """

    by: Actor
    decision: Decision
    stop_window: timedelta = timedelta(0)
    needed: int = 0
    still_counting: frozenset[Actor] | None = None


@dataclass(frozen=True, slots=True)
class DeniedByApprover:
    by: Actor
    decision: Decision
    reason: str


@dataclass(frozen=True, slots=True)
class DeniedInShell:
    """Whoever has the shell said no: `by` is how the record names them, such as `shell:ana`."""

    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The requester pressed *Never mind* on the preview, or *Withdraw* on the request."""

    by: Actor


@dataclass(frozen=True, slots=True)
class Stopped:
    """Somebody who has a say pressed *Stop* between the last approval and the request."""

    by: Actor
    decision: Decision


@dataclass(frozen=True, slots=True)
class SignedOff:
    """An approver looked at a broken glass afterwards."""

    by: Actor
    decision: Decision


@dataclass(frozen=True, slots=True)
class Closed:
    """Somebody who may looked for themselves, and says that nothing is under way any more."""

    by: Actor
    decision: Decision


@dataclass(frozen=True, slots=True)
class CardBegun:
    """The card is about to be posted: whatever comes of it, a copy may stand in Slack from now on."""


@dataclass(frozen=True, slots=True)
class CardNotPosted:
    """Slack certainly did not take the card that `CardBegun` announced."""


@dataclass(frozen=True, slots=True)
class CardPlaced:
    card: Card


@dataclass(frozen=True, slots=True)
class CardLost:
    """The card was deleted, or its place no longer takes edits: `why` None means that the place is still good."""

    why: str | None


@dataclass(frozen=True, slots=True)
class NoPlace:
    """No place takes the card: neither the channel nor the requester's DM."""

    why: str


@dataclass(frozen=True, slots=True)
class RulesSeen:
    """What holds for its pipeline now: `frozen_until` None means that no freeze does; `approvals` are what rules ask."""

    frozen_until: datetime | None
    approvals: int = 0


@dataclass(frozen=True, slots=True)
class TimePassed:
    """It is due, and nothing of the world needs to be asked."""


@dataclass(frozen=True, slots=True)
class Looked:
    """Feldera was looked at. `authority` is what the operation rests on now, established in the same transaction.

    `spread` in [-1, 1] moves the next look, so that many bots do not poll in step. `usual` is the longest that the step
    at hand took in the last ten operations of this pipeline; None without history, or where it cannot matter yet.
    """

    look: Look
    authority: Authorization
    spread: float = 0.0
    usual: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """The request that `submitting` stands for was answered, or was not."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class HistoryRead:
    """The effect `ReadHistory` was carried out."""

    history: PipelineEvents | Problem
    found: Fingerprint | None = None


@dataclass(frozen=True, slots=True)
class ProgramErrorRead:
    """The effect `ReadProgramError` was carried out: what the compiler said, empty if it said nothing."""

    said: str | Problem


@dataclass(frozen=True, slots=True)
class HealthRead:
    """The effect `ReadHealth` was carried out."""

    health: RunnerHealth
    usual: timedelta | None = None


Input = (
    Confirmed
    | Approved
    | DeniedByApprover
    | DeniedInShell
    | Withdrawn
    | Stopped
    | SignedOff
    | Closed
    | CardBegun
    | CardNotPosted
    | CardPlaced
    | CardLost
    | NoPlace
    | RulesSeen
    | TimePassed
    | Looked
    | Answered
    | HistoryRead
    | ProgramErrorRead
    | HealthRead
)


@dataclass(frozen=True, slots=True)
class Send:
    """Make the request of the operation's current step, now that `submitting` is stored."""


@dataclass(frozen=True, slots=True)
class ReadHistory:
    """Read the pipeline's events: its status alone does not tell what happened. `found` is how that look found it."""

    found: Fingerprint | None = None


@dataclass(frozen=True, slots=True)
class ReadProgramError:
    """Read why the program does not compile: that comes with the whole program, so no look has it."""


@dataclass(frozen=True, slots=True)
class ReadHealth:
    """Ask Feldera about its runner, to tell people why it takes so long: longer than three times `usual`, if that is known."""

    usual: timedelta | None = None


Effect = Send | ReadHistory | ReadProgramError | ReadHealth


@dataclass(frozen=True, slots=True)
class Transition:
    """`operation` as it is now, what to record with it in the same transaction, and what to do once it is stored."""

    operation: Operation
    events: tuple[Event, ...] = ()
    effect: Effect | None = None
