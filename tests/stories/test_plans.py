"""Stop, clear and start as one request: one approval, one lock, one card and one thread."""

from datetime import timedelta

import pytest
from inline_snapshot import snapshot

from bot.domain.events import EventKind
from tests.workspace import Teammate, Workspace

DAYS_AGO = timedelta(days=3)


@pytest.fixture(name="ana")
def ana_beside_a_pipeline_that_runs(workspace: Workspace) -> Teammate:
    workspace.feldera.adds("sales", running=True, since=workspace.clock.now() - DAYS_AGO)
    return workspace.operator("ana")


def verbs(workspace: Workspace) -> list[str]:
    """What was asked of Feldera, in order."""
    changing = [request for request in workspace.feldera.requests if request.method != "GET"]
    return [request.path.rpartition("/")[2] for request in changing]


def test_stop_clear_and_start(workspace: Workspace, ana: Teammate) -> None:
    """From the command to the last line: each step is told, and the last line sums up."""
    assert ana.asks("/pipeline clear sales --restart bad backfill") == snapshot("""\
*Stop, clear and start `sales`?* Nothing happens unless you press the button. Only you see this.
*Deployment*
▶️ Running since Feb 27, 2026 at 3:00:00 AM
*Storage*
💾 in use, 3 checkpoints, 7.0 MiB
*A clear would destroy*
the storage, with 3 checkpoints (7.0 MiB)
*A stop loses*
what came since the last checkpoint, of Feb 27, 2026 at 3:00:00 AM
Reason: bad backfill
⚠️ Clearing dissociates the pipeline's storage, which can delete it: its checkpoints and state are gone for good, and the next start begins from nothing. It *cannot be cancelled*.
It is one request: stop, clear, start, one after the other. If a step fails, the rest is left undone.
[Stop, clear and start sales] [Never mind]\
""")
    ana.clicks("Stop, clear and start sales")
    assert ana.last_confirm == snapshot("""\
Stop, clear and start sales?
This destroys the storage, with 3 checkpoints (7.0 MiB). The stop loses what came since the last checkpoint. It cannot be cancelled.
[Do it] [Go back]\
""")
    ana.reads()
    workspace.passes(seconds=30)
    assert workspace.card_history() == snapshot(
        [
            """\
Stop, clear and start sales
*State*
⏳ Confirmed Mar 2, 2026 at 3:00:00 AM, not sent yet.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
*A stop loses*
what came since the last checkpoint, of Feb 27, 2026 at 3:00:00 AM
Reason: bad backfill
✓ Confirmed by @ana · Mar 2, 2026 at 3:00:00 AM
⏳ Stop: request to Feldera
○ Clear
○ Start
Id `ID1`\
""",
            """\
Stop, clear and start sales
*State*
⏳ Stopping since Mar 2, 2026 at 3:00:00 AM.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
*A stop loses*
what came since the last checkpoint, of Feb 27, 2026 at 3:00:00 AM
Reason: bad backfill
✓ Confirmed by @ana · Mar 2, 2026 at 3:00:00 AM
⏳ Stopping · Mar 2, 2026 at 3:00:00 AM
○ Clear
○ Start
Id `ID1`\
""",
            """\
Stop, clear and start sales
*State*
⏳ Stopped Mar 2, 2026 at 3:00:02 AM, the clear is not sent yet.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
*A stop loses*
what came since the last checkpoint, of Feb 27, 2026 at 3:00:00 AM
Reason: bad backfill
✓ Confirmed by @ana · Mar 2, 2026 at 3:00:00 AM
✓ Stopped · Mar 2, 2026 at 3:00:02 AM
⏳ Clear: request to Feldera
○ Start
Id `ID1`\
""",
            """\
Stop, clear and start sales
*State*
⏳ Clearing since Mar 2, 2026 at 3:00:02 AM.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
*A stop loses*
what came since the last checkpoint, of Feb 27, 2026 at 3:00:00 AM
Reason: bad backfill
✓ Confirmed by @ana · Mar 2, 2026 at 3:00:00 AM
✓ Stopped · Mar 2, 2026 at 3:00:02 AM
⏳ Clearing · Mar 2, 2026 at 3:00:02 AM
○ Start
Id `ID1`\
""",
            """\
Stop, clear and start sales
*State*
⏳ Stopped and cleared Mar 2, 2026 at 3:00:05 AM, the start is not sent yet.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
*A stop loses*
what came since the last checkpoint, of Feb 27, 2026 at 3:00:00 AM
Reason: bad backfill
✓ Confirmed by @ana · Mar 2, 2026 at 3:00:00 AM
✓ Stopped · Mar 2, 2026 at 3:00:02 AM
✓ Feldera reports the storage as cleared · Mar 2, 2026 at 3:00:05 AM
⏳ Start: request to Feldera
Id `ID1`\
""",
            """\
Stop, clear and start sales
*State*
⏳ Starting since Mar 2, 2026 at 3:00:05 AM (Provisioning).
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
*A stop loses*
what came since the last checkpoint, of Feb 27, 2026 at 3:00:00 AM
Reason: bad backfill
✓ Confirmed by @ana · Mar 2, 2026 at 3:00:00 AM
✓ Stopped · Mar 2, 2026 at 3:00:02 AM
✓ Feldera reports the storage as cleared · Mar 2, 2026 at 3:00:05 AM
⏳ Starting, Provisioning · Mar 2, 2026 at 3:00:05 AM
Id `ID1`\
""",
            """\
Stop, clear and start sales
*State*
✅ Stopped, cleared and started.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
*A stop loses*
what came since the last checkpoint, of Feb 27, 2026 at 3:00:00 AM
Reason: bad backfill
✓ Confirmed by @ana · Mar 2, 2026 at 3:00:00 AM
✓ Stopped · Mar 2, 2026 at 3:00:02 AM
✓ Feldera reports the storage as cleared · Mar 2, 2026 at 3:00:05 AM
✓ Started · Mar 2, 2026 at 3:00:07 AM
✅ Started `sales` after 2 seconds: it runs. All is done, in 8 seconds: stopped, cleared and started.
Id `ID1`\
""",
        ]
    )
    assert workspace.timed_thread() == snapshot(
        [
            "0:00:01  📤 Sent the stop to Feldera, Mar 2, 2026 at 3:00:00 AM.",
            "0:00:01  ⏳ Feldera accepted it, Mar 2, 2026 at 3:00:00 AM: `sales` is being stopped. From here that cannot be cancelled.",
            "0:00:02.500000  ✓ Step 1 of 3: stopped `sales` after 2 seconds.",
            "0:00:03.500000  📤 Sent the clear to Feldera, Mar 2, 2026 at 3:00:02 AM.",
            "0:00:03.500000  ⏳ Feldera accepted it, Mar 2, 2026 at 3:00:02 AM: the storage is being cleared. From here it cannot be cancelled.",
            "0:00:05  ✓ Step 2 of 3: cleared `sales` after 2 seconds.",
            "0:00:06  📤 Sent the start to Feldera, Mar 2, 2026 at 3:00:05 AM.",
            "0:00:06  ⏳ Feldera accepted it, Mar 2, 2026 at 3:00:05 AM: `sales` is being started.",
            "0:00:06  ⏳ Provisioning: Feldera makes room for `sales` to run.",
            "0:00:07.500000  ✅ Started `sales` after 2 seconds: it runs. All is done, in 8 seconds: stopped, cleared and started. @ana",
        ]
    )
    assert verbs(workspace) == ["stop", "clear", "start"]
    assert workspace.feldera.clears["sales"] == 1
    assert workspace.feldera.pipeline("sales").deployment_status == "Running"
    assert workspace.record() == snapshot(
        [
            "03:00 proposed by ana [op]: pipeline=sales plan=stop clear start reason=bad backfill reviewed=…",
            "03:00 confirmed by ana [op]: grant=1",
            "03:00 sent [op]: grant=1 step=stop",
            "03:00 accepted [op]: step=stop",
            "03:00 step_done [op]: begun=False ending=pipeline_stopped seconds=2 step=stop",
            "03:00 sent [op]: grant=1 step=clear",
            "03:00 accepted [op]: step=clear",
            "03:00 step_done [op]: begun=True ending=cleared seconds=2 step=clear",
            "03:00 sent [op]: grant=1 step=start",
            "03:00 accepted [op]: step=start",
            "03:00 phase [op]: phase=Provisioning step=start",
            "03:00 ended [op]: ending=running step=start",
        ]
    )


def test_a_plain_clear_of_what_runs_offers_to_stop_it(workspace: Workspace, ana: Teammate) -> None:
    """The offer turns into the preview of the longer plan, with the reason that was typed."""
    assert ana.asks("/pipeline clear sales bad backfill") == snapshot("""\
✋ `sales` must be stopped before it can be cleared. It is Running since Feb 27, 2026 at 3:00:00 AM. I can stop it first, as one request: that loses what came since the last checkpoint, of Feb 27, 2026 at 3:00:00 AM.
[Stop it and clear] [Never mind]\
""")
    assert ana.told("Stop it and clear") == snapshot(
        [
            """\
*Stop and clear `sales`?* Nothing happens unless you press the button. Only you see this.
*Deployment*
▶️ Running since Feb 27, 2026 at 3:00:00 AM
*Storage*
💾 in use, 3 checkpoints, 7.0 MiB
*A clear would destroy*
the storage, with 3 checkpoints (7.0 MiB)
*A stop loses*
what came since the last checkpoint, of Feb 27, 2026 at 3:00:00 AM
Reason: bad backfill
⚠️ Clearing dissociates the pipeline's storage, which can delete it: its checkpoints and state are gone for good, and the next start begins from nothing. It *cannot be cancelled*.
It is one request: stop, clear, one after the other. If a step fails, the rest is left undone.
[Stop and clear sales] [Never mind]\
"""
        ]
    )
    ana.clicks("Stop and clear sales")
    ana.reads()
    workspace.passes(seconds=30)
    assert workspace.card() == snapshot("""\
Stop and clear sales
*State*
✅ Stopped and cleared.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
*A stop loses*
what came since the last checkpoint, of Feb 27, 2026 at 3:00:00 AM
Reason: bad backfill
✓ Confirmed by @ana · Mar 2, 2026 at 3:00:00 AM
✓ Stopped · Mar 2, 2026 at 3:00:02 AM
✓ Feldera reports the storage as cleared · Mar 2, 2026 at 3:00:05 AM
✅ Cleared `sales` after 2 seconds. All is done, in 5 seconds: stopped and cleared.
Id `ID2`\
""")
    assert workspace.thread()[-1] == snapshot(
        "✅ Cleared `sales` after 2 seconds. All is done, in 5 seconds: stopped and cleared. @ana"
    )
    assert verbs(workspace) == ["stop", "clear"]


def test_an_offer_to_stop_clear_and_start(ana: Teammate) -> None:
    """What was to come after the clear still comes after it."""
    ana.asks("/pipeline clear sales --start")
    (preview,) = ana.told("Stop it, clear and start")
    assert preview.startswith("*Stop, clear and start `sales`?*")
    ana.clicks("Never mind")
    assert ana.reads() == snapshot(["Never mind, then: nothing was sent, and `sales` is as it was."])


def test_no_offer_where_somebody_asked_already(workspace: Workspace) -> None:
    """The answer is who asked, for what, and where."""
    workspace.feldera.adds("sales", running=True)
    ria, ben = workspace.requester("ria"), workspace.approver("ben")
    ria.confirms("/pipeline clear sales --stop", "Ask for approval")
    other = workspace.requester("olaf")
    assert other.asks("/pipeline clear sales") == snapshot(
        "🙋 @ria asked to stop and clear it Mar 2, 2026 at 3:00:00 AM, and it waits for approval: follow it in its thread."
    )
    ben.told("Approve")
    workspace.passes(minutes=1)
    workspace.card(), workspace.thread(), ria.reads()


def test_another_one_cannot_take_the_offer(workspace: Workspace, ana: Teammate) -> None:
    """The button means a row of ana's, and nothing to anybody else."""
    ana.asks("/pipeline clear sales")
    button = ana.finds("Stop it and clear")
    ben = workspace.operator("ben")
    ben.presses(button)
    assert ben.reads() == snapshot(["🚫 Only the person who was shown this, or who asked, can use it."])
    assert workspace.sent == []


def test_clear_and_start(workspace: Workspace, ana: Teammate) -> None:
    """Of a pipeline that is stopped."""
    ana.confirms("/pipeline clear orders --start", "Clear and start orders")
    workspace.passes(seconds=30)
    assert workspace.card() == snapshot("""\
Clear and start orders
*State*
✅ Cleared and started.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
✓ Confirmed by @ana · Mar 2, 2026 at 3:00:00 AM
✓ Feldera reports the storage as cleared · Mar 2, 2026 at 3:00:02 AM
✓ Started · Mar 2, 2026 at 3:00:05 AM
✅ Started `orders` after 2 seconds: it runs. All is done, in 5 seconds: cleared and started.
Id `ID1`\
""")
    assert workspace.thread() == snapshot(
        [
            "📤 Sent the clear to Feldera, Mar 2, 2026 at 3:00:00 AM.",
            "⏳ Feldera accepted it, Mar 2, 2026 at 3:00:00 AM: the storage is being cleared. From here it cannot be cancelled.",
            "✓ Step 1 of 2: cleared `orders` after 2 seconds.",
            "📤 Sent the start to Feldera, Mar 2, 2026 at 3:00:02 AM.",
            "⏳ Feldera accepted it, Mar 2, 2026 at 3:00:02 AM: `orders` is being started.",
            "⏳ Provisioning: Feldera makes room for `orders` to run.",
            "✅ Started `orders` after 2 seconds: it runs. All is done, in 5 seconds: cleared and started. @ana",
        ]
    )
    assert verbs(workspace) == ["clear", "start"]


def test_a_restart_of_what_is_stopped_and_cleared_already(workspace: Workspace, ana: Teammate) -> None:
    """What is so already is not asked for: only the start is sent."""
    workspace.feldera.adds("fresh", storage="Cleared")
    assert ana.asks("/pipeline clear fresh --restart") == snapshot("""\
*Stop, clear and start `fresh`?* Nothing happens unless you press the button. Only you see this.
*Deployment*
⏹️ Stopped since Mar 2, 2026 at 3:00:00 AM
*Storage*
⬜ cleared
*A clear would destroy*
nothing: the storage is cleared already
*A stop loses*
nothing: it is stopped, or stopping, already
It is one request: stop, clear, start, one after the other. If a step fails, the rest is left undone.
[Stop, clear and start fresh] [Never mind]\
""")
    ana.clicks("Stop, clear and start fresh")
    ana.reads()
    workspace.passes(seconds=30)
    assert workspace.card() == snapshot("""\
Stop, clear and start fresh
*State*
✅ Stopped already, cleared already and started.
*Requested by*
@ana
*Destroys*
nothing: the storage is cleared already
*A stop loses*
nothing: it is stopped, or stopping, already
✓ Confirmed by @ana · Mar 2, 2026 at 3:00:00 AM
✓ Stopped already: nothing was sent
✓ Feldera reports the storage as cleared already: nothing was sent
✓ Started · Mar 2, 2026 at 3:00:02 AM
✅ Started `fresh` after 2 seconds: it runs. All is done, in 2 seconds: stopped already, cleared already and started.
Id `ID1`\
""")
    assert workspace.thread() == snapshot(
        [
            "✓ Step 1 of 3: nothing to stop: `fresh` was stopped already. Nothing was sent.",
            "✓ Step 2 of 3: nothing to clear: the storage of `fresh` was cleared already. Nothing was sent.",
            "📤 Sent the start to Feldera, Mar 2, 2026 at 3:00:00 AM.",
            "⏳ Feldera accepted it, Mar 2, 2026 at 3:00:00 AM: `fresh` is being started.",
            "⏳ Provisioning: Feldera makes room for `fresh` to run.",
            "✅ Started `fresh` after 2 seconds: it runs. All is done, in 2 seconds: stopped already, cleared already and started. @ana",
        ]
    )
    assert verbs(workspace) == ["start"]


def test_stopped_by_somebody_before_the_stop(workspace: Workspace, ana: Teammate) -> None:
    """The end of the run that was reviewed, as Feldera's record proves: the clear goes on."""
    ana.asks("/pipeline clear sales --stop")
    workspace.feldera.someone_stops("sales")
    workspace.clock.passes(seconds=30)
    ana.clicks("Stop and clear sales")
    ana.reads()
    workspace.passes(seconds=30)
    assert workspace.thread() == snapshot(
        [
            "✓ Step 1 of 2: nothing to stop: `sales` was stopped already. Nothing was sent.",
            "📤 Sent the clear to Feldera, Mar 2, 2026 at 3:00:30 AM.",
            "⏳ Feldera accepted it, Mar 2, 2026 at 3:00:30 AM: the storage is being cleared. From here it cannot be cancelled.",
            "✅ Cleared `sales` after 2 seconds. All is done, in 2 seconds: stopped already and cleared. @ana",
        ]
    )
    assert "✅ Stopped already and cleared." in workspace.card()
    assert verbs(workspace) == ["clear"]


def test_a_stop_of_somebody_else_is_not_the_bots(workspace: Workspace, ana: Teammate) -> None:
    """It is watched, and told as what it is; so it is at the end."""
    workspace.feldera.adds("clicks", running=True, stop_takes=60)
    ana.asks("/pipeline clear clicks --stop")
    workspace.feldera.someone_stops("clicks")
    ana.clicks("Stop and clear clicks")
    ana.reads()
    workspace.passes(minutes=2)
    assert workspace.thread() == snapshot(
        [
            "⏳ `clicks` is stopping already. I send nothing, and watch.",
            "⏳ Still stopping after 30 seconds.",
            "✓ Step 1 of 2: `clicks` was stopped by somebody else after 1 minute.",
            "📤 Sent the clear to Feldera, Mar 2, 2026 at 3:01:00 AM.",
            "⏳ Feldera accepted it, Mar 2, 2026 at 3:01:00 AM: the storage is being cleared. From here it cannot be cancelled.",
            "✅ Cleared `clicks` after 2 seconds. All is done, in 2 seconds: stopped by somebody else and cleared. @ana",
        ]
    )
    assert "✅ Stopped by somebody else and cleared." in workspace.card()
    assert verbs(workspace) == ["clear"]


def test_a_crash_before_the_stop_is_the_end_of_the_run_too(workspace: Workspace, ana: Teammate) -> None:
    """Nobody ran it since: what is there is what was reviewed."""
    ana.asks("/pipeline clear sales --stop")
    workspace.feldera.crashes("sales", "out of memory")
    workspace.clock.passes(seconds=30)
    ana.clicks("Stop and clear sales")
    ana.reads()
    workspace.passes(seconds=30)
    assert "✅ Stopped already and cleared." in workspace.card()
    assert verbs(workspace) == ["clear"]
    workspace.thread()


@pytest.mark.parametrize("keeps_a_record", [True, False])
def test_run_by_somebody_in_between_is_not_cleared(
    workspace: Workspace, ana: Teammate, *, keeps_a_record: bool
) -> None:
    """Stopped, but of another run, or nobody can tell: nothing is destroyed that nobody has seen."""
    if not keeps_a_record:
        workspace.feldera.is_downgraded()
    ana.asks("/pipeline clear sales --stop")
    workspace.feldera.someone_restarts("sales")
    workspace.clock.passes(minutes=1)
    workspace.feldera.someone_stops("sales")
    workspace.clock.passes(minutes=1)
    ana.clicks("Stop and clear sales")
    ana.reads()
    workspace.passes(minutes=2)
    assert workspace.thread() == [
        "✓ Step 1 of 2: nothing to stop: `sales` was stopped already. Nothing was sent.",
        (
            "❌ Not cleared: `sales` is stopped, but Feldera's record does not prove that nobody ran it since it was "
            "reviewed, and nobody has seen what a clear would destroy now. Nothing was sent. Type `/pipeline clear sales` "
            "to look again. Stopped already. @ana"
        ),
    ]
    assert "❌ Stopped already, not cleared." in workspace.card()
    assert verbs(workspace) == []


def test_a_restart_while_feldera_is_away_is_another_run(workspace: Workspace, ana: Teammate) -> None:
    """The stop was done; meanwhile somebody ran it and stopped it again, unseen: the record tells."""
    workspace.feldera.adds("clicks", running=True, stop_takes=5)
    ana.confirms("/pipeline clear clicks --stop", "Stop and clear clicks")
    workspace.passes(seconds=1)
    workspace.feldera_goes_down()
    workspace.clock.passes(minutes=1)
    workspace.feldera.someone_starts("clicks")
    workspace.clock.passes(minutes=5)
    workspace.feldera.someone_stops("clicks")
    workspace.clock.passes(minutes=1)
    workspace.feldera_comes_back()
    workspace.passes(minutes=2)
    assert workspace.thread() == snapshot(
        [
            "📤 Sent the stop to Feldera, Mar 2, 2026 at 3:00:00 AM.",
            "⏳ Feldera accepted it, Mar 2, 2026 at 3:00:00 AM: `clicks` is being stopped. From here that cannot be cancelled.",
            "✓ Step 1 of 2: stopped `clicks` after 7 minutes and 1 second.",
            "❌ Not cleared: `clicks` is stopped, but Feldera's record does not prove that nobody ran it since it was reviewed, and nobody has seen what a clear would destroy now. Nothing more was sent. Type `/pipeline clear clicks` to look again. Done: stopped. Not done: clear. `clicks` is now ⏹️ Stopped, its storage 💾 in use. `clicks` stays stopped until somebody with the role *operator*, *requester* or *responder* types `/pipeline start clicks`. @ana",
        ]
    )
    assert "❌ Stopped, not cleared." in workspace.card()
    assert verbs(workspace) == ["stop"]


def test_restarted_between_stop_and_clear(workspace: Workspace, ana: Teammate) -> None:
    """The rest is left undone, and the last line says what state the pipeline is in now."""
    workspace.feldera.once_stopped("sales", workspace.feldera.someone_starts)
    ana.confirms("/pipeline clear sales --restart", "Stop, clear and start sales")
    workspace.passes(minutes=1)
    assert workspace.thread()[-1] == snapshot(
        "❌ Not stopped: somebody started `sales` again before I saw it stopped. I send nothing more. Type `/pipeline clear sales --restart` to look again. Not done: stop, clear and start. `sales` is now 🔄 Initializing, wanted Running, its storage 💾 in use. @ana"
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
✗ Not stopped: request sent Mar 2, 2026 at 3:00:00 AM
✗ Not cleared: request not sent
✗ Not started: request not sent
❌ Not stopped: somebody started `sales` again before I saw it stopped. I send nothing more. Type `/pipeline clear sales --restart` to look again. Not done: stop, clear and start. `sales` is now 🔄 Initializing, wanted Running, its storage 💾 in use.
Id `ID1`\
""")
    assert verbs(workspace) == ["stop"]


def test_recreated_after_the_clear(workspace: Workspace, ana: Teammate) -> None:
    """The clear was done; the pipeline of that name is another one: it is not started."""
    workspace.feldera.once_cleared("sales", workspace.feldera.someone_recreates)
    ana.confirms("/pipeline clear sales --restart", "Stop, clear and start sales")
    workspace.passes(minutes=1)
    assert workspace.thread()[-2:] == snapshot(
        [
            "✓ Step 2 of 3: `sales` was cleared, and somebody has deleted it and created another pipeline of that name since.",
            "❌ Not started: `sales` is another pipeline than the one reviewed: it was deleted and created again. Nothing more was sent. Type `/pipeline clear sales --restart` to look again. Done: stopped and cleared. Not done: start. `sales` is now ⏹️ Stopped, its storage ⬜ cleared. @ana",
        ]
    )
    assert "❌ Stopped, cleared, not started." in workspace.card()
    assert verbs(workspace) == ["stop", "clear"]


def test_started_by_somebody_after_the_clear(workspace: Workspace, ana: Teammate) -> None:
    """What was to be done is done: nothing more is sent."""
    workspace.feldera.once_cleared("sales", workspace.feldera.someone_starts)
    ana.confirms("/pipeline clear sales --restart", "Stop, clear and start sales")
    workspace.passes(minutes=1)
    assert workspace.thread()[-3:] == snapshot(
        [
            "✓ Step 2 of 3: `sales` was cleared, and somebody has started it since: its storage is in use again.",
            "⏳ `sales` is starting already. I send nothing, and watch.",
            "✅ `sales` was started by somebody else after 2 seconds: it runs. All is done, in 7 seconds: stopped, cleared and started by somebody else. @ana",
        ]
    )
    assert "✅ Stopped, cleared and started by somebody else." in workspace.card()
    assert verbs(workspace) == ["stop", "clear"]


def test_a_start_that_fails_at_the_end(workspace: Workspace, ana: Teammate) -> None:
    """What was done stays done, and is said."""
    ana.confirms("/pipeline clear sales --restart", "Stop, clear and start sales")
    workspace.feldera.once_cleared(
        "sales",
        lambda name: workspace.feldera.finishes_compiling(name, "RustError", error="E0425: no such value"),
    )
    workspace.passes(minutes=1)
    assert workspace.thread()[-3:] == snapshot(
        [
            "❌ Not started: the program of `sales` does not compile. Nothing more was sent.",
            "```line 1, column 1: E0425: no such value```",
            "Done: stopped and cleared. Not done: start. `sales` is now ⏹️ Stopped, its storage ⬜ cleared. @ana",
        ]
    )
    assert workspace.card() == snapshot("""\
Stop, clear and start sales
*State*
❌ Stopped, cleared, not started.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
*A stop loses*
what came since the last checkpoint, of Feb 27, 2026 at 3:00:00 AM
✓ Confirmed by @ana · Mar 2, 2026 at 3:00:00 AM
✓ Stopped · Mar 2, 2026 at 3:00:02 AM
✓ Feldera reports the storage as cleared · Mar 2, 2026 at 3:00:05 AM
✗ Not started: request not sent
❌ Not started: the program of `sales` does not compile. Nothing more was sent.
```line 1, column 1: E0425: no such value```
Done: stopped and cleared. Not done: start. `sales` is now ⏹️ Stopped, its storage ⬜ cleared.
Id `ID1`\
""")
    assert verbs(workspace) == ["stop", "clear"]


def test_feldera_refuses_the_clear(workspace: Workspace, ana: Teammate) -> None:
    """Stopped and not cleared: both the card and the last line say so."""
    ana.confirms("/pipeline clear sales --restart", "Stop, clear and start sales")
    body = {"message": "storage backend is read-only", "error_code": "StorageReadOnly", "details": {}}
    workspace.feldera.answers_next(400, body=body, method="POST")
    workspace.passes(minutes=1)
    assert workspace.thread()[-1] == snapshot(
        "❌ Not cleared: Feldera refused, saying `storage backend is read-only` (`StorageReadOnly`). Done: stopped. Not done: clear and start. `sales` is now ⏹️ Stopped, its storage 💾 in use. `sales` stays stopped until somebody with the role *operator*, *requester* or *responder* types `/pipeline start sales`. @ana"
    )
    assert workspace.card() == snapshot("""\
Stop, clear and start sales
*State*
❌ Stopped, not cleared.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
*A stop loses*
what came since the last checkpoint, of Feb 27, 2026 at 3:00:00 AM
✓ Confirmed by @ana · Mar 2, 2026 at 3:00:00 AM
✓ Stopped · Mar 2, 2026 at 3:00:02 AM
✗ Not cleared: request sent Mar 2, 2026 at 3:00:02 AM
✗ Not started: request not sent
❌ Not cleared: Feldera refused, saying `storage backend is read-only` (`StorageReadOnly`). Done: stopped. Not done: clear and start. `sales` is now ⏹️ Stopped, its storage 💾 in use. `sales` stays stopped until somebody with the role *operator*, *requester* or *responder* types `/pipeline start sales`.
Id `ID1`\
""")
    assert verbs(workspace) == ["stop", "clear"]


def test_one_lock_for_all_steps(workspace: Workspace, ana: Teammate) -> None:
    """Between the steps nobody else gets in."""
    workspace.feldera.adds("slow", running=True, stop_takes=60)
    ana.confirms("/pipeline clear slow --restart", "Stop, clear and start slow")
    ben = workspace.operator("ben")
    assert ben.asks("/pipeline stop slow") == snapshot(
        "✋ Another operation holds `slow`: @ana asked for a stop, clear and start Mar 2, 2026 at 3:00:00 AM. Follow it in its thread."
    )
    workspace.passes(minutes=2)
    workspace.card(), workspace.thread()


def test_last_cleared_counts_the_clear_of_a_plan(workspace: Workspace, ana: Teammate) -> None:
    """And no stop or start."""
    ana.confirms("/pipeline clear sales --restart", "Stop, clear and start sales")
    workspace.passes(minutes=10)
    ana.confirms("/pipeline stop sales", "Stop sales")
    workspace.passes(minutes=10)
    ria = workspace.requester("ria")
    ria.requests("sales")
    assert "*Last cleared*\nMar 2, 2026 at 3:00:05 AM" in workspace.cards()[-1]
    workspace.threads()
    assert len(workspace.record(EventKind.STEP_DONE)) == 2
