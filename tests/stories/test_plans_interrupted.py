"""Answers that are lost and processes that die in the middle of a plan: each step is sent once, and told to its end."""

from collections.abc import Callable

import pytest
from inline_snapshot import snapshot

from bot.simulator.feldera import FelderaSimulator
from tests.workspace import Teammate, Workspace

STEPS = ["stop", "clear", "start"]
ALL_DONE = "✅ Stopped, cleared and started: running after"
LOST = "❔ Feldera gave no usable answer to the {} of `sales` (`The connection to Feldera broke before its answer was complete.`). I check whether it took effect before I send anything again."
LEFT = "took effect late, when this request already needed attention, and I send nothing more for such a request."


@pytest.fixture(name="ana")
def ana_beside_a_pipeline_that_runs(workspace: Workspace) -> Teammate:
    workspace.feldera.adds("sales", running=True, stop_takes=40, clear_takes=40, provision_takes=40)
    return workspace.operator("ana")


def restarts(who: Teammate) -> None:
    who.confirms("/pipeline clear sales --restart", "Stop, clear and start sales")


def restarts_until(workspace: Workspace, ana: Teammate, step: str, fails: Callable[[], object]) -> None:
    """The request before this step was answered; then it `fails`, so that this step meets it."""
    if step == "stop":
        fails()
        restarts(ana)
        return
    restarts(ana)
    before = STEPS[: STEPS.index(step)]
    for _ in range(120):
        if workspace.sent_steps == before:
            break
        workspace.passes(seconds=1)
    assert workspace.sent_steps == before
    fails()


@pytest.mark.parametrize(
    ("step", "found"),
    [
        ("stop", "⏳ `sales` is stopping: it seems that Feldera did receive the call."),
        (
            "clear",
            "⏳ `sales` is being cleared: it seems that Feldera did receive the call. This cannot be cancelled any more.",
        ),
        ("start", "⏳ `sales` is starting: it seems that Feldera did receive the call."),
    ],
)
def test_the_answer_to_a_step_is_lost(workspace: Workspace, ana: Teammate, step: str, found: str) -> None:
    restarts_until(workspace, ana, step, workspace.feldera.loses_the_next_reply)
    workspace.passes(minutes=4)
    assert workspace.sent_steps == STEPS
    assert ALL_DONE in workspace.card()
    said = workspace.thread()
    assert said[said.index(LOST.format(step)) + 1] == found
    assert sum("Feldera accepted it" in line for line in said) == 2


@pytest.mark.parametrize(("step", "again"), [("stop", "3:00:15"), ("clear", "3:00:56"), ("start", "3:01:37")])
def test_the_request_of_a_step_is_lost(workspace: Workspace, ana: Teammate, step: str, again: str) -> None:
    """It never arrived: once it cannot arrive any more, it is sent again."""
    restarts_until(workspace, ana, step, workspace.feldera.drops_the_next_request)
    workspace.passes(minutes=4)
    assert workspace.sent_steps == [each for each in STEPS for _ in range(2 if each == step else 1)]
    assert workspace.feldera.clears["sales"] == 1
    assert ALL_DONE in workspace.card()
    assert [line for line in workspace.thread() if "again at" in line] == [
        f"📤 Sent the {step} of `sales` to Feldera again at {again} AM: the previous call has shown no effect."
    ]


@pytest.mark.parametrize("step", STEPS)
def test_restarted_before_the_request_arrived(workspace: Workspace, ana: Teammate, step: str) -> None:
    """The process is gone while it waits for an answer; the request is carried out later, and not sent again."""
    if step == "stop":
        ana.asks("/pipeline clear sales --restart")
        workspace.feldera.hangs("POST", once_processed=True)
        workspace.dies_while_feldera_hangs(ana.clicking("Stop, clear and start sales"))
    else:
        restarts_until(workspace, ana, step, lambda: workspace.feldera.hangs("POST", once_processed=True))
        workspace.dies_while_feldera_hangs(workspace.transient(minutes=2))
    workspace.feldera.lets_go()
    workspace.starts()
    ana.reads()
    workspace.passes(minutes=4)
    assert workspace.sent_steps == STEPS
    assert workspace.feldera.clears["sales"] == 1
    assert ALL_DONE in workspace.card()
    workspace.thread()


@pytest.mark.parametrize(
    ("step", "so_far", "left"),
    [
        (
            "stop",
            "Not done: clear and start. `sales` is now ▶️ Running, its storage 💾 holds data.",
            "Requested by @ana",
        ),
        (
            "start",
            "Done: stopped and cleared. `sales` is now ⏹️ Stopped, its storage ⬜ cleared.",
            "✓ Stopped\n✓ Feldera reports the storage as cleared\n☑️ Started? Closed by hand",
        ),
    ],
)
def test_nothing_that_was_asked_for_ever_arrives(
    workspace: Workspace, ana: Teammate, step: str, so_far: str, left: str
) -> None:
    """Three requests, and a human is called, with what is known; nothing else goes on meanwhile."""
    restarts_until(workspace, ana, step, lambda: workspace.feldera_drops(3))
    workspace.passes(minutes=4)
    assert "⚠️ Needs attention: " in workspace.card()
    called = workspace.last_reply()
    assert called.startswith(
        f"⚠️ Needs attention: the stop, clear and start of `sales`.\nKnown: the {step} was sent to Feldera 3 times"
    )
    assert called.endswith(
        f"To request it again after that, type `/pipeline clear sales --restart`: it first shows what would be deleted. {so_far} @ana"
    )
    ana.clicks("Close request")
    assert ana.last_confirm == snapshot(f"""\
Close the request to stop, clear and start sales?
Close it only if you have looked in Feldera and are sure that no {step} is under way. Closing changes nothing in Feldera; a stop, clear and start can be requested again afterwards.
[Close request] [Keep it open]\
""")
    ana.reads()
    workspace.passes(seconds=5)
    done = {"stop": "stopped", "start": "started"}[step]
    closed = f"☑️ The request to stop, clear and start `sales` was closed by @ana, who confirms that nothing is under way in Feldera. Whether it was {done} is not recorded here. To request it again, type `/pipeline clear sales --restart`: it first shows what would be deleted. {so_far}"
    assert workspace.thread()[-1] == f"{closed} @ana"
    assert "\n☑️ Closed by @" in workspace.card()
    assert workspace.card().endswith(f"\n{left}\nId `ID1`")


@pytest.mark.parametrize("exchanges", range(0, 40, 3))
def test_at_every_exchange(workspace: Workspace, ana: Teammate, exchanges: int) -> None:
    """Gone as soon as so many requests had reached Slack or Feldera, again and again: each step is sent once."""

    def exchanged() -> int:
        return len(workspace.slack.calls) + len(workspace.feldera.requests)

    ana.asks("/pipeline clear sales --restart")
    workspace.run(ana.clicking("Stop, clear and start sales"))
    for _ in range(4):
        enough = exchanged() + exchanges
        workspace.dies_once(lambda enough=enough: exchanged() >= enough, workspace.transient(minutes=2))
        workspace.clock.passes(seconds=3)
        workspace.starts()
    workspace.passes(minutes=4)
    ana.reads()
    assert ALL_DONE in workspace.cards()[-1]
    lines = workspace.thread()
    assert lines[-1].startswith("✅ Started `sales`")
    assert len({line for line in lines if line.startswith("📤")}) <= len(STEPS)
    assert workspace.sent_steps == STEPS
    assert workspace.feldera.clears["sales"] == 1


@pytest.mark.parametrize(
    ("running", "command", "button", "does", "lines"),
    [
        (
            True,
            "clear sales --stop",
            "Stop and clear sales",
            FelderaSimulator.someone_stops,
            [
                "⏳ `sales` is stopping already. I send nothing, and watch.",
                "✓ Step 1 of 2: stopped `sales` after 5 hours and 5 minutes.",
                f"❌ `sales` was not cleared: the stop {LEFT} To request the clear again, type `/pipeline clear sales`. Done: stopped. Not done: clear. `sales` is now ⏹️ Stopped, its storage 💾 holds data. @ana",
            ],
        ),
        (
            False,
            "clear sales --start",
            "Clear and start sales",
            FelderaSimulator.someone_clears,
            [
                "⏳ Feldera is already clearing `sales`. I send nothing, and watch.",
                "✓ Step 1 of 2: cleared `sales` after 5 hours and 5 minutes.",
                f"❌ `sales` was not started: the clear {LEFT} To request the start again, type `/pipeline start sales`. Done: cleared. Not done: start. `sales` is now ⏹️ Stopped, its storage ⬜ cleared. @ana",
            ],
        ),
    ],
)
def test_a_human_was_called_and_does_it_hours_later(  # noqa: PLR0913
    workspace: Workspace,
    *,
    running: bool,
    command: str,
    button: str,
    does: Callable[[FelderaSimulator, str], None],
    lines: list[str],
) -> None:
    """What was confirmed hours ago does nothing by itself: theirs is watched to its end, the next step is left undone."""
    workspace.feldera.adds("sales", running=running, stop_takes=90, clear_takes=90)
    ana = workspace.operator("ana")
    workspace.feldera_drops(3)
    ana.confirms(f"/pipeline {command}", button)
    workspace.passes(minutes=4)
    sent = workspace.sent_steps
    workspace.leaps(hours=5)  # a confirmation is good for four; no later limit follows
    does(workspace.feldera, "sales")
    workspace.passes(minutes=10)
    assert workspace.sent_steps == sent
    assert workspace.thread()[-3:] == lines
    workspace.card()


def test_somebody_runs_it_between_the_clear_and_the_start_and_stops_it(workspace: Workspace) -> None:
    """A colleague's stop is not overridden: what was cleared is in use again, and that was shown to nobody."""
    workspace.feldera.adds("sales", clear_takes=1)
    ana = workspace.operator("ana")
    workspace.feldera.once_cleared("sales", workspace.feldera.someone_starts)
    ana.confirms("/pipeline clear sales --start", "Clear and start sales")
    workspace.feldera_goes_down()
    workspace.passes(seconds=20)
    workspace.feldera_comes_back()
    workspace.feldera.someone_stops("sales")
    workspace.passes(minutes=3)
    assert workspace.sent_steps == ["clear"]
    assert workspace.thread()[-2:] == [
        "✓ Step 1 of 2: `sales` was cleared, and somebody has started it since: its storage is in use again.",
        "❌ Not started: somebody ran or changed `sales` after @ana's preview. Nothing more was sent to Feldera. To request it again, type `/pipeline clear sales --start`: it first shows what would be deleted. Done: cleared. Not done: start. `sales` is now ⏹️ Stopped, its storage 💾 holds data. @ana",
    ]
    workspace.card()
