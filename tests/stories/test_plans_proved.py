"""A clear after a stop: before the stop goes out it is known that the proof for the clear can be had, or nothing is sent."""

import asyncio
from datetime import timedelta

import pytest
from inline_snapshot import snapshot

from tests.workspace import Teammate, Workspace


@pytest.fixture(name="ana")
def ana_beside_a_busy_pipeline(workspace: Workspace) -> Teammate:
    since = workspace.clock.now() - timedelta(days=3)
    workspace.feldera.adds("sales", running=True, details_change=True, since=since)
    return workspace.operator("ana")


def verbs(workspace: Workspace) -> list[str]:
    """What was asked of Feldera, in order."""
    changing = [request for request in workspace.feldera.requests if request.method == "POST"]
    return [request.path.rpartition("/")[2] for request in changing]


def test_approved_days_later(workspace: Workspace) -> None:
    """Feldera has forgotten the events of the review by then: the proof begins right before the stop."""
    workspace.feldera.adds("sales", running=True, details_change=True)
    workspace.rules("*", "within=7d")
    ria, ben = workspace.requester("ria"), workspace.approver("ben")
    ria.confirms("/pipeline clear sales --restart bad backfill", "Ask for approval")
    workspace.clock.passes(days=6)
    ben.clicks("Approve")
    ben.reads()
    workspace.passes(minutes=1)
    assert verbs(workspace) == ["stop", "clear", "start"]
    assert "✅ Stopped, cleared and started." in workspace.card()
    workspace.thread()


def test_a_feldera_that_keeps_no_events(workspace: Workspace, ana: Teammate) -> None:
    """Before 0.292: nothing is stopped of which it could not be proved afterwards that it may be cleared."""
    workspace.feldera.is_downgraded()
    ana.asks("/pipeline clear sales --restart")
    ana.clicks("Stop, clear and start sales")
    ana.reads()
    workspace.passes(minutes=2)
    assert verbs(workspace) == []
    assert workspace.thread() == snapshot(
        [
            "❌ Not stopped: the clear after the stop needs Feldera's events of `sales`, and they cannot be read (`There is no Feldera API at its address (404).`), so `sales` would stay stopped. Nothing was sent. Type `/pipeline stop sales` and, when it is stopped, `/pipeline clear sales --start`. @ana"
        ]
    )
    assert workspace.card() == snapshot("""\
Stop, clear and start sales
*State*
❌ Not stopped.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
*A stop loses*
what came since the last checkpoint, of Feb 27, 2026 at 3:00:00 AM
✓ Confirmed by @ana · Mar 2, 2026 at 3:00:00 AM
✗ Not stopped: request not sent
✗ Not cleared: request not sent
✗ Not started: request not sent
❌ Not stopped: the clear after the stop needs Feldera's events of `sales`, and they cannot be read (`There is no Feldera API at its address (404).`), so `sales` would stay stopped. Nothing was sent. Type `/pipeline stop sales` and, when it is stopped, `/pipeline clear sales --start`.
Id `ID1`\
""")


def test_the_program_does_not_compile_any_more(workspace: Workspace, ana: Teammate) -> None:
    """It could not be started again: it is not stopped."""
    ana.asks("/pipeline clear sales --restart")
    workspace.feldera.finishes_compiling("sales", "SqlError", error="no such table: customers")
    ana.clicks("Stop, clear and start sales")
    ana.reads()
    workspace.passes(minutes=2)
    assert verbs(workspace) == []
    assert workspace.thread() == snapshot(
        [
            "❌ Not stopped: the program of `sales` does not compile, so it could not be started again. Nothing was sent.",
            "```line 1, column 1: no such table: customers``` @ana",
        ]
    )
    assert "❌ Not stopped." in workspace.card()


def test_stopped_by_somebody_while_it_waits_for_an_approval(workspace: Workspace) -> None:
    """A stopped pipeline writes no events: those of the review prove, days later, that it was the run that was reviewed."""
    workspace.feldera.adds("sales", running=True, details_change=True)
    workspace.rules("*", "within=7d")
    ria, ben = workspace.requester("ria"), workspace.approver("ben")
    ria.confirms("/pipeline clear sales --stop", "Ask for approval")
    workspace.feldera.someone_stops("sales")
    workspace.clock.passes(days=6)
    ben.clicks("Approve")
    ben.reads()
    workspace.passes(minutes=1)
    assert verbs(workspace) == ["clear"]
    assert "✅ Stopped already and cleared." in workspace.card()
    workspace.thread()


def test_stopping_when_it_was_asked_for(workspace: Workspace, ana: Teammate) -> None:
    """A stop that was under way, and is the same one at its end, needs no events: no run can have been in between."""
    workspace.feldera.adds("slow", running=True, stop_takes=120)
    workspace.feldera.someone_stops("slow")
    workspace.clock.passes(seconds=1)
    workspace.feldera.is_downgraded()
    ana.confirms("/pipeline clear slow --stop", "Stop and clear slow")
    workspace.passes(minutes=5)
    assert verbs(workspace) == ["clear"]
    assert "✅ Stopped by somebody else and cleared." in workspace.card()
    workspace.thread()


def test_another_run_between_the_last_look_and_the_stop(workspace: Workspace, ana: Teammate) -> None:
    """The moment that no look covers: the events tell, and what nobody has seen is not cleared."""
    ana.asks("/pipeline clear sales --stop")

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

    workspace.run(ana.clicking("Stop and clear sales"))
    workspace.run(is_run_again_meanwhile())
    ana.reads()
    workspace.passes(minutes=1)
    assert verbs(workspace) == ["stop"]
    assert workspace.thread() == snapshot(
        [
            "📤 Sent the stop to Feldera, Mar 2, 2026 at 3:00:00 AM.",
            "⏳ Feldera accepted it, Mar 2, 2026 at 3:00:07 AM: `sales` is being stopped. From here that cannot be cancelled.",
            "✓ Step 1 of 2: stopped `sales` after 10 seconds.",
            "❌ Not cleared: `sales` is stopped, but Feldera's record does not prove that nobody ran it since it was reviewed, and nobody has seen what a clear would destroy now. Nothing more was sent. Type `/pipeline clear sales` to look again. Done: stopped. Not done: clear. `sales` is now ⏹️ Stopped, its storage 💾 in use. `sales` stays stopped until somebody with the role *operator*, *requester* or *responder* types `/pipeline start sales`. @ana",
        ]
    )
    assert "❌ Stopped, not cleared." in workspace.card()


def test_after_another_run_the_rest_of_the_plan_is_advised(workspace: Workspace, ana: Teammate) -> None:
    """It is stopped: what is left to ask for is the clear, and the start that was wanted with it."""
    ana.asks("/pipeline clear sales --restart")
    workspace.feldera.someone_restarts("sales")
    workspace.clock.passes(minutes=1)
    workspace.feldera.someone_stops("sales")
    workspace.clock.passes(minutes=1)
    ana.clicks("Stop, clear and start sales")
    ana.reads()
    workspace.passes(minutes=2)
    assert "Type `/pipeline clear sales --start` to look again." in workspace.thread()[-1]
    assert "Type `/pipeline clear sales --start` to look again." in workspace.card()
    assert verbs(workspace) == []


def test_the_stop_is_lost_and_feldera_is_away_for_hours(workspace: Workspace, ana: Teammate) -> None:
    """A busy pipeline has written more events meanwhile than are kept: before the stop is sent again they are read again."""
    workspace.feldera.drops_the_next_request()
    ana.confirms("/pipeline clear sales --stop", "Stop and clear sales")
    workspace.feldera_goes_down()
    workspace.clock.passes(hours=3)
    workspace.feldera_comes_back()
    workspace.passes(minutes=2)
    assert verbs(workspace) == ["stop", "stop", "clear"]
    assert "✅ Stopped and cleared." in workspace.card()
    workspace.thread()


def test_feldera_is_away_while_it_stops(workspace: Workspace, ana: Teammate) -> None:
    """A stopped pipeline writes no events: the proof is there whenever Feldera is back."""
    workspace.feldera.adds("slow", running=True, stop_takes=60, details_change=True)
    ana.confirms("/pipeline clear slow --stop", "Stop and clear slow")
    workspace.feldera_goes_down()
    workspace.clock.passes(hours=8)
    workspace.feldera_comes_back()
    workspace.passes(minutes=2)
    assert verbs(workspace) == ["stop", "clear"]
    assert "✅ Stopped and cleared." in workspace.card()
    workspace.thread()


def test_a_right_that_is_known_to_end_too_soon(workspace: Workspace) -> None:
    """Whoever may stop it and will not be able to clear it a minute later leaves it as it is."""
    workspace.feldera.adds("sales", running=True)
    ana = workspace.operator("ana", minutes=2)
    ana.confirms("/pipeline clear sales --restart", "Stop, clear and start sales")
    workspace.passes(minutes=5)
    assert verbs(workspace) == []
    assert workspace.thread() == snapshot(
        [
            "❌ Not stopped: a permission or an approval for this ends within 5 minutes, perhaps before the last step, and would leave `sales` halfway. Nothing was sent. Type `/pipeline clear sales --restart` once it lasts longer. @ana"
        ]
    )
    assert "❌ Not stopped." in workspace.card()
