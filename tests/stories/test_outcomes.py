"""What became of an accepted clear: told by what Feldera's rules prove, whoever did what to the pipeline meanwhile."""

from inline_snapshot import snapshot

from tests.workspace import Workspace


def test_deleted_after_the_clear(workspace: Workspace) -> None:
    """Feldera lets nobody delete a pipeline before its storage is cleared: one that is gone was cleared."""
    ana = workspace.operator("ana")
    workspace.feldera.once_cleared("orders", workspace.feldera.someone_deletes)
    ana.clears("orders")
    workspace.passes(seconds=10)
    assert workspace.thread()[-1] == snapshot(
        "✅ `orders` was cleared, and somebody has deleted or renamed it since (Feldera allows neither before the storage is cleared). @ana"
    )
    assert "✅ Cleared." in workspace.card()


def test_renamed_after_the_clear(workspace: Workspace) -> None:
    """A renamed pipeline is gone under its name; renaming too takes cleared storage."""
    ana = workspace.operator("ana")
    feldera = workspace.feldera
    feldera.once_cleared("orders", lambda name: feldera.someone_renames(name, "orders-2025"))
    ana.clears("orders")
    workspace.passes(seconds=10)
    assert workspace.thread()[-1] == snapshot(
        "✅ `orders` was cleared, and somebody has deleted or renamed it since (Feldera allows neither before the storage is cleared). @ana"
    )
    assert "✅ Cleared." in workspace.card()


def test_recreated_after_the_clear(workspace: Workspace) -> None:
    """Another pipeline of that name: the one that was asked about was cleared, and then deleted."""
    ana = workspace.operator("ana")
    workspace.feldera.once_cleared("orders", workspace.feldera.someone_recreates)
    ana.clears("orders")
    workspace.passes(seconds=10)
    assert workspace.thread()[-1] == snapshot(
        "✅ `orders` was cleared, and somebody has deleted it and created another pipeline of that name since. @ana"
    )
    assert "✅ Cleared." in workspace.card()


def test_started_early_right_after_the_clear(workspace: Workspace) -> None:
    """Cleared, and wanted to run while its program still compiles: `Cleared` alone would hide that it is starting."""
    ana = workspace.operator("ana")
    feldera = workspace.feldera
    feldera.adds("payments", program_status="CompilingRust")
    feldera.once_cleared("payments", feldera.someone_starts)
    ana.clears("payments")
    workspace.passes(seconds=10)
    assert workspace.thread()[-1] == snapshot(
        "✅ Cleared `payments` after 2 seconds. It is starting already: somebody started it right away. @ana"
    )
    assert workspace.card() == snapshot("""\
Clear payments
*State*
✅ Cleared.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
✓ Confirmed by @ana · Mar 2, 2026 at 3:00:00 AM
✓ Request sent · Mar 2, 2026 at 3:00:00 AM
✓ Feldera reports the storage as cleared · Mar 2, 2026 at 3:00:02 AM
✅ Cleared `payments` after 2 seconds. It is starting already: somebody started it right away.
Id `ID1`\
""")


def test_running_again_at_the_next_look(workspace: Workspace) -> None:
    """Storage in use after an accepted clear: only a start leads there, and only from cleared storage."""
    ana = workspace.operator("ana")
    workspace.feldera.once_cleared("orders", workspace.feldera.someone_starts)
    ana.clears("orders")
    workspace.passes(seconds=10)
    assert workspace.thread()[-1] == snapshot(
        "✅ `orders` was cleared, and somebody has started it since: its storage is in use again. @ana"
    )
    assert "✅ Cleared." in workspace.card()


def test_run_and_stopped_again_at_the_next_look(workspace: Workspace) -> None:
    """Stopped and in use, as it was reviewed, but stopped at another moment: it was cleared, and has run since."""
    ana = workspace.operator("ana")
    feldera = workspace.feldera
    feldera.once_cleared("orders", feldera.someone_starts)
    ana.clears("orders")
    workspace.feldera_goes_down()
    workspace.passes(seconds=30)
    feldera.someone_stops("orders")
    workspace.passes(seconds=30)
    workspace.feldera_comes_back()
    workspace.passes(seconds=30)
    assert workspace.thread()[-1] == snapshot(
        "✅ `orders` was cleared, and somebody has started it since: its storage is in use again. @ana"
    )
    assert "✅ Cleared." in workspace.card()


def test_stuck_for_an_hour(workspace: Workspace) -> None:
    """No time makes a clear fail: the thread hears of it at its moments, less and less often, until it is done."""
    ana = workspace.operator("ana")
    workspace.feldera.sticks_clearing("orders")
    ana.clears("orders")
    workspace.passes(minutes=30)
    assert workspace.card() == snapshot("""\
Clear orders
*State*
⏳ Clearing since Mar 2, 2026 at 3:00:00 AM, which is unusually long.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
✓ Confirmed by @ana · Mar 2, 2026 at 3:00:00 AM
✓ Request sent · Mar 2, 2026 at 3:00:00 AM
⏳ Storage being cleared · Mar 2, 2026 at 3:00:00 AM
Id `ID1`\
""")
    workspace.passes(minutes=30)
    workspace.feldera.unsticks("orders")
    workspace.passes(minutes=1)
    assert workspace.thread() == snapshot(
        [
            "📤 Sent the request to Feldera, Mar 2, 2026 at 3:00:00 AM.",
            "⏳ Feldera accepted it, Mar 2, 2026 at 3:00:00 AM: the storage is being cleared. From here it cannot be cancelled.",
            "⏳ Still clearing after 30 seconds.",
            "⏳ Still clearing after 1 minute.",
            "⏳ Still clearing after 2 minutes.",
            "🐌 This takes unusually long: 3 minutes and 9 seconds so far. Feldera's runner says it is healthy. Feldera repeats a clear until it succeeds, and it cannot be cancelled; I keep watching. @ana",
            "⏳ Still clearing after 5 minutes.",
            "⏳ Still clearing after 10 minutes.",
            "⏳ Still clearing after 30 minutes.",
            "⏳ Still clearing after 1 hour. @ana",
            "✅ Cleared `orders` after 1 hour and 15 seconds. @ana",
        ]
    )
    assert workspace.card() == snapshot("""\
Clear orders
*State*
✅ Cleared.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
✓ Confirmed by @ana · Mar 2, 2026 at 3:00:00 AM
✓ Request sent · Mar 2, 2026 at 3:00:00 AM
✓ Feldera reports the storage as cleared · Mar 2, 2026 at 4:00:15 AM
✅ Cleared `orders` after 1 hour and 15 seconds.
Id `ID1`\
""")
    assert len(workspace.sent) == 1


def test_accepted_and_yet_not_cleared(workspace: Workspace) -> None:
    """Something in between said 202 and did nothing: that contradicts Feldera's rules, so a human has to look."""
    ana = workspace.operator("ana")
    workspace.feldera.answers_next(202, body="Pipeline storage is being cleared", method="POST")
    ana.clears("orders")
    workspace.passes(minutes=10)
    assert workspace.thread() == snapshot(
        [
            "📤 Sent the request to Feldera, Mar 2, 2026 at 3:00:00 AM.",
            "⏳ Feldera accepted it, Mar 2, 2026 at 3:00:00 AM: the storage is being cleared. From here it cannot be cancelled.",
            "⚠️ I need a human. Known: Feldera accepted the request, and yet `orders` is neither being cleared nor cleared. Not known: why. What to do: look at `orders` in Feldera and at its log; once you are sure that nothing is under way, press *Close*. Then `/pipeline clear orders` starts afresh. @ana",
        ]
    )
    assert "⚠️ Needs a human." in workspace.card()
    assert len(workspace.sent) == 1
