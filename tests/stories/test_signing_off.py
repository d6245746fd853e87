"""A broken glass stays open until an approver who did not break it signs it off."""

from inline_snapshot import snapshot

from bot.domain.access.permissions import Role
from tests.workspace import Workspace


def test_the_breaker_cannot_sign_it_off(workspace: Workspace) -> None:
    """Not even with the role of an approver; and nobody without it."""
    workspace.rules("orders", "break-glass=allowed")
    rio, dan = workspace.responder("rio"), workspace.operator("dan")
    workspace.grants(rio, Role.APPROVER)
    rio.breaks_glass("orders")
    workspace.passes(seconds=10)
    assert rio.told("Sign off") == snapshot(
        ["🚫 You broke the glass yourself: somebody else has to sign it off."]
    )
    assert dan.told("Sign off") == snapshot(
        [
            "🚫 You may not sign off a clear of `orders`: that takes the role *approver* on it. An admin of this bot can grant it. You are `U03DAN`."
        ]
    )
    assert "[Sign off]" in workspace.card()
    assert rio.types(f"/pipeline sign-off {workspace.request()}") == snapshot(
        "🚫 You broke the glass yourself: somebody else has to sign it off."
    )
    workspace.thread()


def test_signed_off_by_command(workspace: Workspace) -> None:
    """`sign-off ID`; the second one, and a stale click, read who did it."""
    workspace.rules("orders", "break-glass=allowed")
    rio, ben, cem = workspace.responder("rio"), workspace.approver("ben"), workspace.approver("cem")
    rio.breaks_glass("orders")
    workspace.passes(seconds=10)
    button = cem.finds("Sign off")
    assert ben.types(f"/pipeline sign-off {workspace.request()}") == snapshot(
        "🔏 Signed off: the broken glass of `orders` needs nobody any more."
    )
    workspace.passes(minutes=1)
    assert "[" not in workspace.card()
    cem.presses(button)
    assert cem.reads() == snapshot(
        ["It was signed off already, by @ben Mar 2, 2026 at 3:00:10 AM: see its thread."]
    )
    assert cem.types(f"/pipeline sign-off {workspace.request()}") == snapshot(
        "It was signed off already, by @ben Mar 2, 2026 at 3:00:10 AM: see its thread."
    )
    workspace.thread()


def test_two_sign_it_off_at_once(workspace: Workspace) -> None:
    """One signature; the other person reads whose it is."""
    workspace.rules("orders", "break-glass=allowed")
    rio, ben, cem = workspace.responder("rio"), workspace.approver("ben"), workspace.approver("cem")
    rio.breaks_glass("orders")
    workspace.passes(seconds=10)
    workspace.at_once(ben.clicking("Sign off"), cem.clicking("Sign off"))
    workspace.passes(seconds=5)
    told = {person.name: person.reads()[-1] for person in (ben, cem)}
    (first,) = (name for name, line in told.items() if line.startswith("🔏 Signed off"))
    (second,) = told.keys() - {first}
    assert told[second].startswith(f"It was signed off already, by @{first} ")
    assert workspace.thread()[-1] == f"🔏 @{first} signed it off. @rio"
    workspace.card()


def test_signed_off_while_it_runs(workspace: Workspace) -> None:
    """A signature needs no end; the clear goes on."""
    workspace.rules("orders", "break-glass=allowed")
    workspace.feldera.sticks_clearing("orders")
    rio, ben = workspace.responder("rio"), workspace.approver("ben")
    rio.breaks_glass("orders")
    workspace.passes(seconds=10)
    ben.told("Sign off")
    workspace.passes(seconds=10)
    assert "⏳ Clearing" in workspace.card()
    workspace.feldera.unsticks("orders")
    workspace.passes(minutes=1)
    assert "✅ Cleared." in workspace.card()
    assert "✓ Signed off by @ben" in workspace.card()
    workspace.thread()


def test_a_restart_before_the_signature(workspace: Workspace) -> None:
    """It stays open until somebody signs it, whatever happens to the bot, and is listed until then."""
    workspace.rules("orders", "break-glass=allowed")
    rio, ben = workspace.responder("rio"), workspace.approver("ben")
    rio.breaks_glass("orders")
    workspace.passes(seconds=10)
    workspace.restarts()
    workspace.passes(days=3)
    assert ben.types("/pipeline pending").startswith("🚨")
    ben.told("Sign off")
    workspace.passes(seconds=5)
    assert "✓ Signed off by @ben" in workspace.card()
    workspace.thread()


def test_a_glass_is_signed_off_only_once_something_came_of_it(workspace: Workspace) -> None:
    """What was not sent yet cannot have been looked at; the same command counts once it was."""
    workspace.rules("orders", "break-glass=allowed")
    rio, ben = workspace.responder("rio"), workspace.approver("ben")
    rio.asks("/pipeline clear orders --break-glass INC-9 lag alarm")
    rio.opens("Break the glass…")
    workspace.feldera_goes_down()
    rio.submits("orders")
    rio.reads()
    workspace.passes(seconds=20)
    assert "[Sign off]" not in workspace.card()
    assert ben.types(f"/pipeline sign-off {workspace.request()}") == snapshot(
        "The clear of `orders` has nothing to sign off: it has not been sent yet."
    )
    workspace.feldera_comes_back()
    workspace.passes(minutes=2)
    assert "[Sign off]" in workspace.card()
    assert ben.types(f"/pipeline sign-off {workspace.request()}") == snapshot(
        "🔏 Signed off: the broken glass of `orders` needs nobody any more."
    )
    workspace.passes(seconds=5)
    workspace.card()
    workspace.thread()


def test_a_request_is_no_broken_glass(workspace: Workspace) -> None:
    """Signing it off is answered truly, approves nothing, and the button of a glass is not there."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    assert ben.types(f"/pipeline sign-off {workspace.request()}") == snapshot(
        "The clear of `orders` has nothing to sign off: no glass was broken for it."
    )
    assert "0 of 1" in workspace.card()
