"""Whatever is observed, in whatever order: no clear is told that is not in Feldera's book.

Every request of the operation is lost on its way there, so nothing is ever cleared. Lists lose rows, and which Feldera and
tenant answers changes from one round to the next; somebody else's may have a pipeline of the same name in any state.
"""

from dataclasses import replace
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.domain.operations.fingerprints import Fingerprint
from bot.domain.operations.inputs import (
    Answered,
    CardPlaced,
    Confirmed,
    HealthRead,
    HistoryRead,
    Input,
    Looked,
    ReadHealth,
    ReadHistory,
    Send,
    Transition,
)
from bot.domain.operations.machine.state_machine import advance
from bot.domain.operations.operation import Operation, State
from bot.domain.operations.outcome import Ending
from bot.domain.pipelines.observations import (
    Listed,
    Observation,
    believed,
    believed_history,
    looks,
    not_listed,
)
from bot.domain.pipelines.pipeline import (
    Accepted,
    Identity,
    Look,
    NotSent,
    PipelineEvents,
    Problem,
    ProblemKind,
    RunnerHealth,
    Seen,
    Storage,
    Unknown,
)
from tests.clock import START
from tests.domain.pipeline_samples import DOWN
from tests.domain.samples import ANA, CARD, CARRIED, proposed
from tests.domain.storage_model import StorageModel

OURS = Identity("https://feldera.example", "ours")
BEFORE_SESSIONS = Identity("https://feldera.example")
OTHERS = [
    Identity("https://feldera.example", "theirs"),  # a token renewed for another tenant
    Identity("https://elsewhere.example", "ours"),  # other settings
    BEFORE_SESSIONS,  # a proxy that hides the session
]
CLAIMS = {
    ending for ending in Ending if ending.value.startswith("cleared") or ending is Ending.NOTHING_TO_CLEAR
}
UNTRUE = CLAIMS | {Ending.UNKNOWN_PIPELINE, Ending.RECREATED_BEFORE}


class RandomObservations(RuleBasedStateMachine):
    @initialize(reviewed_on=st.sampled_from([OURS, BEFORE_SESSIONS]))
    def somebody_asks(self, reviewed_on: Identity) -> None:
        """Reviewed on ours; or on ours before it was upgraded, and told its tenant."""
        self.now = START
        self.ours, self.theirs = StorageModel(), StorageModel(generation=1)
        shown = self.ours.look()
        assert isinstance(shown, Seen)
        self.operation: Operation = proposed(
            previewed=Fingerprint.of(shown.pipeline), created_at=self.now, feldera=reviewed_on
        )
        self.home = reviewed_on
        self.sent = 0
        self.happens(Confirmed(ANA, CARRIED))
        self.happens(CardPlaced(CARD))

    def happens(self, input_: Input) -> Transition:
        after = advance(self.operation, input_, self.now)
        self.operation = after.operation
        return after

    @rule()
    @precondition(lambda self: self.home == BEFORE_SESSIONS)
    def our_feldera_is_upgraded(self) -> None:
        self.home = OURS

    @rule(
        here=st.sampled_from([None, None, *OTHERS]),
        by_list=st.sampled_from(["by name", "listed", "row lost", "list empty", "list unreadable"]),
        fate=st.sampled_from(["lost", "not sent"]),
        record=st.sampled_from(["whole", "short", "unreadable"]),
    )
    @precondition(lambda self: self.operation.state.is_live)
    def a_round(self, here: Identity | None, by_list: str, fate: str, record: str) -> None:
        """The bot observes, and carries out what comes of it. `here` None is where it was reviewed.

        Two Felderas that tell no tenant at one address are one to everybody: theirs is told apart by something.
        """
        is_ours = here is None or here in {self.home, self.operation.feldera}
        world, identity = (self.ours, self.home) if is_ours or here is None else (self.theirs, here)
        after = self.happens(Looked(self._observed(identity, world, by_list), CARRIED))
        while after.effect is not None:
            after = self.happens(self._carried_out(after.effect, identity, world, fate, record))

    def _observed(self, identity: Identity, world: StorageModel, by_list: str) -> Look:
        name, look = self.operation.pipeline, world.look()
        listed: Listed = {}
        if by_list == "listed" and isinstance(look, Seen):
            listed = {name: look.pipeline}
        elif by_list == "list unreadable":
            listed = {name: DOWN}
        by_name = dict.fromkeys(not_listed([name], listed), look)
        return believed(self.operation, Observation(identity, looks([name], listed, by_name)))

    def _carried_out(
        self, effect: object, identity: Identity, world: StorageModel, fate: str, record: str
    ) -> Input:
        match effect:
            case Send():
                assert world is self.ours, "sent to somebody else's"
                return Answered(Unknown(DOWN) if fate == "lost" else NotSent(DOWN))
            case ReadHistory():
                history: PipelineEvents | Problem = replace(world.history(), here=identity)
                if record == "short":
                    history = replace(history, changes=history.changes[:1])
                elif record == "unreadable":
                    history = Problem(
                        ProblemKind.NOT_FELDERA, "There is no Feldera API at its address (404)."
                    )
                return HistoryRead(believed_history(self.operation, history))
            case ReadHealth(usual):
                return HealthRead(RunnerHealth(healthy=None, message=""), usual)
        raise AssertionError(effect)

    @rule(here=st.sampled_from(OTHERS))
    @precondition(lambda self: self.operation.state is State.SUBMITTING)
    def an_answer_of_somebody_in_between(self, here: Identity) -> None:
        """Accepted, as it seems: by whoever answered."""
        del here
        self.happens(Answered(Accepted()))

    @rule(seconds=st.sampled_from([1, 5, 16, 600, 90_000]))
    def passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(ours=st.booleans())
    def somebody_runs_and_stops_it(self, *, ours: bool) -> None:
        world = self.ours if ours else self.theirs
        if world.exists and world.is_fully_stopped and world.storage is not Storage.CLEARING:
            world.start_is_accepted(self.now)
            world.runs(self.now + timedelta(milliseconds=1))
            self.now += timedelta(milliseconds=2)
            world.stops(self.now)

    @rule(ours=st.booleans())
    def somebody_starts_it(self, *, ours: bool) -> None:
        world = self.ours if ours else self.theirs
        if world.exists and world.is_fully_stopped and world.storage is not Storage.CLEARING:
            world.start_is_accepted(self.now)
            self.now += timedelta(milliseconds=1)
            world.runs(self.now)

    @rule()
    def somebody_clears_theirs(self) -> None:
        if self.theirs.exists and self.theirs.is_fully_stopped:
            self.theirs.clear(self.now)
            if self.theirs.storage is Storage.CLEARING:
                self.theirs.finishes_clearing(self.now)

    @rule()
    def theirs_comes_and_goes(self) -> None:
        if not self.theirs.exists:
            self.theirs.is_created_anew(self.now)
        elif self.theirs.storage is Storage.CLEARED and self.theirs.is_fully_stopped:
            self.theirs.is_deleted()

    @invariant()
    def no_clear_is_told(self) -> None:
        operation = self.operation
        assert not self.ours.cleared
        assert operation.state not in {State.SUCCEEDED, State.UNNECESSARY}, operation.outcome
        assert operation.cleared_at is None
        assert operation.outcome is None or operation.outcome.ending not in UNTRUE, operation.outcome


RandomObservations.TestCase.settings = settings(max_examples=250, stateful_step_count=25)
TestRandomObservations = RandomObservations.TestCase
