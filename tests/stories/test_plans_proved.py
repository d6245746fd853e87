"""A clear after a stop: before the stop goes out it is known that the proof for the clear can be had, or nothing is sent."""

import asyncio

import pytest
from inline_snapshot import snapshot

from tests.workspace import Teammate, Workspace


@pytest.fixture(autouse=True)
def a_busy_pipeline(workspace: Workspace) -> None:
    workspace.feldera.adds("sales", running=True, details_change=True)
    workspace.feldera.adds("slow", running=True, details_change=True, stop_takes=60)


def is_done(workspace: Workspace, state: str, *sent: str) -> None:
    workspace.passes(minutes=2)
    assert workspace.sent_steps == list(sent)
    assert f"\n{state}" in workspace.card()
    workspace.thread()


@pytest.mark.parametrize("is_stopped", [False, True])
def test_approved_days_later(workspace: Workspace, *, is_stopped: bool) -> None:
    """The events of the review are forgotten by then: the proof begins right before the stop. Stopped, it writes none."""
    workspace.rules("*", "within=7d")
    ria, ben = workspace.requester("ria"), workspace.approver("ben")
    ria.confirms("/pipeline clear sales --stop bad backfill", "Ask for approval")
    if is_stopped:
        workspace.feldera.someone_stops("sales")
    workspace.clock.passes(days=6)
    ben.told("Approve")
    if is_stopped:
        is_done(workspace, "✅ Stopped already and cleared after", "clear")
    else:
        is_done(workspace, "✅ Stopped and cleared after", "stop", "clear")


def test_a_feldera_that_keeps_no_events(workspace: Workspace, oli: Teammate) -> None:
    """Before 0.292: nothing is stopped of which it could not be proved afterwards that it may be cleared."""
    workspace.feldera.is_downgraded()
    oli.confirms("/pipeline clear sales --restart", "Stop, clear and start sales")
    is_done(workspace, "❌ Not stopped: ")
    assert workspace.thread() == snapshot(
        [
            "❌ Not stopped: Feldera's events of `sales` cannot be read (`There is no Feldera API at its address (404).`). Nothing was sent to Feldera. Without its events I cannot tell whether somebody starts the pipeline between the stop and the clear, so I do not do both in one request. Make it two requests: `/pipeline stop sales` and, when it is stopped, `/pipeline clear sales --start`. @oli"
        ]
    )
    assert " Make it two requests: `/pipeline stop sales` and, when it is stopped," in workspace.card()


def test_the_program_does_not_compile_any_more(workspace: Workspace, oli: Teammate) -> None:
    """It could not be started again: it is not stopped."""
    oli.asks("/pipeline clear sales --restart")
    workspace.feldera.finishes_compiling("sales", "SqlError", error="no such table: customers")
    oli.told("Stop, clear and start sales")
    is_done(workspace, "❌ Not stopped: ")
    assert workspace.thread() == snapshot(
        [
            "❌ Not stopped: the program of `sales` does not compile, so it would not start again. Nothing was sent to Feldera.",
            "```line 1, column 1: no such table: customers``` @oli",
        ]
    )


def test_stopping_when_it_was_asked_for(workspace: Workspace, oli: Teammate) -> None:
    """A stop that was under way, and is the same one at its end, needs no events: no run can have been in between."""
    workspace.feldera.someone_stops("slow")
    workspace.clock.passes(seconds=1)
    workspace.feldera.is_downgraded()
    oli.confirms("/pipeline clear slow --stop", "Stop and clear slow")
    is_done(workspace, "✅ Stopped by somebody else and cleared after", "clear")


def test_another_run_between_the_last_look_and_the_stop(workspace: Workspace, oli: Teammate) -> None:
    """The moment that no look covers: the events tell, and what nobody has seen is not cleared."""
    oli.asks("/pipeline clear sales --stop")

    async def is_run_again_meanwhile() -> None:
        workspace.feldera.hangs("POST", times=1)
        transient = asyncio.create_task(workspace.transient(seconds=1))
        await workspace.feldera.until_it_hangs()
        workspace.feldera.someone_stops("sales")
        workspace.clock.passes(seconds=2)
        workspace.feldera.someone_starts("sales")
        workspace.clock.passes(seconds=5)
        workspace.feldera.lets_go()
        await transient

    workspace.run(oli.clicking("Stop and clear sales"))
    workspace.run(is_run_again_meanwhile())
    oli.reads()
    is_done(workspace, "❌ Stopped, not cleared: ", "stop")
    *_, stopped, over = workspace.thread()
    assert stopped == "✓ Step 1 of 2: stopped `sales` after 10 seconds."
    assert (
        "I cannot tell from Feldera's events whether somebody restarted `sales` after @oli's preview" in over
    )


def test_after_another_run_the_rest_of_the_plan_is_advised(workspace: Workspace, oli: Teammate) -> None:
    """It is stopped: what is left to ask for is the clear, and the start that was wanted with it."""
    oli.asks("/pipeline clear sales --restart")
    workspace.feldera.someone_restarts("sales")
    workspace.clock.passes(minutes=1)
    workspace.feldera.someone_stops("sales")
    workspace.clock.passes(minutes=1)
    oli.told("Stop, clear and start sales")
    is_done(workspace, "❌ Stopped already, not cleared: ")
    for said in (workspace.thread()[-1], workspace.card()):
        assert "To request the clear and start again, type `/pipeline clear sales --start`" in said


def test_the_stop_is_lost_and_feldera_is_away_for_hours(workspace: Workspace, oli: Teammate) -> None:
    """A busy pipeline has written more events meanwhile than are kept: before the stop is sent again they are read again."""
    workspace.feldera.drops_the_next_request()
    oli.confirms("/pipeline clear sales --stop", "Stop and clear sales")
    workspace.feldera_goes_down()
    workspace.clock.passes(hours=3)
    workspace.feldera_comes_back()
    is_done(workspace, "✅ Stopped and cleared after", "stop", "stop", "clear")


def test_feldera_is_away_while_it_stops(workspace: Workspace, oli: Teammate) -> None:
    """A stopped pipeline writes no events: the proof is there whenever Feldera is back."""
    oli.confirms("/pipeline clear slow --stop", "Stop and clear slow")
    workspace.feldera_goes_down()
    workspace.clock.passes(hours=8)
    workspace.feldera_comes_back()
    is_done(workspace, "✅ Stopped and cleared after", "stop", "clear")


def test_a_right_that_is_known_to_end_too_soon(workspace: Workspace) -> None:
    """Whoever may stop it and will not be able to clear it a minute later leaves it as it is."""
    oli = workspace.operator("oli", minutes=2)
    oli.confirms("/pipeline clear sales --restart", "Stop, clear and start sales")
    is_done(workspace, "❌ Not stopped: ")
    assert workspace.thread() == snapshot(
        [
            "❌ `sales` was not stopped: the role of @oli or of an approver had less than 5 minutes left, so it could have ended before the last step. Nothing was sent to Feldera. Ask an admin to extend that role, then type `/pipeline clear sales --restart`. @oli"
        ]
    )
