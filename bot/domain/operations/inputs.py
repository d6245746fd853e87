"""Inputs of the state machine, and what `advance()` returns: the new row, its events, and at most one effect."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.access.authorization import Authorization
from bot.domain.access.permissions import Decision
from bot.domain.access.requests.request_objections import Objection
from bot.domain.events import Event
from bot.domain.ids import Actor
from bot.domain.operations.fingerprints import Fingerprint
from bot.domain.operations.operation import Operation
from bot.domain.operations.parts import Card
from bot.domain.pipelines.pipeline import Answer, Look, PipelineEvents, Problem, RunnerHealth


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The requester pressed the button; `authority` was read in the same transaction.

    `typed_name` is the pipeline's name once more, which a break-glass requires.
    """

    by: Actor
    authority: Authorization
    typed_name: str = ""


@dataclass(frozen=True, slots=True)
class Approved:
    """An approval. `authority` is the request's authorization with it, read in the same transaction.

    The requester is not looked up for it, so that they may or may not be permitted: that is weighed before sending.
    """

    by: Actor
    decision: Decision
    authority: Authorization


@dataclass(frozen=True, slots=True)
class DeniedByApprover:
    by: Actor
    decision: Decision
    reason: str


@dataclass(frozen=True, slots=True)
class DeniedInShell:
    """Somebody with shell access denied it: `by` is their name in the audit log, such as `shell:ana`."""

    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The requester pressed *Never mind* on the preview, or *Withdraw* on the request."""

    by: Actor


@dataclass(frozen=True, slots=True)
class Stopped:
    """Somebody who may cancel it pressed the cancel button between the last approval and the request."""

    by: Actor
    decision: Decision


@dataclass(frozen=True, slots=True)
class SignedOff:
    """An approver reviewed a break-glass operation."""

    by: Actor
    decision: Decision


@dataclass(frozen=True, slots=True)
class Closed:
    """Somebody who may close it checked the pipeline, and says that nothing is under way any more."""

    by: Actor
    decision: Decision


@dataclass(frozen=True, slots=True)
class CardPostStarted:
    """The card is about to be posted: whatever the outcome, Slack may have a copy from now on."""


@dataclass(frozen=True, slots=True)
class CardNotPosted:
    """Slack certainly did not post the card that `CardPostStarted` announced."""


@dataclass(frozen=True, slots=True)
class CardPlaced:
    card: Card


@dataclass(frozen=True, slots=True)
class CardLost:
    """The card was deleted, or its channel no longer takes edits: `why` None means that the channel is still usable."""

    why: str | None


@dataclass(frozen=True, slots=True)
class NoPlace:
    """The card cannot be posted: neither to the channel nor to the requester's DM."""

    why: str


@dataclass(frozen=True, slots=True)
class RulesRead:
    """What now applies to its pipeline: `frozen_until` None means no freeze; `approvals` are what the rules require."""

    frozen_until: datetime | None
    approvals: int = 0


@dataclass(frozen=True, slots=True)
class TimePassed:
    """It is due, and nothing outside the bot needs to be asked."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A look at the pipeline. `authority` is the authorization as of now, read in the same transaction.

    `spread` in [-1, 1] moves the next look, so that many bots do not poll in step. `usual` is the longest that the
    current step took in this pipeline's last ten operations; None without history, or where it cannot matter yet.
    """

    look: Look
    authority: Authorization
    spread: float = 0.0
    usual: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """The outcome of the request that `submitting` stands for: an answer, or none."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class HistoryRead:
    """The result of the effect `ReadHistory`."""

    history: PipelineEvents | Problem
    found: Fingerprint | None = None


@dataclass(frozen=True, slots=True)
class ProgramErrorRead:
    """The result of the effect `ReadProgramError`: the compiler's message, empty if it gave none."""

    said: str | Problem


@dataclass(frozen=True, slots=True)
class HealthRead:
    """The result of the effect `ReadHealth`."""

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
    | CardPostStarted
    | CardNotPosted
    | CardPlaced
    | CardLost
    | NoPlace
    | RulesRead
    | TimePassed
    | Looked
    | Answered
    | HistoryRead
    | ProgramErrorRead
    | HealthRead
)


@dataclass(frozen=True, slots=True)
class Send:
    """Send the request of the operation's current step, now that `submitting` is stored."""


@dataclass(frozen=True, slots=True)
class ReadHistory:
    """Read the pipeline's events: its status alone does not show what happened. `found` is how that look found it."""

    found: Fingerprint | None = None


@dataclass(frozen=True, slots=True)
class ReadProgramError:
    """Read why the program does not compile: Feldera sends that only with the whole program, so no look has it."""


@dataclass(frozen=True, slots=True)
class ReadHealth:
    """Ask Feldera about its runner, to explain a long wait: longer than three times `usual`, if that is known."""

    usual: timedelta | None = None


Effect = Send | ReadHistory | ReadProgramError | ReadHealth


@dataclass(frozen=True, slots=True)
class Transition:
    """The operation's next row, the events to record in the same transaction, and the effect to run once stored.

    Where somebody's input changed nothing, what decided comes along, so that just that is recorded and shown: the
    `decision` on whether they may, or the `objection` to what they confirmed.
    """

    operation: Operation
    events: tuple[Event, ...] = ()
    effect: Effect | None = None
    decision: Decision | None = None
    objection: Objection | None = None
