"""Who decides about a plan: roles, approvals, reasons, the moment to stop it, freezes and a broken glass."""

import pytest
from inline_snapshot import snapshot

from bot.domain.events import EventKind
from tests.workspace import Teammate, Workspace


@pytest.fixture(name="sales", autouse=True)
def a_pipeline_that_runs(workspace: Workspace) -> None:
    workspace.feldera.adds("sales", running=True)


def verbs(workspace: Workspace) -> list[str]:
    return [
        request.path.rpartition("/")[2] for request in workspace.feldera.requests if request.method == "POST"
    ]


def restarts(who: Teammate) -> list[str]:
    return who.confirms("/pipeline clear sales --restart bad backfill", "Ask for approval")


def test_one_approval_for_the_whole_plan(workspace: Workspace) -> None:
    """A requester asks once; the card shows the plan that is approved, and nothing else is done."""
    ria, ben = workspace.requester("ria"), workspace.approver("ben")
    assert restarts(ria) == snapshot(["🙋 Asked. Follow `sales` in its thread."])
    assert workspace.card() == snapshot("""\
Stop, clear and start sales
*State*
🙋 Waiting for approval.
*Requested by*
@ria
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
*A stop loses*
what came since the last checkpoint, of Mar 2, 2026 at 3:00:00 AM
*Approvals*
0 of 1
*Until*
Mar 2, 2026 at 4:00:00 AM
Reason: bad backfill
✓ Asked for by @ria · Mar 2, 2026 at 3:00:00 AM
⏳ 1 more approval
○ Stop
○ Clear
○ Start
Id `ID1`
[Approve] [Deny] [Withdraw]\
""")
    ben.clicks("Approve")
    assert ben.last_confirm == snapshot("""\
Approve the stop, clear and start of sales?
It destroys the storage, with 3 checkpoints (7.0 MiB) and loses what came since the last checkpoint, and cannot be cancelled once it is sent.
[Approve] [Go back]\
""")
    ben.reads()
    workspace.passes(seconds=30)
    assert workspace.thread()[-1] == snapshot(
        "✅ Started `sales` after 2 seconds: it runs. All is done, in 8 seconds: stopped, cleared and started. @ria (approved by @ben)"
    )
    assert "✅ Stopped, cleared and started." in workspace.card()
    assert verbs(workspace) == ["stop", "clear", "start"]
    assert workspace.record(EventKind.PROPOSED, EventKind.REQUESTED, EventKind.APPROVED) == snapshot(
        [
            "03:00 proposed by ria [op]: pipeline=sales plan=stop clear start reason=bad backfill reviewed=…",
            "03:00 requested by ria [op]: grant=1 needed=1",
            "03:00 approved by ben [op]: count=1 grant=2 needed=1",
        ]
    )


def test_who_may_only_look_may_not_stop(workspace: Workspace) -> None:
    """The answer names what was wanted, and so does the record."""
    vera = workspace.viewer("vera")
    assert vera.types("/pipeline stop sales") == snapshot(
        "🚫 You may not stop `sales`: that takes the role *requester*, *operator* or *responder* on it. An admin of this bot can grant it. You are `U02VERA`."
    )
    assert vera.types("/pipeline clear sales --restart") == snapshot(
        "🚫 You may not stop, clear and start `sales`: that takes the role *requester*, *operator* or *responder* on it. An admin of this bot can grant it. You are `U02VERA`."
    )
    assert vera.types("/pipeline start sales") == snapshot(
        "🚫 You may not start `sales`: that takes the role *requester*, *operator* or *responder* on it. An admin of this bot can grant it. You are `U02VERA`."
    )
    ana = workspace.operator("ana")
    assert ana.types("/pipeline history sales") == snapshot("""\
*The record of sales*
🚫 Mar 2, 2026 at 3:00:00 AM: refused @vera: to start `sales` (no grant): plan `start`
🚫 Mar 2, 2026 at 3:00:00 AM: refused @vera: to stop, clear and start `sales` (no grant): plan `stop clear start`
🚫 Mar 2, 2026 at 3:00:00 AM: refused @vera: to stop `sales` (no grant): plan `stop`\
""")


def test_a_rule_holds_for_a_stop_and_not_for_a_start(workspace: Workspace) -> None:
    """A stop loses data, a start loses none."""
    workspace.rules("*", "approvals=2 reason=required stop=30s")
    ana = workspace.operator("ana")
    assert ana.asks("/pipeline stop sales") == snapshot(
        "✍️ A stop of `sales` takes a reason. Type `/pipeline stop sales reason…`."
    )
    assert "It takes 2 approvals" in ana.asks("/pipeline stop sales now")
    ana.confirms("/pipeline start orders", "Start orders")
    workspace.passes(seconds=20)
    assert "✅ Started." in workspace.card()
    workspace.thread()
    assert verbs(workspace) == ["start"]


def test_a_requester_needs_one_approval_for_a_start(workspace: Workspace) -> None:
    """Whatever the rules say about what loses data."""
    workspace.rules("*", "approvals=3 reason=required")
    ria, ben = workspace.requester("ria"), workspace.approver("ben")
    ria.confirms("/pipeline start orders", "Ask for approval")
    ben.clicks("Approve")
    assert ben.last_confirm == snapshot("""\
Approve the start of orders?
It loses nothing, and cannot be cancelled once it is sent.
[Approve] [Go back]\
""")
    ben.reads()
    workspace.passes(seconds=20)
    assert "✅ Started." in workspace.card()
    workspace.thread()


def test_the_moment_to_stop_it_is_before_the_first_step(workspace: Workspace) -> None:
    """Once something was sent, the button is gone, and an older one comes too late."""
    workspace.feldera.adds("slow", running=True, stop_takes=60)
    workspace.rules("*", "stop=30s")
    ana = workspace.operator("ana")
    ana.confirms("/pipeline clear slow --restart", "Stop, clear and start slow")
    button = ana.finds("Stop")
    workspace.passes(seconds=31)
    assert "[Stop]" not in workspace.card()
    ana.presses(button)
    assert ana.reads() == snapshot(
        ["This was confirmed already, Mar 2, 2026 at 3:00:00 AM by @ana: follow it in its thread."]
    )
    workspace.passes(minutes=2)
    assert "✅ Stopped, cleared and started." in workspace.card()
    workspace.thread()


def test_a_freeze_that_comes_later_does_not_hold_what_has_begun(workspace: Workspace) -> None:
    """Half a plan would leave the pipeline stopped for hours; one that has not begun waits."""
    workspace.feldera.adds("slow", running=True, stop_takes=60)
    ana = workspace.operator("ana")
    ana.confirms("/pipeline clear slow --restart", "Stop, clear and start slow")
    workspace.freezes("*", hours=8)
    ben = workspace.operator("ben")
    assert ben.asks("/pipeline start orders") == snapshot(
        "Nothing new starts on `orders`, not by breaking the glass either: 🧊 until Mar 2, 2026 at 11:00:00 AM: `release day` (by `shell:owner`). An admin can lift it: `/pipeline unfreeze *`."
    )
    workspace.passes(minutes=2)
    assert "✅ Stopped, cleared and started." in workspace.card()
    workspace.thread()


def test_a_right_that_ends_between_two_steps(workspace: Workspace) -> None:
    """Looked at again before each request: what is done stays done, the rest is left, and it is said."""
    workspace.feldera.adds("slow", running=True, stop_takes=60)
    ana = workspace.operator("ana")
    ana.confirms("/pipeline clear slow --restart", "Stop, clear and start slow")
    workspace.passes(seconds=10)
    workspace.revokes(ana)
    workspace.passes(minutes=2)
    assert workspace.thread()[-2:] == snapshot(
        [
            "✓ Step 1 of 3: stopped `slow` after 1 minute.",
            "❌ Not cleared: @ana may no longer stop, clear and start `slow`. The permission ended after the confirmation; nothing more was sent. Done: stopped. Not done: clear and start. `slow` is now ⏹️ Stopped, its storage 💾 in use. `slow` stays stopped until somebody with the role *operator*, *requester* or *responder* types `/pipeline start slow`. @ana",
        ]
    )
    assert workspace.card() == snapshot("""\
Stop, clear and start slow
*State*
❌ Stopped, not cleared.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
*A stop loses*
what came since the last checkpoint, of Mar 2, 2026 at 3:00:00 AM
✓ Confirmed by @ana · Mar 2, 2026 at 3:00:00 AM
✓ Stopped · Mar 2, 2026 at 3:01:00 AM
✗ Not cleared: request not sent
✗ Not started: request not sent
❌ Not cleared: @ana may no longer stop, clear and start `slow`. The permission ended after the confirmation; nothing more was sent. Done: stopped. Not done: clear and start. `slow` is now ⏹️ Stopped, its storage 💾 in use. `slow` stays stopped until somebody with the role *operator*, *requester* or *responder* types `/pipeline start slow`.
Id `ID1`\
""")
    assert verbs(workspace) == ["stop"]


def test_an_approval_that_counts_no_more_between_two_steps(workspace: Workspace) -> None:
    """The approver lost the right after the first step."""
    workspace.feldera.adds("slow", running=True, stop_takes=60)
    ria, ben = workspace.requester("ria"), workspace.approver("ben")
    ria.confirms("/pipeline clear slow --stop", "Ask for approval")
    ben.told("Approve")
    workspace.passes(seconds=10)
    workspace.revokes(ben)
    workspace.passes(minutes=2)
    assert workspace.thread()[-1] == snapshot(
        "❌ Not cleared: the approvals do not suffice any more (a rule was tightened, or an approver lost the right). Nothing more was sent. Type `/pipeline clear slow --stop` to ask again. Done: stopped. Not done: clear. `slow` is now ⏹️ Stopped, its storage 💾 in use. `slow` stays stopped until somebody with the role *operator*, *requester* or *responder* types `/pipeline start slow`. @ria (approved by @ben)"
    )
    assert "❌ Stopped, not cleared." in workspace.card()
    assert verbs(workspace) == ["stop"]


def test_a_glass_may_be_broken_for_a_plan(workspace: Workspace) -> None:
    """At night nobody may be there to approve: it runs at once, and is signed off afterwards."""
    workspace.rules("*", "approvals=2 break-glass=allowed")
    rex, ben = workspace.responder("rex"), workspace.approver("ben")
    assert rex.asks("/pipeline clear sales --restart --break-glass INC-7 lag alarm") == snapshot("""\
*Stop, clear and start `sales`?* Nothing happens unless you press the button. Only you see this.
*Deployment*
▶️ Running since Mar 2, 2026 at 3:00:00 AM
*Storage*
💾 in use, 3 checkpoints, 7.0 MiB
*A clear would destroy*
the storage, with 3 checkpoints (7.0 MiB)
*A stop loses*
what came since the last checkpoint, of Mar 2, 2026 at 3:00:00 AM
*Break the glass for*
`INC-7`
Reason: lag alarm
⚠️ Clearing dissociates the pipeline's storage, which can delete it: its checkpoints and state are gone for good, and the next start begins from nothing. It *cannot be cancelled*.
It is one request: stop, clear, start, one after the other. If a step fails, the rest is left undone.
🚨 Breaking the glass runs it at once, without approval. Everybody who could have approved is told, and one of them has to sign it off afterwards.
[Break the glass…] [Never mind]\
""")
    rex.opens("Break the glass…")
    rex.submits("sales")
    rex.reads()
    workspace.passes(seconds=30)
    assert "✅ Stopped, cleared and started." in workspace.card()
    ben.told("Sign off")
    assert workspace.thread() == snapshot(
        [
            "🚨 @rex broke the glass for `INC-7`: `lag alarm`. It runs at once. One of you has to look at it afterwards and sign it off. @ben",
            "📤 Sent the stop to Feldera, Mar 2, 2026 at 3:00:00 AM.",
            "⏳ Feldera accepted it, Mar 2, 2026 at 3:00:00 AM: `sales` is being stopped. From here that cannot be cancelled.",
            "✓ Step 1 of 3: stopped `sales` after 2 seconds.",
            "📤 Sent the clear to Feldera, Mar 2, 2026 at 3:00:02 AM.",
            "⏳ Feldera accepted it, Mar 2, 2026 at 3:00:02 AM: the storage is being cleared. From here it cannot be cancelled.",
            "✓ Step 2 of 3: cleared `sales` after 2 seconds.",
            "📤 Sent the start to Feldera, Mar 2, 2026 at 3:00:05 AM.",
            "⏳ Feldera accepted it, Mar 2, 2026 at 3:00:05 AM: `sales` is being started.",
            "⏳ Provisioning: Feldera makes room for `sales` to run.",
            "✅ Started `sales` after 2 seconds: it runs. All is done, in 8 seconds: stopped, cleared and started. @rex",
            "🔏 @ben signed it off. @rex",
        ]
    )
    workspace.card()
