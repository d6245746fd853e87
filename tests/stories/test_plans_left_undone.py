"""Between the steps of a plan: what somebody else does then, and what is left undone and said when a step fails."""

from collections.abc import Callable

import pytest

from bot.domain.events import EventKind
from bot.simulator.feldera import FelderaSimulator
from tests.workspace import Teammate, Workspace

STAYS_STOPPED = "`sales` stays stopped until somebody with the role *operator*, *requester* or *responder* types `/pipeline start sales`."


@pytest.fixture(name="ana")
def ana_beside_a_pipeline_that_runs(workspace: Workspace) -> Teammate:
    workspace.feldera.adds("sales", running=True)
    workspace.feldera.adds("slow", running=True, stop_takes=60)
    return workspace.operator("ana")


def restarts(ana: Teammate, pipeline: str = "sales") -> None:
    ana.confirms(f"/pipeline clear {pipeline} --restart", f"Stop, clear and start {pipeline}")


def started_once_stopped(feldera: FelderaSimulator) -> None:
    feldera.once_stopped("sales", feldera.someone_starts)


def clear_refused(feldera: FelderaSimulator) -> None:
    body = {"message": "storage backend is read-only", "error_code": "StorageReadOnly", "details": {}}
    feldera.once_stopped("sales", lambda _: feldera.answers_next(400, body=body, method="POST"))


def recreated_once_cleared(feldera: FelderaSimulator) -> None:
    feldera.once_cleared("sales", feldera.someone_recreates)


def does_not_compile_once_cleared(feldera: FelderaSimulator) -> None:
    error = "E0425: no such value"
    feldera.once_cleared("sales", lambda name: feldera.finishes_compiling(name, "RustError", error=error))


@pytest.mark.parametrize(
    ("happens", "sent", "lines", "state", "steps"),
    [
        (
            started_once_stopped,
            ["stop"],
            [
                "❌ The stop of `sales` is not confirmed: somebody asked it to start before I saw it stopped. I do not know whether it stopped in between; if it did, everything after its last checkpoint was lost. Nothing more was sent to Feldera. To request it again, type `/pipeline clear sales --restart`: it first shows what would be deleted. Not done: stop, clear and start. `sales` is now 🔄 Initializing, desired Running, its storage 💾 holds data.",
            ],
            "❌ Not confirmed as stopped: somebody asked it to start before I saw it stopped",
            [],
        ),
        (
            clear_refused,
            ["stop", "clear"],
            [
                f"❌ `sales` was not cleared: Feldera refused, saying `storage backend is read-only` (`StorageReadOnly`). Done: stopped. Not done: clear and start. `sales` is now ⏹️ Stopped, its storage 💾 holds data. {STAYS_STOPPED}",
            ],
            "❌ Stopped, not cleared: Feldera refused, saying `storage backend is read-only`",
            [
                "✓ Stopped",
                "✗ Not cleared",
                "✗ Not started",
            ],
        ),
        (
            recreated_once_cleared,
            ["stop", "clear"],
            [
                "❌ Not started: somebody deleted `sales` and created it again after @ana's preview. Nothing more was sent to Feldera. To request it again, type `/pipeline clear sales --restart`: it first shows what would be deleted. Done: stopped and cleared. Not done: start. `sales` is now ⏹️ Stopped, its storage ⬜ cleared.",
            ],
            "❌ Stopped, cleared, not started: somebody deleted the pipeline and created it again after @ana's preview",
            ["✓ Storage cleared before that, by Feldera's account", "✗ Not started"],
        ),
        (
            does_not_compile_once_cleared,
            ["stop", "clear"],
            [
                "❌ Not started: the program of `sales` does not compile. Nothing more was sent to Feldera.",
                "```line 1, column 1: E0425: no such value```",
                "Done: stopped and cleared. Not done: start. `sales` is now ⏹️ Stopped, its storage ⬜ cleared.",
            ],
            "❌ Stopped, cleared, not started: the program does not compile",
            [
                "✓ Feldera reports the storage as cleared",
                "✗ Not started",
            ],
        ),
    ],
)
def test_a_step_that_fails_leaves_the_rest_undone(  # noqa: PLR0913
    workspace: Workspace,
    ana: Teammate,
    *,
    happens: Callable[[FelderaSimulator], None],
    sent: list[str],
    lines: list[str],
    state: str,
    steps: list[str],
) -> None:
    """What was done stays done; the card lists the steps, and the thread ends with them and with the state it is in now."""
    happens(workspace.feldera)
    restarts(ana)
    workspace.passes(minutes=1)
    said = "\n".join(lines)
    assert "\n".join(workspace.thread()).endswith(f"\n{said} @ana")
    assert f"\n{state}" in workspace.card()
    assert workspace.card().endswith("\n".join(["", *steps, "Id `ID1`"]))
    assert workspace.sent_steps == sent


def test_started_by_somebody_after_the_clear(workspace: Workspace, ana: Teammate) -> None:
    """What was to be done is done: nothing more is sent."""
    workspace.feldera.once_cleared("sales", workspace.feldera.someone_starts)
    restarts(ana)
    workspace.passes(minutes=1)
    assert workspace.thread()[-3:] == [
        "✓ Step 2 of 3: `sales` was cleared, and somebody has started it since: its storage is in use again.",
        "⏳ `sales` is starting already. I send nothing, and watch.",
        "✅ `sales` was started by somebody else: running after 2 seconds. All is done, in 7 seconds: stopped, cleared and started by somebody else. @ana",
    ]
    assert "✅ Stopped, cleared and started by somebody else: running after" in workspace.card()
    assert workspace.sent_steps == ["stop", "clear"]


def test_one_lock_for_all_steps(workspace: Workspace, ana: Teammate) -> None:
    restarts(ana, "slow")
    ben = workspace.operator("ben")
    held = "✋ Another request is open on `slow`: @ana requested a stop, clear and start some time ago (Mar 2, 2026 at 3:00 AM)."
    assert ben.asks("/pipeline stop slow") == f"{held} Follow it in its thread."
    workspace.passes(minutes=2)
    workspace.threads()


def test_last_cleared_counts_the_clear_of_a_plan(workspace: Workspace, ana: Teammate) -> None:
    restarts(ana)
    workspace.passes(minutes=10)
    ana.confirms("/pipeline stop sales", "Stop sales")
    workspace.passes(minutes=10)
    ria = workspace.requester("ria")
    ria.requests("sales")
    assert "Last cleared some time ago (Mar 2, 2026 at 3:00 AM)" in workspace.cards()[-1]
    workspace.threads()
    assert len(workspace.record(EventKind.STEP_DONE)) == 2
