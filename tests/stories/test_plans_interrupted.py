"""Answers that are lost and processes that die in the middle of a plan: each step is sent once, and told to its end."""

import pytest
from inline_snapshot import snapshot

from tests.workspace import Teammate, Workspace

STEPS = ["stop", "clear", "start"]


@pytest.fixture(name="ana")
def ana_beside_a_pipeline_that_runs(workspace: Workspace) -> Teammate:
    workspace.feldera.adds("sales", running=True, stop_takes=40, clear_takes=40, provision_takes=40)
    return workspace.operator("ana")


def restarts(who: Teammate) -> None:
    who.confirms("/pipeline clear sales --restart", "Stop, clear and start sales")


def verbs(workspace: Workspace) -> list[str]:
    changing = [request for request in workspace.feldera.requests if request.method == "POST"]
    return [request.path.rpartition("/")[2] for request in changing]


def until(workspace: Workspace, step: str) -> None:
    """Time passes until the request before this step was answered: the next one is this step's."""
    before = STEPS[: STEPS.index(step)]
    for _ in range(120):
        if verbs(workspace) == before:
            break
        workspace.passes(seconds=1)
    assert verbs(workspace) == before


@pytest.mark.parametrize("step", STEPS)
def test_the_answer_to_a_step_is_lost(workspace: Workspace, ana: Teammate, step: str) -> None:
    """The request arrived: the look shows it, and it is not sent again."""
    if step == "stop":
        workspace.feldera.loses_the_next_reply()
    restarts(ana)
    until(workspace, step) if step != "stop" else None
    if step != "stop":
        workspace.feldera.loses_the_next_reply()
    workspace.passes(minutes=4)
    assert verbs(workspace) == STEPS
    assert "✅ Stopped, cleared and started." in workspace.card()
    said = [line for line in workspace.thread() if line.startswith(("❔", "⏳")) and "Still" not in line]
    assert (
        said
        == {
            "stop": snapshot(
                [
                    "❔ No usable answer came (`The connection to Feldera broke before its answer was complete.`). I look at the pipeline before I do anything else.",
                    "⏳ `sales` is stopping: it seems that the request did arrive.",
                    "⏳ Feldera accepted it, Mar 2, 2026 at 3:00:41 AM: the storage is being cleared. From here it cannot be cancelled.",
                    "⏳ Feldera accepted it, Mar 2, 2026 at 3:01:23 AM: `sales` is being started.",
                    "⏳ Provisioning: Feldera makes room for `sales` to run.",
                ]
            ),
            "clear": snapshot(
                [
                    "⏳ Feldera accepted it, Mar 2, 2026 at 3:00:00 AM: `sales` is being stopped. From here that cannot be cancelled.",
                    "❔ No usable answer came (`The connection to Feldera broke before its answer was complete.`). I look at the pipeline before I do anything else.",
                    "⏳ The storage is being cleared: it seems that the request did arrive. It cannot be cancelled.",
                    "⏳ Feldera accepted it, Mar 2, 2026 at 3:01:23 AM: `sales` is being started.",
                    "⏳ Provisioning: Feldera makes room for `sales` to run.",
                ]
            ),
            "start": snapshot(
                [
                    "⏳ Feldera accepted it, Mar 2, 2026 at 3:00:00 AM: `sales` is being stopped. From here that cannot be cancelled.",
                    "⏳ Feldera accepted it, Mar 2, 2026 at 3:00:41 AM: the storage is being cleared. From here it cannot be cancelled.",
                    "❔ No usable answer came (`The connection to Feldera broke before its answer was complete.`). I look at the pipeline before I do anything else.",
                    "⏳ `sales` is starting: it seems that the request did arrive.",
                    "⏳ Provisioning: Feldera makes room for `sales` to run.",
                ]
            ),
        }[step]
    )


@pytest.mark.parametrize("step", STEPS)
def test_the_request_of_a_step_is_lost(workspace: Workspace, ana: Teammate, step: str) -> None:
    """It never arrived: once it cannot arrive any more, it is sent again."""
    if step == "stop":
        workspace.feldera.drops_the_next_request()
    restarts(ana)
    if step != "stop":
        until(workspace, step)
        workspace.feldera.drops_the_next_request()
    workspace.passes(minutes=4)
    assert verbs(workspace) == [each for each in STEPS for _ in range(2 if each == step else 1)]
    assert workspace.feldera.clears["sales"] == 1
    assert "✅ Stopped, cleared and started." in workspace.card()
    assert [line for line in workspace.thread() if "again" in line] == {
        "stop": snapshot(["📤 Sent the stop again, Mar 2, 2026 at 3:00:15 AM: so far it had had no effect."]),
        "clear": snapshot(
            ["📤 Sent the clear again, Mar 2, 2026 at 3:00:56 AM: so far it had had no effect."]
        ),
        "start": snapshot(
            ["📤 Sent the start again, Mar 2, 2026 at 3:01:37 AM: so far it had had no effect."]
        ),
    }[step]


@pytest.mark.parametrize("step", STEPS)
def test_restarted_before_the_request_arrived(workspace: Workspace, ana: Teammate, step: str) -> None:
    """The process is gone while it waits for an answer; the request is carried out later, and not sent again."""
    if step == "stop":
        ana.asks("/pipeline clear sales --restart")
        workspace.feldera.hangs("POST", once_processed=True)
        workspace.dies_while_feldera_hangs(ana.clicking("Stop, clear and start sales"))
    else:
        restarts(ana)
        until(workspace, step)
        workspace.feldera.hangs("POST", once_processed=True)
        workspace.dies_while_feldera_hangs(workspace.transient(minutes=2))
    workspace.feldera.lets_go()
    workspace.starts()
    ana.reads()
    workspace.passes(minutes=4)
    assert verbs(workspace) == STEPS
    assert workspace.feldera.clears["sales"] == 1
    assert "✅ Stopped, cleared and started." in workspace.card()
    workspace.thread()


@pytest.mark.parametrize("step", ["stop", "start"])
def test_nothing_that_was_asked_for_ever_arrives(workspace: Workspace, ana: Teammate, step: str) -> None:
    """Three requests, and a human is called, with what is known; nothing else goes on meanwhile."""
    if step == "start":
        restarts(ana)
        until(workspace, "start")
    for _ in range(3):
        workspace.feldera.drops_the_next_request()
    if step == "stop":
        restarts(ana)
    workspace.passes(minutes=4)
    assert "⚠️ Needs a human." in workspace.card()
    assert (
        workspace.thread()[-1]
        == {
            "stop": snapshot(
                "⚠️ I need a human. Known: the request was sent 3 times, Feldera never confirmed it, and `sales` is as it was. Not known: whether a request is still on its way. What to do: look at `sales` in Feldera; once you are sure that nothing is under way, press *Close*. Then `/pipeline clear sales --restart` starts afresh. Not done: clear and start. `sales` is now ▶️ Running, its storage 💾 in use. @ana"
            ),
            "start": snapshot(
                "⚠️ I need a human. Known: the request was sent 3 times, Feldera never confirmed it, and `sales` is as it was. Not known: whether a request is still on its way. What to do: look at `sales` in Feldera; once you are sure that nothing is under way, press *Close*. Then `/pipeline clear sales --restart` starts afresh. Done: stopped and cleared. `sales` is now ⏹️ Stopped, its storage ⬜ cleared. @ana"
            ),
        }[step]
    )
    ana.clicks("Close")
    assert (
        ana.last_confirm
        == {
            "stop": snapshot("""\
Close the stop, clear and start of sales?
Only if you looked in Feldera and are sure that no stop is under way. Another one can be asked for then.
[Close] [Keep open]\
"""),
            "start": snapshot("""\
Close the stop, clear and start of sales?
Only if you looked in Feldera and are sure that no start is under way. Another one can be asked for then.
[Close] [Keep open]\
"""),
        }[step]
    )
    ana.reads()
    workspace.passes(seconds=5)
    assert (
        workspace.thread()[-1]
        == {
            "stop": snapshot(
                "☑️ Closed by @ana, who looked: nothing is under way any more. `/pipeline clear sales --restart` starts afresh. Not done: clear and start. `sales` is now ▶️ Running, its storage 💾 in use. @ana"
            ),
            "start": snapshot(
                "☑️ Closed by @ana, who looked: nothing is under way any more. `/pipeline clear sales --restart` starts afresh. Done: stopped and cleared. `sales` is now ⏹️ Stopped, its storage ⬜ cleared. @ana"
            ),
        }[step]
    )
    assert (
        workspace.card()
        == {
            "stop": snapshot("""\
Stop, clear and start sales
*State*
☑️ Closed by hand.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
*A stop loses*
what came since the last checkpoint, of Mar 2, 2026 at 3:00:00 AM
✓ Confirmed by @ana · Mar 2, 2026 at 3:00:00 AM
☑️ Stopped? A human has looked
✗ Not cleared: request not sent
✗ Not started: request not sent
☑️ Closed by @ana, who looked: nothing is under way any more. `/pipeline clear sales --restart` starts afresh. Not done: clear and start. `sales` is now ▶️ Running, its storage 💾 in use.
Id `ID1`\
"""),
            "start": snapshot("""\
Stop, clear and start sales
*State*
☑️ Closed by hand.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
*A stop loses*
what came since the last checkpoint, of Mar 2, 2026 at 3:00:00 AM
✓ Confirmed by @ana · Mar 2, 2026 at 3:00:00 AM
✓ Stopped · Mar 2, 2026 at 3:00:41 AM
✓ Feldera reports the storage as cleared · Mar 2, 2026 at 3:01:22 AM
☑️ Started? A human has looked
☑️ Closed by @ana, who looked: nothing is under way any more. `/pipeline clear sales --restart` starts afresh. Done: stopped and cleared. `sales` is now ⏹️ Stopped, its storage ⬜ cleared.
Id `ID1`\
"""),
        }[step]
    )


def test_a_human_was_called_and_the_stop_was_done_after_all(workspace: Workspace, ana: Teammate) -> None:
    """Whoever was called may be at it: the rest of the plan is left to them."""
    for _ in range(3):
        workspace.feldera.drops_the_next_request()
    restarts(ana)
    workspace.passes(minutes=2)
    workspace.feldera.someone_stops("sales")
    workspace.passes(minutes=4)
    assert workspace.thread()[-2:] == snapshot(
        [
            "✓ Step 1 of 3: stopped `sales` after 2 minutes and 15 seconds.",
            "❌ Not cleared: the step before it was done after all, but a human was called meanwhile, and the rest is left to them. Type `/pipeline clear sales --restart` to look again. Done: stopped. Not done: clear and start. `sales` is now ⏹️ Stopped, its storage 💾 in use. @ana",
        ]
    )
    assert "❌ Stopped, not cleared." in workspace.card()
    assert verbs(workspace) == ["stop"] * 3


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
    cards = workspace.cards()
    assert "✅ Stopped, cleared and started." in cards[-1]
    lines = workspace.thread()
    assert lines[-1].startswith("✅ Started `sales`")
    assert len({line for line in lines if line.startswith("📤")}) <= len(STEPS)
    assert verbs(workspace) == STEPS
    assert workspace.feldera.clears["sales"] == 1


def test_a_human_was_called_and_stops_it_hours_later(workspace: Workspace) -> None:
    """What was confirmed hours ago destroys nothing by itself: the stop is watched to its end, the clear is left undone."""
    workspace.feldera.adds("sales", running=True, stop_takes=90, clear_takes=5)
    ana = workspace.operator("ana")
    for _ in range(3):
        workspace.feldera.drops_the_next_request()
    ana.confirms("/pipeline clear sales --stop", "Stop and clear sales")
    workspace.passes(minutes=4)
    workspace.thread()
    workspace.leaps(hours=5)  # a confirmation is good for four; no later limit follows
    workspace.feldera.someone_stops("sales")
    workspace.passes(minutes=10)
    assert workspace.feldera.clears["sales"] == 0
    assert workspace.thread()[-3:] == snapshot(
        [
            "⏳ `sales` is stopping already. I send nothing, and watch.",
            "✓ Step 1 of 2: stopped `sales` after 5 hours and 5 minutes.",
            "❌ Not cleared: the step before it was done after all, but a human was called meanwhile, and the rest is left to them. Type `/pipeline clear sales --stop` to look again. Done: stopped. Not done: clear. `sales` is now ⏹️ Stopped, its storage 💾 in use. @ana",
        ]
    )
    workspace.card()


def test_a_human_was_called_and_clears_it_hours_later(workspace: Workspace) -> None:
    """The start that was to follow is left undone as well."""
    workspace.feldera.adds("sales", clear_takes=90)
    ana = workspace.operator("ana")
    for _ in range(3):
        workspace.feldera.drops_the_next_request()
    ana.confirms("/pipeline clear sales --start", "Clear and start sales")
    workspace.passes(minutes=4)
    workspace.thread()
    workspace.leaps(hours=5)  # a confirmation is good for four; no later limit follows
    workspace.feldera.someone_clears("sales")
    workspace.passes(minutes=10)
    assert [each.path for each in workspace.feldera.requests if each.path.endswith("/start")] == []
    assert workspace.thread()[-3:] == snapshot(
        [
            "⏳ Feldera is clearing the storage already. I send nothing, and watch.",
            "✓ Step 1 of 2: cleared `sales` after 5 hours and 5 minutes.",
            "❌ Not started: the step before it was done after all, but a human was called meanwhile, and the rest is left to them. Type `/pipeline clear sales --start` to look again. Done: cleared. Not done: start. `sales` is now ⏹️ Stopped, its storage ⬜ cleared. @ana",
        ]
    )
    workspace.card()


def test_somebody_runs_it_between_the_clear_and_the_start_and_stops_it(workspace: Workspace) -> None:
    """A colleague's stop is not overridden: what was cleared is in use again, and that was shown to nobody."""
    workspace.feldera.adds("sales", clear_takes=1)
    ana = workspace.operator("ana")
    workspace.feldera.once_cleared("sales", workspace.feldera.someone_starts)
    ana.confirms("/pipeline clear sales --start", "Clear and start sales")
    workspace.run(workspace.feldera.goes_down())
    workspace.passes(seconds=20)
    workspace.run(workspace.feldera.comes_back())
    workspace.feldera.someone_stops("sales")
    workspace.passes(minutes=3)
    assert [each.path for each in workspace.feldera.requests if each.path.endswith("/start")] == []
    assert workspace.thread()[-2:] == snapshot(
        [
            "✓ Step 1 of 2: `sales` was cleared, and somebody has started it since: its storage is in use again.",
            "❌ Not started: `sales` has been run or changed since it was reviewed. Nothing more was sent. Type `/pipeline clear sales --start` to look again. Done: cleared. Not done: start. `sales` is now ⏹️ Stopped, its storage 💾 in use. @ana",
        ]
    )
    workspace.card()
