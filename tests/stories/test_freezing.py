"""A freeze: no clear, stop or start, what is ready waits or lapses, what runs goes on; everybody sees it."""

import pytest
from inline_snapshot import snapshot

from bot.domain.access.permissions import Role


def is_held(workspace, ana, ben):
    """`ana` asked, `ben` approved, and a freeze of twelve hours came in between."""
    ana.requests("orders")
    workspace.freezes("orders", hours=12)
    ben.told("Approve")
    workspace.passes(minutes=5)
    assert workspace.sent == []
    assert "⏳ Held by a freeze until " in workspace.card()


def test_nothing_new_starts(workspace, oli, ana):
    """Whoever asks, even in an emergency or by a preview of before the freeze, reads until when, why, and by whom."""
    workspace.rules("orders", "break-glass=allowed")
    rio, ada = workspace.responder("rio"), workspace.admin("ada")
    oli.asks("/pipeline clear orders")
    ana.asks("/pipeline clear orders")
    ada.types("/pipeline freeze ord* for 4h release day")
    no = (
        "🧊 `orders` is frozen until Mar 2, 2026 at 7:00 AM, by @ada (reason: `release day`). "
        "Until then nobody can clear, stop or start it through this bot, not even as break-glass. Nothing was sent to Feldera. "
        "An admin can remove the freeze with `/pipeline unfreeze ord*`; that unfreezes every pipeline that matches it."
    )
    assert oli.told("Clear orders") == ana.told("Ask for approval") == [no]
    assert oli.asks("/pipeline clear orders") == ana.asks("/pipeline clear orders") == no
    assert rio.asks("/pipeline clear orders --break-glass INC-1 lag alarm") == no
    ada.types("/pipeline unfreeze ord*")
    workspace.freezes("ord*", hours=4)
    assert oli.asks("/pipeline clear orders") == no.replace("@ada", "`shell:owner`")
    assert workspace.cards() == []


def test_what_waits_for_approval(workspace, ana, ben):
    """It may be approved; it is held until the freeze ends, and sent then. The card says so at every moment."""
    ana.requests("orders")
    workspace.freezes("orders", "release day", hours=2)
    workspace.passes(minutes=5)
    frozen = "🧊 Frozen until Mar 2, 2026 at 5:00 AM"
    assert f"\nExpires: Mar 2, 2026 at 4:00 AM\n{frozen}\n" in workspace.card()
    assert ben.told("Approve") == [
        "👍 You approved the clear of `orders` requested by @ana: 1 of 1 approval. It is held by a freeze, and sent once that has ended (Mar 2, 2026 at 5:00 AM). Follow it in its thread."
    ]
    workspace.passes(minutes=5)
    held = workspace.card()
    assert "\n⏳ Held by a freeze until Mar 2, 2026 at 5:00 AM, not sent; approved " in held
    assert held.endswith("AM)\nId `ID1`\n[Cancel request]")
    workspace.restarts()
    workspace.leaps(hours=1, minutes=49)
    assert workspace.sent == []
    workspace.passes(minutes=2)
    assert "✅ Cleared after" in workspace.card()
    approved, held, sent, _, cleared = workspace.timed_thread()
    assert (approved[:10], sent[:10], cleared[:18]) == ("0:05:00  👍", "2:00:00  📤", "2:00:02.500000  ✅ ")
    assert held == snapshot(
        "0:05:00  🧊 The clear of `orders` is not sent: a freeze on `orders` holds it until Mar 2, 2026 at 5:00 AM (`release day`). When the freeze ends, it is sent, unless the request expires first (Mar 2, 2026 at 7:05 AM)."
    )
    assert len(workspace.sent) == 1


def test_a_ready_one_lapses(workspace, ana, ben):
    """A freeze that lasts longer than an approval is good for: it ends, and the requester is told."""
    is_held(workspace, ana, ben)
    workspace.leaps(hours=3, minutes=50)
    workspace.passes(minutes=10)
    assert "❌" in workspace.card()
    assert workspace.timed_thread()[-1] == snapshot(
        "4:00:00  ❌ Expired: `orders` was not cleared. The clear could not be sent within 4 hours after the last approval (a freeze held it). Nothing was sent to Feldera. To request it again, type `/pipeline clear orders`: it first shows what would be deleted. @ana (approved by @ben)"
    )
    assert workspace.sent == []


@pytest.mark.parametrize(("by_chat", "within"), [(True, {"seconds": 10}), (False, {"minutes": 5})])
def test_lifted_early(workspace, ana, ben, *, by_chat, within):
    """Once it is lifted, what was ready goes on: lifted in Slack, at once."""
    is_held(workspace, ana, ben)
    if by_chat:
        workspace.admin("ada").types("/pipeline unfreeze orders")
    else:
        workspace.unfreezes("orders")
    workspace.passes(**within)
    assert workspace.follows() == "✅ Cleared"


def test_one_that_is_held_can_be_stopped(workspace, ana, ben):
    """The *Cancel request* button stands as long as nothing was sent, for whoever has a say."""
    is_held(workspace, ana, ben)
    assert ana.told("Cancel request") == ["↩️ Cancelled: the clear of `orders` was not sent."]
    workspace.unfreezes("orders")
    workspace.passes(hours=1)
    assert (
        workspace.thread()[-1]
        == "↩️ The clear of `orders` was cancelled by @ana before it was sent. Nothing was sent to Feldera. @ana (approved by @ben)"
    )
    assert workspace.sent == []


def test_right_lost_while_it_is_held(workspace, ana, ben):
    """When the freeze ends, the requester's right is what it is then."""
    is_held(workspace, ana, ben)
    workspace.revokes(ana)
    workspace.grants(ana, Role.VIEWER)
    workspace.unfreezes("orders")
    workspace.passes(minutes=5)
    assert workspace.sent == []
    assert workspace.thread()[-1].startswith("❌ `orders` was not cleared: @ana lost the role for it")


def test_what_runs_goes_on(workspace, oli):
    """What has been sent is not touched by a freeze: it cannot be cancelled."""
    workspace.feldera.sticks_clearing("orders")
    oli.clears("orders")
    workspace.passes(seconds=10)
    workspace.freezes("orders", hours=4)
    workspace.passes(seconds=30)
    workspace.feldera.unsticks("orders")
    workspace.passes(minutes=1)
    assert workspace.follows() == "✅ Cleared"


def test_between_the_confirmation_and_the_request(workspace, oli):
    """Feldera was down when it was confirmed; the freeze that came meanwhile holds it."""
    oli.asks("/pipeline clear orders")
    workspace.feldera_goes_down()
    oli.told("Clear orders")
    workspace.passes(minutes=1)
    workspace.freezes("orders", hours=1)
    workspace.feldera_comes_back()
    workspace.passes(minutes=1)
    assert workspace.sent == []
    workspace.leaps(minutes=59)
    workspace.passes(minutes=1)
    assert len(workspace.sent) == 1
    assert "✅ Cleared after" in workspace.card()
    assert [line[0] for line in workspace.thread()] == ["🔌", "🔌", "🧊", "📤", "⏳", "✅"]


def test_a_freeze_is_on_its_pattern(workspace, oli):
    """`status` of a frozen pipeline says until when and why; another pipeline is cleared."""
    workspace.feldera.adds("payments")
    workspace.freezes("pay*", hours=4)
    assert oli.asks("/pipeline status payments").splitlines()[5:7] == snapshot(
        ["*Frozen*", "🧊 frozen by `shell:owner`, ends in 4 h (Mar 2, 2026 at 7:00 AM): `release day`"]
    )
    assert "Frozen" not in oli.asks("/pipeline status orders")
    oli.clears("orders")
    workspace.passes(seconds=10)
    assert workspace.follows() == "✅ Cleared"


def test_put_while_it_can_still_be_stopped(workspace, ana, ben):
    """The card says that the freeze will hold it, not that it is about to be sent."""
    workspace.rules("orders", "approvals=1 cancel-window=60s")
    ana.requests("orders")
    ben.told("Approve")
    workspace.passes(seconds=5)
    assert "Will be sent" in workspace.card()
    workspace.freezes("orders", hours=1)
    workspace.passes(seconds=10)
    assert "⏳ Held by a freeze until " in workspace.card()
    workspace.unfreezes("orders")
    workspace.passes(seconds=10)
    assert "Will be sent" in workspace.card()
    workspace.passes(minutes=1)
    assert len(workspace.sent) == 1
    workspace.thread()
