"""Two things at the same moment to one request: the database decides which happened, and both people are answered."""

import asyncio

import pytest
from inline_snapshot import snapshot

from tests.workspace import Teammate, Workspace


def last_words(*people: Teammate) -> list[str]:
    """The last thing that each was told, in the order of the people."""
    return [person.reads()[-1] for person in people]


def test_two_approvers_on_the_last_slot(workspace: Workspace) -> None:
    """One approval was wanted and two came: one counts, and the other person reads whose it was."""
    ana, ben, cem = workspace.requester("ana"), workspace.approver("ben"), workspace.approver("cem")
    ana.requests("orders")
    workspace.at_once(ben.clicking("Approve"), cem.clicking("Approve"))
    told = dict(zip(("ben", "cem"), last_words(ben, cem), strict=True))
    (first,) = (name for name, line in told.items() if line == "👍 Approved: 1 of 1.")
    (second,) = told.keys() - {first}
    assert told[second].startswith(f"This was already approved by @{first} ")
    workspace.passes(seconds=10)
    assert workspace.thread()[-1] == f"✅ Cleared `orders` after 2 seconds. @ana (approved by @{first})"
    assert "1 of 1" in workspace.card()
    assert len(workspace.sent) == 1


def test_two_approvals_at_once(workspace: Workspace) -> None:
    """Two were wanted and two came at the same moment: both count, and it is sent once."""
    workspace.rules("orders", "approvals=2")
    ana, ben, cem = workspace.requester("ana"), workspace.approver("ben"), workspace.approver("cem")
    ana.requests("orders")
    workspace.at_once(ben.clicking("Approve"), cem.clicking("Approve"))
    assert sorted(last_words(ben, cem)) == snapshot(["👍 Approved: 1 of 2.", "👍 Approved: 2 of 2."])
    workspace.passes(seconds=10)
    assert "2 of 2" in workspace.card()
    assert len(workspace.thread()) == 5
    assert len(workspace.sent) == 1


@pytest.mark.parametrize("typed", [False, True], ids=["clicked", "typed"])
def test_approved_and_denied_at_once(workspace: Workspace, *, typed: bool) -> None:
    """Either it is approved and cleared, or denied and not; the other person reads who was first."""
    ana, ben, cem = workspace.requester("ana"), workspace.approver("ben"), workspace.approver("cem")
    ana.requests("orders")
    cem.opens("Deny")
    yes = ben.typing(f"/pipeline approve {workspace.request()}") if typed else ben.clicking("Approve")
    workspace.at_once(yes, cem.submitting("no"))
    workspace.passes(seconds=10)
    (approver,), denier = ben.reads(), cem.screen
    if workspace.sent:
        assert approver == "👍 Approved: 1 of 1."
        assert "This was already approved by @ben" in denier
        assert workspace.thread()[-1].startswith("✅ Cleared")
    else:
        assert approver.startswith("This is over since")
        assert "Denied by @cem" in approver
        assert "Denied. The clear of `orders` is off" in denier
        assert workspace.thread() == ["❌ Denied by @cem: `no`. Nothing was sent. @ana"]
    workspace.card()


def test_approved_and_withdrawn_at_once(workspace: Workspace) -> None:
    """The requester takes it back as it is approved: whatever came first holds, and both are told the same."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    workspace.at_once(ben.clicking("Approve"), ana.clicking("Withdraw"))
    workspace.passes(seconds=10)
    requester, approver = last_words(ana, ben)
    if workspace.sent:
        assert approver == "👍 Approved: 1 of 1."
        assert requester.startswith("This was already approved by @ben")
        assert workspace.thread()[-1].startswith("✅ Cleared")
    else:
        assert requester.startswith("↩️ Taken back")
        assert "Taken back by @ana" in approver or approver == "👍 Approved: 1 of 1."
        assert workspace.thread()[-1].startswith(("↩️ Taken back", "↩️ Stopped"))
    workspace.card()


def test_approved_at_the_end_of_its_time(workspace: Workspace) -> None:
    """The click and the clock at the same moment: at the full hour it is too late, whoever of the two is quicker."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    workspace.clock.passes(hours=1)
    workspace.at_once(ben.clicking("Approve"), workspace.transient(seconds=0))
    (said,) = ben.reads()
    assert said.startswith("This is over since")
    workspace.passes(seconds=10)
    assert workspace.thread() == [
        "❌ Not approved in time. Nothing was sent. Type `/pipeline clear orders` to ask again. @ana"
    ]
    assert "❌ Not cleared." in workspace.card()
    assert workspace.sent == []


def test_the_approver_is_revoked_by_another_process_during_the_click(workspace: Workspace) -> None:
    """Revoked before the click it counts nothing; after it, it is found when the request is about to be sent."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    workspace.at_once(ben.clicking("Approve"), asyncio.to_thread(workspace.revokes, ben))
    workspace.passes(seconds=10)
    (said,) = ben.reads()
    assert workspace.sent == []
    if "🙋 Waiting for approval." in workspace.card():
        assert said.startswith("🚫 You may not approve a clear of `orders`")
        assert workspace.thread() == []
    else:
        assert said == "👍 Approved: 1 of 1."
        assert workspace.thread()[-1].startswith("❌ Not cleared: the approvals do not suffice any more")


def test_the_requester_is_revoked_by_another_process_during_the_approval(workspace: Workspace) -> None:
    """Whoever asked must still be somebody who may: nothing is sent."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    workspace.at_once(ben.clicking("Approve"), asyncio.to_thread(workspace.revokes, ana))
    workspace.passes(seconds=10)
    assert ben.reads() == snapshot(["👍 Approved: 1 of 1."])
    assert workspace.sent == []
    assert workspace.thread()[-1] == snapshot(
        "❌ Not cleared: @ana may no longer clear `orders`. The permission ended after the confirmation; nothing was sent. @ana (approved by @ben)"
    )
    assert "❌ Not cleared." in workspace.card()


def test_a_double_click_on_approve(workspace: Workspace) -> None:
    """One approval and one request; the second click reads that it was approved."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    button = ben.finds("Approve")
    workspace.at_once(ben.pressing(button), ben.pressing(button))
    workspace.passes(seconds=10)
    assert sorted(ben.reads()) == snapshot(
        [
            "This was already approved by @ben Mar 2, 2026 at 3:00:00 AM: follow it in its thread.",
            "👍 Approved: 1 of 1.",
        ]
    )
    assert len(workspace.thread()) == 4
    assert len(workspace.sent) == 1
    workspace.card()


def test_a_double_click_on_stop(workspace: Workspace) -> None:
    """It is stopped once; each click is answered."""
    workspace.rules("orders", "stop=60s")
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    ben.told("Approve")
    workspace.passes(seconds=5)
    button = ana.finds("Stop")
    workspace.at_once(ana.pressing(button), ana.pressing(button))
    workspace.passes(minutes=2)
    assert sorted(ana.reads()) == snapshot(
        [
            "This was already approved by @ben Mar 2, 2026 at 3:00:00 AM, and is over. ↩️ Stopped by @ana in time: nothing was sent. See its thread.",
            "🛑 Stopped in time: nothing was sent, and `orders` is as it was.",
        ]
    )
    assert len(workspace.thread()) == 2
    workspace.card()
    assert workspace.sent == []


def test_two_requests_for_one_pipeline_by_one_person(workspace: Workspace) -> None:
    """Two previews, confirmed at once: one request, and the other preview says where it is."""
    ana = workspace.requester("ana")
    ana.asks("/pipeline clear orders")
    first = ana.finds("Ask for approval")
    ana.asks("/pipeline clear orders")
    second = ana.finds("Ask for approval")
    workspace.at_once(ana.pressing(first), ana.pressing(second))
    workspace.passes(seconds=5)
    assert sorted(ana.reads()) == snapshot(
        [
            "🙋 @ana asked for just this Mar 2, 2026 at 3:00:00 AM, and it waits for approval: follow it in its card, which is about to be posted.",
            "🙋 Asked. Follow `orders` in its thread.",
        ]
    )
    assert len(workspace.cards()) == 1


def test_an_approval_that_slack_delivers_twice(workspace: Workspace) -> None:
    """The same envelope twice is one click, as far as the outcome goes."""
    workspace.rules("orders", "approvals=2")
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    workspace.slack.delivers_twice()
    ben.clicks("Approve")
    workspace.passes(seconds=10)
    assert "1 of 2" in workspace.card()
    assert workspace.thread() == snapshot(["👍 @ben approved (1 of 2). @ana"])
    ben.reads()
    assert workspace.sent == []


def test_a_freeze_put_during_the_approval(workspace: Workspace) -> None:
    """Before the approval or after it: nothing starts while the freeze holds."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")

    def freezes() -> None:
        workspace.freezes("orders", hours=1)

    workspace.at_once(ben.clicking("Approve"), asyncio.to_thread(freezes))
    workspace.passes(minutes=30)
    assert ben.reads()[-1] == "👍 Approved: 1 of 1."
    assert workspace.sent == []
    workspace.passes(minutes=31)
    assert len(workspace.sent) == 1
    assert "✅ Cleared." in workspace.card()
    workspace.thread()
