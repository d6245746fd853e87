"""Slack is slow, refuses, or is away: no clear waits for it, everything is told afterwards, in order, and the end always."""

from datetime import timedelta
from itertools import pairwise

import pytest
from inline_snapshot import snapshot

from tests.workspace import Teammate, Workspace


@pytest.fixture
def ana(workspace: Workspace) -> Teammate:
    return workspace.operator("ana")


def called(workspace: Workspace, method: str) -> list[tuple[float, str | None]]:
    """Each call of this method: seconds since the first one of any, and Slack's error, if it was refused."""
    began = workspace.slack.calls[0].at
    return [
        ((call.at - began).total_seconds(), call.error)
        for call in workspace.slack.calls
        if call.method == method
    ]


def test_asked_to_wait_with_the_card(workspace: Workspace, ana: Teammate) -> None:
    """429 on the card: nothing is sent before it stands, and it is not tried again before Slack's time is up."""
    ana.asks("/pipeline clear orders")
    workspace.slack.rate_limits("chat.postMessage", retry_after=30)
    ana.clicks("Clear orders")
    workspace.passes(seconds=29)
    assert ana.reads() == snapshot(
        ["⏳ Confirmed. The card of `orders` goes up now; nothing is sent before it stands."]
    )
    assert workspace.sent == []
    workspace.passes(minutes=1)
    assert ana.reads() == snapshot(["⏳ Confirmed. Follow `orders` in its thread."])
    assert called(workspace, "chat.postMessage") == snapshot(
        [(0.0, "ratelimited"), (30.0, None), (31.0, None), (32.5, None)]
    )
    assert "✅ Cleared." in workspace.card()
    assert "Posted again" not in workspace.card(), "a 429 certainly was no post"
    assert len(workspace.thread()) == 3


def test_asked_to_wait_with_a_line_and_an_edit(workspace: Workspace, ana: Teammate) -> None:
    """Each method has its own wait; the clear goes on meanwhile, and what is told late is told whole."""
    workspace.feldera.adds("payments", clear_takes=70.0)
    ana.clears("payments")
    workspace.slack.rate_limits("chat.postMessage", retry_after=50)
    workspace.slack.rate_limits("chat.update", retry_after=20)
    workspace.passes(minutes=2)
    assert called(workspace, "chat.postMessage") == snapshot(
        [(0.0, None), (1.0, "ratelimited"), (51.0, None), (60.0, None), (72.817778, None)]
    )
    assert called(workspace, "chat.update") == snapshot(
        [(0.0, None), (72.817778, "ratelimited"), (92.817778, None)]
    )
    assert workspace.timed_thread() == snapshot(
        [
            "0:00:51  📤 Sent the request to Feldera, Mar 2, 2026 at 3:00:00 AM.",
            "0:00:51  ⏳ Feldera accepted it, Mar 2, 2026 at 3:00:00 AM: the storage is being cleared. From here it cannot be cancelled.",
            "0:00:51  ⏳ Still clearing after 30 seconds.",
            "0:01:00  ⏳ Still clearing after 1 minute.",
            "0:01:12.817778  ✅ Cleared `payments` after 1 minute and 13 seconds. @ana",
        ]
    )
    assert "✅ Cleared." in workspace.card()


def test_away_for_ten_minutes_in_the_middle(workspace: Workspace, ana: Teammate) -> None:
    """The clear goes on; afterwards all of it is told in order, except how long it took so far: that is old news."""
    workspace.feldera.adds("payments", clear_takes=400.0)
    ana.clears("payments")
    workspace.passes(seconds=5)
    workspace.slack_goes_down()
    workspace.passes(minutes=10)
    workspace.slack_comes_back()
    workspace.passes(seconds=30)
    assert workspace.timed_thread() == snapshot(
        [
            "0:00:01  📤 Sent the request to Feldera, Mar 2, 2026 at 3:00:00 AM.",
            "0:00:01  ⏳ Feldera accepted it, Mar 2, 2026 at 3:00:00 AM: the storage is being cleared. From here it cannot be cancelled.",
            "0:10:10  🐌 This takes unusually long: 3 minutes and 9 seconds so far. Feldera's runner says it is healthy. Feldera repeats a clear until it succeeds, and it cannot be cancelled; I keep watching. @ana",
            "0:10:10  ✅ Cleared `payments` after 6 minutes and 45 seconds. @ana",
        ]
    )
    assert "✅ Cleared." in workspace.card()


def test_away_from_the_confirmation_on(workspace: Workspace, ana: Teammate) -> None:
    """A click that was acknowledged counts; but nothing is cleared that nobody can see, so it waits for the card."""
    ana.asks("/pipeline clear orders")
    workspace.run(ana.clicking("Clear orders"))
    workspace.slack_goes_down()
    workspace.passes(minutes=10)
    assert workspace.sent == []
    workspace.slack_comes_back()
    workspace.passes(minutes=1)
    ana.reads()
    assert workspace.thread() == snapshot(
        [
            "📤 Sent the request to Feldera, Mar 2, 2026 at 3:10:05 AM.",
            "⏳ Feldera accepted it, Mar 2, 2026 at 3:10:05 AM: the storage is being cleared. From here it cannot be cancelled.",
            "✅ Cleared `orders` after 2 seconds. @ana",
        ]
    )
    assert "✅ Cleared." in workspace.card()
    assert len(workspace.sent) == 1


def test_away_for_longer_than_a_confirmation_is_good_for(workspace: Workspace, ana: Teammate) -> None:
    """No card for four hours: nothing is sent any more, and that is what the card says when it can be posted."""
    ana.asks("/pipeline clear orders")
    workspace.run(ana.clicking("Clear orders"))
    workspace.slack_goes_down()
    workspace.passes(minutes=5)
    workspace.clock.passes(hours=4)
    workspace.passes(minutes=5)
    workspace.slack_comes_back()
    workspace.passes(minutes=1)
    ana.reads()
    assert workspace.thread() == snapshot(
        [
            "❌ Not cleared: the request could not be sent within 4 hours of the confirmation. Nothing was sent. Type `/pipeline clear orders` to look again. @ana"
        ]
    )
    assert workspace.card() == snapshot("""\
Clear orders
*State*
❌ Not cleared.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
✓ Confirmed by @ana · Mar 2, 2026 at 3:00:00 AM
✗ Request not sent
✗ Storage not cleared by this
❌ Not cleared: the request could not be sent within 4 hours of the confirmation. Nothing was sent. Type `/pipeline clear orders` to look again.
Id `ID1`\
""")
    assert workspace.sent == []


def test_a_line_whose_answer_was_lost(workspace: Workspace, ana: Teammate) -> None:
    """Slack knows no key by which it would recognise the same post: such a line may stand there twice, never not at all."""
    ana.asks("/pipeline clear orders")
    workspace.feldera_goes_down()
    ana.clicks("Clear orders")
    ana.reads()
    workspace.feldera_comes_back()
    workspace.slack.loses_the_next_reply("chat.postMessage")
    workspace.passes(minutes=1)
    assert workspace.timed_thread() == snapshot(
        [
            "0:00:02  📤 Sent the request to Feldera, Mar 2, 2026 at 3:00:02 AM.",
            "0:00:02  ⏳ Feldera accepted it, Mar 2, 2026 at 3:00:02 AM: the storage is being cleared. From here it cannot be cancelled.",
            "0:00:07  📤 Sent the request to Feldera, Mar 2, 2026 at 3:00:02 AM.",
            "0:00:07  ⏳ Feldera accepted it, Mar 2, 2026 at 3:00:02 AM: the storage is being cleared. From here it cannot be cancelled.",
            "0:00:07  ✅ Cleared `orders` after 2 seconds. @ana",
        ]
    )
    assert "✅ Cleared." in workspace.card()
    assert len(workspace.sent) == 1


def test_an_edit_whose_answer_was_lost(workspace: Workspace, ana: Teammate) -> None:
    """Editing twice does no harm: the card is edited until Slack says that it was."""
    ana.clears("orders")
    workspace.slack.loses_the_next_reply("chat.update")
    workspace.slack.drops_the_next_request("chat.update")
    workspace.passes(minutes=1)
    assert "✅ Cleared." in workspace.card()
    assert len(workspace.thread()) == 3


def test_a_card_that_may_not_be_edited_any_more(workspace: Workspace, ana: Teammate) -> None:
    """Some workspaces allow edits for a while only: the card stays as it is, and its thread tells the rest."""
    ana.clears("orders")
    workspace.slack.fails_next("chat.update", "edit_window_closed", times=9)
    workspace.passes(minutes=2)
    assert len(workspace.cards()) == 1
    assert workspace.thread()[-1] == snapshot("✅ Cleared `orders` after 2 seconds. @ana")
    assert called(workspace, "chat.update") == snapshot([(0.0, None), (2.5, "edit_window_closed")])


def test_errors_of_its_own(workspace: Workspace, ana: Teammate) -> None:
    """500s and internal errors pass; the bot goes on trying, and the end is told."""
    ana.clears("orders")
    workspace.slack.answers_500("chat.postMessage", times=3)
    workspace.slack.fails_next("chat.update", "internal_error", times=3)
    workspace.passes(minutes=2)
    assert workspace.thread() == snapshot(
        [
            "📤 Sent the request to Feldera, Mar 2, 2026 at 3:00:00 AM.",
            "⏳ Feldera accepted it, Mar 2, 2026 at 3:00:00 AM: the storage is being cleared. From here it cannot be cancelled.",
            "✅ Cleared `orders` after 2 seconds. @ana",
        ]
    )
    assert "✅ Cleared." in workspace.card()


def test_the_token_does_not_work_for_a_while(workspace: Workspace, ana: Teammate) -> None:
    """Somebody rotates it: logged as an error, since only a person can mend it; nothing is lost meanwhile."""
    workspace.expected_errors.add("slack_refused")
    ana.clears("orders")
    workspace.slack.refuses_tokens()
    workspace.passes(minutes=30)
    workspace.slack.accepts_tokens()
    workspace.passes(minutes=2)
    assert workspace.thread() == snapshot(
        [
            "📤 Sent the request to Feldera, Mar 2, 2026 at 3:00:00 AM.",
            "⏳ Feldera accepted it, Mar 2, 2026 at 3:00:00 AM: the storage is being cleared. From here it cannot be cancelled.",
            "✅ Cleared `orders` after 2 seconds. @ana",
        ]
    )
    assert "✅ Cleared." in workspace.card()


def test_an_answer_that_cannot_be_changed_any_more(workspace: Workspace, ana: Teammate) -> None:
    """The right to change it lasts half an hour: then the card alone tells, and nothing breaks."""
    ana.asks("/pipeline clear orders")
    workspace.slack.rate_limits("chat.postMessage", retry_after=40 * 60)
    ana.clicks("Clear orders")
    workspace.passes(hours=1)
    assert ana.reads() == snapshot(
        ["⏳ Confirmed. The card of `orders` goes up now; nothing is sent before it stands."]
    )
    assert "✅ Cleared." in workspace.card()
    assert workspace.thread()[-1].startswith("✅ Cleared `orders`")


def test_many_operations_in_one_channel(workspace: Workspace, ana: Teammate) -> None:
    """A second between two posts there: Slack never has to ask for it, and every thread is complete in the end."""
    names = [f"orders-{number}" for number in range(6)]
    for name in names:
        workspace.feldera.adds(name, clear_takes=10.0)
        ana.asks(f"/pipeline clear {name}")
    workspace.at_once(*(ana.clicking(f"Clear {name}") for name in names))
    workspace.passes(minutes=1)
    ana.reads()
    assert [call.error for call in workspace.slack.calls if call.error] == []
    moments = [call.at for call in workspace.slack.calls if call.method == "chat.postMessage"]
    assert all(later - earlier >= timedelta(seconds=1) for earlier, later in pairwise(moments))
    threads = workspace.threads()
    assert len(threads) == 6
    assert all(thread[0].startswith("📤") and thread[-1].startswith("✅ Cleared") for thread in threads)
    assert all("✅ Cleared." in card for card in workspace.cards())
    assert [workspace.feldera.clears[name] for name in names] == [1] * 6


def test_a_busy_channel_does_not_hold_up_another(workspace: Workspace, ana: Teammate) -> None:
    """The pace is each channel's own."""
    other = workspace.slack.adds_channel("elsewhere")
    for name in ("payments", "sessions", "reports"):
        workspace.feldera.adds(name)
        ana.clears(name)
    ana.clears("orders", channel=other)
    assert workspace.feldera.clears["orders"] == 1
    workspace.passes(minutes=1)
    ana.reads()
    assert workspace.thread(other)[-1].startswith("✅ Cleared `orders`")
    assert "✅ Cleared." in workspace.card(other)
    assert all("✅ Cleared." in card for card in workspace.cards())
    assert all(thread[-1].startswith("✅ Cleared") for thread in workspace.threads())


def test_more_to_tell_than_one_message_holds(workspace: Workspace, ana: Teammate) -> None:
    """Ten lines a message: what a long absence left unsaid comes in several, in order, each once."""
    workspace.feldera.adds("payments", clear_takes=57 * 60.0)
    ana.clears("payments")
    workspace.passes(seconds=5)
    workspace.slack_goes_down()
    for _ in range(7):
        workspace.passes(minutes=4)
        workspace.feldera_goes_down()
        workspace.passes(minutes=4)
        workspace.feldera_comes_back()
    workspace.slack_comes_back()
    workspace.passes(minutes=3)
    lines = workspace.thread()
    assert [line[0] for line in lines[3:-1]] == ["🔌"] * 14
    away, back = lines[3:-1:2], lines[4:-1:2]
    assert all(line.startswith("🔌 I cannot ask Feldera") for line in away)
    assert all(line.startswith("🔌 Feldera answers again") for line in back)
    assert lines[-1] == snapshot("✅ Cleared `payments` after 57 minutes and 8 seconds. @ana")
    assert "✅ Cleared." in workspace.card()
    posts = [
        call for call in workspace.slack.calls if call.method == "chat.postMessage" and call.error is None
    ]
    assert [len(call.args["blocks"]) for call in posts[2:]] == snapshot([10, 5, 1])
