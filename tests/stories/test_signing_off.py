"""A break-glass run stays open until an approver who did not request it reviews it."""

import pytest
from inline_snapshot import snapshot

from bot.domain.access.permissions import Role
from tests.workspace import Teammate, Workspace


@pytest.fixture
def rio(workspace: Workspace) -> Teammate:
    """A responder who may break the glass of `orders`."""
    workspace.rules("orders", "break-glass=allowed")
    return workspace.responder("rio")


def broken(workspace: Workspace, rio: Teammate) -> None:
    rio.breaks_glass("orders")
    workspace.passes(seconds=10)
    workspace.thread()


def test_the_breaker_cannot_sign_it_off(workspace: Workspace, rio: Teammate) -> None:
    """Not even with the role of an approver; and nobody without it."""
    dan = workspace.operator("dan")
    workspace.grants(rio, Role.APPROVER)
    broken(workspace, rio)
    no = "🚫 You ran the clear of `orders` as break-glass yourself: somebody else must review it."
    assert rio.told("Mark as reviewed") == [no]
    assert rio.types(f"/pipeline sign-off {workspace.request()}") == no
    assert dan.told("Mark as reviewed") == [
        "🚫 You may not review a clear of `orders`: you need the role *approver* on `orders`. No admin in Slack can grant it: ask the person who runs the bot to run this on the bot's server: `pipeline-bot grant U03DAN approver orders`."
    ]
    assert "[Mark as reviewed]" in workspace.card()


@pytest.mark.parametrize("verb", ["sign-off", "review", "Review"])
def test_reviewed_by_command(workspace: Workspace, rio: Teammate, ben: Teammate, verb: str) -> None:
    """The second one, and a stale click, read who did it."""
    cem = workspace.approver("cem")
    broken(workspace, rio)
    button, sign_off = cem.finds("Mark as reviewed"), f"/pipeline {verb} {workspace.request()}"
    assert ben.types(sign_off) == "🔏 Reviewed: the break-glass clear of `orders`."
    workspace.passes(minutes=1)
    assert "[" not in workspace.card()
    cem.presses(button)
    already = "The clear of `orders` was already reviewed by @ben some time ago (Mar 2, 2026 at 3:00 AM): see its thread."
    assert [*cem.reads(), cem.types(sign_off)] == [already, already]
    workspace.thread()


def test_two_sign_it_off_at_once(workspace: Workspace, rio: Teammate, ben: Teammate) -> None:
    cem = workspace.approver("cem")
    broken(workspace, rio)
    workspace.at_once(ben.clicking("Mark as reviewed"), cem.clicking("Mark as reviewed"))
    workspace.passes(seconds=5)
    told = {person.name: person.reads()[-1] for person in (ben, cem)}
    (first,) = (name for name, line in told.items() if line.startswith("🔏 Reviewed: "))
    (second,) = told.keys() - {first}
    assert told[second].startswith(f"The clear of `orders` was already reviewed by @{first} ")
    assert workspace.thread()[-1] == f"🔏 @{first} reviewed the break-glass clear of `orders`. @rio"


def test_signed_off_while_it_runs(workspace: Workspace, rio: Teammate, ben: Teammate) -> None:
    """A signature needs no end; the clear goes on."""
    workspace.feldera.sticks_clearing("orders")
    broken(workspace, rio)
    ben.told("Mark as reviewed")
    workspace.passes(seconds=10)
    assert "⏳ Clearing" in workspace.card()
    workspace.feldera.unsticks("orders")
    workspace.passes(minutes=1)
    assert "✓ Reviewed by @ben " in workspace.card()
    assert workspace.thread()[-1].startswith("✅ Cleared")


def test_a_restart_before_the_signature(workspace: Workspace, rio: Teammate, ben: Teammate) -> None:
    """It stays open until somebody signs it, whatever happens to the bot, and is listed until then."""
    broken(workspace, rio)
    workspace.restarts()
    workspace.passes(days=3)
    assert ben.types("/pipeline pending").split("\n")[1].startswith("🚨 Run as break-glass")
    ben.told("Mark as reviewed")
    workspace.passes(seconds=5)
    assert "✓ Reviewed by @ben " in workspace.card()
    workspace.thread()


def test_a_glass_is_signed_off_only_once_something_came_of_it(
    workspace: Workspace, rio: Teammate, ben: Teammate
) -> None:
    """What was not sent yet cannot have been looked at; the same command counts once it was."""
    rio.asks("/pipeline clear orders --break-glass INC-9 lag alarm")
    rio.opens("Run as break-glass…")
    workspace.feldera_goes_down()
    rio.submits("orders")
    rio.reads()
    workspace.passes(seconds=20)
    assert "[Mark as reviewed]" not in workspace.card()
    sign_off = f"/pipeline sign-off {workspace.request()}"
    assert ben.types(sign_off) == "The clear of `orders` has nothing to review: it has not been sent yet."
    workspace.feldera_comes_back()
    workspace.passes(minutes=2)
    assert "[Mark as reviewed]" in workspace.card()
    assert ben.types(sign_off).startswith("🔏 Reviewed: ")
    workspace.passes(seconds=5)
    workspace.thread()


def test_a_request_is_no_break_glass(workspace: Workspace, ben: Teammate) -> None:
    """Reviewing it is answered truly, approves nothing, and the button of a review is not there."""
    workspace.requester("ana").requests("orders")
    assert ben.types(f"/pipeline sign-off {workspace.request()}") == snapshot(
        "The clear of `orders` has nothing to review: it did not run as break-glass."
    )
    assert "0 of 1" in workspace.card()
    assert "[Mark as reviewed]" not in workspace.card()
