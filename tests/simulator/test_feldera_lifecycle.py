"""Starting, stopping and everything else that a pipeline goes through, and the events it leaves."""

from datetime import datetime

import pytest

from bot.simulator.feldera import Refused
from tests.simulator.feldera_visit import Visit

pytestmark = pytest.mark.anyio


def story(events):
    return [
        (
            event["deployment_resources_status"],
            event["deployment_resources_desired_status"],
            event["deployment_runtime_status"],
            event["deployment_runtime_desired_status"],
            event["storage_status"],
        )
        for event in events
    ]


def in_order(events):
    ids = [event["event_id"] for event in events]
    moments = [datetime.fromisoformat(event["recorded_at"]) for event in events]
    return ids == sorted(ids) and moments == sorted(moments)


async def test_the_events_of_start_pause_resume_stop_and_clear_come_in_feldera_s_order(visit: Visit):
    """One event per change; those of one transaction share their moment."""
    visit.feldera.adds("orders", storage="Cleared")
    feldera = visit.feldera
    for happens, seconds in (
        (feldera.someone_starts, 3),
        (feldera.someone_pauses, 1),
        (feldera.someone_resumes, 1),
        (feldera.someone_stops, 3),
        (feldera.someone_clears, 2),
    ):
        happens("orders")
        visit.passes(seconds=seconds)
    events = await visit.events("orders")
    assert story(events) == [
        ("Stopped", "Stopped", None, None, "Cleared"),
        ("Stopped", "Provisioned", None, None, "Cleared"),
        ("Stopped", "Provisioned", None, None, "InUse"),
        ("Provisioning", "Provisioned", None, None, "InUse"),
        ("Provisioned", "Provisioned", "Initializing", "Running", "InUse"),
        ("Provisioned", "Provisioned", "Running", "Running", "InUse"),
        ("Provisioned", "Provisioned", "Paused", "Paused", "InUse"),
        ("Provisioned", "Provisioned", "Running", "Running", "InUse"),
        ("Provisioned", "Stopped", "Running", "Running", "InUse"),
        ("Stopping", "Stopped", None, None, "InUse"),
        ("Stopped", "Stopped", None, None, "InUse"),
        ("Stopped", "Stopped", None, None, "Clearing"),
        ("Stopped", "Stopped", None, None, "Cleared"),
    ]
    assert events[2]["recorded_at"] == events[3]["recorded_at"]
    assert in_order(events)
    assert not any(event["deployment_has_error"] for event in events)


async def test_starting_takes_its_time_step_by_step(visit: Visit):
    visit.feldera.adds("orders")
    answer = await visit.post("/orders/start")
    assert (answer.status_code, answer.content) == (202, b'"Pipeline is starting"')
    seen = []
    for seconds in (0, 0.5, 0.5, 1):
        visit.passes(seconds=seconds)
        status = await visit.status("orders")
        seen.append((status["deployment_status"], status["deployment_desired_status"]))
    assert seen == [(each, "Running") for each in ("Stopped", "Provisioning", "Initializing", "Running")]
    assert status["deployment_status_since"] == "2026-03-02T03:00:02Z"
    assert status["deployment_initial"] == "Running"
    assert status["deployment_id"] is not None


async def test_stopping_ends_stopped_with_the_checkpoints_kept(visit: Visit):
    """A second from the request, not from when the runner noticed; meanwhile it cannot be started."""
    visit.feldera.adds("payments", running=True, checkpoints=(7,))
    answer = await visit.post("/payments/stop", params={"force": "true"})
    assert (answer.status_code, answer.content) == (202, b'"Pipeline is forcefully stopping"')
    asked = await visit.status("payments")
    assert (asked["deployment_status"], asked["deployment_desired_status"]) == ("Running", "Stopped")
    visit.passes(seconds=0.5)
    assert (await visit.status("payments"))["deployment_status"] == "Stopping"
    answer = await visit.post("/payments/start")
    assert (answer.status_code, answer.json()["error_code"]) == (400, "IllegalPipelineAction")
    assert answer.json()["message"] == (
        "Deployment resources status (current: 'Stopping', desired: 'Stopped') cannot have desired changed to "
        "'Provisioned'. Cannot restart the pipeline while it is stopping. Wait until it is stopped before starting "
        "the pipeline again."
    )
    visit.passes(seconds=0.5)
    stopped = await visit.status("payments")
    assert (
        stopped["deployment_resources_status"] == stopped["deployment_resources_desired_status"] == "Stopped"
    )
    assert stopped["deployment_status_since"] == "2026-03-02T03:00:01Z"
    assert (stopped["deployment_id"], stopped["deployment_initial"]) == (None, None)
    assert [one["size"] for one in stopped["storage_status_details"]["checkpoints"]] == [7]
    with pytest.raises(Refused, match="503 PipelineInteractionNotDeployed"):
        visit.feldera.someone_pauses("payments")


async def test_a_gentle_stop_needs_the_enterprise_edition_and_a_start_to_run(visit: Visit):
    """`force` is false by default, and 501 comes before the name is looked up; other starts are not simulated."""
    answer = await visit.post("/nope/stop")
    assert (answer.status_code, answer.json()["error_code"]) == (501, "EnterpriseFeature")
    assert answer.json()["details"] == {"feature": "stop?force=false"}
    assert (await visit.http.get("/v0/config")).json()["edition"] == "Open source"
    visit.feldera.adds("orders")
    answer = await visit.post("/orders/start", params={"initial": "paused"})
    assert (answer.status_code, answer.json()["error_code"]) == (405, "UnsupportedPipelineAction")
    assert visit.feldera.pipeline("orders").is_fully_stopped


async def test_a_program_that_does_not_compile_cannot_be_started(visit: Visit):
    visit.feldera.adds("broken", program_status="SqlError", program_error="no such table")
    assert (await visit.post("/broken/start")).json()["error_code"] == "CannotStartWithCompilationError"
    visit.feldera.adds("young", storage="Cleared", program_status="Pending")
    assert (await visit.post("/young/start")).status_code == 202
    visit.feldera.finishes_compiling("young", "RustError", error="borrowed value does not live long enough")
    visit.passes(seconds=1)
    young = await visit.status("young")
    assert (young["deployment_status"], young["deployment_desired_status"]) == ("Stopped", "Stopped")
    assert young["deployment_error"]["error_code"] == "StartFailedDueToFailedCompilation"
    assert young["storage_status"] == "Cleared"


async def test_an_early_start_can_be_taken_back(visit: Visit):
    visit.feldera.adds("orders", program_status="Pending")
    visit.feldera.someone_starts("orders")
    visit.feldera.someone_stops("orders")
    seen = await visit.status("orders")
    assert (seen["deployment_desired_status"], seen["deployment_initial"]) == ("Stopped", None)
    assert (await visit.post("/orders/clear")).status_code == 202


async def test_a_crash_stops_the_pipeline_and_its_error_stays_until_the_next_start(visit: Visit):
    """The error is in the row from Stopping on; a stop keeps it, a clear does not touch it."""
    visit.feldera.adds("payments", running=True)
    visit.feldera.crashes("payments", "worker 3 panicked")
    visit.passes(seconds=1)
    errors = [event["deployment_has_error"] for event in await visit.events("payments")]
    assert errors == [False, False, True, True]
    await visit.post("/payments/clear")
    visit.passes(seconds=1)
    error = (await visit.status("payments"))["deployment_error"]
    assert (error["message"], error["error_code"]) == ("worker 3 panicked", "RuntimeError.WorkerPanic")
    await visit.post("/payments/start")
    assert (await visit.status("payments"))["deployment_error"] is None


async def test_a_stop_that_fails_is_explained_only_among_all_fields(visit: Visit):
    visit.feldera.adds("payments", running=True)
    visit.feldera.sticks_stopping("payments")
    visit.feldera.someone_stops("payments")
    visit.passes(minutes=5)
    assert (await visit.status("payments"))["deployment_status"] == "Stopping"
    details = (await visit.get("/payments")).json()["deployment_resources_status_details"]
    assert details.startswith("Unable to stop (will retry) due to: ")
    visit.feldera.unsticks("payments")
    visit.passes(seconds=2)
    assert (await visit.status("payments"))["deployment_status"] == "Stopped"


async def test_a_feldera_before_0_292_has_neither_events_nor_a_session(visit: Visit):
    """404 without a body, which is not how an unknown pipeline is told; all is there after the upgrade."""
    visit.feldera.adds("orders")
    visit.feldera.is_downgraded()
    await visit.post("/orders/clear")
    for answer in (await visit.get("/orders/events"), await visit.http.get("/v0/config/session")):
        assert (answer.status_code, answer.content) == (404, b"")
    visit.feldera.is_upgraded()
    assert (await visit.http.get("/v0/config/session")).status_code == 200
    assert [event["storage_status"] for event in await visit.events("orders")] == ["InUse", "Clearing"]


async def test_a_pause_taken_back_before_the_runtime_noticed_changes_nothing(visit: Visit):
    visit.feldera.adds("payments", running=True)
    visit.feldera.someone_pauses("payments")
    visit.feldera.someone_resumes("payments")
    visit.passes(seconds=1)
    assert (await visit.status("payments"))["deployment_status"] == "Running"
    assert len(await visit.events("payments")) == 1


async def test_a_compilation_does_not_hold_up_a_clear(visit: Visit):
    """The compiler and the runner are two workers."""
    visit.feldera.adds("orders", program_status="CompilingRust")
    visit.feldera.someone_clears("orders")
    visit.passes(seconds=0.9)
    visit.feldera.finishes_compiling("orders")
    visit.passes(seconds=0.1)
    assert await visit.storage("orders") == "Cleared"


@pytest.mark.parametrize(("details_change", "rows_an_hour"), [(False, 6), (True, 360)])
async def test_a_pipeline_that_runs_writes_events_though_nothing_happens(
    visit: Visit, *, details_change: bool, rows_an_hour: int
):
    """One every 10 s while its details change, and one every 10 min anyway; a stopped one writes none."""
    visit.feldera.adds("orders", running=True, details_change=details_change)
    visit.passes(hours=1)
    assert len(await visit.events("orders")) == 1 + rows_an_hour
    await visit.post("/orders/stop?force=true")
    visit.passes(days=1)
    events = await visit.events("orders")
    assert len(events) == 1 + rows_an_hour + 3
    assert in_order(events)


async def test_the_newest_720_events_are_kept(visit: Visit):
    visit.feldera.adds("orders", running=True, details_change=True)
    visit.passes(days=7)
    events = await visit.events("orders")
    moments = [event["recorded_at"] for event in events]
    assert (len(moments), moments[0], moments[-1]) == (720, "2026-03-09T01:00:10Z", "2026-03-09T03:00:00Z")
    assert in_order(events)


async def test_an_unhealthy_runner_writes_no_events(visit: Visit):
    """Nobody asks the pipeline how it is; the next row comes 10 min after the runner is back."""
    visit.feldera.adds("orders", running=True)
    visit.passes(minutes=25)
    visit.feldera.runner_is(healthy=False)
    visit.passes(hours=5)
    visit.feldera.runner_is(healthy=True)
    assert len(await visit.events("orders")) == 3
    visit.passes(minutes=10)
    assert len(await visit.events("orders")) == 4


async def test_a_verb_without_effect_writes_an_event_too(visit: Visit):
    visit.feldera.adds("orders")
    visit.feldera.adds("sales", running=True)
    for name, verb in (("orders", "stop?force=true"), ("sales", "start")):
        await visit.post(f"/{name}/{verb}")
        assert len(await visit.events(name)) == 2
