"""Slack is slow, refuses, or is away: no clear waits for it, everything is told afterwards, in order, and the end always."""

from datetime import timedelta
from itertools import pairwise

import pytest
from inline_snapshot import snapshot

from tests.workspace import Teammate, Workspace

POST, EDIT = "chat.postMessage", "chat.update"
CLEARED = "✅ Cleared `orders` after 2 seconds. @ana"


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
    workspace.slack.rate_limits(POST, retry_after=30)
    ana.clicks("Clear orders")
    workspace.passes(seconds=29)
    assert ana.reads() == [
        "⏳ Posting the request to clear `orders` in #ops. When the message is visible there, the clear is sent to Feldera."
    ]
    assert workspace.sent == []
    workspace.passes(minutes=1)
    assert ana.reads() == ["⏳ Confirmed. Follow the clear of `orders` in its thread."]
    assert called(workspace, POST) == [(0.0, "ratelimited"), (30.0, None), (31.0, None), (32.5, None)]
    assert "✅ Cleared after" in workspace.card()
    assert "Posted again" not in workspace.card(), "a 429 certainly was no post"
    assert len(workspace.thread()) == 3


def test_asked_to_wait_with_a_line_and_an_edit(workspace: Workspace, ana: Teammate) -> None:
    """Each method has its own wait; the clear goes on meanwhile, and what is told late is told whole."""
    workspace.feldera.adds("payments", clear_takes=70.0)
    ana.clears("payments")
    workspace.slack.rate_limits(POST, retry_after=50)
    workspace.slack.rate_limits(EDIT, retry_after=20)
    workspace.passes(minutes=2)
    assert called(workspace, POST) == snapshot(
        [(0.0, None), (1.0, "ratelimited"), (51.0, None), (60.0, None), (72.817778, None)]
    )
    assert called(workspace, EDIT) == [(0.0, None), (72.817778, "ratelimited"), (92.817778, None)]
    assert [line[:12] for line in workspace.timed_thread()] == snapshot(
        ["0:00:51  📤 S", "0:00:51  ⏳ F", "0:00:51  ⏳ S", "0:01:00  ⏳ S", "0:01:12.8177"]
    )
    assert "✅ Cleared after" in workspace.card()


def test_away_for_longer_than_a_confirmation_is_good_for(workspace: Workspace, ana: Teammate) -> None:
    """No card for four hours: nothing is sent any more, and that is what the card says when it can be posted."""
    ana.asks("/pipeline clear orders")
    workspace.run(ana.clicking("Clear orders"))
    workspace.slack_goes_down()
    workspace.passes(minutes=5)
    workspace.leaps(hours=4)
    workspace.slack_comes_back()
    workspace.passes(minutes=1)
    ana.reads()
    assert workspace.thread() == [
        "❌ Expired: `orders` was not cleared. The clear could not be sent within 4 hours after @ana confirmed it. Nothing was sent to Feldera. To request it again, type `/pipeline clear orders`: it first shows what would be deleted. @ana"
    ]
    assert "\n❌ Expired, not cleared: " in workspace.card()
    assert workspace.sent == []


def test_a_line_whose_answer_was_lost(workspace: Workspace, ana: Teammate) -> None:
    """Slack knows no key by which it would recognise the same post: such a line may stand there twice, never not at all."""
    ana.asks("/pipeline clear orders")
    workspace.feldera_goes_down()
    ana.told("Clear orders")
    workspace.feldera_comes_back()
    workspace.slack.loses_the_next_reply(POST)
    workspace.passes(minutes=1)
    lines = workspace.timed_thread()
    assert [line[:10] for line in lines] == [
        "0:00:02  📤",
        "0:00:02  ⏳",
        "0:00:07  📤",
        "0:00:07  ⏳",
        "0:00:07  ✅",
    ]
    assert lines[0][9:] == lines[2][9:]
    assert len(workspace.sent) == 1


def test_a_card_that_may_not_be_edited_any_more(workspace: Workspace, ana: Teammate) -> None:
    """Some workspaces allow edits for a while only: the card stays as it is, and its thread tells the rest."""
    ana.clears("orders")
    workspace.slack.fails_next(EDIT, "edit_window_closed", times=9)
    workspace.passes(minutes=2)
    assert len(workspace.cards()) == 1
    assert workspace.thread()[-1] == CLEARED
    assert called(workspace, EDIT) == [(0.0, None), (2.5, "edit_window_closed")]


@pytest.mark.parametrize("what", ["errors of its own", "a lost edit", "a token that does not work"])
def test_what_passes_loses_nothing(workspace: Workspace, ana: Teammate, what: str) -> None:
    """The bot goes on trying; a token is logged as an error, since only a person can mend it."""
    ana.clears("orders")
    if what == "errors of its own":
        workspace.slack.answers_500(POST, times=3)
        workspace.slack.fails_next(EDIT, "internal_error", times=3)
    elif what == "a lost edit":  # editing twice does no harm
        workspace.slack.loses_the_next_reply(EDIT)
        workspace.slack.drops_the_next_request(EDIT)
    else:
        workspace.expected_errors.add("slack_refused")
        workspace.slack.refuses_tokens()
        workspace.passes(minutes=5)
        assert any(line.startswith("slack_refused") for line in workspace.logged)
        workspace.slack.accepts_tokens()
    workspace.passes(minutes=2)
    assert [line.split()[0] for line in workspace.thread()] == ["📤", "⏳", "✅"]
    assert "✅ Cleared after" in workspace.card()


def test_an_answer_that_cannot_be_changed_any_more(workspace: Workspace, ana: Teammate) -> None:
    """The right to change it lasts half an hour: then the card alone tells, and nothing breaks."""
    ana.asks("/pipeline clear orders")
    workspace.slack.rate_limits(POST, retry_after=40 * 60)
    ana.clicks("Clear orders")
    workspace.passes(hours=1)
    assert ana.reads()[0].startswith("⏳ Posting the request to clear `orders` in #ops")
    assert workspace.thread()[-1].startswith("✅ Cleared `orders`")


def test_many_operations_in_one_channel(workspace: Workspace, ana: Teammate) -> None:
    """A second between two posts there: Slack never has to ask for it, and another channel is not held up."""
    other = workspace.slack.adds_channel("elsewhere")
    names = [f"orders-{number}" for number in range(6)]
    for name in names:
        workspace.feldera.adds(name, clear_takes=10.0)
        ana.asks(f"/pipeline clear {name}")
    workspace.at_once(*(ana.clicking(f"Clear {name}") for name in names))
    ana.clears("orders", channel=other)
    assert workspace.feldera.clears["orders"] == 1
    workspace.passes(minutes=1)
    ana.reads()
    assert [call.error for call in workspace.slack.calls if call.error] == []
    here = [
        each for each in workspace.slack.calls if each.method == POST and each.args["channel"] != other.id
    ]
    assert all(later.at - earlier.at >= timedelta(seconds=1) for earlier, later in pairwise(here))
    assert workspace.thread(other)[-1].startswith("✅ Cleared `orders`")
    threads = workspace.threads()
    assert len(threads) == 6
    assert all(thread[0].startswith("📤") and thread[-1].startswith("✅ Cleared") for thread in threads)
    assert all("✅ Cleared after" in card for card in workspace.cards())
    assert [workspace.feldera.clears[name] for name in names] == [1] * 6


def test_more_to_tell_than_one_message_holds(workspace: Workspace, ana: Teammate) -> None:
    """Ten lines a message: what a long absence left unsaid comes in several, in order, except how long it took so far."""
    workspace.feldera.adds("payments", clear_takes=43 * 60.0)
    ana.clears("payments")
    workspace.passes(seconds=5)
    workspace.slack_goes_down()
    for _ in range(7):
        workspace.passes(minutes=4)
        workspace.feldera_goes_down()
        workspace.passes(minutes=2)
        workspace.feldera_comes_back()
    workspace.slack_comes_back()
    workspace.passes(minutes=3)
    lines = workspace.thread()
    away, back = lines[3:-1:2], lines[4:-1:2]
    assert len(away) == len(back) == 7
    assert all(line.startswith("🔌 I cannot reach Feldera") for line in away)
    assert all(line.startswith("🔌 Feldera answers again") for line in back)
    assert lines[-1].startswith("✅ Cleared `payments` after 43 minutes")
    posts = [call for call in workspace.slack.calls if call.method == POST and call.error is None]
    assert [len(call.args["blocks"]) for call in posts[2:]] == [10, 5, 1]
