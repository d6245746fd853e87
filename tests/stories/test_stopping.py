"""The way back: a request is withdrawn while it waits, and cancelled by whoever has a say before it is sent."""

import pytest
from inline_snapshot import snapshot

from bot.domain.access.permissions import Role
from tests.workspace import Teammate, Workspace

IN_TIME = "↩️ Cancelled: the clear of `orders` was not sent."
TAKEN_BACK = "↩️ Withdrawn: the clear of `orders` was not sent."
OVER = "This ended some time ago (Mar 2, 2026 at 3:00 AM). ↩️ The clear of `orders` was withdrawn by @ana. Nothing was sent to Feldera. See its thread."


@pytest.fixture
def ana(workspace: Workspace) -> Teammate:
    """She has asked for a clear."""
    ana = workspace.requester("ana")
    ana.requests("orders")
    return ana


def approved(workspace: Workspace) -> tuple[Teammate, Teammate]:
    """A request that somebody made and somebody else approved, 10 seconds ago."""
    workspace.rules("orders", "approvals=1 cancel-window=30s")
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    ben.told("Approve")
    workspace.passes(seconds=10)
    workspace.thread()
    return ana, ben


def test_the_window(workspace: Workspace) -> None:
    """The card shows until when, and after it the request goes out, once, whatever happens to the bot meanwhile."""
    approved(workspace)
    workspace.restarts()
    card = workspace.card()
    assert "⏳ Will be sent at 3:00:30 AM, can be cancelled until then." in card
    assert card.endswith(
        "\nApprovals: 1 of 1, by @ben some time ago (Mar 2, 2026 at 3:00 AM)\nId `ID1`\n[Cancel request]"
    )
    workspace.passes(seconds=19)
    assert workspace.sent == []
    workspace.passes(seconds=10)
    assert "[" not in workspace.card()
    assert [line[:11] for line in workspace.timed_thread()] == [
        "0:00:01  👍 ",
        "0:00:30  📤 ",
        "0:00:30  ⏳ ",
        "0:00:32.500",
    ]
    assert len(workspace.sent) == 1


@pytest.mark.parametrize("who", ["requester", "requester by command", "approver", "operator", "responder"])
def test_stopped_by_whoever_has_a_say(workspace: Workspace, who: str) -> None:
    """`withdraw ID` works as long as nothing was sent, although it is approved."""
    ana, ben = approved(workspace)
    others = {"operator": workspace.operator("oli"), "responder": workspace.responder("rio")}
    stopper = {"approver": ben, **others}.get(who, ana)
    if who == "requester by command":
        assert ana.types(f"/pipeline withdraw {workspace.request()}") == TAKEN_BACK
    else:
        assert stopper.told("Cancel request") == [IN_TIME]
    workspace.passes(minutes=5)
    assert "[" not in workspace.card()
    assert "↩️ Cancelled by @" in workspace.card()
    said = f"↩️ The clear of `orders` was cancelled by @{stopper.name} before it was sent. Nothing was sent to Feldera. @ana (approved by @ben)"
    assert workspace.thread()[-1] == said
    assert workspace.sent == []


def test_a_stranger_cannot_stop_it(workspace: Workspace) -> None:
    approved(workspace)
    for person in (workspace.viewer("vic"), workspace.adds_person("dan")):
        (no,) = person.told("Cancel request")
        assert no.startswith(
            "🚫 You may not cancel a clear of `orders`: you need one of the roles *operator*, *requester*, *responder* or *approver* on `orders`."
        )
    workspace.passes(minutes=1)
    assert workspace.thread()[-1].startswith("✅ Cleared")


def test_too_late_to_stop(workspace: Workspace) -> None:
    """After the window a click on *Cancel request* reads that it is under way; nothing can be withdrawn then."""
    workspace.feldera.sticks_clearing("orders")
    ana, _ = approved(workspace)
    button = ana.finds("Cancel request")
    workspace.passes(minutes=1)
    ana.presses(button)
    assert ana.reads() == snapshot(
        [
            "The clear of `orders` was already approved by @ben some time ago (Mar 2, 2026 at 3:00 AM): follow it in its thread."
        ]
    )
    assert "⏳ Clearing" in workspace.card()
    workspace.thread()


def test_an_operator_without_approvals_has_the_window_too(workspace: Workspace) -> None:
    workspace.rules("orders", "cancel-window=30s")
    oli = workspace.operator("oli")
    preview = oli.asks("/pipeline clear orders")
    assert (
        preview.splitlines()[-2]
        == "⏱️ The request waits 30 s before it is sent to Feldera; until then you, or anybody else who can request or approve it, can cancel it on its card."
    )
    oli.told("Clear orders")
    workspace.passes(seconds=10)
    assert oli.told("Cancel request") == [IN_TIME]
    workspace.passes(minutes=5)
    assert workspace.thread() == [
        "↩️ The clear of `orders` was cancelled by @oli before it was sent. Nothing was sent to Feldera. @oli"
    ]
    assert workspace.sent == []


def test_withdrawn(workspace: Workspace, ana: Teammate, ben: Teammate) -> None:
    """The card and the thread say so; the approver whose screen was slow reads who took it back, and when."""
    approve, deny = ben.finds("Approve"), ben.finds("Deny…")
    assert ana.told("Withdraw") == [TAKEN_BACK]
    workspace.passes(minutes=1)
    card = workspace.card()
    assert "\n↩️ Withdrawn by @ana · " in card
    assert card.endswith("\nNothing was sent to Feldera.\nRequested by @ana\nId `ID1`")
    assert workspace.thread() == [
        "↩️ The clear of `orders` was withdrawn by @ana. Nothing was sent to Feldera. @ana"
    ]
    for button in (approve, deny):
        ben.presses(button)
        assert ben.reads() == [OVER]
    workspace.passes(hours=5)
    assert workspace.sent == []


def test_withdrawn_by_command(workspace: Workspace, ana: Teammate) -> None:
    withdraw = f"/pipeline withdraw {workspace.request()}"
    workspace.revokes(ana)
    assert ana.types(withdraw) == TAKEN_BACK
    assert "[" not in workspace.card()
    workspace.grants(ana, Role.VIEWER)
    assert workspace.named(ana.types(withdraw)) == OVER
    workspace.thread()


def test_withdrawn_while_an_outage_keeps_it_from_being_sent(workspace: Workspace) -> None:
    oli = workspace.operator("oli")
    oli.asks("/pipeline clear orders")
    workspace.feldera_goes_down()
    oli.told("Clear orders")
    workspace.passes(minutes=10)
    assert oli.types(f"/pipeline withdraw {workspace.request()}") == snapshot(
        "↩️ Withdrawn: the clear of `orders` was not sent."
    )
    workspace.feldera_comes_back()
    workspace.passes(hours=5)
    assert workspace.sent == []
    assert workspace.thread()[-1] == snapshot(
        "↩️ The clear of `orders` was cancelled by @oli before it was sent. Nothing was sent to Feldera. @oli"
    )
    workspace.card()


def test_others_cannot_withdraw_it(workspace: Workspace, ben: Teammate) -> None:
    """Not even an approver: whoever wants it gone denies it."""
    workspace.requester("ana").requests("orders")
    no = "🚫 Only @ana, who requested the clear of `orders`, can withdraw it. You may be able to keep it from being sent with *Deny…* or *Cancel request* on its card."
    assert ben.told("Withdraw") == [no]
    assert ben.types(f"/pipeline withdraw {workspace.request()}") == no
    assert "🙋 Waiting for approval, requested" in workspace.card()
    assert workspace.thread() == []


def test_a_double_click_on_withdraw(workspace: Workspace, ana: Teammate) -> None:
    button = ana.finds("Withdraw")
    workspace.at_once(ana.pressing(button), ana.pressing(button))
    workspace.passes(seconds=5)
    assert sorted(ana.reads()) == [OVER, TAKEN_BACK]
    assert len(workspace.thread()) == 1
