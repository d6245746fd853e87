"""Stop and start by the form: ticked boxes are part of the same request, and what is shown follows them."""

from collections.abc import Iterator

import pytest
from inline_snapshot import snapshot

from tests.workspace import Teammate, Workspace


@pytest.fixture
def ana(workspace: Workspace) -> Iterator[Teammate]:
    """An operator with the form open; `users` runs."""
    workspace.feldera.adds("users", running=True)
    ana = workspace.operator("ana")
    ana.opens_form()
    return ana


def test_stop_clear_and_start(workspace: Workspace, ana: Teammate) -> None:
    """The preview follows each tick, and all is one request with one card."""
    assert "\n✋ `users` must be stopped before it can be cleared: " in ana.chooses("users")
    assert ana.ticks("Stop it first") == snapshot("""\
Clear a pipeline
Pipeline: users
In the same request: ☑ Stop it first ☐ Start it afterwards
Nothing happens unless you press the button below. Only you see this.
*Deployment*
▶️ Running since Mar 2, 2026 at 3:00:00 AM
*Storage*
💾 in use, 3 checkpoints, 7.0 MiB
*A clear would destroy*
the storage, with 3 checkpoints (7.0 MiB)
*A stop loses*
what came since the last checkpoint, of Mar 2, 2026 at 3:00:00 AM
⚠️ Clearing dissociates the pipeline's storage, which can delete it: its checkpoints and state are gone for good, and the next start begins from nothing. It *cannot be cancelled*.
It is one request: stop, clear, one after the other. If a step fails, the rest is left undone.
Its card goes to #ops.
Reason: ____
(It is shown on the card.)
[Never mind] [Stop and clear]\
""")
    assert ana.ticks("Start it afterwards") == snapshot("""\
Clear a pipeline
Pipeline: users
In the same request: ☑ Stop it first ☑ Start it afterwards
Nothing happens unless you press the button below. Only you see this.
*Deployment*
▶️ Running since Mar 2, 2026 at 3:00:00 AM
*Storage*
💾 in use, 3 checkpoints, 7.0 MiB
*A clear would destroy*
the storage, with 3 checkpoints (7.0 MiB)
*A stop loses*
what came since the last checkpoint, of Mar 2, 2026 at 3:00:00 AM
⚠️ Clearing dissociates the pipeline's storage, which can delete it: its checkpoints and state are gone for good, and the next start begins from nothing. It *cannot be cancelled*.
It is one request: stop, clear, start, one after the other. If a step fails, the rest is left undone.
Its card goes to #ops.
Reason: ____
(It is shown on the card.)
[Never mind] [Stop, clear and start]\
""")
    assert ana.submits(Reason="schema change") == snapshot("""\
Answer
⏳ Confirmed. Follow `users` in its thread.
[Close]\
""")
    workspace.passes(minutes=1)
    assert workspace.card() == snapshot("""\
Stop, clear and start users
*State*
✅ Stopped, cleared and started.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
*A stop loses*
what came since the last checkpoint, of Mar 2, 2026 at 3:00:00 AM
Reason: schema change
✓ Confirmed by @ana · Mar 2, 2026 at 3:00:00 AM
✓ Stopped · Mar 2, 2026 at 3:00:02 AM
✓ Feldera reports the storage as cleared · Mar 2, 2026 at 3:00:05 AM
✓ Started · Mar 2, 2026 at 3:00:07 AM
✅ Started `users` after 2 seconds: it runs. All is done, in 8 seconds: stopped, cleared and started.
Id `ID1`\
""")
    assert workspace.thread() == snapshot(
        [
            "📤 Sent the stop to Feldera, Mar 2, 2026 at 3:00:00 AM.",
            "⏳ Feldera accepted it, Mar 2, 2026 at 3:00:00 AM: `users` is being stopped. From here that cannot be cancelled.",
            "✓ Step 1 of 3: stopped `users` after 2 seconds.",
            "📤 Sent the clear to Feldera, Mar 2, 2026 at 3:00:02 AM.",
            "⏳ Feldera accepted it, Mar 2, 2026 at 3:00:02 AM: the storage is being cleared. From here it cannot be cancelled.",
            "✓ Step 2 of 3: cleared `users` after 2 seconds.",
            "📤 Sent the start to Feldera, Mar 2, 2026 at 3:00:05 AM.",
            "⏳ Feldera accepted it, Mar 2, 2026 at 3:00:05 AM: `users` is being started.",
            "⏳ Provisioning: Feldera makes room for `users` to run.",
            "✅ Started `users` after 2 seconds: it runs. All is done, in 8 seconds: stopped, cleared and started. @ana",
        ]
    )
    assert workspace.feldera.clears["users"] == 1


def test_a_request_for_all_of_it(workspace: Workspace) -> None:
    """A requester's approvers decide on exactly the plan that was shown."""
    workspace.feldera.adds("users", running=True)
    ben, cleo = workspace.requester("ben"), workspace.approver("cleo")
    ben.uses_shortcut("Clear a pipeline")
    ben.chooses("users")
    assert ben.ticks("Stop it first").split("\n")[-1] == snapshot("[Never mind] [Ask for approval]")
    ben.submits()
    assert workspace.card(ben.dm).split("\n")[0] == snapshot("Stop and clear users")
    cleo.types(f"/pipeline approve {workspace.request('users')}")
    workspace.passes(minutes=1)
    assert workspace.thread(ben.dm)[-1] == snapshot(
        "✅ Cleared `users` after 2 seconds. All is done, in 5 seconds: stopped and cleared. @ben (approved by @cleo)"
    )


def test_ticked_and_pressed_at_once(workspace: Workspace, ana: Teammate) -> None:
    """Whoever presses before the form has followed the tick sees first what the stop would lose."""
    ana.chooses("users")

    async def at_once() -> None:
        boxes = next(each for each in ana.person.modal.inputs if each.is_ticked)
        ana.person.modal.values[boxes.key] = ("stop",)
        await ana.person.submits()

    workspace.does(at_once())
    assert "\n✋ Nothing was sent yet." in ana.screen
    assert workspace.record() == []
    ana.submits()
    workspace.passes(minutes=1)
    assert "✅ Stopped and cleared." in workspace.card()
    workspace.thread()


def test_a_run_goes_on_while_the_form_is_open(workspace: Workspace, ana: Teammate) -> None:
    """New checkpoints of the same run are no reason to look again: the stop is of this run."""
    ana.chooses("users")
    ana.ticks("Stop it first")
    workspace.passes(minutes=5)
    workspace.feldera.pipeline("users").checkpoints += (5_000_000,)
    assert ana.submits() == snapshot("""\
Answer
⏳ Confirmed. Follow `users` in its thread.
[Close]\
""")
    workspace.passes(minutes=1)
    assert "✅ Stopped and cleared." in workspace.card()
    workspace.thread()


def test_another_run_since_it_was_shown(workspace: Workspace, ana: Teammate) -> None:
    """Somebody stopped and started it meanwhile: what a stop loses now is something else."""
    ana.chooses("users")
    ana.ticks("Stop it first")
    workspace.passes(minutes=5)
    workspace.feldera.someone_restarts("users")
    workspace.passes(minutes=5)
    assert "\n✋ `users` has changed since you looked, and nothing was sent." in ana.submits()
    assert workspace.record() == []


def test_it_stopped_since_it_was_shown(workspace: Workspace, ana: Teammate) -> None:
    """So is one that runs no more."""
    ana.chooses("users")
    ana.ticks("Stop it first")
    workspace.feldera.someone_stops("users")
    workspace.passes(minutes=1)
    assert "\n✋ `users` has changed since you looked, and nothing was sent." in ana.submits()
    assert ana.submits() == snapshot("""\
Answer
⏳ Confirmed. Follow `users` in its thread.
[Close]\
""")
    workspace.passes(minutes=1)
    assert workspace.card() == snapshot("""\
Stop and clear users
*State*
✅ Stopped already and cleared.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
*A stop loses*
nothing: it is stopped, or stopping, already
✓ Confirmed by @ana · Mar 2, 2026 at 3:01:00 AM
✓ Stopped already: nothing was sent
✓ Feldera reports the storage as cleared · Mar 2, 2026 at 3:01:02 AM
✅ Cleared `users` after 2 seconds. All is done, in 2 seconds: stopped already and cleared.
Id `ID1`\
""")
    workspace.thread()


def test_it_is_stopping(workspace: Workspace, ana: Teammate) -> None:
    """Nothing has to be ticked then: the form says to wait."""
    workspace.feldera.adds("slow", running=True, stop_takes=60)
    workspace.passes(seconds=6)
    workspace.feldera.someone_stops("slow")
    assert ana.chooses("slow").split("\n")[4] == snapshot(
        "✋ `slow` must be stopped before it can be cleared: it is Running since Mar 2, 2026 at 3:00:00 AM, wanted Stopped since Mar 2, 2026 at 3:00:06 AM. It is stopping: choose it again once it is stopped."
    )
    assert ana.submits().split("\n")[2] == snapshot("⚠ slow is stopping: press again once it is stopped.")


def test_a_program_that_does_not_compile(workspace: Workspace, ana: Teammate) -> None:
    """A start that cannot be is said before anything is destroyed."""
    workspace.feldera.adds("broken", program_status="SqlError", program_error="no such column: x")
    workspace.passes(seconds=6)
    ana.chooses("broken")
    assert ana.ticks("Start it afterwards") == snapshot("""\
Clear a pipeline
Pipeline: broken
In the same request: ☐ Stop it first ☑ Start it afterwards
Nothing happens unless you press the button below. Only you see this.
❌ `broken` cannot be started: its program does not compile. Nothing was sent.
```line 1, column 1: no such column: x```
Reason: ____
(It is shown on the card.)
[Never mind] [Clear]\
""")
    assert ana.submits().split("\n")[2] == snapshot(
        "⚠ ❌ broken cannot be started: its program does not compile. Nothing was sent. line 1, column 1: no such column: x"
    )
    assert workspace.sent == []
