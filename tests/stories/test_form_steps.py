"""Stop and start by the form: ticked boxes are part of the same request, and what is shown follows them."""

import pytest
from inline_snapshot import snapshot

CONFIRMED = "Clear a pipeline\n⏳ Confirmed. Follow the {} of `users` in its thread.\n[Close]"
CHANGED = "\n✋ `users` has changed since you looked. Nothing was sent to Feldera."


@pytest.fixture
def oli(workspace):
    """An operator with the form open; `users` runs."""
    workspace.feldera.adds("users", running=True)
    oli = workspace.operator("oli")
    oli.opens_form()
    return oli


@pytest.fixture
def form(oli):
    """`oli`, who has seen what it means to stop and clear `users`."""
    oli.chooses("users")
    oli.ticks("Stop it first")
    return oli


def test_stop_clear_and_start(workspace, oli):
    """The preview follows each tick, and all is one request with one card."""
    assert "\n✋ `users` must be stopped before it can be cleared: " in oli.chooses("users")
    shown = oli.ticks("Stop it first")
    assert "\nAlso do, in the same request: ☑ Stop it first ☐ Start it afterwards\n" in shown
    lost = "everything after the last checkpoint, some time ago (Mar 2, 2026 at 3:00 AM)"
    assert f"\nthe storage, with 3 checkpoints (7.0 MiB)\n*A stop loses*\n{lost}\n" in shown
    assert (
        "\nIt is one request: stop, clear, one after the other. If a step fails, the steps after it are not done."
        in shown
    )
    assert shown.endswith("[Never mind] [Stop and clear]")
    shown = oli.ticks("Start it afterwards")
    assert "☑ Stop it first ☑ Start it afterwards\n" in shown
    assert "\nIt is one request: stop, clear, start, one after the other." in shown
    assert shown.endswith("[Never mind] [Stop, clear and start]")
    assert oli.submits(Reason="schema change") == CONFIRMED.format("stop, clear and start")
    workspace.passes(minutes=1)
    assert (
        "Stop, clear and start users\n✅ Stopped, cleared and started: running after 8 seconds"
        in workspace.card()
    )
    assert workspace.thread()[-1] == snapshot(
        "✅ Started `users`: running after 2 seconds. All is done, in 8 seconds: stopped, cleared and started. @oli"
    )
    assert workspace.feldera.clears["users"] == 1


def test_a_request_for_all_of_it(workspace, ana, ben):
    """A requester's approvers decide on exactly the plan that was shown."""
    workspace.feldera.adds("users", running=True)
    ana.uses_shortcut("Clear a pipeline")
    ana.chooses("users")
    assert ana.ticks("Stop it first").endswith("\n[Never mind] [Ask for approval]")
    ana.submits()
    assert workspace.card(ana.dm).startswith("Stop and clear users\n")
    ben.approves(workspace.request("users"))
    workspace.passes(minutes=1)
    assert "in 5 seconds: stopped and cleared. @ana (approved by @ben)" in workspace.thread(ana.dm)[-1]


def test_ticked_and_pressed_at_once(workspace, oli):
    """Whoever presses before the form has followed the tick sees first what the stop would lose."""
    oli.chooses("users")

    async def at_once() -> None:
        boxes = next(each for each in oli.person.modal.inputs if each.is_ticked)
        oli.person.modal.values[boxes.key] = ("stop",)
        await oli.person.submits()

    workspace.does(at_once())
    assert "\n✋ Nothing was sent to Feldera yet." in oli.screen
    assert workspace.record() == []
    oli.submits()
    workspace.passes(minutes=1)
    assert workspace.follows() == "✅ Stopped and cleared"


def test_a_run_goes_on_while_the_form_is_open(workspace, form):
    """New checkpoints of the same run are no reason to look again: the stop is of this run."""
    workspace.passes(minutes=5)
    workspace.feldera.pipeline("users").checkpoints += (5_000_000,)
    assert form.submits() == CONFIRMED.format("stop and clear")
    workspace.passes(minutes=1)
    assert workspace.follows() == "✅ Stopped and cleared"


def test_another_run_since_it_was_shown(workspace, form):
    """What a stop loses now is something else."""
    workspace.passes(minutes=5)
    workspace.feldera.someone_restarts("users")
    workspace.passes(minutes=5)
    assert CHANGED in form.submits()
    assert workspace.record() == []


def test_it_stopped_since_it_was_shown(workspace, form):
    workspace.feldera.someone_stops("users")
    workspace.passes(minutes=1)
    assert CHANGED in form.submits()
    assert form.submits() == CONFIRMED.format("stop and clear")
    workspace.passes(minutes=1)
    card = workspace.card()
    assert "\n✅ Stopped already and cleared after" in card
    assert (
        "\nDeleted, as Feldera reports: the storage, which held 3 checkpoints (7.0 MiB) at the preview.\n"
        in card
    )
    workspace.thread()


def test_it_is_stopping(workspace, oli):
    """Nothing has to be ticked then: the form says to wait."""
    workspace.feldera.adds("slow", running=True, stop_takes=60)
    workspace.passes(seconds=6)
    workspace.feldera.someone_stops("slow")
    assert oli.chooses("slow").split("\n")[4] == snapshot(
        "✋ `slow` must be stopped before it can be cleared: it is Running, started some time ago (Mar 2, 2026 at 3:00 AM); told to stop some time ago (Mar 2, 2026 at 3:00 AM). It is stopping: choose it again once it is stopped."
    )
    assert "\n⚠ slow is stopping: press again once it is stopped.\n" in oli.submits()


def test_a_program_that_does_not_compile(workspace, oli):
    """A start that cannot be is said before anything is destroyed."""
    workspace.feldera.adds("broken", program_status="SqlError", program_error="no such column: x")
    workspace.passes(seconds=6)
    oli.chooses("broken")
    no = "cannot be started: its program does not compile. Nothing was sent to Feldera."
    error = "line 1, column 1: no such column: x"
    assert f"\n❌ `broken` {no}\n```{error}```\n" in oli.ticks("Start it afterwards")
    assert f"\n⚠ ❌ broken {no} {error}\n" in oli.submits()
    assert workspace.sent == []
