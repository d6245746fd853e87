"""Stop, clear and start as one request: one approval, one lock, one card and one thread."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from inline_snapshot import snapshot

from bot.simulator.feldera import FelderaSimulator
from tests.workspace import Teammate, Workspace

DAYS_AGO = timedelta(days=3)
STAYS_STOPPED = "`{0}` stays stopped until somebody with the role *operator*, *requester* or *responder* types `/pipeline start {0}`."


@pytest.fixture(name="ana")
def ana_beside_a_pipeline_that_runs(workspace: Workspace) -> Teammate:
    workspace.feldera.adds("sales", running=True, since=workspace.clock.now() - DAYS_AGO)
    return workspace.operator("ana")


def crashes(feldera: FelderaSimulator, name: str) -> None:
    feldera.crashes(name, "out of memory")


def state_and_steps(card: str) -> str:
    """The sign of each step, and the state."""
    _, state, *rest = card.split("\n")
    return "".join(line[0] for line in rest if line[0] in "✓⏳○") + "  " + state


def test_stop_clear_and_start(workspace: Workspace, ana: Teammate) -> None:
    """From the command to the last line: each step is told, and the last line sums up."""
    assert ana.asks("/pipeline clear sales --restart bad backfill") == snapshot("""\
*Stop, clear and start `sales`?* Nothing happens until you press *Stop, clear and start sales*. Only you see this.
*Deployment*
▶️ Running, started some time ago (Feb 27, 2026 at 3:00 AM)
*Storage*
💾 holds data: 3 checkpoints, 7.0 MiB
*A clear deletes*
the storage, with 3 checkpoints (7.0 MiB)
*A stop loses*
everything after the last checkpoint, some time ago (Feb 27, 2026 at 3:00 AM)
Reason: bad backfill
⚠️ `sales` loses all its state, and is empty when it runs again. This *cannot be undone*.
It is one request: stop, clear, start, one after the other. If a step fails, the steps after it are not done.
[Stop, clear and start sales] [Never mind]\
""")
    ana.clicks("Stop, clear and start sales")
    assert ana.last_confirm == snapshot("""\
Stop, clear and start sales?
This deletes the storage, with 3 checkpoints (7.0 MiB), and cannot be undone. The stop loses everything after the last checkpoint.
[Stop, clear and start] [Go back]\
""")
    ana.reads()
    workspace.passes(seconds=30)
    assert [state_and_steps(card) for card in workspace.card_history()] == snapshot(
        [
            "○  ⏳ Confirmed by @ana some time ago (Mar 2, 2026 at 3:00 AM); it is about to be sent to Feldera.",
            "⏳○○  ⏳ Stopping, began some time ago (Mar 2, 2026 at 3:00 AM).",
            "✓⏳○  ⏳ Stopped some time ago (Mar 2, 2026 at 3:00 AM), the clear is not sent yet.",
            "✓⏳○  ⏳ Clearing, began some time ago (Mar 2, 2026 at 3:00 AM).",
            "✓✓⏳  ⏳ Stopped and cleared some time ago (Mar 2, 2026 at 3:00 AM), the start is not sent yet.",
            "✓✓⏳  ⏳ Starting (Provisioning), began some time ago (Mar 2, 2026 at 3:00 AM).",
            "  ✅ Stopped, cleared and started: running after 8 seconds · some time ago (Mar 2, 2026 at 3:00 AM).",
        ]
    )
    assert workspace.card().partition(": `bad backfill`\n")[2] == snapshot("Id `ID1`")
    assert workspace.timed_thread() == snapshot(
        [
            "0:00:01  📤 Sent the stop of `sales` to Feldera at 3:00:00 AM.",
            "0:00:01  ⏳ Feldera accepted it, Mar 2, 2026 at 3:00 AM: `sales` is being stopped. This cannot be cancelled any more.",
            "0:00:02.500000  ✓ Step 1 of 3: stopped `sales` after 2 seconds.",
            "0:00:03.500000  📤 Sent the clear of `sales` to Feldera at 3:00:02 AM.",
            "0:00:03.500000  ⏳ Feldera accepted it, Mar 2, 2026 at 3:00 AM: `sales` is being cleared. This cannot be cancelled any more.",
            "0:00:05  ✓ Step 2 of 3: cleared `sales` after 2 seconds.",
            "0:00:06  📤 Sent the start of `sales` to Feldera at 3:00:05 AM.",
            "0:00:06  ⏳ Feldera accepted it, Mar 2, 2026 at 3:00 AM: `sales` is being started.",
            "0:00:06  ⏳ Provisioning: Feldera is allocating resources for `sales` to run.",
            "0:00:07.500000  ✅ Started `sales`: running after 2 seconds. All is done, in 8 seconds: stopped, cleared and started. @ana",
        ]
    )
    assert workspace.sent_steps == ["stop", "clear", "start"]
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
    """The offer turns into the preview of the longer plan, with the reason that was typed, for nobody else."""
    assert ana.asks("/pipeline clear sales bad backfill") == snapshot("""\
✋ `sales` must be stopped before it can be cleared. It is Running, started some time ago (Feb 27, 2026 at 3:00 AM). *Stop it and clear…* first shows a preview of both, as one request. The stop loses everything after the last checkpoint, some time ago (Feb 27, 2026 at 3:00 AM); the clear deletes its storage.
[Stop it and clear…] [Never mind]\
""")
    ben = workspace.operator("ben")
    ben.presses(ana.finds("Stop it and clear…"))
    assert ben.reads() == ["🚫 Only the person who made the request can use this button."]
    (preview,) = ana.told("Stop it and clear…")
    assert preview.startswith("*Stop and clear `sales`?*")
    assert "\nReason: bad backfill\n" in preview
    assert workspace.sent == []
    ana.told("Stop and clear sales")
    workspace.passes(seconds=30)
    assert "✅ Stopped and cleared after" in workspace.card()
    assert workspace.thread()[-1] == snapshot(
        "✅ Cleared `sales` after 2 seconds. All is done, in 5 seconds: stopped and cleared. @ana"
    )
    assert workspace.sent_steps == ["stop", "clear"]


def test_an_offer_to_stop_clear_and_start(ana: Teammate) -> None:
    """What was to come after the clear still comes after it."""
    ana.asks("/pipeline clear sales --start")
    (preview,) = ana.told("Stop it, clear and start…")
    assert preview.startswith("*Stop, clear and start `sales`?*")
    assert ana.told("Never mind") == [
        "OK: the stop, clear and start of `sales` was not requested, and nothing was sent to Feldera."
    ]


@pytest.mark.usefixtures("ana")
def test_no_offer_where_somebody_asked_already(workspace: Workspace) -> None:
    ria, ben, olaf = workspace.requester("ria"), workspace.approver("ben"), workspace.requester("olaf")
    ria.confirms("/pipeline clear sales --stop", "Ask for approval")
    assert olaf.asks("/pipeline clear sales") == snapshot(
        "🙋 @ria already requested the stop and clear of `sales`, some time ago (Mar 2, 2026 at 3:00 AM). It waits for approval. Your request would be the same, so it was not added. Follow it in its thread."
    )
    ben.told("Approve")
    workspace.passes(minutes=1)
    ria.reads()
    workspace.threads()


def test_clear_and_start(workspace: Workspace, ana: Teammate) -> None:
    ana.confirms("/pipeline clear orders --start", "Clear and start orders")
    workspace.passes(seconds=30)
    assert "✅ Cleared and started: running after" in workspace.card()
    assert workspace.thread()[2] == "✓ Step 1 of 2: cleared `orders` after 2 seconds."
    assert workspace.thread()[-1] == snapshot(
        "✅ Started `orders`: running after 2 seconds. All is done, in 5 seconds: cleared and started. @ana"
    )
    assert workspace.sent_steps == ["clear", "start"]


def test_a_restart_of_what_is_stopped_and_cleared_already(workspace: Workspace, ana: Teammate) -> None:
    """What is so already is not asked for: only the start is sent."""
    workspace.feldera.adds("fresh", storage="Cleared")
    preview = ana.asks("/pipeline clear fresh --restart")
    assert "*A clear deletes*\nnothing: the storage is already cleared\n" in preview
    assert "*A stop loses*\nnothing more: Feldera was already told to stop it\n" in preview
    ana.told("Stop, clear and start fresh")
    workspace.passes(seconds=30)
    assert "✅ Stopped already, cleared already and started: running after" in workspace.card()
    assert "✅ Stopped already, " in workspace.card()
    first, second, *_, last = workspace.thread()
    assert [first, second] == [
        "✓ Step 1 of 3: nothing to stop: `fresh` was stopped already. Nothing was sent to Feldera.",
        "✓ Step 2 of 3: nothing to clear: the storage of `fresh` was already cleared. Nothing was sent to Feldera.",
    ]
    assert "All is done, in 2 seconds: stopped already, cleared already and started." in last
    assert workspace.sent_steps == ["start"]


@pytest.mark.parametrize("ends", [FelderaSimulator.someone_stops, crashes])
def test_the_run_ended_before_the_stop(
    workspace: Workspace, ana: Teammate, ends: Callable[[FelderaSimulator, str], None]
) -> None:
    """Stopped or crashed: the end of the run that was reviewed, as Feldera's record proves. The clear goes on."""
    ana.asks("/pipeline clear sales --stop")
    ends(workspace.feldera, "sales")
    workspace.clock.passes(seconds=30)
    ana.told("Stop and clear sales")
    workspace.passes(seconds=30)
    said = workspace.thread()
    assert (
        said[0] == "✓ Step 1 of 2: nothing to stop: `sales` was stopped already. Nothing was sent to Feldera."
    )
    assert said[-1].endswith(" All is done, in 2 seconds: stopped already and cleared. @ana")
    assert "✅ Stopped already and cleared after" in workspace.card()
    assert workspace.sent_steps == ["clear"]


def test_a_stop_of_somebody_else_is_not_the_bots(workspace: Workspace, ana: Teammate) -> None:
    """It is watched, and told as what it is; so it is at the end."""
    workspace.feldera.adds("clicks", running=True, stop_takes=60)
    ana.asks("/pipeline clear clicks --stop")
    workspace.feldera.someone_stops("clicks")
    ana.told("Stop and clear clicks")
    workspace.passes(minutes=2)
    said = workspace.thread()
    assert said[:3] == snapshot(
        [
            "⏳ `clicks` is stopping already. I send nothing, and watch.",
            "⏳ Still stopping `clicks` after 30 seconds.",
            "✓ Step 1 of 2: `clicks` was stopped by somebody else after 1 minute.",
        ]
    )
    assert said[-1].endswith(" All is done, in 2 seconds: stopped by somebody else and cleared. @ana")
    assert "✅ Stopped by somebody else and cleared after" in workspace.card()
    assert workspace.sent_steps == ["clear"]


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
    ana.told("Stop and clear sales")
    workspace.passes(minutes=2)
    assert workspace.thread() == [
        "✓ Step 1 of 2: nothing to stop: `sales` was stopped already. Nothing was sent to Feldera.",
        "❌ Not cleared: I cannot tell from Feldera's events whether somebody restarted `sales` after @ana's preview. Nothing was sent to Feldera. If it was restarted, a clear would delete more than the preview showed. To request the clear again, type `/pipeline clear sales`: it first shows what would be deleted. Stopped already. @ana",
    ]
    assert "❌ Stopped already, not cleared: " in workspace.card()
    assert workspace.sent == []


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
    assert workspace.thread()[2:] == [
        "✓ Step 1 of 2: stopped `clicks` after 7 minutes and 1 second.",
        f"❌ Not cleared: I cannot tell from Feldera's events whether somebody restarted `clicks` after @ana's preview. Nothing more was sent to Feldera. If it was restarted, a clear would delete more than the preview showed. To request the clear again, type `/pipeline clear clicks`: it first shows what would be deleted. Done: stopped. Not done: clear. `clicks` is now ⏹️ Stopped, its storage 💾 holds data. {STAYS_STOPPED.format('clicks')} @ana",
    ]
    assert "❌ Stopped, not cleared: " in workspace.card()
    assert workspace.sent_steps == ["stop"]
