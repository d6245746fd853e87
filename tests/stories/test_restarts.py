"""The process is gone from one moment to the next: what was confirmed goes on, in the same thread, and is sent once."""

import pytest
from inline_snapshot import snapshot

from bot.domain.operations.operation import State
from bot.store.shell_store import Administration
from tests.workspace import Teammate, Workspace

CLEARED = "✅ Cleared `orders` after 2 seconds. @ana"


@pytest.fixture
def ana(workspace: Workspace) -> Teammate:
    """She is shown a preview."""
    ana = workspace.operator("ana")
    ana.asks("/pipeline clear orders")
    return ana


def signs(workspace: Workspace) -> str:
    """The first sign of each line in the thread."""
    return " ".join(line.split()[0] for line in workspace.thread())


def test_after_the_preview(workspace: Workspace, ana: Teammate) -> None:
    """The button means a row, not a memory; pressed while the bot is away, Slack says so, and it works again later."""
    button = ana.finds("Clear orders")
    workspace.dies()
    workspace.expected_complaints = 1
    assert ana.presses(button) is not None
    workspace.starts()
    workspace.passes(seconds=10)
    assert workspace.cards() == []
    assert ana.told("Clear orders") == ["⏳ Confirmed. Follow the clear of `orders` in its thread."]
    workspace.passes(seconds=10)
    assert workspace.thread()[-1] == CLEARED
    assert len(workspace.sent) == 1


def test_while_the_request_is_under_way_undone(workspace: Workspace, ana: Teammate) -> None:
    """Stored before it went out, it may have been sent: the bot looks, waits as long as it could arrive, repeats it."""
    workspace.feldera.hangs("POST")
    workspace.dies_while_feldera_hangs(ana.clicking("Clear orders"))
    workspace.feldera_goes_down()
    workspace.feldera_comes_back()
    workspace.starts()
    ana.reads()
    workspace.passes(minutes=1)
    assert workspace.thread()[1] == snapshot(
        "📤 Sent the clear of `orders` to Feldera again at 3:00:15 AM: the previous call has shown no effect."
    )
    assert signs(workspace) == "📤 📤 ⏳ ✅"
    assert len(workspace.sent) == 2
    assert workspace.feldera.clears["orders"] == 1


def test_while_the_request_is_under_way_done(workspace: Workspace, ana: Teammate) -> None:
    """Feldera did it, and nobody was left to hear so: the look shows it, and nothing is sent again."""
    workspace.feldera.hangs("POST", once_processed=True)
    workspace.dies_while_feldera_hangs(ana.clicking("Clear orders"))
    workspace.feldera.lets_go()
    workspace.starts()
    ana.reads()
    workspace.passes(minutes=1)
    assert workspace.thread()[1:] == [
        "⏳ `orders` is being cleared: it seems that Feldera did receive the call. This cannot be cancelled any more.",
        CLEARED,
    ]
    assert len(workspace.sent) == 1


def test_a_request_that_arrives_after_the_restart(workspace: Workspace, ana: Teammate) -> None:
    """It outlived its sender in some queue: the bot is still waiting before it repeats, and so never does."""
    workspace.feldera.hangs("POST")
    workspace.dies_while_feldera_hangs(ana.clicking("Clear orders"))
    workspace.starts()
    ana.reads()
    workspace.passes(seconds=9)
    workspace.feldera.lets_go()
    workspace.passes(minutes=1)
    assert workspace.thread()[1:] == ["✅ Cleared `orders` after 10 seconds. @ana"]
    assert len(workspace.sent) == 1
    assert workspace.feldera.clears["orders"] == 1


def test_while_feldera_is_away(workspace: Workspace, ana: Teammate) -> None:
    """That it is away was said before the restart, and is not said again after it."""
    workspace.feldera.sticks_clearing("orders")
    ana.told("Clear orders")
    workspace.passes(seconds=5)
    workspace.feldera_goes_down()
    workspace.passes(minutes=1)
    workspace.restarts()
    workspace.passes(minutes=1)
    workspace.feldera_comes_back()
    workspace.feldera.unsticks("orders")
    workspace.passes(minutes=1)
    assert workspace.thread()[2:] == snapshot(
        [
            "🔌 I cannot reach Feldera (`No connection to Feldera at feldera.example.`). The clear goes on without me. I keep trying.",
            "🔌 Feldera answers again, after 2 minutes.",
            "⏳ Still clearing `orders` after 2 minutes and 6 seconds.",
            "✅ Cleared `orders` after 2 minutes and 15 seconds. @ana",
        ]
    )


def test_while_a_human_is_wanted(workspace: Workspace, ana: Teammate) -> None:
    """It is still wanted, in the same thread, nothing is sent, and the button that ends it works."""
    for _ in range(3):
        workspace.feldera.drops_the_next_request()
    ana.told("Clear orders")
    workspace.passes(minutes=2)
    said = workspace.thread()
    workspace.restarts()
    workspace.passes(minutes=5)
    assert workspace.thread() == said
    assert "⚠️ Needs attention: " in workspace.card()
    ana.told("Close request")
    workspace.passes(seconds=5)
    assert workspace.thread()[-1] == snapshot(
        "☑️ The request to clear `orders` was closed by @ana, who confirms that nothing is under way in Feldera. Whether it was cleared is not recorded here. To request it again, type `/pipeline clear orders`: it first shows what would be deleted. @ana"
    )
    assert "☑️ Closed by @" in workspace.card()
    assert len(workspace.sent) == 3


@pytest.mark.parametrize("what", ["the answer is lost", "the process is gone"])
def test_a_card_whose_place_was_not_noted(workspace: Workspace, ana: Teammate, what: str) -> None:
    """Slack took it, and its ts was never stored: it is posted anew, and says that there may be a copy."""
    if what == "the answer is lost":
        workspace.slack.loses_the_next_reply("chat.postMessage")
        ana.clicks("Clear orders")
    else:
        workspace.dies_once(
            lambda: any(call.method == "chat.postMessage" for call in workspace.slack.calls),
            workspace.reacting_to(ana.clicking("Clear orders")),
        )
        workspace.starts()
    workspace.passes(minutes=1)
    ana.reads()
    old, new = workspace.cards()
    assert "about to be sent" in old
    assert "✅ Cleared after" in new
    assert new.split("\n")[-1] == snapshot(
        "Id `ID1` · Posted again: an older copy of this card, if there is one, is not kept up to date."
    )
    assert signs(workspace) == "📤 ⏳ ✅"
    assert len(workspace.sent) == 1


@pytest.mark.parametrize("exchanges", range(24))
def test_at_every_exchange(workspace: Workspace, exchanges: int) -> None:
    """Gone as soon as so many requests had reached Slack or Feldera, and again as many later: sent once, one last line."""

    def exchanged() -> int:
        return len(workspace.slack.calls) + len(workspace.feldera.requests)

    def may_have_been_sent() -> bool:
        with Administration.open(workspace.database) as administration:
            return any(operation.state is State.SUBMITTING for operation in administration.underway())

    ana = workspace.operator("ana")
    workspace.feldera.adds("payments", clear_takes=40.0)
    ana.asks("/pipeline clear payments")
    workspace.run(ana.clicking("Clear payments"))
    sent_again = False  # it was gone after it had written that it sends, and before it did
    for _ in range(2):
        enough = exchanged() + exchanges
        workspace.dies_once(lambda enough=enough: exchanged() >= enough, workspace.transient(minutes=2))
        sent_again = sent_again or (may_have_been_sent() and not workspace.sent)
        workspace.clock.passes(seconds=3)
        workspace.starts()
    workspace.passes(minutes=2)
    ana.reads()
    cards = workspace.cards()
    assert "✅ Cleared after" in cards[-1]
    assert len(cards) <= 3
    assert all("about to be sent" in card for card in cards[:-1])
    assert ("Posted again" in cards[-1]) == (len(cards) > 1)
    lines = workspace.thread()
    assert lines[-1].startswith("✅ Cleared `payments` after")
    said = {line for line in lines if line.startswith("📤")}
    first = {line for line in said if line.startswith("📤 Sent the clear of `payments` to Feldera at ")}
    assert len(first) <= 1, "a line may be repeated, of the same moment, but no other one added"
    assert len(said - first) == sent_again
    assert len(workspace.sent) == 1
    assert workspace.feldera.clears["payments"] == 1
