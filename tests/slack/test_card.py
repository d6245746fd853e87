"""The card: whatever its row says, Slack takes it, and everything a person needs is on it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.operations.fingerprints import Fingerprint
from bot.domain.operations.inputs import CardNotPosted, CardPostStarted
from bot.domain.operations.machine.state_machine import advance
from bot.domain.operations.operation import State
from bot.domain.operations.outcome import Ending, Outcome
from bot.domain.operations.parts import Review, StepDone
from bot.domain.operations.plans import PLANS
from bot.domain.pipelines.pipeline import Checkpoints
from bot.slack.sentences.losses import destroyed
from bot.slack.views.card import APPROVE, CANCEL, CLOSE, DENY, SIGN_OFF, WITHDRAW, card
from tests.clock import START
from tests.domain.input_samples import sample_inputs
from tests.domain.pipeline_samples import pipeline
from tests.domain.samples import ANA, BEN, IN_EVERY_STATE, needs_human, ready, submitting, waiting
from tests.operations import changed
from tests.slack.reading import LONGEST_WHOLE_NAME, TOKEN, check, hostile, texts

CONFIRMED = [operation for operation in IN_EVERY_STATE.values() if operation.confirmed_at is not None]
ENDINGS = {
    State.SUCCEEDED: [ending for ending in Ending if ending.value.startswith("cleared")],
    State.UNNECESSARY: [Ending.NOTHING_TO_CLEAR],
    State.NEEDS_HUMAN: [
        Ending.UNTOUCHED,
        Ending.UNPROVABLE,
        Ending.CONTRADICTION,
        Ending.AMBIGUOUS_FELDERA,
        Ending.OUT_OF_REACH,
    ],
    State.CLOSED: [Ending.CLOSED],
    State.EXPIRED: [Ending.TOO_LATE],
}
ENDINGS[State.REFUSED] = sorted(set(Ending) - {ending for some in ENDINGS.values() for ending in some})


def shown(operation) -> str:
    return "\n".join(texts(card(operation).blocks))


@pytest.mark.parametrize("operation", CONFIRMED, ids=lambda operation: operation.state.value)
def test_every_state_has_its_card(operation):
    """The text alone carries the meaning too: what is cleared, how it stands, who asked, and why."""
    message = card(operation)
    check(message)
    for part in ("Clear orders", "<@UANA>", "schema change"):
        assert part in message.text
    state = texts(message.blocks)[0].split("\n")[0]
    assert state in message.text


@pytest.mark.parametrize(
    ("state", "ending"), [(state, ending) for state, endings in ENDINGS.items() for ending in endings]
)
def test_every_ending_is_told_and_none_contradicts_its_state(state, ending):
    """Cleared is said exactly of what was cleared; what is not known is said not to be known."""
    operation = replace(IN_EVERY_STATE[state], outcome=Outcome(ending, "because", "Code", by=BEN))
    message = card(operation)
    check(message)
    told = shown(operation)
    is_done = state in {State.SUCCEEDED, State.UNNECESSARY}
    assert told.startswith(("✅ Cleared", "✅ Nothing to clear")) is is_done
    assert ("Deleted, " in told) is (state is State.SUCCEEDED)
    assert ("Known:" in told) is (state is State.NEEDS_HUMAN)
    assert told.startswith("☑️ Closed by") is (state is State.CLOSED)
    assert "{" not in TOKEN.sub("", told)


def buttons(operation):
    blocks = [block for block in card(operation).blocks if block["type"] == "actions"]
    return [element for block in blocks for element in block["elements"]]


def actions(operation):
    return [button["action_id"] for button in buttons(operation)]


WORKING = {State.AWAITING_APPROVAL: [APPROVE, DENY, WITHDRAW], State.NEEDS_HUMAN: [CLOSE]}


@pytest.mark.parametrize("operation", CONFIRMED, ids=lambda operation: operation.state.value)
def test_a_card_has_the_buttons_that_work_and_no_others(operation):
    """None cancels a clear that was sent; each carries the operation's id and nothing else. A broken glass is signed off once."""
    assert actions(operation) == WORKING.get(operation.state, [])
    assert all(button["value"] == operation.id for button in buttons(operation))
    broken = replace(operation, incident="INC-1")
    assert (SIGN_OFF in actions(broken)) is (operation.state is not State.READY)
    assert SIGN_OFF not in actions(replace(broken, review=Review(BEN, START)))
    # An approval may send the request at once, and what was closed by hand is not watched any more.
    assert all("confirm" in button for button in buttons(operation)[:1])


@pytest.mark.parametrize(
    ("operation", "stoppable"),
    [
        (ready(), False),
        (ready(cancellable_until=START + timedelta(seconds=30)), True),
        (ready(held_by_freeze=True), True),
        (submitting(cancellable_until=START), False),
    ],
    ids=["sent at once", "a window", "frozen", "sent"],
)
def test_what_waits_to_be_sent_can_be_stopped(operation, stoppable):
    """Within its window, or while a freeze holds it; not from the moment it may have been sent."""
    assert actions(operation) == ([CANCEL] if stoppable else [])


def test_the_steps_follow_the_row():
    """Each step of a plan is done, under way or ahead; once it ended, not done. A single step is the state itself."""
    halfway = {"step": 1, "done": (StepDone(Ending.PIPELINE_STOPPED, START, START),), "plan": PLANS[3]}

    def signs(operation):
        steps = texts(card(replace(operation, **halfway)).blocks)[1]
        return [line[0] for line in steps.splitlines()]

    assert signs(ready()) == ["✓", "⏳", "○"]
    assert signs(submitting()) == ["✓", "⏳", "○"]
    assert signs(waiting()) == ["✓", "⏳", "○"]
    assert signs(needs_human()) == ["✓", "⚠", "○"]
    assert signs(IN_EVERY_STATE[State.STALE]) == ["✓", "✗", "✗"]
    assert len(texts(card(waiting()).blocks)) == 2


def notes(operation):
    context = [block for block in card(operation).blocks if block["type"] == "context"]
    return [element["text"] for block in context for element in block["elements"]]


def test_a_displaced_or_repeated_card_says_why_it_is_here():
    """In the requester's DM: what keeps it out of the channel. Posted twice: an older copy is not kept up."""
    assert notes(waiting(posts=1)) == ["Id `op1`"]
    [_, displaced] = notes(waiting(displaced="not_in_channel"))
    assert "<#C1>" in displaced
    assert "Invite me" in displaced
    [_, repeated] = notes(waiting(posts=2))
    assert "older copy" in repeated


def test_trouble_and_long_waits_show():
    assert "unusually long" in shown(waiting(overdue_since=START))
    assert "Feldera became unreachable <!date^" in shown(waiting(unreachable_since=START))
    assert not {"unusually", "answered"} & set(shown(waiting()).split())


def test_what_a_clear_destroys():
    """As far as Feldera tells: a size it does not know is not made up."""
    counts = (Checkpoints(0, 0), Checkpoints(1, 1024), Checkpoints(2, None))
    assert [destroyed(Fingerprint.of(pipeline(checkpoints=each))) for each in counts] == [
        "the storage; it has no checkpoints",
        "the storage, with 1 checkpoint (1.0 KiB)",
        "the storage, with 2 checkpoints (size unknown)",
    ]


def test_whatever_changes_on_the_card_is_a_new_version():
    """Else Slack would go on showing the old one. A repeated post is no edit: the new card says it by itself."""
    for operation in CONFIRMED:
        shown = card(operation)
        for input_ in sample_inputs():
            if isinstance(input_, (CardPostStarted, CardNotPosted)):
                continue
            after = advance(operation, input_, START + timedelta(seconds=200)).operation
            if after != operation and after.version == operation.version:
                assert card(after) == shown, input_


@given(hostile, hostile, hostile, st.sampled_from(CONFIRMED), st.sampled_from(Ending))
def test_no_text_of_a_stranger_breaks_a_card(reason, said, word, operation, ending):
    """A reason of 3,000 ampersands, Feldera's or a proxy's sentence, Slack's own word: all fit and none acts."""
    worst = changed(
        operation,
        pipeline=LONGEST_WHOLE_NAME,
        reason=reason,
        outcome=operation.outcome and Outcome(ending, said, word, by=ANA),
        displaced=word,
        posts=3,
        unreachable_since=START,
        previewed=Fingerprint.of(pipeline(checkpoints=Checkpoints(10**15, 10**24))),
    )
    check(card(worst))
