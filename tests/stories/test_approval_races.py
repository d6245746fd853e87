"""Two things at the same moment to one request: the database decides which happened, and both people are answered."""

import asyncio

import pytest

from tests.stories.decided import DENIED, approved, approved_first


def test_two_approvers_on_the_last_slot(workspace, ana, ben, cem):
    """One counts, and the other person reads whose it was."""
    ana.requests("orders")
    workspace.at_once(ben.clicking("Approve"), cem.clicking("Approve"))
    told = {person.name: person.reads()[-1] for person in (ben, cem)}
    (first,) = (name for name, said in told.items() if said == approved())
    (second,) = told.keys() - {first}
    assert told[second].startswith(f"The clear of `orders` was already approved by @{first} ")
    workspace.passes(seconds=10)
    assert workspace.thread()[-1] == f"✅ Cleared `orders` after 2 seconds. @ana (approved by @{first})"
    assert "1 of 1" in workspace.card()
    assert len(workspace.sent) == 1


def test_two_approvals_at_once_both_count(workspace, ana, ben, cem):
    workspace.rules("orders", "approvals=2")
    ana.requests("orders")
    workspace.at_once(ben.clicking("Approve"), cem.clicking("Approve"))
    assert sorted(ben.reads() + cem.reads()) == [
        approved_first(),
        approved(2),
    ]
    workspace.passes(seconds=10)
    assert "2 of 2" in workspace.card()
    assert len(workspace.thread()) == 5
    assert len(workspace.sent) == 1


@pytest.mark.parametrize("typed", [False, True], ids=["clicked", "typed"])
def test_approved_and_denied_at_once(workspace, ana, ben, cem, *, typed):
    """Either approved and cleared, or denied and not; the other person reads who was first."""
    ana.requests("orders")
    cem.opens("Deny…")
    if typed:
        ben.types(f"/pipeline approve {workspace.request()}")
    workspace.at_once(ben.clicking("Approve"), cem.submitting("no"))
    workspace.passes(seconds=10)
    (approver,), denier = ben.reads(), cem.screen
    if workspace.sent:
        assert approver == approved()
        assert "The clear of `orders` was already approved by @ben" in denier
        assert workspace.thread()[-1].startswith("✅ Cleared")
    else:
        assert approver.startswith("This ended")
        assert "was denied by @cem" in approver
        assert DENIED in denier
        assert workspace.thread() == [
            "❌ The clear of `orders` was denied by @cem: `no`. Nothing was sent to Feldera. @ana"
        ]
    workspace.card()


def test_approved_and_withdrawn_at_once(workspace, ana, ben):
    """Whatever came first holds, and both are told the same."""
    ana.requests("orders")
    workspace.at_once(ben.clicking("Approve"), ana.clicking("Withdraw"))
    workspace.passes(seconds=10)
    requester, approver = ana.reads()[-1], ben.reads()[-1]
    if workspace.sent:
        assert approver == approved()
        assert requester.startswith("The clear of `orders` was already approved by @ben")
        assert workspace.thread()[-1].startswith("✅ Cleared")
    else:
        assert requester.startswith("↩️ Withdrawn")
        assert "The clear of `orders` was withdrawn by @ana" in approver or approver == approved()
        assert workspace.thread()[-1].startswith(
            ("↩️ The clear of `orders` was withdrawn", "↩️ The clear of `orders` was cancelled")
        )
    workspace.card()


def test_approved_at_the_very_end_of_its_time_is_too_late(workspace, ana, ben):
    ana.requests("orders")
    workspace.clock.passes(hours=1)
    workspace.at_once(ben.clicking("Approve"), workspace.transient(seconds=0))
    assert ben.reads()[-1].startswith("This ended")
    workspace.passes(seconds=10)
    assert len(workspace.thread()) == 1
    assert "\n❌ Expired: not approved in time · " in workspace.card()
    assert workspace.sent == []


def test_the_approver_is_revoked_by_another_process_during_the_click(workspace, ana, ben):
    """Revoked before the click it counts nothing; after it, it is found when the request is about to be sent."""
    ana.requests("orders")
    workspace.at_once(ben.clicking("Approve"), asyncio.to_thread(workspace.revokes, ben))
    workspace.passes(seconds=10)
    (said,) = ben.reads()
    assert workspace.sent == []
    if "🙋 Waiting for approval, requested" in workspace.card():
        assert said.startswith("🚫 You may not approve a clear of `orders`")
        assert workspace.thread() == []
    else:
        assert said == approved()
        assert workspace.thread()[-1].startswith(
            "❌ `orders` was not cleared: there are no longer enough approvals"
        )


def test_the_requester_is_revoked_by_another_process_during_the_approval(workspace, ana, ben):
    ana.requests("orders")
    workspace.at_once(ben.clicking("Approve"), asyncio.to_thread(workspace.revokes, ana))
    workspace.passes(seconds=10)
    assert ben.reads() == [approved()]
    assert workspace.sent == []
    assert workspace.thread()[-1].startswith(
        "❌ `orders` was not cleared: @ana lost the role for it after confirming it."
    )
    workspace.card()


def test_a_double_click_on_stop(workspace, ana, ben):
    workspace.rules("orders", "cancel-window=60s")
    ana.requests("orders")
    ben.told("Approve")
    workspace.passes(seconds=5)
    button = ana.finds("Cancel request")
    workspace.at_once(ana.pressing(button), ana.pressing(button))
    workspace.passes(minutes=2)
    late, done = sorted(ana.reads())
    assert (
        "and is over. ↩️ The clear of `orders` was cancelled by @ana before it was sent. Nothing was sent to Feldera."
        in late
    )
    assert done == "↩️ Cancelled: the clear of `orders` was not sent."
    assert len(workspace.thread()) == 2
    workspace.card()
    assert workspace.sent == []


def test_a_freeze_put_during_the_approval_holds_it(workspace, ana, ben):
    ana.requests("orders")
    freezes = asyncio.to_thread(workspace.freezes, "orders", hours=1)
    workspace.at_once(ben.clicking("Approve"), freezes)
    workspace.passes(minutes=1)
    workspace.leaps(minutes=29)
    assert ben.reads()[-1] == approved()
    assert workspace.sent == []
    workspace.leaps(minutes=30)
    workspace.passes(minutes=1)
    assert len(workspace.sent) == 1
    assert workspace.follows() == "✅ Cleared"
