"""`POST /v0/pipelines/{name}/clear`, row by row of Feldera's rules, and the runner's work on it."""

import pytest

from bot.simulator.feldera import Refused
from tests.simulator.feldera_visit import Visit

pytestmark = pytest.mark.anyio

ACCEPTED = b'"Pipeline storage is being cleared"'


async def storages(visit, name="orders"):
    return [event["storage_status"] for event in await visit.events(name)]


async def test_storage_in_use_of_a_stopped_pipeline_becomes_clearing_and_then_cleared(visit: Visit):
    """The checkpoints are gone from the row at once; the end is dated when it was due, not when somebody looked."""
    visit.feldera.adds("orders", checkpoints=(10, None), clear_takes=3)
    before = await visit.status("orders")
    assert [one["size"] for one in before["storage_status_details"]["checkpoints"]] == [10, None]
    answer = await visit.post("/orders/clear")
    assert (answer.status_code, answer.content) == (202, ACCEPTED)
    assert answer.headers["Content-Type"] == "application/json"
    clearing = await visit.status("orders")
    assert (clearing["storage_status"], clearing["storage_status_details"]) == ("Clearing", None)
    visit.passes(seconds=2.999)
    assert await visit.storage("orders") == "Clearing"
    visit.passes(hours=1)
    cleared = await visit.status("orders")
    assert (cleared["storage_status"], cleared["storage_status_details"]) == ("Cleared", None)
    assert (cleared["version"], cleared["refresh_version"]) == (before["version"], before["refresh_version"])
    assert (await visit.events("orders"))[-1]["recorded_at"] == "2026-03-02T03:00:03Z"
    assert visit.feldera.clears == {"orders": 1}


async def test_a_cleared_pipeline_accepts_a_clear_and_nothing_happens(visit: Visit):
    """No check at all is made for cleared storage, not even whether the pipeline is about to start."""
    visit.feldera.adds("reports", storage="Cleared", program_status="CompilingRust")
    for starting in (False, True):
        if starting:
            visit.feldera.someone_starts("reports")
        written = len(await visit.events("reports"))
        answer = await visit.post("/reports/clear")
        assert (answer.status_code, answer.content) == (202, ACCEPTED)
        assert len(await visit.events("reports")) == written
    visit.feldera.finishes_compiling("reports")
    visit.passes(seconds=1)
    assert await visit.storage("reports") == "InUse"
    assert visit.feldera.clears["reports"] == 0


async def test_a_second_clear_while_clearing_is_accepted_and_leaves_one_more_event(visit: Visit):
    """It is not a second clear, and does not make the one under way any longer."""
    visit.feldera.adds("orders")
    await visit.post("/orders/clear")
    visit.passes(seconds=0.6)
    assert (await visit.post("/orders/clear")).status_code == 202
    assert await storages(visit) == ["InUse", "Clearing", "Clearing"]
    visit.passes(seconds=0.4)
    assert await visit.storage("orders") == "Cleared"
    assert visit.feldera.clears["orders"] == 1


@pytest.mark.parametrize(
    ("added", "does", "passed", "told"),
    [
        ({"running": True}, None, 0, ("Provisioned", "Provisioned")),
        ({}, "someone_starts", 0.5, ("Provisioning", "Provisioned")),
        ({"running": True}, "someone_stops", 0.5, ("Stopping", "Stopped")),
        ({"program_status": "CompilingSql"}, "someone_starts", 3600, ("Stopped", "Provisioned")),
    ],
)
async def test_a_pipeline_that_is_not_fully_stopped_refuses(visit: Visit, added, does, passed, told):
    """An early start waits for its program: stopped, but desired otherwise."""
    visit.feldera.adds("orders", **added)
    if does is not None:
        getattr(visit.feldera, does)("orders")
    visit.passes(seconds=passed)
    answer = await visit.post("/orders/clear")
    details = answer.json()["details"]
    assert answer.status_code == 400
    assert (details["resources_status"], details["resources_desired_status"]) == told
    assert visit.feldera.clears["orders"] == 0


async def test_a_refusal_spells_the_statuses_in_two_ways(visit: Visit):
    visit.feldera.adds("payments", running=True)
    assert (await visit.post("/payments/clear")).text == (
        "{\"message\":\"Cannot transition storage status from 'in_use' to 'clearing' with resources status "
        "'provisioned' and desired status 'provisioned'. Storage status cannot be changed unless the pipeline is fully "
        'stopped.","error_code":"StorageStatusImmutableUnlessStopped","details":{"resources_status":"Provisioned",'
        '"resources_desired_status":"Provisioned","current_status":"InUse","new_status":"Clearing"}}'
    )


async def test_an_unknown_name_is_echoed(visit: Visit):
    """`%2F` is decoded after routing, and lookups do not check names."""
    answer = await visit.post("/nope/clear")
    assert answer.status_code == 404
    assert answer.text == (
        '{"message":"Unknown pipeline name \'nope\'","error_code":"UnknownPipelineName",'
        '"details":{"pipeline_name":"nope"}}'
    )
    assert (await visit.post("/a%2Fb/clear")).json()["details"] == {"pipeline_name": "a/b"}


async def test_a_stuck_clear_stays_clearing_without_a_trace_and_ends_once_it_is_unstuck(visit: Visit):
    """The runner retries for ever, 2.5 s after each failure; neither an error nor an event tells of it."""
    visit.feldera.adds("orders")
    visit.feldera.sticks_clearing("orders")
    await visit.post("/orders/clear")
    visit.passes(hours=6)
    stuck = await visit.status("orders")
    assert (stuck["storage_status"], stuck["deployment_error"]) == ("Clearing", None)
    assert await storages(visit) == ["InUse", "Clearing"]
    visit.feldera.unsticks("orders")
    visit.passes(seconds=3.5)
    assert await visit.storage("orders") == "Cleared"
    assert (await visit.events("orders"))[-1]["recorded_at"] == "2026-03-02T09:00:03Z"
    assert visit.feldera.clears["orders"] == 1


async def test_another_clear_wakes_a_runner_that_waits_to_retry(visit: Visit):
    """A failed attempt ended at 1 s, the next is due at 3.5 s; a request at 1.5 s makes it start then."""
    visit.feldera.adds("orders")
    visit.feldera.sticks_clearing("orders")
    await visit.post("/orders/clear")
    visit.passes(seconds=1.5)
    visit.feldera.unsticks("orders")
    await visit.post("/orders/clear")
    visit.passes(seconds=1)
    assert (await visit.events("orders"))[-1]["recorded_at"] == "2026-03-02T03:00:02.500Z"


async def test_an_unhealthy_runner_clears_nothing_and_a_healthy_one_begins_anew(visit: Visit):
    visit.feldera.adds("orders")
    visit.feldera.runner_is(False, "no heartbeat")
    await visit.post("/orders/clear")
    visit.passes(minutes=10)
    assert await visit.storage("orders") == "Clearing"
    health = await visit.http.get("/v0/cluster_healthz")
    assert (health.status_code, health.json()["all_healthy"]) == (503, False)
    assert health.json()["runner"] == {
        "healthy": False,
        "message": "no heartbeat",
        "unchanged_since": "2026-03-02T03:00:00Z",
        "checked_at": "2026-03-02T03:10:00Z",
    }
    assert "Retry-After" not in health.headers
    visit.feldera.runner_is(True)
    visit.passes(seconds=0.9)
    assert await visit.storage("orders") == "Clearing"
    visit.passes(seconds=0.1)
    assert await visit.storage("orders") == "Cleared"
    assert (await visit.http.get("/v0/cluster_healthz")).status_code == 200


async def test_while_clearing_nobody_can_start_delete_or_rename(visit: Visit):
    """So 404, another id or another name can only be seen after `Cleared` was reached."""
    visit.feldera.adds("orders")
    visit.feldera.someone_clears("orders")
    started = await visit.post("/orders/start")
    assert (started.status_code, started.json()["error_code"]) == (400, "CannotStartWhileClearingStorage")
    with pytest.raises(Refused, match="DeleteRestrictedToClearedStorage"):
        visit.feldera.someone_deletes("orders")
    with pytest.raises(Refused, match="EditRestrictedToClearedStorage"):
        visit.feldera.someone_renames("orders", "orders2")
