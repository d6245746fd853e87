"""The pipeline is no longer what was reviewed when the request could be sent: then nothing is sent, and why is said."""

from collections.abc import Callable

from inline_snapshot import snapshot

from tests.workspace import Workspace


def the_end_of(workspace: Workspace, changes: Callable[[], object]) -> str:
    """What is said last when this happens between the preview and the confirmation; nothing may have been sent."""
    ana = workspace.operator("ana")
    ana.asks("/pipeline clear orders")
    changes()
    ana.clicks("Clear orders")
    ana.reads()
    workspace.passes(minutes=1)
    assert workspace.sent == []
    (line,) = workspace.thread()
    *_, outcome, _id = workspace.card().split("\n")
    assert line.startswith(outcome)
    return line


def test_recreated_since_the_preview(workspace: Workspace) -> None:
    """The name alone is not the pipeline: the request is bound to the id that was reviewed."""

    def changes() -> None:
        workspace.feldera.someone_clears("orders")
        workspace.passes(seconds=5)
        workspace.feldera.someone_recreates("orders")

    assert the_end_of(workspace, changes) == snapshot(
        "❌ Not cleared: `orders` is another pipeline than the one reviewed: it was deleted and created again. Nothing was sent. Type `/pipeline clear orders` to look again. @ana"
    )


def test_started_since_the_preview(workspace: Workspace) -> None:
    """Feldera would refuse; the bot does not even ask."""

    def changes() -> None:
        workspace.feldera.someone_starts("orders")
        workspace.passes(seconds=5)

    assert the_end_of(workspace, changes) == snapshot(
        "❌ Not cleared: `orders` is not stopped any more. Nothing was sent. Stop it, then type `/pipeline clear orders`. @ana"
    )


def test_wanted_to_start_since_the_preview(workspace: Workspace) -> None:
    """`Stopped`, but wanted to run: an early start counts as started."""
    feldera = workspace.feldera
    ana = workspace.operator("ana")
    feldera.adds("payments", program_status="CompilingRust")
    ana.asks("/pipeline clear payments")
    feldera.someone_starts("payments")
    ana.clicks("Clear payments")
    ana.reads()
    workspace.passes(minutes=1)
    assert workspace.sent == []
    assert workspace.thread() == snapshot(
        [
            "❌ Not cleared: `payments` is not stopped any more. Nothing was sent. Stop it, then type `/pipeline clear payments`. @ana"
        ]
    )
    assert "❌ Not cleared." in workspace.card()


def test_run_and_stopped_since_the_preview(workspace: Workspace) -> None:
    """It is stopped and in use as before, but what a clear would destroy is not what was reviewed."""

    def changes() -> None:
        workspace.feldera.someone_starts("orders")
        workspace.passes(seconds=5)
        workspace.feldera.someone_stops("orders")
        workspace.passes(seconds=5)

    assert the_end_of(workspace, changes) == snapshot(
        "❌ Not cleared: `orders` has been run or changed since it was reviewed. Nothing was sent. Type `/pipeline clear orders` to look again. @ana"
    )


def test_cleared_by_somebody_since_the_preview(workspace: Workspace) -> None:
    """Nothing is left to clear, and that is a good end."""

    def changes() -> None:
        workspace.feldera.someone_clears("orders")
        workspace.passes(seconds=5)

    assert the_end_of(workspace, changes) == snapshot(
        "✅ Nothing to clear: the storage of `orders` was cleared already. Nothing was sent. @ana"
    )


def test_deleted_since_the_preview(workspace: Workspace) -> None:
    """Feldera has no such pipeline any more."""

    def changes() -> None:
        workspace.feldera.someone_clears("orders")
        workspace.passes(seconds=5)
        workspace.feldera.someone_deletes("orders")

    assert the_end_of(workspace, changes) == snapshot(
        "❌ Not cleared: Feldera has no pipeline `orders` any more. @ana"
    )


def test_being_cleared_by_somebody_since_the_preview(workspace: Workspace) -> None:
    """The bot sends nothing, watches that clear to its end, and says whose it was not."""
    ana = workspace.operator("ana")
    workspace.feldera.adds("payments", clear_takes=20.0)
    ana.asks("/pipeline clear payments")
    workspace.feldera.someone_clears("payments")
    ana.clicks("Clear payments")
    ana.reads()
    workspace.passes(minutes=1)
    assert workspace.thread() == snapshot(
        [
            "⏳ Feldera is clearing the storage already. I send nothing, and watch.",
            "✅ Cleared `payments` after 20 seconds. @ana",
        ]
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
✓ No request needed: Feldera was clearing it already
✓ Feldera reports the storage as cleared · Mar 2, 2026 at 3:00:20 AM
✅ Cleared `payments` after 20 seconds.
Id `ID1`\
""")
    assert workspace.sent == []
