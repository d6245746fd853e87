"""In an emergency a responder clears at once, in front of everybody who could have approved, and is accountable."""

import pytest
from inline_snapshot import snapshot

from bot.domain.access.permissions import Role
from tests.workspace import Workspace


def test_from_the_command_to_the_signature(workspace: Workspace) -> None:
    """The preview says what it is, the name is typed again, it runs at once, all approvers hear, one signs it off."""
    workspace.rules("orders", "approvals=2 break-glass=allowed")
    rio, ben = workspace.responder("rio"), workspace.approver("ben")
    leads = workspace.user_group("leads")
    workspace.grants_group(leads, Role.APPROVER, "ord*")
    assert rio.asks("/pipeline clear orders --break-glass INC-123 lag alarm at night") == snapshot("""\
*Clear `orders`?* Nothing happens unless you press the button. Only you see this.
*Deployment*
⏹️ Stopped since Mar 2, 2026 at 3:00:00 AM
*Storage*
💾 in use, 3 checkpoints, 7.0 MiB
*A clear would destroy*
the storage, with 3 checkpoints (7.0 MiB)
*Break the glass for*
`INC-123`
Reason: lag alarm at night
⚠️ Clearing dissociates the pipeline's storage, which can delete it: its checkpoints and state are gone for good, and the next start begins from nothing. It *cannot be cancelled*.
🚨 Breaking the glass runs it at once, without approval. Everybody who could have approved is told, and one of them has to sign it off afterwards.
[Break the glass…] [Never mind]\
""")
    assert rio.opens("Break the glass…") == snapshot("""\
Break the glass
Type the pipeline's name again. Its storage is cleared at once, which cannot be cancelled.: ____
[Go back] [Break the glass]\
""")
    assert workspace.sent == []
    assert rio.submits("orders") == snapshot("""\
Answer
⏳ Confirmed. The card of `orders` goes up now; nothing is sent before it stands.
[Close]\
""")
    assert len(workspace.sent) == 1
    assert rio.reads() == snapshot(["⏳ Confirmed. Follow `orders` in its thread."])
    workspace.passes(seconds=10)
    assert workspace.card() == snapshot("""\
Clear orders
*State*
✅ Cleared.
*Requested by*
@rio
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
*Glass broken for*
`INC-123`
Reason: lag alarm at night
✓ Glass broken by @rio · Mar 2, 2026 at 3:00:00 AM
✓ Request sent · Mar 2, 2026 at 3:00:00 AM
✓ Feldera reports the storage as cleared · Mar 2, 2026 at 3:00:02 AM
⏳ To be signed off by an approver
✅ Cleared `orders` after 2 seconds.
Id `ID1`
[Sign off]\
""")
    assert workspace.thread() == snapshot(
        [
            "🚨 @rio broke the glass for `INC-123`: `lag alarm at night`. It runs at once. One of you has to look at it afterwards and sign it off. @ben @leads",
            "📤 Sent the request to Feldera, Mar 2, 2026 at 3:00:00 AM.",
            "⏳ Feldera accepted it, Mar 2, 2026 at 3:00:00 AM: the storage is being cleared. From here it cannot be cancelled.",
            "✅ Cleared `orders` after 2 seconds. @rio",
        ]
    )
    assert ben.types("/pipeline pending") == snapshot(
        "🚨 `orders`: clear `ID1`, asked for by @rio Mar 2, 2026 at 3:00:00 AM, glass broken for `INC-123`, to be signed off: its thread"
    )
    workspace.passes(days=2)
    assert ben.told("Sign off") == snapshot(
        ["🔏 Signed off: the broken glass of `orders` needs nobody any more."]
    )
    workspace.passes(seconds=5)
    assert workspace.card() == snapshot("""\
Clear orders
*State*
✅ Cleared.
*Requested by*
@rio
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
*Glass broken for*
`INC-123`
Reason: lag alarm at night
✓ Glass broken by @rio · Mar 2, 2026 at 3:00:00 AM
✓ Request sent · Mar 2, 2026 at 3:00:00 AM
✓ Feldera reports the storage as cleared · Mar 2, 2026 at 3:00:02 AM
✓ Signed off by @ben · Mar 4, 2026 at 3:00:10 AM
✅ Cleared `orders` after 2 seconds.
Id `ID1`\
""")
    assert workspace.thread()[-1] == snapshot("🔏 @ben signed it off. @rio")
    assert ben.types("/pipeline pending") == snapshot("Nothing waits for anybody.")


def test_the_wrong_name(workspace: Workspace) -> None:
    """The error stands on the field and the modal stays; the right name, typed then, goes ahead."""
    workspace.rules("orders", "break-glass=allowed")
    rio = workspace.responder("rio")
    rio.asks("/pipeline clear orders --break-glass INC-123 lag alarm")
    rio.opens("Break the glass…")
    assert rio.submits("Orders") == snapshot("""\
Break the glass
Type the pipeline's name again. Its storage is cleared at once, which cannot be cancelled.: Orders
⚠ That is not orders. Nothing was sent.
[Go back] [Break the glass]\
""")
    assert workspace.sent == []
    assert rio.submits("orders").startswith("Answer\n⏳ Confirmed.")
    rio.reads()
    workspace.passes(seconds=10)
    assert len(workspace.sent) == 1
    workspace.card()
    workspace.thread()


def test_the_modal_is_closed(workspace: Workspace) -> None:
    """Closing the modal breaks nothing."""
    workspace.rules("orders", "break-glass=allowed")
    rio = workspace.responder("rio")
    rio.asks("/pipeline clear orders --break-glass INC-123 lag alarm")
    rio.opens("Break the glass…")
    rio.closes_modal()
    workspace.passes(minutes=1)
    assert workspace.sent == []
    assert workspace.cards() == []


@pytest.mark.parametrize("rule", ["", "approvals=1", "break-glass=forbidden"])
def test_the_rules_do_not_allow_it(workspace: Workspace, rule: str) -> None:
    """Only a rule that says so lets the glass be broken; the answer names what forbids it, and the usual way."""
    if rule:
        workspace.rules("orders", rule)
    rio = workspace.responder("rio")
    said = rio.asks("/pipeline clear orders --break-glass INC-123 lag alarm")
    because = "the rules on `orders` do not allow it" if rule else "no rule allows it"
    assert said == (
        f"🚫 The glass of `orders` cannot be broken: {because}. "
        "Ask as usual: `/pipeline clear orders reason…`."
    )


def test_one_rule_of_two_forbids_it(workspace: Workspace) -> None:
    """The strictest wins, here as everywhere."""
    workspace.rules("*", "break-glass=allowed")
    workspace.rules("ord*", "break-glass=forbidden")
    rio = workspace.responder("rio")
    assert rio.asks("/pipeline clear orders --break-glass INC-1 lag alarm") == snapshot(
        "🚫 The glass of `orders` cannot be broken: the rules on `*`, `ord*` do not allow it. Ask as usual: `/pipeline clear orders reason…`."
    )


def test_forbidden_since_the_preview(workspace: Workspace) -> None:
    """The rules of the moment hold, also for what stands in the modal."""
    workspace.rules("orders", "break-glass=allowed")
    rio = workspace.responder("rio")
    rio.asks("/pipeline clear orders --break-glass INC-123 lag alarm")
    rio.opens("Break the glass…")
    workspace.rules("orders", "break-glass=forbidden")
    assert rio.submits("orders") == snapshot("""\
Answer
🚫 The glass of `orders` cannot be broken: the rules on `orders` do not allow it. Ask as usual: `/pipeline clear orders reason…`.
[Close]\
""")
    assert workspace.cards() == []
    assert workspace.sent == []


def test_whoever_is_no_responder(workspace: Workspace) -> None:
    """Neither an operator nor an approver nor an admin breaks a glass."""
    workspace.rules("orders", "break-glass=allowed")
    for person in (workspace.operator("oli"), workspace.approver("ben"), workspace.admin("ada")):
        said = person.types("/pipeline clear orders --break-glass INC-123 lag alarm")
        assert said == (
            "🚫 You may not break the glass for `orders`: that takes the role *responder* on it. "
            f"An admin of this bot can grant it. You are `{person.id}`."
        )


def test_an_incident_and_a_reason_are_wanted(workspace: Workspace) -> None:
    """Without both it is not understood."""
    workspace.rules("orders", "break-glass=allowed")
    rio = workspace.responder("rio")
    assert rio.types("/pipeline clear orders --break-glass") == snapshot(
        "🤔 Breaking the glass takes an incident and a reason. Type `/pipeline clear orders --break-glass INCIDENT reason…`."
    )
    assert rio.types("/pipeline clear orders --break-glass INC-123") == snapshot(
        "🤔 Breaking the glass takes an incident and a reason. Type `/pipeline clear orders --break-glass INCIDENT reason…`."
    )


def test_a_rules_reason_is_wanted_here_too(workspace: Workspace) -> None:
    """A rule's pattern for reasons holds in an emergency, too."""
    workspace.rules("orders", r"break-glass=allowed matching=ticket \d+")
    rio = workspace.responder("rio")
    assert rio.asks("/pipeline clear orders --break-glass INC-1 lag") == snapshot(
        "✍️ Your reason or the incident must contain something like `ticket \\d+`. Type `/pipeline clear orders --break-glass INC-1 lag…` with it."
    )


def test_a_responder_asks_as_usual(workspace: Workspace) -> None:
    """Without the option a responder is a requester."""
    workspace.rules("orders", "approvals=1 break-glass=allowed")
    rio, ben = workspace.responder("rio"), workspace.approver("ben")
    rio.requests("orders")
    ben.told("Approve")
    workspace.passes(seconds=10)
    assert workspace.thread()[-1] == snapshot("✅ Cleared `orders` after 2 seconds. @rio (approved by @ben)")
    assert "Glass" not in workspace.card()
    assert "[" not in workspace.card()


def test_in_a_freeze(workspace: Workspace) -> None:
    """A freeze holds for everybody: lifting it is the admin's to decide."""
    workspace.rules("orders", "break-glass=allowed")
    workspace.freezes("orders", hours=2)
    rio = workspace.responder("rio")
    assert rio.asks("/pipeline clear orders --break-glass INC-1 lag alarm") == snapshot(
        "Nothing new starts on `orders`, not by breaking the glass either: 🧊 until Mar 2, 2026 at 5:00:00 AM: `release day` (by `shell:owner`). An admin can lift it: `/pipeline unfreeze orders`."
    )


def test_the_right_is_lost_before_it_is_sent(workspace: Workspace) -> None:
    """Feldera was down when the glass was broken: whoever is no responder any more when it is back clears nothing."""
    workspace.rules("orders", "break-glass=allowed")
    rio = workspace.responder("rio")
    rio.asks("/pipeline clear orders --break-glass INC-123 lag alarm")
    rio.opens("Break the glass…")
    workspace.feldera_goes_down()
    rio.submits("orders")
    rio.reads()
    workspace.passes(seconds=30)
    workspace.revokes(rio)
    workspace.feldera_comes_back()
    workspace.passes(minutes=2)
    assert workspace.sent == []
    assert workspace.thread()[-1] == snapshot(
        "❌ Not cleared: @rio may no longer clear `orders`. The permission ended after the confirmation; nothing was sent. @rio"
    )
    workspace.card()


def test_a_guest_by_now(workspace: Workspace) -> None:
    """Whoever became a guest while the modal was open breaks nothing."""
    workspace.rules("orders", "break-glass=allowed")
    rio = workspace.responder("rio")
    rio.asks("/pipeline clear orders --break-glass INC-123 lag alarm")
    rio.opens("Break the glass…")
    rio.person.becomes_a_guest()
    assert rio.submits("orders") == snapshot("""\
Answer
🚫 You may not break the glass for `orders`: guests of this workspace may do nothing here, whatever is granted to them. Nothing was sent.
[Close]\
""")
    assert workspace.sent == []
    assert workspace.cards() == []


def test_a_stop_window_holds_nothing_up(workspace: Workspace) -> None:
    """It runs at once, whatever the rules give others to stop it: the name was typed again."""
    workspace.rules("orders", "approvals=2 stop=60s break-glass=allowed")
    rio = workspace.responder("rio")
    rio.breaks_glass("orders")
    workspace.passes(seconds=5)
    assert len(workspace.sent) == 1
    assert "[Stop]" not in workspace.card()
    workspace.thread()


def test_the_incident_is_the_ticket_a_rule_asks_for(workspace: Workspace) -> None:
    """Nobody types a ticket twice at night."""
    workspace.rules("orders", r"approvals=2 break-glass=allowed matching=INC-\d+")
    rio = workspace.responder("rio")
    rio.breaks_glass("orders", "INC-9 lag alarm")
    workspace.passes(seconds=5)
    assert len(workspace.sent) == 1
    workspace.card()
    workspace.thread()
    workspace.rules("users", r"break-glass=allowed matching=INC-\d+")
    assert rio.asks("/pipeline clear users --break-glass lag alarm at night") == snapshot(
        "✍️ Your reason or the incident must contain something like `INC-\\d+`. Type `/pipeline clear users --break-glass lag alarm at night…` with it."
    )
