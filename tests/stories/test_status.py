"""`/pipeline status NAME`: one card, for the caller alone, and what it tells of the last while."""

from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from inline_snapshot import snapshot

from bot.simulator.feldera.api.json_documents import Selector, pipeline_document
from tests.workspace import Teammate, Workspace


def field(card: str, name: str) -> str:
    """The first line of what stands below this name."""
    return card.partition(f"*{name}*\n")[2].partition("\n")[0]


def brief(card: str) -> list[str]:
    """Deployment, what is desired, storage, program and last error: those that there are."""
    names = ("Deployment", "Desired state", "Storage", "Program", "Last error")
    return [value for name in names if (value := field(card, name))]


def lately(card: str) -> list[str]:
    """The last events and requests, with what is below them."""
    whole, _, end = card.rpartition("\n")
    assert end == "Only you see this."
    shown = []
    for name in ("Recent Feldera events", "Recent requests"):
        lines = whole.partition(f"*{name}*\n")[2].split("\n")
        shown += list(takewhile(lambda line: line and line[0] not in "*[", lines))
    return shown


def ago(workspace: Workspace, **duration: float) -> datetime:
    return workspace.clock.now() - timedelta(**duration)


def test_stopped_and_in_use(workspace: Workspace) -> None:
    ana, ben = workspace.viewer("ana"), workspace.viewer("ben")
    workspace.feldera.adds("sessions", checkpoints=(96_000_000,), since=ago(workspace, minutes=25))
    card = ana.types("/pipeline status sessions")
    assert brief(card)[0] == "⏹️ Stopped some time ago (Mar 2, 2026 at 2:35 AM)"
    assert brief(card)[1] == "💾 holds data: 1 checkpoint, 91.6 MiB"
    assert card.startswith("sessions\n")
    assert lately(card) == []
    assert "none" not in card
    assert ben.reads() == []


def test_what_a_pipeline_may_be(workspace: Workspace) -> None:
    """Running, on its way up, cleared, cleared with a start that waits for the compiler, broken, being cleared."""
    ana, feldera = workspace.viewer("ana"), workspace.feldera
    feldera.adds("payments", running=True, checkpoints=(None, 7), since=ago(workspace, days=3))
    feldera.adds("rising", provision_takes=60, since=ago(workspace, hours=1))
    feldera.someone_starts("rising")
    feldera.adds("archive", storage="Cleared", since=ago(workspace, days=40))
    feldera.adds("reports", storage="Cleared", program_status="CompilingRust")
    feldera.someone_starts("reports")
    feldera.adds("broken", program_status="SqlError", program_error="Object 'ORDRES' not found")
    feldera.sticks_clearing("orders")
    feldera.someone_clears("orders")
    workspace.passes(seconds=30)
    names = ("payments", "rising", "archive", "reports", "broken", "orders")
    shown = [ana.asks(f"/pipeline status {name}") for name in names]
    assert [" | ".join(brief(card)).replace(", 2026 at", "") for card in shown] == snapshot(
        [
            "▶️ Running, started some time ago (Feb 27 3:00 AM) | 💾 holds data: 2 checkpoints, size unknown",
            "🔄 Provisioning, began some time ago (Mar 2 3:00 AM) | Running, requested some time ago (Mar 2 3:00 AM) | 💾 holds data: 3 checkpoints, 7.0 MiB",
            "⏹️ Stopped some time ago (Jan 21 3:00 AM) | ⬜ cleared",
            "⏹️ Stopped some time ago (Mar 2 3:00 AM) | Running, requested some time ago (Mar 2 3:00 AM) | ⬜ cleared | CompilingRust, began some time ago (Mar 2 3:00 AM)",
            "⏹️ Stopped some time ago (Mar 2 3:00 AM) | 💾 holds data: 3 checkpoints, 7.0 MiB | the program does not compile (`SqlError`); Feldera shows why",
            "⏹️ Stopped some time ago (Mar 2 3:00 AM) | 🧹 being cleared",
        ]
    )
    assert [line for card in shown for line in lately(card) if line.startswith("•")] == snapshot(
        [
            "• some time ago (Mar 2, 2026 at 3:00 AM): 🔄 Provisioning",
            "• some time ago (Mar 2, 2026 at 3:00 AM): told to start",
            "• some time ago (Mar 2, 2026 at 3:00 AM): told to start",
            "• some time ago (Mar 2, 2026 at 3:00 AM): 🧹 storage being cleared",
        ]
    )
    assert not any("*Request*" in card for card in shown)


def test_crashed(workspace: Workspace) -> None:
    """The last error is its message, on one line, with no markup of its own and without a backtrace."""
    ana = workspace.viewer("ana")
    workspace.feldera.adds("payments", running=True)
    workspace.feldera.crashes("payments", "worker 3 panicked:\n  <!channel> `unwrap` of *None* & <@U1>")
    workspace.passes(seconds=5)
    card = ana.asks("/pipeline status payments")
    assert field(card, "Last error") == "`worker 3 panicked: <!channel> ˋunwrapˋ of *None* & <@U1>`"
    assert lately(card) == snapshot(
        [
            "• some time ago (Mar 2, 2026 at 3:00 AM): ⏹️ Stopped",
            "• some time ago (Mar 2, 2026 at 3:00 AM): 🔄 Stopping, ⚠️ error",
            "• some time ago (Mar 2, 2026 at 3:00 AM): told to stop",
        ]
    )


def test_the_live_operation_is_shown(workspace: Workspace) -> None:
    ana, ben = workspace.viewer("ana"), workspace.operator("ben")
    workspace.feldera.sticks_clearing("orders")
    ben.clears("orders")
    workspace.passes(minutes=2)
    assert field(ana.asks("/pipeline status orders"), "Request") == snapshot(
        "⏳ Under way: clear (id `ID1`), requested by @ben some time ago (Mar 2, 2026 at 3:00 AM) · Thread"
    )
    assert ana.links() == [workspace.permalink()]
    workspace.feldera.unsticks("orders")
    workspace.passes(minutes=1)
    assert "*Request*" not in ana.asks("/pipeline status orders")
    workspace.thread()


def test_what_became_of_the_pipeline_and_who_cleared_it(workspace: Workspace) -> None:
    """The newest few first; each operation with who, what, its end, and a link to its card. A mere look is none."""
    ana, ben, cleo = workspace.operator("ana"), workspace.requester("ben"), workspace.approver("cleo")
    for _ in range(3):
        ana.clears("orders", "again")
        for happens in (workspace.feldera.someone_starts, workspace.feldera.someone_stops):
            workspace.passes(minutes=1)
            happens("orders")
        workspace.passes(minutes=1)
    ben.requests("orders", "again")
    cleo.types(f"/pipeline deny {workspace.request()} not now")
    workspace.passes(minutes=1)
    ana.asks("/pipeline clear orders")
    ana.told("Never mind")
    assert lately(ana.asks("/pipeline status orders")) == snapshot(
        [
            "• some time ago (Mar 2, 2026 at 3:08 AM): ⏹️ Stopped",
            "• some time ago (Mar 2, 2026 at 3:08 AM): 🔄 Stopping",
            "• some time ago (Mar 2, 2026 at 3:08 AM): told to stop",
            "• some time ago (Mar 2, 2026 at 3:07 AM): ▶️ Running",
            "• some time ago (Mar 2, 2026 at 3:07 AM): 🔄 Initializing, desired Running",
            "• ❌ Denied: clear requested by @ben some time ago (Mar 2, 2026 at 3:09 AM) · Thread",
            "• ✅ Cleared, requested by @ana some time ago (Mar 2, 2026 at 3:06 AM), took 2 seconds · Thread",
            "• ✅ Cleared, requested by @ana some time ago (Mar 2, 2026 at 3:03 AM), took 2 seconds · Thread",
            "`/pipeline history orders` shows all.",
        ]
    )
    assert len(ana.links()) == 3
    assert workspace.permalink() in ana.links()
    ben.reads()
    workspace.threads()


def event(at: str, *, resources: str = "Stopped", wanted: str = "Stopped", **more: str) -> dict[str, Any]:
    return {
        "event_id": "0198d2b0-5e0b-7c11-9c2e-2d9d1f0a7b10",
        "recorded_at": f"2026-03-02T02:{at}:00Z",
        "deployment_resources_status": resources,
        "deployment_resources_desired_status": wanted,
        "deployment_runtime_status": None,
        "deployment_runtime_desired_status": None,
        "deployment_has_error": False,
        "program_status": "Success",
        "storage_status": "InUse",
        **more,
    }


def asked_with_events(workspace: Workspace, ana: Teammate, body: object, *, status: int = 200) -> list[str]:
    """What a state tells where Feldera's record is this: the look at the pipeline itself is answered as it is."""
    look = pipeline_document(workspace.feldera.pipeline("orders"), Selector.STATUS)
    workspace.feldera.answers_next(200, body=look, method="GET")
    workspace.feldera.answers_next(status, body=body, method="GET")
    return lately(ana.asks("/pipeline status orders"))


def test_rows_without_news_are_no_events(workspace: Workspace) -> None:
    """Feldera writes a row every ten minutes while a pipeline runs: nobody wants to read that."""
    runs = {f"deployment_runtime_{which}status": "Running" for which in ("", "desired_")}
    up = {"resources": "Provisioned", "wanted": "Provisioned", **runs}
    rows = [event(minute, **up) for minute in ("50", "40", "30")]
    first = event("20", resources="Provisioning", wanted="Provisioned")
    assert asked_with_events(workspace, workspace.viewer("ana"), [*rows, first]) == snapshot(
        ["• some time ago (Mar 2, 2026 at 2:30 AM): ▶️ Running"]
    )


def test_a_record_that_cannot_be_read(workspace: Workspace) -> None:
    """An outage, a proxy, nonsense, an older Feldera: the state is shown, and why this part of it is not, if there is one."""
    ana = workspace.viewer("ana")
    no = "Feldera's events cannot be read right now (`Feldera's answer does not have the form this bot knows.`)."
    assert asked_with_events(workspace, ana, {"no": "list"}) == [no]
    assert asked_with_events(workspace, ana, [{"recorded_at": "yesterday"}]) == [no]
    busy = {"message": "no", "error_code": "Busy", "details": {}}
    assert asked_with_events(workspace, ana, busy, status=503) == [
        "Feldera's events cannot be read right now (`no`)."
    ]
    workspace.feldera.is_downgraded()
    assert "Recent Feldera events" not in ana.asks("/pipeline status orders")


def test_hostile_words_in_the_record(workspace: Workspace) -> None:
    """What Feldera says is shown as what it is, cut short: no mention rings, and no row is lost."""
    words = {"resources": "<!channel> & `x`\u202e" + "y" * 5000, "wanted": "Dreaming\nof"}
    odd = event("50", **words, storage_status="Melted")
    assert asked_with_events(workspace, workspace.viewer("ana"), [odd, event("40")]) == snapshot(
        [
            "• some time ago (Mar 2, 2026 at 2:50 AM): ❔ <!channel> & `x` yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy…, desired Dreaming of, ❔ storage unknown"
        ]
    )
