"""`/pipeline status NAME`: one card, for the caller alone."""

from datetime import timedelta

from inline_snapshot import snapshot

from tests.workspace import Workspace


def test_stopped_and_in_use(workspace: Workspace) -> None:
    """Actual and wanted status, storage with its checkpoints, program, last error, operation."""
    ana, ben = workspace.viewer("ana"), workspace.viewer("ben")
    workspace.feldera.adds("sessions", checkpoints=(96_000_000,), since=ago(workspace, minutes=25))
    assert ana.types("/pipeline status sessions") == snapshot(
        "🔎 Looking at `sessions`… If nothing more comes within a few minutes, type it again: nothing has been changed."
    )
    assert ana.reads() == snapshot(
        [
            """\
sessions
*Deployment*
⏹️ Stopped since Mar 2, 2026 at 2:35:00 AM
*Wanted*
Stopped since Mar 2, 2026 at 2:35:00 AM
*Storage*
💾 in use, 1 checkpoint, 91.6 MiB
*Program*
Success since Mar 2, 2026 at 2:35:00 AM
*Last error*
none
*Operation*
none
*Last events, by Feldera's record*
none
*Last operations*
none
Only you see this.\
"""
        ]
    )
    assert ben.reads() == []


def test_running(workspace: Workspace) -> None:
    """Since when it runs."""
    ana = workspace.viewer("ana")
    workspace.feldera.adds("payments", running=True, checkpoints=(None, 7), since=ago(workspace, days=3))
    assert ana.asks("/pipeline status payments") == snapshot("""\
payments
*Deployment*
▶️ Running since Feb 27, 2026 at 3:00:00 AM
*Wanted*
Running since Feb 27, 2026 at 3:00:00 AM
*Storage*
💾 in use, 2 checkpoints, size unknown
*Program*
Success since Feb 27, 2026 at 3:00:00 AM
*Last error*
none
*Operation*
none
*Last events, by Feldera's record*
none
*Last operations*
none
Only you see this.\
""")


def test_on_its_way_up(workspace: Workspace) -> None:
    """What it is and what is wanted of it differ, each with its own since."""
    ana = workspace.viewer("ana")
    workspace.feldera.adds("payments", provision_takes=60, since=ago(workspace, hours=1))
    workspace.feldera.someone_starts("payments")
    workspace.passes(seconds=30)
    assert ana.asks("/pipeline status payments") == snapshot("""\
payments
*Deployment*
🔄 Provisioning since Mar 2, 2026 at 3:00:00 AM
*Wanted*
Running since Mar 2, 2026 at 3:00:00 AM
*Storage*
💾 in use, 3 checkpoints, 7.0 MiB
*Program*
Success since Mar 2, 2026 at 2:00:00 AM
*Last error*
none
*Operation*
none
*Last events, by Feldera's record*
• Mar 2, 2026 at 3:00:00 AM: 🔄 Provisioning
• Mar 2, 2026 at 3:00:00 AM: to be started
*Last operations*
none
Only you see this.\
""")


def test_cleared(workspace: Workspace) -> None:
    """Cleared storage has no checkpoints to speak of."""
    ana = workspace.viewer("ana")
    workspace.feldera.adds("archive", storage="Cleared", since=ago(workspace, days=40))
    assert ana.asks("/pipeline status archive") == snapshot("""\
archive
*Deployment*
⏹️ Stopped since Jan 21, 2026 at 3:00:00 AM
*Wanted*
Stopped since Jan 21, 2026 at 3:00:00 AM
*Storage*
⬜ cleared
*Program*
Success since Jan 21, 2026 at 3:00:00 AM
*Last error*
none
*Operation*
none
*Last events, by Feldera's record*
none
*Last operations*
none
Only you see this.\
""")


def test_cleared_with_an_early_start(workspace: Workspace) -> None:
    """A start that waits for the compiler: stopped, and wanted running."""
    ana = workspace.viewer("ana")
    workspace.feldera.adds("reports", storage="Cleared", program_status="CompilingRust")
    workspace.feldera.someone_starts("reports")
    assert ana.asks("/pipeline status reports") == snapshot("""\
reports
*Deployment*
⏹️ Stopped since Mar 2, 2026 at 3:00:00 AM
*Wanted*
Running since Mar 2, 2026 at 3:00:00 AM
*Storage*
⬜ cleared
*Program*
CompilingRust since Mar 2, 2026 at 3:00:00 AM
*Last error*
none
*Operation*
none
*Last events, by Feldera's record*
• Mar 2, 2026 at 3:00:00 AM: to be started
*Last operations*
none
Only you see this.\
""")


def test_a_program_that_does_not_compile(workspace: Workspace) -> None:
    """The program's status, in Feldera's word, is an error, too: nobody should read that there is none."""
    ana = workspace.viewer("ana")
    workspace.feldera.adds("broken", program_status="SqlError", program_error="Object 'ORDRES' not found")
    assert ana.asks("/pipeline status broken") == snapshot("""\
broken
*Deployment*
⏹️ Stopped since Mar 2, 2026 at 3:00:00 AM
*Wanted*
Stopped since Mar 2, 2026 at 3:00:00 AM
*Storage*
💾 in use, 3 checkpoints, 7.0 MiB
*Program*
SqlError since Mar 2, 2026 at 3:00:00 AM
*Last error*
the program does not compile (`SqlError`); Feldera shows why
*Operation*
none
*Last events, by Feldera's record*
none
*Last operations*
none
Only you see this.\
""")


def test_crashed(workspace: Workspace) -> None:
    """The last error is its message, on one line, with no markup of its own and without a backtrace."""
    ana = workspace.viewer("ana")
    workspace.feldera.adds("payments", running=True)
    workspace.feldera.crashes("payments", "worker 3 panicked:\n  <!channel> `unwrap` of *None* & <@U1>")
    workspace.passes(seconds=5)
    assert ana.asks("/pipeline status payments") == snapshot("""\
payments
*Deployment*
⏹️ Stopped since Mar 2, 2026 at 3:00:01 AM
*Wanted*
Stopped since Mar 2, 2026 at 3:00:00 AM
*Storage*
💾 in use, 3 checkpoints, 7.0 MiB
*Program*
Success since Mar 2, 2026 at 3:00:00 AM
*Last error*
`worker 3 panicked: <!channel> ˋunwrapˋ of *None* & <@U1>`
*Operation*
none
*Last events, by Feldera's record*
• Mar 2, 2026 at 3:00:01 AM: ⏹️ Stopped
• Mar 2, 2026 at 3:00:00 AM: 🔄 Stopping, ⚠️ an error
• Mar 2, 2026 at 3:00:00 AM: to be stopped
*Last operations*
none
Only you see this.\
""")


def test_being_cleared_by_somebody_else(workspace: Workspace) -> None:
    """A clear that came from elsewhere shows in the storage, and no operation holds the pipeline."""
    ana = workspace.viewer("ana")
    workspace.feldera.sticks_clearing("orders")
    workspace.feldera.someone_clears("orders")
    assert ana.asks("/pipeline status orders") == snapshot("""\
orders
*Deployment*
⏹️ Stopped since Mar 2, 2026 at 3:00:00 AM
*Wanted*
Stopped since Mar 2, 2026 at 3:00:00 AM
*Storage*
🧹 being cleared
*Program*
Success since Mar 2, 2026 at 3:00:00 AM
*Last error*
none
*Operation*
none
*Last events, by Feldera's record*
• Mar 2, 2026 at 3:00:00 AM: 🧹 storage being cleared
*Last operations*
none
Only you see this.\
""")


def test_the_live_operation_is_shown(workspace: Workspace) -> None:
    """Who asked for it, when, and a link that leads to its card."""
    ana, ben = workspace.viewer("ana"), workspace.operator("ben")
    workspace.feldera.sticks_clearing("orders")
    ben.clears("orders")
    workspace.passes(minutes=2)
    assert ana.asks("/pipeline status orders") == snapshot("""\
orders
*Deployment*
⏹️ Stopped since Mar 2, 2026 at 3:00:00 AM
*Wanted*
Stopped since Mar 2, 2026 at 3:00:00 AM
*Storage*
🧹 being cleared
*Program*
Success since Mar 2, 2026 at 3:00:00 AM
*Last error*
none
*Operation*
⏳ clear `ID1`, asked for by @ben Mar 2, 2026 at 3:00:00 AM: its thread
*Last events, by Feldera's record*
• Mar 2, 2026 at 3:00:00 AM: 🧹 storage being cleared
*Last operations*
none
Only you see this.\
""")
    assert ana.links() == [workspace.permalink()]
    workspace.feldera.unsticks("orders")
    workspace.passes(minutes=1)
    assert operation_in(ana.asks("/pipeline status orders")) == "none"
    workspace.card()
    workspace.thread()


def test_unknown(workspace: Workspace) -> None:
    """Like a clear of an unknown pipeline: close names that the caller may see."""
    ana = workspace.viewer("ana", pattern="ord*")
    workspace.feldera.adds("border")
    assert ana.asks("/pipeline status order") == snapshot(
        "❌ Feldera has no pipeline `order` (upper and lower case count). Did you mean `orders`?"
    )


def ago(workspace: Workspace, **duration: float):
    return workspace.clock.now() - timedelta(**duration)


def operation_in(card: str) -> str:
    return card.partition("*Operation*\n")[2].partition("\n")[0]
