"""Who decides about a plan: roles, approvals, reasons, the moment to stop it, freezes and a broken glass."""

import pytest
from inline_snapshot import snapshot

from bot.domain.events import EventKind
from tests.workspace import Teammate, Workspace

STAYS_STOPPED = "`slow` is now ⏹️ Stopped, its storage 💾 holds data. `slow` stays stopped until somebody with the role *operator*, *requester* or *responder* types `/pipeline start slow`."


@pytest.fixture(autouse=True)
def pipelines_that_run(workspace: Workspace) -> None:
    workspace.feldera.adds("sales", running=True)
    workspace.feldera.adds("slow", running=True, stop_takes=60)


def restarts_slow(workspace: Workspace) -> Teammate:
    """Ana has: it takes a minute to stop."""
    ana = workspace.operator("ana")
    ana.confirms("/pipeline clear slow --restart", "Stop, clear and start slow")
    return ana


def all_is_done(workspace: Workspace) -> None:
    workspace.passes(minutes=2)
    assert "✅ Stopped, cleared and started: running after" in workspace.card()
    workspace.thread()


def test_one_approval_for_the_whole_plan(workspace: Workspace) -> None:
    """A requester asks once; the card shows the plan that is approved, and nothing else is done."""
    ria, ben = workspace.requester("ria"), workspace.approver("ben")
    asked = ria.confirms("/pipeline clear sales --restart bad backfill", "Ask for approval")
    assert asked == ["🙋 Requested. Follow the stop, clear and start of `sales` in its thread."]
    assert workspace.card() == snapshot("""\
Stop, clear and start sales
🙋 Waiting for approval, requested some time ago (Mar 2, 2026 at 3:00 AM).
Deletes: the storage, with 3 checkpoints (7.0 MiB), and everything after them; the last was made some time ago (Mar 2, 2026 at 3:00 AM)
Requested by @ria: `bad backfill`
Approvals: 0 of 1
Expires: Mar 2, 2026 at 4:00 AM
○ Stop · ○ Clear · ○ Start
Id `ID1`
[Approve] [Deny…] [Withdraw]\
""")
    ben.clicks("Approve")
    assert ben.last_confirm == snapshot("""\
Approve the stop, clear and start of sales?
Once approved, it stops the pipeline by force, which loses everything after its last checkpoint, and deletes its storage, with 3 checkpoints (7.0 MiB), and cannot be undone. Yours is the last approval: it is sent then.
[Approve] [Go back]\
""")
    ben.reads()
    all_is_done(workspace)
    assert workspace.thread()[-1].endswith("stopped, cleared and started. @ria (approved by @ben)")
    assert workspace.sent_steps == ["stop", "clear", "start"]
    assert workspace.record(EventKind.PROPOSED, EventKind.REQUESTED, EventKind.APPROVED) == snapshot(
        [
            "03:00 proposed by ria [op]: pipeline=sales plan=stop clear start reason=bad backfill reviewed=…",
            "03:00 requested by ria [op]: grant=1 needed=1",
            "03:00 approved by ben [op]: count=1 grant=2 needed=1",
        ]
    )


def test_who_may_only_look_may_not_stop(workspace: Workspace) -> None:
    """The answer names what was wanted, and so does the record."""
    vera, ana = workspace.viewer("vera"), workspace.operator("ana")
    takes = "you need the role *requester*, *operator* or *responder* on `sales`. No admin in Slack can grant it: ask the person who runs the bot to run this on the bot's server: `pipeline-bot grant U02VERA requester sales`."
    for command, wanted in (
        ("stop sales", "stop"),
        ("clear sales --restart", "stop, clear and start"),
        ("start sales", "start"),
    ):
        assert vera.types(f"/pipeline {command}") == f"🚫 You may not {wanted} `sales`: {takes}"
    assert ana.types("/pipeline history sales") == snapshot("""\
*History of `sales`*
🚫 denied @vera: start `sales` (no grant) some time ago (Mar 2, 2026 at 3:00 AM)
🚫 denied @vera: stop, clear and start `sales` (no grant) some time ago (Mar 2, 2026 at 3:00 AM)
🚫 denied @vera: stop `sales` (no grant) some time ago (Mar 2, 2026 at 3:00 AM)\
""")


def test_a_rule_holds_for_a_stop_and_not_for_a_start(workspace: Workspace) -> None:
    """A stop loses data, a start loses none: an operator starts alone, a requester needs one approval."""
    workspace.rules("*", "approvals=2 reason=required cancel-window=30s")
    workspace.feldera.adds("payments")
    ana, ria, ben = workspace.operator("ana"), workspace.requester("ria"), workspace.approver("ben")
    no_reason = "✍️ A stop of `sales` needs a reason. Nothing was sent to Feldera. Type the command again with one: `/pipeline stop sales reason…`."
    assert ana.asks("/pipeline stop sales") == no_reason
    assert "Needs approval from 2 other people" in ana.asks("/pipeline stop sales now")
    ana.confirms("/pipeline start orders", "Start orders")
    workspace.passes(seconds=20)
    assert "✅ Running after" in workspace.card()
    ria.confirms("/pipeline start payments", "Ask for approval")
    ben.clicks("Approve")
    assert ben.last_confirm == snapshot("""\
Approve the start of payments?
It deletes and loses nothing. Yours is the last approval: it is sent then.
[Approve] [Go back]\
""")
    ben.reads()
    workspace.passes(seconds=20)
    assert "✅ Running after" in workspace.cards()[-1]
    assert workspace.sent_steps == ["start", "start"]
    workspace.threads()


def test_the_moment_to_stop_it_is_before_the_first_step(workspace: Workspace) -> None:
    """Once something was sent, the button is gone, and an older one comes too late."""
    workspace.rules("*", "cancel-window=30s")
    ana = restarts_slow(workspace)
    button = ana.finds("Cancel request")
    workspace.passes(seconds=31)
    assert "[Cancel request]" not in workspace.card()
    ana.presses(button)
    assert ana.reads() == snapshot(
        [
            "The stop, clear and start of `slow` was already confirmed by @ana some time ago (Mar 2, 2026 at 3:00 AM): follow it in its thread."
        ]
    )
    all_is_done(workspace)


def test_a_freeze_that_comes_later_does_not_hold_what_has_begun(workspace: Workspace) -> None:
    """Half a plan would leave the pipeline stopped for hours; what has not begun is not even asked for."""
    restarts_slow(workspace)
    workspace.freezes("*", hours=8)
    ben = workspace.operator("ben")
    assert ben.asks("/pipeline start orders").startswith("🧊 `orders` is frozen until ")
    all_is_done(workspace)


def test_a_right_that_ends_between_two_steps(workspace: Workspace) -> None:
    """Looked at again before each request: what is done stays done, the rest is left, and it is said."""
    ana = restarts_slow(workspace)
    workspace.passes(seconds=10)
    workspace.revokes(ana)
    workspace.passes(minutes=2)
    said = f"❌ `slow` was not cleared: @ana lost the role for it after confirming it. Nothing more was sent to Feldera. Somebody who has the role can request it again with `/pipeline clear slow --start`: it first shows what would be deleted. Done: stopped. Not done: clear and start. {STAYS_STOPPED}"
    assert workspace.thread()[-2:] == [
        "✓ Step 1 of 3: stopped `slow` after 1 minute.",
        f"{said} @ana",
    ]
    assert "\n❌ Stopped, not cleared: " in workspace.card()
    assert workspace.card().endswith("\n✓ Stopped\n✗ Not cleared\n✗ Not started\nId `ID1`")
    assert workspace.sent_steps == ["stop"]


def test_an_approval_that_counts_no_more_between_two_steps(workspace: Workspace) -> None:
    ria, ben = workspace.requester("ria"), workspace.approver("ben")
    ria.confirms("/pipeline clear slow --stop", "Ask for approval")
    ben.told("Approve")
    workspace.passes(seconds=10)
    workspace.revokes(ben)
    workspace.passes(minutes=2)
    assert workspace.thread()[-1] == (
        "❌ `slow` was not cleared: there are no longer enough approvals (a rule was tightened, or an approver lost the role). "
        "Nothing more was sent to Feldera. To request it again, type `/pipeline clear slow --stop`: it first shows what would be deleted. Done: stopped. Not done: clear. "
        f"{STAYS_STOPPED} @ria (approved by @ben)"
    )
    assert "❌ Stopped, not cleared: " in workspace.card()
    assert workspace.sent_steps == ["stop"]


def test_a_glass_may_be_broken_for_a_plan(workspace: Workspace) -> None:
    """At night nobody may be there to approve: it runs at once, and is signed off afterwards."""
    workspace.rules("*", "approvals=2 break-glass=allowed")
    rex, ben = workspace.responder("rex"), workspace.approver("ben")
    preview = rex.asks("/pipeline clear sales --restart --break-glass INC-7 lag alarm")
    assert preview.startswith("*Stop, clear and start `sales`?*")
    assert "\n*Run as break-glass for*\n`INC-7`\nReason: lag alarm\n" in preview
    rex.opens("Run as break-glass…")
    rex.submits("sales")
    rex.reads()
    all_is_done(workspace)
    ben.told("Mark as reviewed")
    first, *_, signed_off = workspace.thread()
    assert first == snapshot(
        "🚨 @rex runs the stop, clear and start of `sales` as break-glass for `INC-7`: `lag alarm`. It runs at once, without approval. One of you must review it afterwards. @ben"
    )
    assert signed_off == "🔏 @ben reviewed the break-glass stop, clear and start of `sales`. @rex"
    assert workspace.sent_steps == ["stop", "clear", "start"]
    workspace.card()
