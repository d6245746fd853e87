"""A pipeline is stopped, or started, from the command to the last line."""

from datetime import timedelta

import pytest
from inline_snapshot import snapshot

from tests.workspace import Teammate, Workspace


@pytest.fixture
def ana(workspace: Workspace) -> Teammate:
    return workspace.operator("ana")


def posted(workspace: Workspace) -> tuple[str, dict[str, str]]:
    """Where the one request that changes something went, and its query."""
    (sent,) = [request for request in workspace.feldera.requests if request.method == "POST"]
    return sent.path, dict(sent.query)


def test_a_stop(workspace: Workspace, ana: Teammate) -> None:
    """By force; the preview and the card say what that loses, since when, and the storage stays."""
    workspace.feldera.adds("sales", running=True, since=workspace.clock.now() - timedelta(days=3))
    assert ana.asks("/pipeline stop sales its source is broken") == snapshot("""\
*Stop `sales`?* Nothing happens until you press *Stop sales*. Only you see this.
*Deployment*
▶️ Running, started some time ago (Feb 27, 2026 at 3:00 AM)
*Storage*
💾 holds data: 3 checkpoints, 7.0 MiB
*A stop loses*
everything after the last checkpoint, some time ago (Feb 27, 2026 at 3:00 AM)
Reason: its source is broken
⚠️ The stop is forced: no checkpoint is made first. This *cannot be undone*.
[Stop sales] [Never mind]\
""")
    assert ana.hears() == snapshot(
        "Stop sales? This loses everything after the last checkpoint, some time ago (Feb 27, 2026 at 3:00 AM), and cannot be undone."
    )
    ana.clicks("Stop sales")
    assert ana.last_confirm == snapshot("""\
Stop sales?
This loses everything after the last checkpoint, and cannot be undone.
[Stop] [Go back]\
""")
    workspace.passes(seconds=10)
    ana.reads()
    assert workspace.card() == snapshot("""\
Stop sales
✅ Stopped after 2 seconds · some time ago (Mar 2, 2026 at 3:00 AM).
Lost: everything after the last checkpoint.
Requested by @ana: `its source is broken`
Id `ID1`\
""")
    assert workspace.thread() == snapshot(
        [
            "📤 Sent the stop of `sales` to Feldera at 3:00:00 AM.",
            "⏳ Feldera accepted it, Mar 2, 2026 at 3:00 AM: `sales` is being stopped. This cannot be cancelled any more.",
            "✅ Stopped `sales` after 2 seconds. @ana",
        ]
    )
    heard = workspace.hears()
    assert (
        heard[0]
        == "Stop sales: ✅ Stopped after 2 seconds · some time ago (Mar 2, 2026 at 3:00 AM). Requested by @ana: its source is broken"
    )
    assert "\n".join(heard[1:]).split("\n") == workspace.thread()
    assert posted(workspace) == ("/v0/pipelines/sales/stop", {"force": "true"})
    assert workspace.feldera.pipeline("sales").storage == "InUse"


def test_what_a_stop_loses_as_far_as_feldera_tells(workspace: Workspace, ana: Teammate) -> None:
    """The time of the last checkpoint if it is known; that it is not, or that there is none, if so."""
    a_minute_ago = workspace.clock.now() - timedelta(minutes=1)
    workspace.feldera.adds("sales", running=True, checkpointed_at=a_minute_ago)
    workspace.feldera.adds("clicks", running=True, checkpoints_tell_when=False)
    workspace.feldera.adds("fresh", running=True, checkpoints=())
    shown = [ana.asks(f"/pipeline stop {name}") for name in ("sales", "clicks", "fresh")]
    assert [preview.split("\n")[6] for preview in shown] == snapshot(
        [
            "everything after the last checkpoint, some time ago (Mar 2, 2026 at 2:59 AM)",
            "everything after the last checkpoint (Feldera does not say when that was made)",
            "all its state: it has no checkpoint",
        ]
    )


def test_a_start(workspace: Workspace, ana: Teammate) -> None:
    """It loses nothing; the thread tells how far it is, until it runs."""
    workspace.feldera.adds("sales", provision_takes=20, initialize_takes=20)
    preview = ana.asks("/pipeline start sales")
    assert preview.endswith("▶️ It resumes from its last checkpoint.\n[Start sales] [Never mind]")
    ana.clicks("Start sales")
    assert ana.last_confirm == "Start sales?\nThis loses nothing.\n[Start] [Go back]"
    ana.reads()
    workspace.passes(seconds=30)
    card = workspace.card()
    assert "⏳ Starting (Initializing), began some time ago (Mar 2, 2026 at 3:00 AM).\n" in card
    workspace.passes(seconds=30)
    assert workspace.card() == snapshot("""\
Start sales
✅ Running after 41 seconds · some time ago (Mar 2, 2026 at 3:00 AM).
Requested by @ana
Id `ID1`\
""")
    assert workspace.timed_thread() == snapshot(
        [
            "0:00:01  📤 Sent the start of `sales` to Feldera at 3:00:00 AM.",
            "0:00:01  ⏳ Feldera accepted it, Mar 2, 2026 at 3:00 AM: `sales` is being started.",
            "0:00:01  ⏳ Provisioning: Feldera is allocating resources for `sales` to run.",
            "0:00:20.500000  ⏳ Initializing: `sales` is coming up.",
            "0:00:30  ⏳ Still starting `sales` after 30 seconds.",
            "0:00:41.425225  ✅ Started `sales`: running after 41 seconds. @ana",
        ]
    )
    assert posted(workspace) == ("/v0/pipelines/sales/start", {"initial": "running"})


def test_a_start_that_has_to_be_compiled_first(workspace: Workspace, ana: Teammate) -> None:
    """That can take any length of time; a compiler that fails has its first lines in the thread, as code."""
    workspace.feldera.adds("sales", program_status="CompilingRust")
    ana.confirms("/pipeline start sales", "Start sales")
    workspace.passes(minutes=2)
    assert "Starting (Compiling), began some time ago (Mar 2, 2026 at 3:00 AM)." in workspace.card()
    lines = "\n".join(f"line {n}" for n in range(40))
    error = f"error in SQL <b>& more\n  CREATE ```VIEW``` v AS\n{lines}"
    workspace.feldera.finishes_compiling("sales", "SqlError", error=error)
    workspace.passes(minutes=1)
    said = workspace.thread()
    assert said[2] == "⏳ `sales` is being compiled first; it starts after that."
    assert said[6:10] == [
        "❌ Not started: the program of `sales` does not compile. The start was sent to Feldera, which could not compile the program.",
        "```error in SQL <b>& more",
        "  CREATE ˋˋˋVIEWˋˋˋ v AS",
        "line 0",
    ]
    assert said[-3:] == [
        "line 9",
        "…```",
        "`sales` is now ⏹️ Stopped, its storage 💾 holds data. @ana",
    ]
    assert (
        "\nThe start was sent to Feldera, which could not compile the program. The error: `error in SQL <b>& more CREATE ˋˋˋVIEWˋˋˋ v AS line 0 "
        in workspace.card()
    )


def test_a_program_that_does_not_compile_is_not_started(workspace: Workspace, ana: Teammate) -> None:
    """Said before anybody confirms, with what the compiler says; or looked at right before the request."""
    workspace.feldera.adds("sales", program_status="SqlError", program_error="Table `x` not found")
    shown = [ana.asks(f"/pipeline {typed}") for typed in ("start sales", "clear sales --start")]
    assert shown == 2 * [
        "❌ `sales` cannot be started: its program does not compile. Nothing was sent to Feldera.\n```line 1, column 1: Table ˋxˋ not found```"
    ]
    workspace.feldera.adds("clicks")
    ana.asks("/pipeline start clicks")
    workspace.feldera.finishes_compiling("clicks", "SqlError", error="Table x not found")
    ana.told("Start clicks")
    workspace.passes(seconds=10)
    assert workspace.thread() == [
        "❌ Not started: the program of `clicks` does not compile. Nothing was sent to Feldera.",
        "```line 1, column 1: Table x not found``` @ana",
    ]
    assert workspace.sent == []


def test_a_start_that_fails(workspace: Workspace, ana: Teammate) -> None:
    """Feldera's own error, which is that of this run: the one of the run before was dismissed by the start."""
    workspace.feldera.adds("sales", initialize_takes=20)
    ana.confirms("/pipeline start sales", "Start sales")
    workspace.passes(seconds=5)
    workspace.feldera.crashes("sales", "The worker <thread> panicked: index out of bounds")
    workspace.passes(seconds=30)
    end = [
        "❌ Not started: `sales` failed while starting (`RuntimeError.WorkerPanic`).",
        "```The worker <thread> panicked: index out of bounds```",
        "`sales` is now ⏹️ Stopped, its storage 💾 holds data.",
    ]
    assert "\n".join(workspace.thread()[-3:]) == "\n".join(end) + " @ana"
    card = workspace.card()
    assert "\n❌ Not started: it failed while starting (`RuntimeError.WorkerPanic`) · " in card
    assert "\nThe error: `The worker <thread> panicked: index out of bounds`\n" in card


def test_somebody_stops_what_is_starting(workspace: Workspace, ana: Teammate) -> None:
    workspace.feldera.adds("sales", provision_takes=60)
    ana.confirms("/pipeline start sales", "Start sales")
    workspace.passes(seconds=5)
    workspace.feldera.someone_stops("sales")
    workspace.passes(seconds=30)
    assert workspace.thread()[-1] == snapshot(
        "❌ Not started: somebody stopped `sales` while it was starting. `sales` is now ⏹️ Stopped, its storage 💾 holds data. @ana"
    )


def test_nothing_to_stop_or_to_start(workspace: Workspace, ana: Teammate) -> None:
    """It is so already: there is nothing to confirm, and nothing is sent where that is seen after the confirmation."""
    workspace.feldera.adds("sales", running=True)
    assert ana.asks("/pipeline start sales") == snapshot(
        "✅ Nothing to start: `sales` is Running, started some time ago (Mar 2, 2026 at 3:00 AM)."
    )
    assert ana.asks("/pipeline stop orders") == "✅ `orders` is already stopped."
    ana.asks("/pipeline stop sales")
    workspace.feldera.someone_stops("sales")
    workspace.clock.passes(seconds=5)
    ana.told("Stop sales")
    workspace.passes(seconds=10)
    assert workspace.thread() == [
        "✅ Nothing to stop: `sales` was stopped already. Nothing was sent to Feldera. @ana"
    ]
    assert "✅ Nothing to stop: stopped already · " in workspace.card()
    assert workspace.sent == []


def test_restarted_before_the_stop(workspace: Workspace, ana: Teammate) -> None:
    """Another run than the one that was reviewed: nothing is sent."""
    workspace.feldera.adds("sales", running=True)
    ana.asks("/pipeline stop sales")
    workspace.feldera.someone_restarts("sales")
    workspace.clock.passes(seconds=30)
    ana.told("Stop sales")
    workspace.passes(seconds=10)
    assert workspace.thread() == [
        "❌ Not stopped: somebody restarted `sales` after @ana's preview. Nothing was sent to Feldera. To request it again, type `/pipeline stop sales`: it first shows what would be lost. @ana"
    ]
    assert workspace.sent == []


def test_restarted_while_stopping(workspace: Workspace, ana: Teammate) -> None:
    """Started again at the very moment it was stopped: the stop was done, and undone."""
    workspace.feldera.adds("sales", running=True, stop_takes=5)
    workspace.feldera.once_stopped("sales", workspace.feldera.someone_starts)
    ana.confirms("/pipeline stop sales", "Stop sales")
    workspace.passes(seconds=30)
    assert workspace.thread()[-1] == snapshot(
        "❌ The stop of `sales` is not confirmed: somebody asked it to start before I saw it stopped. I do not know whether it stopped in between; if it did, everything after its last checkpoint was lost. Nothing more was sent to Feldera. To request it again, type `/pipeline stop sales`: it first shows what would be lost. `sales` is now 🔄 Initializing, desired Running, its storage 💾 holds data. @ana"
    )
    assert len(workspace.sent) == 1


def test_a_stop_that_takes_long(workspace: Workspace, ana: Teammate) -> None:
    """The same milestones as of a clear, in the words of a stop; Feldera repeats it until it succeeds."""
    workspace.feldera.adds("sales", running=True)
    workspace.feldera.sticks_stopping("sales")
    ana.confirms("/pipeline stop sales", "Stop sales")
    workspace.passes(minutes=4)
    workspace.feldera.unsticks("sales")
    workspace.passes(minutes=1)
    assert workspace.thread()[4:] == snapshot(
        [
            "⏳ Still stopping `sales` after 2 minutes.",
            "🐌 The stop of `sales` is taking unusually long: 3 minutes and 9 seconds so far. Feldera reports that its runner is healthy. Feldera repeats a stop until it succeeds; its log says what hinders it. I keep watching. @ana",
            "✅ Stopped `sales` after 4 minutes and 4 seconds. @ana",
        ]
    )
