"""The thread's lines: one for everything that is spoken of, true when it is read, and never too long for Slack."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot

from bot.domain.events import Event, EventKind
from bot.domain.operations.operation import State
from bot.domain.operations.outcome import Ending, Outcome
from bot.domain.operations.parts import StepDone
from bot.domain.operations.plans import StepName
from bot.engine.delivery.delivery_loop import LINES_AT_ONCE
from bot.slack.views.thread_lines import lines
from tests.clock import START
from tests.domain.samples import ended, needs_human, ready, waiting
from tests.slack.reading import LONGEST_WHOLE_NAME, check, hostile

SPOKEN = [kind for kind in EventKind if kind.is_spoken]
LONGEST_POST = 40_000  # characters of `text`; Slack silently cuts the rest


def said(operation, kind, **data):
    message = lines(operation, (Event(kind, START, data),))
    check(message)
    [block] = message.blocks
    assert block["text"]["text"] == message.text
    return message.text


def test_the_lines_of_a_clear_that_goes_well():
    """Sent, accepted, still clearing, unusually long, cleared; the requester is called at the end."""
    done = ended(State.SUCCEEDED, Ending.CLEARED)
    assert [
        said(waiting(), EventKind.SENT),
        said(waiting(), EventKind.ACCEPTED),
        said(waiting(), EventKind.STILL_CLEARING, seconds=30),
        said(waiting(), EventKind.STILL_CLEARING, seconds=600),
        said(waiting(), EventKind.OVERDUE, healthy=0, message="runner is down since 3:00", seconds=185),
        said(waiting(), EventKind.OVERDUE, healthy=1, message="", seconds=185),
        said(waiting(), EventKind.OVERDUE, healthy=None, message="no answer", seconds=185),
        said(done, EventKind.ENDED, ending="cleared"),
    ] == snapshot(
        [
            "📤 Sent the clear of `orders` to Feldera at <!date^1772420400^\u200b{time_secs}|2026-03-02 03:00:00 UTC>.",
            "⏳ Feldera accepted it, <!date^1772420400^\u200b{date_short_pretty} at {time}|2026-03-02 03:00 UTC>: `orders` is being cleared. This cannot be cancelled any more.",
            "⏳ Still clearing `orders` after 30 seconds.",
            "⏳ Still clearing `orders` after 10 minutes.",
            "🐌 The clear of `orders` is taking unusually long: 3 minutes and 5 seconds so far. Feldera reports that its runner is unhealthy. Feldera repeats a clear until it succeeds, and it cannot be cancelled. I keep watching. <@UANA>",
            "🐌 The clear of `orders` is taking unusually long: 3 minutes and 5 seconds so far. Feldera reports that its runner is healthy. Feldera repeats a clear until it succeeds, and it cannot be cancelled. I keep watching. <@UANA>",
            "🐌 The clear of `orders` is taking unusually long: 3 minutes and 5 seconds so far. Feldera's runner could not be asked: `no answer`. Feldera repeats a clear until it succeeds, and it cannot be cancelled. I keep watching. <@UANA>",
            "✅ Cleared `orders` after 9 seconds. <@UANA>",
        ]
    )


def test_the_lines_of_a_clear_that_meets_trouble():
    """Put off, lost, found, sent again, unreachable and back: each says what is certain, and what comes next."""
    assert [
        said(ready(), EventKind.POSTPONED, message="the row is locked"),
        said(waiting(), EventKind.ANSWER_LOST, message="timed out"),
        said(waiting(), EventKind.FOUND_CLEARING, sends=1),
        said(waiting(), EventKind.FOUND_CLEARING, sends=0),
        said(waiting(), EventKind.SENT_AGAIN),
        said(waiting(), EventKind.REACHABLE, seconds=3600),
        said(needs_human(), EventKind.NEEDS_HUMAN, ending="untouched", message=""),
    ] == snapshot(
        [
            "⏸️ Feldera could not accept the clear of `orders` yet (`the row is locked`). I try again until Feldera accepts it, or until the request expires.",
            "❔ Feldera gave no usable answer to the clear of `orders` (`timed out`). I check whether it took effect before I send anything again.",
            "⏳ `orders` is being cleared: it seems that Feldera did receive the call. This cannot be cancelled any more.",
            "⏳ Feldera is already clearing `orders`. I send nothing, and watch.",
            "📤 Sent the clear of `orders` to Feldera again at <!date^1772420400^\u200b{time_secs}|2026-03-02 03:00:00 UTC>: the previous call has shown no effect.",
            "🔌 Feldera answers again, after 1 hour.",
            """\
⚠️ Needs attention: the clear of `orders`.
Known: the clear was sent to Feldera once, Feldera never confirmed it, and `orders` is unchanged.
Not known: whether the clear can still take effect.
What to do: look at `orders` in Feldera now, and again in a few minutes. I keep watching, too: if the clear takes effect, this request ends by itself. If no clear is under way and this request still needs attention, press *Close request* on its card. To request it again after that, type `/pipeline clear orders`: it first shows what would be deleted. <@UANA>\
""",
        ]
    )


@pytest.mark.parametrize(
    ("state", "meanwhile"),
    [
        (State.READY, "has not been sent"),
        (State.SUBMITTING, "Whether what I sent took effect"),
        (State.WAITING, "The clear goes on without me"),
        (State.NEEDS_HUMAN, "It needs attention as before"),
    ],
)
def test_an_outage_is_said_with_what_it_means_at_that_point(state, meanwhile):
    assert meanwhile in said(waiting(), EventKind.UNREACHABLE, state=state.value, message="down")


def test_a_call_for_a_human_stays_as_it_was():
    """Told late, after the operation was settled, it still says what was known then."""
    settled = ended(State.SUCCEEDED, Ending.CLEARED)
    told = said(settled, EventKind.NEEDS_HUMAN, ending="unprovable", message="")
    assert told.startswith("⚠️ Needs attention: the clear of `orders`.")
    assert "<@UANA>" in told


def test_every_kind_that_is_spoken_and_every_ending_has_a_line():
    """A new kind of event cannot be forgotten: it would break the thread of whoever meets it first."""
    for kind in SPOKEN:
        assert said(needs_human(), kind, ending="untouched", until=START.isoformat())
    for ending in Ending:
        told = said(ended(State.REFUSED, ending), EventKind.ENDED, ending=ending.value)
        assert told.endswith("<@UANA>")
        assert len(told) < 700


details = st.fixed_dictionaries(
    {
        "message": hostile,
        "seconds": st.integers(0, 10**8),
        "sends": st.integers(0, 3),
        "healthy": st.sampled_from([None, 0, 1]),
        "state": st.sampled_from([state.value for state in State]),
        "ending": st.sampled_from([ending.value for ending in Ending]),
        "until": st.just(START.isoformat()),
        "pattern": hostile,
        "reason": hostile,
    }
)
events = st.builds(Event, st.sampled_from(SPOKEN), st.just(START), details)


@given(st.lists(events, min_size=1, max_size=LINES_AT_ONCE), st.sampled_from(Ending), hostile, hostile)
def test_no_text_of_a_stranger_breaks_a_thread(happened, ending, sentence, word):
    """As many lines as are ever posted at once, each with the worst that Feldera or a proxy may say."""
    operation = ended(
        State.REFUSED, ending, pipeline=LONGEST_WHOLE_NAME, outcome=Outcome(ending, sentence, word)
    )
    message = lines(operation, tuple(happened))
    check(message, longest=LONGEST_POST)
    assert len(message.blocks) == len(happened)


def test_a_step_that_was_done_already_stays_told_as_it_was():
    """What was sent since does not change what is said of then."""
    done = StepDone(Ending.NOTHING_TO_STOP, START, START)
    operation = ready(plan=(StepName.STOP, StepName.CLEAR), step=1, done=(done,))
    data = {"step": "stop", "ending": done.ending.value, "begun": False}
    assert "nothing was sent" in said(operation, EventKind.STEP_DONE, **data).lower()
