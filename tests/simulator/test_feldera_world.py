"""What other people do to a pipeline meanwhile, and the pipelines a simulator comes with."""

import pytest

from bot.simulator.feldera import Refused, default_pipelines
from tests.simulator.feldera_visit import Visit

pytestmark = pytest.mark.anyio


async def test_other_people_are_refused_what_feldera_refuses(visit: Visit):
    visit.feldera.adds("payments", running=True)
    for name, happening, code in [
        ("payments", visit.feldera.someone_clears, "StorageStatusImmutableUnlessStopped"),
        ("payments", visit.feldera.someone_deletes, "DeleteRestrictedToFullyStopped"),
        ("payments", visit.feldera.someone_recreates, "DeleteRestrictedToFullyStopped"),
        ("nope", visit.feldera.someone_stops, "UnknownPipelineName"),
    ]:
        with pytest.raises(Refused, match=code):
            happening(name)


async def test_a_pipeline_deleted_the_moment_it_is_cleared_is_never_seen_cleared(visit: Visit):
    visit.feldera.adds("orders")
    visit.feldera.once_cleared("orders", visit.feldera.someone_deletes)
    await visit.post("/orders/clear")
    assert await visit.storage("orders") == "Clearing"
    visit.passes(seconds=1)
    assert (await visit.get("/orders")).status_code == 404
    assert visit.feldera.clears["orders"] == 1


async def test_a_recreated_pipeline_has_the_name_another_id_and_none_of_the_old_events(visit: Visit):
    old = visit.feldera.adds("orders").id
    visit.feldera.once_cleared("orders", visit.feldera.someone_recreates)
    await visit.post("/orders/clear")
    visit.passes(seconds=1)
    seen = await visit.status("orders")
    assert seen["id"] > old
    assert (seen["storage_status"], seen["created_at"]) == ("Cleared", "2026-03-02T03:00:01Z")
    assert len(await visit.events("orders")) == 1


async def test_a_pipeline_started_the_moment_it_is_cleared_is_in_use_again(visit: Visit):
    """Same id, and the events prove that it was cleared."""
    visit.feldera.adds("orders")
    visit.feldera.once_cleared("orders", visit.feldera.someone_starts)
    await visit.post("/orders/clear")
    visit.passes(seconds=5)
    seen = await visit.status("orders")
    assert (seen["storage_status"], seen["deployment_status"]) == ("InUse", "Running")
    assert seen["storage_status_details"] == {"checkpoints": []}, "what a clear took does not come back"
    storages = [event["storage_status"] for event in await visit.events("orders")]
    assert storages[:4] == ["InUse", "Clearing", "Cleared", "Cleared"]
    assert set(storages[4:]) == {"InUse"}


async def test_a_restart_is_a_stop_and_then_a_start(visit: Visit):
    visit.feldera.adds("payments", running=True)
    before = await visit.status("payments")
    visit.feldera.someone_restarts("payments")
    visit.passes(seconds=2.5)
    assert (await visit.status("payments"))["deployment_status"] == "Initializing"
    visit.passes(seconds=0.5)
    after = await visit.status("payments")
    assert after["deployment_status"] == "Running"
    assert after["deployment_status_since"] == "2026-03-02T03:00:03Z"
    assert (after["id"], after["deployment_id"] == before["deployment_id"]) == (before["id"], False)


async def test_a_renamed_pipeline_keeps_its_id(visit: Visit):
    one = visit.feldera.adds("archive", storage="Cleared")
    visit.feldera.adds("orders", storage="Cleared")
    visit.feldera.someone_renames("archive", "attic")
    assert (await visit.status("attic"))["id"] == one.id
    assert (await visit.get("/archive")).status_code == 404
    for name, code in [
        ("orders", "DuplicateName"),
        ("at tic", "NameDoesNotMatchPattern"),
        ("a" * 64, "TooLongName"),
    ]:
        with pytest.raises(Refused, match=code):
            visit.feldera.someone_renames("attic", name)


@pytest.mark.parametrize(
    "odd", [{"running": True, "storage": "Cleared"}, {"storage": "Cleared", "checkpoints": (1,)}]
)
async def test_a_pipeline_that_cannot_be_is_not_added(visit: Visit, odd):
    with pytest.raises(ValueError, match="storage"):
        visit.feldera.adds("orders", **odd)


async def test_the_simulator_comes_with_a_pipeline_for_each_thing_worth_trying(visit: Visit):
    default_pipelines(visit.feldera)
    seen = {
        one["name"]: (one["deployment_status"], one["storage_status"], one["program_status"])
        for one in (await visit.get("", params={"selector": "status"})).json()
    }
    assert seen == {
        "archive": ("Stopped", "Cleared", "Success"),
        "payments": ("Running", "InUse", "Success"),
        "broken": ("Stopped", "InUse", "SqlError"),
        "orders": ("Stopped", "InUse", "Success"),
        "sessions": ("Stopped", "InUse", "Success"),
        "reports": ("Stopped", "Cleared", "CompilingRust"),
    }
    assert len(visit.feldera.pipeline("orders").checkpoints) == 3


async def test_an_arranged_happening_that_feldera_refuses_is_told_to_whoever_arranged_it(visit: Visit):
    """It must not become the answer to a client that merely looked."""
    visit.feldera.adds("orders")
    visit.feldera.once_cleared("orders", visit.feldera.someone_pauses)
    visit.feldera.someone_clears("orders")
    visit.passes(seconds=1)
    with pytest.raises(RuntimeError, match="PipelineInteractionNotDeployed"):
        visit.feldera.pipeline("orders")


async def test_files_stay_where_deleting_fails(visit: Visit):
    for name in ("orders", "users"):
        visit.feldera.adds(name)
        visit.feldera.someone_clears(name)
    visit.feldera.leaves_files("orders")
    visit.passes(seconds=5)
    cleared = {each.name: (each.storage.value, each.has_files_left) for each in visit.feldera.pipelines}
    assert cleared == {"orders": ("Cleared", True), "users": ("Cleared", False)}
