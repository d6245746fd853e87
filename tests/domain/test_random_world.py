"""An operation in a world of accidents: whatever happens, in whatever order, it never says what is not true."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.domain.events import EventKind
from bot.domain.operations.fingerprints import Fingerprint
from bot.domain.operations.inputs import (
    Answered,
    CardLost,
    CardPlaced,
    Closed,
    Confirmed,
    HealthRead,
    HistoryRead,
    Input,
    Looked,
    NoPlace,
    ReadHealth,
    ReadHistory,
    Send,
    TimePassed,
    Transition,
)
from bot.domain.operations.machine.state_machine import advance
from bot.domain.operations.operation import Operation, State
from bot.domain.pipelines.pipeline import (
    Accepted,
    Answer,
    NotSent,
    Problem,
    ProblemKind,
    Refusal,
    Refused,
    RunnerHealth,
    Seen,
    Storage,
    Unknown,
)
from tests.clock import START
from tests.domain.pipeline_samples import DOWN
from tests.domain.samples import ALLOWED, ANA, BEN, CARD, CARRIED, DENIED, NOT_PERMITTED, proposed
from tests.domain.storage_model import StorageModel

LONGEST_ON_ITS_WAY = 10  # seconds: Feldera gives up waiting for a row's lock then
FATES = ["good", "unreachable", "lost", "late", "never", "not sent", "killed"]
NOT_CLEARED = {State.REFUSED, State.STALE, State.EXPIRED}


@dataclass(slots=True)
class Request:
    """A request whose answer was lost, and which has not acted yet."""

    acts_at: datetime


class RandomWorld(RuleBasedStateMachine):
    @initialize(fate=st.sampled_from(FATES))
    def first(self, fate: str) -> None:
        self.now = START
        self.feldera = StorageModel()
        self.on_its_way: list[Request] = []
        self.somebody_asks()
        self.takes_turns(fate, 1, 0)

    @rule(fate=st.sampled_from(FATES))
    @precondition(lambda self: self.operation.state.has_ended and not self.on_its_way)
    @precondition(lambda self: self.feldera.exists and self.feldera.is_fully_stopped)
    @precondition(lambda self: self.feldera.storage is Storage.IN_USE)
    def next(self, fate: str) -> None:
        self.somebody_asks()
        self.takes_turns(fate, 1, 0)

    def somebody_asks(self) -> None:
        """A new operation is confirmed, and its card stands."""
        shown = self.feldera.look()
        assert isinstance(shown, Seen)
        self.operation: Operation = proposed(previewed=Fingerprint.of(shown.pipeline), created_at=self.now)
        self.reviewed = self.feldera.checkpoints
        self.permitted = True
        self.effective = 0
        self.feldera.cleared = 0
        self.events: list[EventKind] = []
        self.happens(Confirmed(ANA, CARRIED))
        self.happens(CardPlaced(CARD))

    # The bot, driven as its loops drive it.

    def happens(self, input_: Input) -> Transition:
        before = self.operation
        after = advance(before, input_, self.now)
        self.operation = after.operation
        self.events += [event.kind for event in after.events]
        assert after.operation.version >= before.version
        if isinstance(after.effect, Send):
            assert self.permitted
            assert before.display.card is not None, "nobody could see it"
            assert self.feldera.checkpoints == self.reviewed, "nobody agreed to destroy these"
            assert not self.on_its_way, "a second request, while the first may still act"
        return after

    @rule(
        fate=st.sampled_from(FATES),
        turns=st.integers(1, 4),
        seconds=st.sampled_from([0, 1, 8, 16, 600, 5000]),
    )
    @precondition(lambda self: self.operation.state.is_live)
    def takes_turns(self, fate: str, turns: int, seconds: int) -> None:
        for _ in range(turns):
            self.passes(seconds)
            self.takes_a_turn(fate)

    def takes_a_turn(self, fate: str) -> None:
        """The driver looks, and carries out what comes of it; `fate` is what befalls the calls."""
        if not self.operation.state.is_live:
            return
        if self.operation.state is State.READY and self.operation.display.card is None:
            self.happens(TimePassed())
            return
        look = DOWN if fate == "unreachable" else self.feldera.look()
        after = self.happens(Looked(look, CARRIED if self.permitted else NOT_PERMITTED))
        while after.effect is not None:
            if fate == "killed":
                return
            after = self.happens(self._carried_out(after.effect, fate))

    def _carried_out(self, effect: object, fate: str) -> Input:
        match effect:
            case Send():
                return Answered(self._submitted(fate))
            case ReadHistory():
                return HistoryRead(self.feldera.history() if fate != "not sent" else DOWN)
            case ReadHealth(usual):
                return HealthRead(RunnerHealth(healthy=None, message=""), usual)
        raise AssertionError(effect)

    def _submitted(self, fate: str) -> Answer:
        match fate:
            case "not sent":
                return NotSent(Problem(ProblemKind.BUSY, "locked", retry_after=5.0))
            case "late":
                self.on_its_way.append(Request(self.now + timedelta(seconds=LONGEST_ON_ITS_WAY - 1)))
                return Unknown(DOWN)
            case "never":
                return Unknown(DOWN)
        status = self._arrives()
        if fate == "lost":
            return Unknown(DOWN)
        return {
            202: Accepted(),
            400: Refused(Refusal.BY_RULE, "must be stopped"),
            404: Refused(Refusal.UNKNOWN_PIPELINE, "unknown"),
        }[status]

    def _arrives(self) -> int:
        before = self.feldera.storage
        status = self.feldera.clear(self.now)
        self.effective += before is Storage.IN_USE and self.feldera.storage is Storage.CLEARING
        return status

    # The world.

    @rule(seconds=st.sampled_from([1, 1, 5, 16, 60, 600, 3600]))
    def passes(self, seconds: int) -> None:
        until = self.now + timedelta(seconds=seconds)
        for request in [each for each in self.on_its_way if each.acts_at <= until]:
            self.on_its_way.remove(request)
            self.now = max(self.now, request.acts_at)
            self._arrives()
        self.now = until

    @rule()
    @precondition(lambda self: self.feldera.storage is Storage.CLEARING)
    def the_runner_clears(self) -> None:
        self.feldera.finishes_clearing(self.now)

    @rule()
    @precondition(lambda self: self.feldera.exists and self.feldera.is_fully_stopped)
    def somebody_starts_it(self) -> None:
        if self.feldera.storage is not Storage.CLEARING:
            self.feldera.start_is_accepted(self.now)

    @rule()
    @precondition(lambda self: self.feldera.wanted and self.feldera.stopped)
    def it_comes_up(self) -> None:
        self.now += timedelta(milliseconds=1)
        self.feldera.runs(self.now)

    @rule()
    @precondition(lambda self: self.feldera.wanted)
    def somebody_stops_it(self) -> None:
        self.now += timedelta(milliseconds=1)
        self.feldera.stops(self.now)

    @rule()
    @precondition(lambda self: self.feldera.exists and self.feldera.is_fully_stopped)
    def somebody_else_clears_it(self) -> None:
        self.feldera.clear(self.now)

    @rule()
    @precondition(lambda self: self.feldera.storage is Storage.CLEARED and self.feldera.is_fully_stopped)
    def somebody_deletes_it(self) -> None:
        if self.feldera.exists:
            self.feldera.is_deleted()
        else:
            self.feldera.is_created_anew(self.now)

    @rule()
    def permission_changes(self) -> None:
        self.permitted = not self.permitted

    @rule(input_=st.sampled_from([CardLost(None), CardLost("is_archived")]))
    @precondition(lambda self: self.operation.display.card is not None)
    def the_card_is_lost(self, input_: Input) -> None:
        self.happens(input_)

    @rule(input_=st.sampled_from([CardPlaced(CARD), CardPlaced(CARD), NoPlace("is_archived")]))
    @precondition(lambda self: self.operation.display.card is None)
    def slack_answers(self, input_: Input) -> None:
        self.happens(input_)

    @rule(decision=st.sampled_from([ALLOWED, DENIED]))
    @precondition(lambda self: self.operation.state is State.NEEDS_HUMAN)
    def somebody_presses_close(self, decision) -> None:
        self.happens(Closed(BEN, decision))

    # What must never be.

    @invariant()
    def cleared_is_said_only_of_what_was_cleared(self) -> None:
        if self.operation.state is State.SUCCEEDED:
            assert self.feldera.cleared, self.operation.outcome
        if self.operation.state is State.UNNECESSARY:
            assert self.feldera.cleared
            assert not self.effective, "its own request did it"

    @invariant()
    def not_cleared_is_said_only_if_its_requests_did_nothing_and_never_will(self) -> None:
        if self.operation.state in NOT_CLEARED:
            assert not self.effective, self.operation.outcome
            assert not self.on_its_way, self.operation.outcome

    @invariant()
    def it_ends_once_and_then_is_over(self) -> None:
        assert self.events.count(EventKind.ENDED) == self.operation.state.has_ended
        assert (self.operation.due_at is None) == self.operation.state.has_ended
        assert (self.operation.outcome is not None) == (
            self.operation.state.has_ended or self.operation.state is State.NEEDS_HUMAN
        )


RandomWorld.TestCase.settings = settings(max_examples=300, stateful_step_count=30)
TestRandomWorld = RandomWorld.TestCase
