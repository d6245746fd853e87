"""What became of an accepted clear: told by what Feldera's rules prove, whoever did what to the pipeline meanwhile."""

import pytest
from inline_snapshot import snapshot

from bot.simulator.feldera import FelderaSimulator
from tests.workspace import Teammate, Workspace

STARTED_SINCE = (
    "✅ `orders` was cleared, and somebody has started it since: its storage is in use again. @oli"
)
GONE_SINCE = "✅ `orders` was cleared, and somebody has deleted or renamed it since (Feldera allows neither before the storage is cleared). @oli"


def renames(feldera: FelderaSimulator, name: str) -> None:
    feldera.someone_renames(name, "orders-2025")


@pytest.mark.parametrize(
    ("somebody", "last_line"),
    [
        (FelderaSimulator.someone_deletes, GONE_SINCE),
        (renames, GONE_SINCE),
        (
            FelderaSimulator.someone_recreates,
            "✅ `orders` was cleared, and somebody has deleted it and created another pipeline of that name since. @oli",
        ),
        (FelderaSimulator.someone_starts, STARTED_SINCE),
    ],
)
def test_changed_after_the_clear(workspace: Workspace, oli: Teammate, somebody, last_line: str) -> None:
    """Feldera lets nobody delete, rename or start a pipeline before its storage is cleared: so it was."""
    workspace.feldera.once_cleared("orders", lambda name: somebody(workspace.feldera, name))
    oli.clears("orders")
    workspace.passes(seconds=10)
    assert workspace.thread()[-1] == last_line
    assert "✅ Cleared; somebody has" in workspace.card()


def test_started_early_right_after_the_clear(workspace: Workspace, oli: Teammate) -> None:
    """Cleared, and wanted to run while its program still compiles: `Cleared` alone would hide that it is starting."""
    feldera = workspace.feldera
    feldera.adds("payments", program_status="CompilingRust")
    feldera.once_cleared("payments", feldera.someone_starts)
    oli.clears("payments")
    workspace.passes(seconds=10)
    said = "✅ Cleared `payments` after 2 seconds. It is starting already: somebody started it right away."
    assert workspace.thread()[-1] == f"{said} @oli"
    assert "\n✅ Cleared after 2 seconds · " in workspace.card()
    assert "It is starting already: somebody started it right away." in workspace.card()


def test_run_and_stopped_again_at_the_next_look(workspace: Workspace, oli: Teammate) -> None:
    """Stopped and in use, as it was reviewed, but stopped at another moment: it was cleared, and has run since."""
    workspace.feldera.once_cleared("orders", workspace.feldera.someone_starts)
    oli.clears("orders")
    workspace.feldera_goes_down()
    workspace.passes(seconds=30)
    workspace.feldera.someone_stops("orders")
    workspace.passes(seconds=30)
    workspace.feldera_comes_back()
    workspace.passes(seconds=30)
    assert workspace.thread()[-1] == STARTED_SINCE
    assert "✅ Cleared; somebody has started it since" in workspace.card()


def test_stuck_for_an_hour(workspace: Workspace, oli: Teammate) -> None:
    """No time makes a clear fail: the thread hears of it at its moments, less and less often, until it is done."""
    workspace.feldera.sticks_clearing("orders")
    oli.clears("orders")
    workspace.passes(minutes=6)
    for minutes in (3.5, 19.5, 29.5):
        workspace.leaps(minutes=minutes)
        workspace.passes(seconds=30)
    unusual = "⏳ Clearing, began some time ago (Mar 2, 2026 at 3:00 AM), which is unusually long."
    assert f"\n{unusual}\n" in workspace.card()
    workspace.feldera.unsticks("orders")
    workspace.passes(minutes=1)
    assert workspace.thread()[2:] == snapshot(
        [
            "⏳ Still clearing `orders` after 30 seconds.",
            "⏳ Still clearing `orders` after 1 minute.",
            "⏳ Still clearing `orders` after 2 minutes.",
            "🐌 The clear of `orders` is taking unusually long: 3 minutes and 9 seconds so far. Feldera reports that its runner is healthy. Feldera repeats a clear until it succeeds, and it cannot be cancelled. I keep watching. @oli",
            "⏳ Still clearing `orders` after 5 minutes.",
            "⏳ Still clearing `orders` after 10 minutes.",
            "⏳ Still clearing `orders` after 30 minutes.",
            "⏳ Still clearing `orders` after 1 hour. @oli",
            "✅ Cleared `orders` after 1 hour and 15 seconds. @oli",
        ]
    )
    assert "✅ Cleared after" in workspace.card()
    assert len(workspace.sent) == 1


def test_accepted_and_yet_not_cleared(workspace: Workspace, oli: Teammate) -> None:
    """Something in between said 202 and did nothing: that contradicts Feldera's rules, so a human has to look."""
    workspace.feldera.answers_next(202, body="Pipeline storage is being cleared", method="POST")
    oli.clears("orders")
    workspace.passes(minutes=10)
    assert workspace.thread()[2:] == snapshot(
        [
            "⚠️ Needs attention: the clear of `orders`.",
            "Known: Feldera accepted the clear, but `orders` is neither cleared nor being cleared and still has its storage.",
            "Not known: why.",
            "What to do: look at `orders` and at Feldera's log; once you are sure that nothing is under way, press *Close request* on its card. To request it again after that, type `/pipeline clear orders`: it first shows what would be deleted. @oli",
        ]
    )
    assert "⚠️ Needs attention: " in workspace.card()
    assert len(workspace.sent) == 1
