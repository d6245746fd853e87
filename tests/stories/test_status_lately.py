"""What a state tells of the last while: by Feldera's record of the pipeline, and by this bot's own."""

from inline_snapshot import snapshot

from bot.simulator.feldera.documents import Selector, pipeline_document
from tests.workspace import Workspace


def lately(state: str) -> list[str]:
    """The state from the last events on."""
    return state[state.index("*Last events") :].split("\n")


def test_what_became_of_the_pipeline_and_who_cleared_it(workspace: Workspace) -> None:
    """Newest first; each operation with who, what, its end, when, and a link to its card."""
    ana, ben, cleo = workspace.operator("ana"), workspace.requester("ben"), workspace.approver("cleo")
    ana.clears("orders", "schema change")
    workspace.passes(minutes=5)
    workspace.feldera.someone_starts("orders")
    workspace.passes(minutes=5)
    workspace.feldera.someone_stops("orders")
    workspace.passes(minutes=5)
    ben.requests("orders", "again")
    cleo.types(f"/pipeline deny {workspace.request()} not now")
    workspace.passes(minutes=1)
    assert lately(ana.asks("/pipeline status orders")) == snapshot(
        [
            "*Last events, by Feldera's record*",
            "• Mar 2, 2026 at 3:10:01 AM: ⏹️ Stopped",
            "• Mar 2, 2026 at 3:10:00 AM: 🔄 Stopping",
            "• Mar 2, 2026 at 3:10:00 AM: to be stopped",
            "• Mar 2, 2026 at 3:05:02 AM: ▶️ Running",
            "• Mar 2, 2026 at 3:05:01 AM: 🔄 Initializing, wanted Running",
            "*Last operations*",
            "• ❌ clear `ID2`, asked for by @ben Mar 2, 2026 at 3:15:00 AM: Denied Mar 2, 2026 at 3:15:00 AM, its thread",
            "• ✅ clear `ID1`, asked for by @ana Mar 2, 2026 at 3:00:00 AM: Cleared Mar 2, 2026 at 3:00:02 AM, its thread",
            "`/pipeline history orders` shows all.",
            "Only you see this.",
        ]
    )
    assert len(ana.links()) == 2
    assert workspace.permalink() in ana.links()
    ben.reads()
    workspace.cards()
    workspace.threads()


def test_only_the_last_few(workspace: Workspace) -> None:
    """A state stays one screen; what was only looked at is no operation."""
    ana = workspace.operator("ana")
    for _ in range(4):
        ana.clears("orders", "again")
        workspace.passes(minutes=1)
        workspace.feldera.someone_starts("orders")
        workspace.passes(minutes=1)
        workspace.feldera.someone_stops("orders")
        workspace.passes(minutes=1)
    ana.asks("/pipeline clear orders")
    ana.told("Never mind")
    shown = lately(ana.asks("/pipeline status orders"))
    assert [line.split(" at ")[-1] for line in shown if line.startswith("• Mar")] == snapshot(
        [
            "3:11:01 AM: ⏹️ Stopped",
            "3:11:00 AM: 🔄 Stopping",
            "3:11:00 AM: to be stopped",
            "3:10:02 AM: ▶️ Running",
            "3:10:01 AM: 🔄 Initializing, wanted Running",
        ]
    )
    assert sum("clear `ID" in line for line in shown) == 3
    workspace.cards()
    workspace.threads()


def test_rows_without_news_are_no_events(workspace: Workspace) -> None:
    """Feldera writes a row every ten minutes while a pipeline runs: nobody wants to read that."""
    ana = workspace.viewer("ana")
    row = event("2026-03-02T02:{}:00Z", resources="Provisioned", wanted="Provisioned", runtime="Running")
    rows = [row | {"recorded_at": row["recorded_at"].format(minute)} for minute in (50, 40, 30)]
    first = event("2026-03-02T02:20:00Z", resources="Provisioning", wanted="Provisioned")
    assert asked_with_events(workspace, ana, [*rows, first]) == snapshot(
        [
            "*Last events, by Feldera's record*",
            "• Mar 2, 2026 at 2:30:00 AM: ▶️ Running, wanted Running",
            "*Last operations*",
            "none",
            "Only you see this.",
        ]
    )


def test_an_older_feldera(workspace: Workspace) -> None:
    """It has no such record, and everything else is told as ever."""
    ana = workspace.viewer("ana")
    workspace.feldera.is_downgraded()
    assert lately(ana.asks("/pipeline status orders")) == snapshot(
        [
            "*Last events, by Feldera's record*",
            "This Feldera keeps none: it is older than 0.292.",
            "*Last operations*",
            "none",
            "Only you see this.",
        ]
    )


def test_a_record_that_cannot_be_read(workspace: Workspace) -> None:
    """An outage, a proxy, nonsense: the state is shown, and why this part of it is not."""
    ana = workspace.viewer("ana")
    assert asked_with_events(workspace, ana, {"no": "list"}) == snapshot(
        [
            "*Last events, by Feldera's record*",
            "I cannot read it now (`Feldera's answer does not have the form this bot knows.`).",
            "*Last operations*",
            "none",
            "Only you see this.",
        ]
    )
    assert asked_with_events(workspace, ana, [{"recorded_at": "yesterday"}]) == snapshot(
        [
            "*Last events, by Feldera's record*",
            "I cannot read it now (`Feldera's answer does not have the form this bot knows.`).",
            "*Last operations*",
            "none",
            "Only you see this.",
        ]
    )
    busy = {"message": "no", "error_code": "Busy", "details": {}}
    assert asked_with_events(workspace, ana, busy, status=503) == snapshot(
        [
            "*Last events, by Feldera's record*",
            "I cannot read it now (`no`).",
            "*Last operations*",
            "none",
            "Only you see this.",
        ]
    )


def test_hostile_words_in_the_record(workspace: Workspace) -> None:
    """What Feldera says is shown as what it is, cut short: no mention rings, and no row is lost."""
    ana = workspace.viewer("ana")
    odd = event(
        "2026-03-02T02:50:00Z",
        resources="<!channel> & `x`\u202e" + "y" * 5000,
        wanted="Dreaming\nof",
        storage="Melted",
    )
    assert asked_with_events(workspace, ana, [odd, event("2026-03-02T02:40:00Z")]) == snapshot(
        [
            "*Last events, by Feldera's record*",
            "• Mar 2, 2026 at 2:50:00 AM: ❔ <!channel> & `x` yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy…, wanted Dreaming of, ❔ storage unknown",
            "*Last operations*",
            "none",
            "Only you see this.",
        ]
    )


def event(at: str, *, resources="Stopped", wanted="Stopped", runtime=None, storage="InUse"):
    return {
        "event_id": "0198d2b0-5e0b-7c11-9c2e-2d9d1f0a7b10",
        "recorded_at": at,
        "deployment_resources_status": resources,
        "deployment_resources_desired_status": wanted,
        "deployment_runtime_status": runtime,
        "deployment_runtime_desired_status": runtime,
        "deployment_has_error": False,
        "program_status": "Success",
        "storage_status": storage,
    }


def asked_with_events(workspace: Workspace, ana, body, *, status: int = 200) -> list[str]:
    """What a state tells where Feldera's record is this: the look at the pipeline itself is answered as it is."""
    look = pipeline_document(workspace.feldera.pipeline("orders"), Selector.STATUS)
    workspace.feldera.answers_next(200, body=look, method="GET")
    workspace.feldera.answers_next(status, body=body, method="GET")
    return lately(ana.asks("/pipeline status orders"))
