"""Two things at the same moment: the database decides which of them happened, and both people are answered."""

import asyncio

from inline_snapshot import snapshot

from tests.workspace import Workspace


def test_two_people_confirm_at_once(workspace: Workspace) -> None:
    """One clear; the other person is told whose it is, and where to follow it."""
    ana, ben = workspace.operator("ana"), workspace.operator("ben")
    ana.asks("/pipeline clear orders")
    ben.asks("/pipeline clear orders")
    workspace.at_once(ana.clicking("Clear orders"), ben.clicking("Clear orders"))
    workspace.passes(seconds=10)
    told = {person.name: person.reads() for person in (ana, ben)}
    (winner,) = (name for name, lines in told.items() if lines[-1].startswith("⏳ Confirmed"))
    (loser,) = told.keys() - {winner}
    assert [line.replace(winner, "WINNER") for line in told[loser]] == snapshot(
        [
            "✋ Another operation holds `orders`: @WINNER asked for a clear Mar 2, 2026 at 3:00:00 AM. Follow it in its card, which is about to be posted."
        ]
    )
    assert workspace.thread()[-1] == f"✅ Cleared `orders` after 2 seconds. @{winner}"
    assert f"✓ Confirmed by @{winner}" in workspace.card()
    assert workspace.feldera.clears["orders"] == 1
    assert len(workspace.sent) == 1


def test_the_slower_of_two_people(workspace: Workspace) -> None:
    """Whose preview is overtaken hears it at the click, and can use the same button once the other clear is over."""
    ana, ben = workspace.operator("ana"), workspace.operator("ben")
    workspace.feldera.sticks_clearing("orders")
    ana.asks("/pipeline clear orders")
    ben.asks("/pipeline clear orders")
    button = ben.finds("Clear orders")
    ana.clicks("Clear orders")
    ana.reads()
    ben.clicks("Clear orders")
    assert ben.reads() == snapshot(
        [
            "✋ Another operation holds `orders`: @ana asked for a clear Mar 2, 2026 at 3:00:00 AM. Follow it in its thread."
        ]
    )
    workspace.feldera.unsticks("orders")
    workspace.passes(minutes=1)
    assert "✅ Cleared." in workspace.card()
    assert workspace.thread()[-1].endswith("@ana")
    ben.presses(button)
    workspace.passes(seconds=10)
    ben.reads()
    assert workspace.thread() == snapshot(
        ["✅ Nothing to clear: the storage of `orders` was cleared already. Nothing was sent. @ben"]
    )
    assert "✅ Nothing to clear." in workspace.cards()[-1]
    assert len(workspace.sent) == 1


def test_a_double_click(workspace: Workspace) -> None:
    """Two presses at once, each a click of its own to Slack: one clear."""
    ana = workspace.operator("ana")
    ana.asks("/pipeline clear orders")
    button = ana.finds("Clear orders")
    workspace.at_once(ana.pressing(button), ana.pressing(button))
    workspace.passes(seconds=10)
    assert ana.reads() == snapshot(["⏳ Confirmed. Follow `orders` in its thread."])
    assert workspace.thread()[-1] == "✅ Cleared `orders` after 2 seconds. @ana"
    assert "✅ Cleared." in workspace.card()
    assert len(workspace.sent) == 1


def test_confirmed_and_dropped_at_once(workspace: Workspace) -> None:
    """Either it is confirmed and cleared, or dropped and not; never both, and the answer says which."""
    ana = workspace.operator("ana")
    ana.asks("/pipeline clear orders")
    clear, drop = ana.finds("Clear orders"), ana.finds("Never mind")
    workspace.at_once(ana.pressing(clear), ana.pressing(drop))
    workspace.passes(seconds=10)
    (said,) = ana.reads()
    if workspace.sent:
        assert "thread" in said
        assert "✅ Cleared." in workspace.card()
        assert workspace.thread()[-1] == "✅ Cleared `orders` after 2 seconds. @ana"
    else:
        assert said.startswith(("Never mind", "This was dropped already"))
        assert workspace.cards() == []


def test_dropped_and_then_confirmed(workspace: Workspace) -> None:
    """A screen that was slow: the button of a dropped preview does nothing."""
    ana = workspace.operator("ana")
    ana.asks("/pipeline clear orders")
    clear = ana.finds("Clear orders")
    ana.clicks("Never mind")
    assert ana.reads() == snapshot(["Never mind, then: nothing was sent, and `orders` is as it was."])
    ana.presses(clear)
    assert ana.reads() == snapshot(["This was dropped already: nothing was sent, and `orders` is as it was."])
    workspace.passes(minutes=1)
    assert workspace.sent == []


def test_confirmed_and_then_dropped(workspace: Workspace) -> None:
    """From the confirmation on there is no way back: *Never mind* comes too late, and says so."""
    ana = workspace.operator("ana")
    workspace.feldera.sticks_clearing("orders")
    ana.asks("/pipeline clear orders")
    drop = ana.finds("Never mind")
    ana.clicks("Clear orders")
    ana.reads()
    ana.presses(drop)
    assert ana.reads() == snapshot(
        ["This was confirmed already, Mar 2, 2026 at 3:00:00 AM by @ana: follow it in its thread."]
    )
    workspace.passes(seconds=5)
    assert "⏳ Clearing" in workspace.card()
    assert len(workspace.thread()) == 2


def test_the_grant_is_revoked_by_another_process_during_the_click(workspace: Workspace) -> None:
    """The permission is read in the transaction that confirms: a revocation comes before it or after it, never between.

    After it, the request is still not sent: the permission is read again when it is about to be.
    """
    ana = workspace.operator("ana")
    ana.asks("/pipeline clear orders")

    workspace.at_once(ana.clicking("Clear orders"), asyncio.to_thread(workspace.revokes, ana))
    workspace.passes(seconds=10)
    (said,) = ana.reads()
    assert workspace.sent == []
    if workspace.cards():
        assert "❌ Not cleared." in workspace.card()
        assert workspace.thread() == [
            "❌ Not cleared: @ana may no longer clear `orders`. The permission ended after the confirmation; nothing was sent. @ana"
        ]
    else:
        assert said.startswith("🚫 You may not clear `orders`")


def test_the_grant_is_revoked_right_after_the_click(workspace: Workspace) -> None:
    """Confirmed with a right that is gone when the request could be sent: it is not sent, and the thread says why."""
    ana = workspace.operator("ana")
    ana.asks("/pipeline clear orders")
    workspace.run(ana.clicking("Clear orders"))
    workspace.revokes(ana)
    workspace.passes(seconds=10)
    ana.reads()
    assert workspace.thread() == snapshot(
        [
            "❌ Not cleared: @ana may no longer clear `orders`. The permission ended after the confirmation; nothing was sent. @ana"
        ]
    )
    assert "❌ Not cleared." in workspace.card()
    assert workspace.sent == []


def test_the_grant_is_revoked_before_a_repetition(workspace: Workspace) -> None:
    """A request that got lost is not repeated without a right to it: a human is asked instead."""
    ana = workspace.operator("ana")
    workspace.feldera.drops_the_next_request()
    ana.clears("orders")
    workspace.revokes(ana)
    workspace.passes(minutes=1)
    assert workspace.thread() == snapshot(
        [
            "📤 Sent the request to Feldera, Mar 2, 2026 at 3:00:00 AM.",
            "❔ No usable answer came (`The connection to Feldera broke before its answer was complete.`). I look at the pipeline before I do anything else.",
            "⚠️ I need a human. Known: the request was sent once, Feldera never confirmed it, and `orders` is as it was. Not known: whether a request is still on its way. What to do: look at `orders` in Feldera; once you are sure that nothing is under way, press *Close*. Then `/pipeline clear orders` starts afresh. @ana",
        ]
    )
    assert "⚠️ Needs a human." in workspace.card()
    assert len(workspace.sent) == 1


def test_the_grant_is_revoked_while_the_clear_is_watched(workspace: Workspace) -> None:
    """What was sent cannot be taken back: it is watched to its end, and told."""
    ana = workspace.operator("ana")
    workspace.feldera.adds("payments", clear_takes=20.0)
    ana.clears("payments")
    workspace.revokes(ana)
    workspace.passes(minutes=1)
    assert workspace.thread()[-1] == "✅ Cleared `payments` after 20 seconds. @ana"
    assert "✅ Cleared." in workspace.card()


def test_closed_while_the_proof_arrives(workspace: Workspace) -> None:
    """A human closes it at the moment a look settles it: one ending, and the click is answered whichever it is."""
    ana = workspace.operator("ana")
    for _ in range(3):
        workspace.feldera.drops_the_next_request()
    ana.clears("orders")
    workspace.passes(minutes=2)
    workspace.feldera.someone_clears("orders")
    button = ana.finds("Close")
    workspace.clock.passes(minutes=2)

    workspace.at_once(ana.pressing(button), workspace.bot.driver.tick())
    workspace.passes(seconds=10)
    (said,) = ana.reads()
    ending = workspace.thread()[-1]
    card = workspace.card()
    if ending.startswith("☑️"):
        assert said.startswith("☑️ Closed.")
        assert "☑️ Closed by hand." in card
    else:
        assert ending.startswith("✅ Cleared `orders`")
        assert said.startswith("This is over since")
        assert "✅ Cleared." in card
    assert sum(line.startswith(("☑️", "✅")) for line in workspace.thread()) == 1
