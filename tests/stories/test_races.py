"""Two things at the same moment: the database decides which of them happened, and both people are answered."""

import asyncio

from inline_snapshot import snapshot

from tests.workspace import Teammate, Workspace


def shown_a_preview(workspace: Workspace) -> Teammate:
    ana = workspace.operator("ana")
    ana.asks("/pipeline clear orders")
    return ana


def test_two_people_confirm_at_once(workspace: Workspace) -> None:
    """One clear; the other person is told whose it is, and where to follow it."""
    ana, ben = shown_a_preview(workspace), workspace.operator("ben")
    ben.asks("/pipeline clear orders")
    workspace.at_once(ana.clicking("Clear orders"), ben.clicking("Clear orders"))
    workspace.passes(seconds=10)
    told = {person.name: person.reads()[-1] for person in (ana, ben)}
    (winner,) = (name for name, line in told.items() if line.startswith("⏳ Confirmed"))
    (loser,) = told.keys() - {winner}
    assert told[loser].startswith(f"✋ Another request is open on `orders`: @{winner} requested a clear")
    assert workspace.thread()[-1] == f"✅ Cleared `orders` after 2 seconds. @{winner}"
    assert f"Requested by @{winner}" in workspace.card()
    assert len(workspace.sent) == 1


def test_the_slower_of_two_people(workspace: Workspace) -> None:
    """Whose preview is overtaken hears it at the click, and can use the same button once the other clear is over."""
    ana, ben = shown_a_preview(workspace), workspace.operator("ben")
    workspace.feldera.sticks_clearing("orders")
    ben.asks("/pipeline clear orders")
    button = ben.finds("Clear orders")
    ana.told("Clear orders")
    assert ben.told("Clear orders") == [
        "✋ Another request is open on `orders`: @ana requested a clear some time ago (Mar 2, 2026 at 3:00 AM). Follow it in its thread."
    ]
    assert ben.links() == [workspace.permalink()]
    workspace.feldera.unsticks("orders")
    workspace.passes(minutes=1)
    ben.presses(button)
    workspace.passes(seconds=10)
    ben.reads()
    assert workspace.threads()[-1] == snapshot(
        [
            "✅ Nothing to clear: the storage of `orders` was already cleared. Nothing was sent to Feldera. @ben"
        ]
    )
    assert "✅ Nothing to clear: its storage was already cleared · " in workspace.cards()[-1]
    assert len(workspace.sent) == 1


def test_a_double_click(workspace: Workspace) -> None:
    ana = shown_a_preview(workspace)
    button = ana.finds("Clear orders")
    workspace.at_once(ana.pressing(button), ana.pressing(button))
    workspace.passes(seconds=10)
    assert ana.reads() == ["⏳ Confirmed. Follow the clear of `orders` in its thread."]
    assert workspace.thread()[-1] == "✅ Cleared `orders` after 2 seconds. @ana"
    assert len(workspace.sent) == 1


def test_confirmed_and_dropped_at_once(workspace: Workspace) -> None:
    """Either it is confirmed and cleared, or dropped and not; never both, and the answer says which."""
    ana = shown_a_preview(workspace)
    clear, drop = ana.finds("Clear orders"), ana.finds("Never mind")
    workspace.at_once(ana.pressing(clear), ana.pressing(drop))
    workspace.passes(seconds=10)
    (said,) = ana.reads()
    if workspace.sent:
        assert "thread" in said
        assert workspace.thread()[-1] == "✅ Cleared `orders` after 2 seconds. @ana"
    else:
        assert said.startswith(("Never mind", "The clear of `orders` was already dropped"))
        assert workspace.cards() == []


def test_the_grant_is_revoked_by_another_process_during_the_click(workspace: Workspace) -> None:
    """A revocation comes before the confirmation or after it, never between; after it the request is still not sent."""
    ana = shown_a_preview(workspace)
    workspace.at_once(ana.clicking("Clear orders"), asyncio.to_thread(workspace.revokes, ana))
    workspace.passes(seconds=10)
    (said,) = ana.reads()
    assert workspace.sent == []
    if workspace.cards():
        assert workspace.thread()[-1].startswith("❌ `orders` was not cleared: @ana lost the role for it")
    else:
        assert said.startswith("🚫 You may not clear `orders`")


def test_the_grant_is_revoked_before_a_repetition(workspace: Workspace) -> None:
    """A request that got lost is not repeated without a right to it: a human is asked instead."""
    ana = workspace.operator("ana")
    workspace.feldera.drops_the_next_request()
    ana.clears("orders")
    workspace.revokes(ana)
    workspace.passes(minutes=1)
    assert workspace.last_reply().startswith(
        "⚠️ Needs attention: the clear of `orders`.\nKnown: the clear was sent to Feldera once"
    )
    assert "⚠️ Needs attention: " in workspace.card()
    assert len(workspace.sent) == 1


def test_the_grant_is_revoked_while_the_clear_is_watched(workspace: Workspace) -> None:
    """What was sent cannot be taken back: it is watched to its end, and told."""
    ana = workspace.operator("ana")
    workspace.feldera.adds("payments", clear_takes=20.0)
    ana.clears("payments")
    workspace.revokes(ana)
    workspace.passes(minutes=1)
    assert workspace.thread()[-1] == "✅ Cleared `payments` after 20 seconds. @ana"


def test_closed_while_the_proof_arrives(workspace: Workspace) -> None:
    """A human closes it at the moment a look settles it: one ending, and the click is answered whichever it is."""
    ana = workspace.operator("ana")
    for _ in range(3):
        workspace.feldera.drops_the_next_request()
    ana.clears("orders")
    workspace.passes(minutes=2)
    workspace.feldera.someone_clears("orders")
    button = ana.finds("Close request")
    workspace.clock.passes(minutes=2)
    workspace.at_once(ana.pressing(button), workspace.bot.driver.tick())
    workspace.passes(seconds=10)
    (said,) = ana.reads()
    card, lines = workspace.card(), workspace.thread()
    if lines[-1].startswith("☑️"):
        assert said.startswith("☑️ Closed:")
        assert "☑️ Closed by @" in card
    else:
        assert lines[-1].startswith("✅ Cleared `orders`")
        assert said.startswith("This ended")
        assert "✅ Cleared after" in card
    assert sum(line.startswith(("☑️", "✅")) for line in lines) == 1
