"""Who may do what: no unless somebody said yes, asked at the command, at the click and right before the request."""

from dataclasses import replace

import pytest
from inline_snapshot import snapshot

from bot.domain.access.permissions import Role
from bot.domain.events import EventKind
from bot.simulator.slack import Button, NotPossibleError
from tests.workspace import Workspace

FORGED_ID = "AAAAAAAAAAAAAAAAAAAAAA"


def test_nothing_is_allowed_to_a_stranger(workspace: Workspace) -> None:
    """Default deny: the answer names the role it takes and who can grant it, and Feldera is not even asked."""
    eve = workspace.stranger("eve")
    assert eve.types("/pipeline clear orders") == snapshot(
        "🚫 You may not clear `orders`: that takes the role *requester*, *operator* or *responder* on it. An admin of this bot can grant it. You are `U02EVE`."
    )
    assert eve.types("/pipeline status orders") == snapshot(
        "🚫 You may not see `orders`: that takes the role *viewer*, *requester*, *operator*, *approver* or *responder* on it. An admin of this bot can grant it. You are `U02EVE`."
    )
    assert eve.reads() == []
    assert workspace.feldera.requests == []


def test_a_refusal_leaks_nothing(workspace: Workspace) -> None:
    """Whoever may not see a pipeline cannot tell from the answer whether there is one, or who works on it."""
    ana, eve = workspace.operator("ana"), workspace.operator("eve", pattern="reports-*")
    workspace.feldera.sticks_clearing("orders")
    ana.clears("orders")
    for verb in ("clear", "status"):
        existing = eve.types(f"/pipeline {verb} orders")
        assert existing.replace("orders", "nowhere") == eve.types(f"/pipeline {verb} nowhere")
    workspace.card()
    workspace.thread()


def test_a_viewer_may_look_and_not_touch(workspace: Workspace) -> None:
    """`viewer` is for status alone."""
    vic = workspace.viewer("vic")
    assert vic.asks("/pipeline status orders").startswith("orders\n")
    assert vic.types("/pipeline clear orders") == snapshot(
        "🚫 You may not clear `orders`: that takes the role *requester*, *operator* or *responder* on it. An admin of this bot can grant it. You are `U02VIC`."
    )


def test_an_operator_may_do_both(workspace: Workspace) -> None:
    """`operator` includes what a viewer may."""
    ana = workspace.operator("ana")
    assert ana.asks("/pipeline status orders").startswith("orders\n")
    assert ana.asks("/pipeline clear orders").startswith("*Clear `orders`?*")


def test_a_grant_holds_for_the_names_it_matches(workspace: Workspace) -> None:
    """The pattern is a glob in which upper and lower case count."""
    ana = workspace.operator("ana", pattern="orders-*")
    workspace.feldera.adds("orders-eu")
    assert ana.asks("/pipeline clear orders-eu").startswith("*Clear `orders-eu`?*")
    for other in ("orders", "Orders-eu", "my-orders-eu"):
        assert "You may not clear" in ana.types(f"/pipeline clear {other}")


def test_a_grant_that_has_lapsed_is_named(workspace: Workspace) -> None:
    """Whoever was on call until an hour ago reads which grant ended, and when."""
    ana = workspace.operator("ana", pattern="ord*", hours=12)
    workspace.passes(hours=11, minutes=59)
    assert ana.asks("/pipeline status orders").startswith("orders\n")
    workspace.passes(hours=1)
    assert ana.types("/pipeline clear orders") == snapshot(
        "🚫 You may not clear `orders`: that takes the role *requester*, *operator* or *responder* on it. Your *operator* on `ord*` ended Mar 2, 2026 at 3:00:00 PM. An admin of this bot can grant it. You are `U02ANA`."
    )


def test_a_grant_that_lapses_between_the_preview_and_the_click(workspace: Workspace) -> None:
    """The click is decided afresh: the preview turns into a refusal, and with a new grant it counts again."""
    ana = workspace.operator("ana", minutes=10)
    ana.asks("/pipeline clear orders")
    confirm = ana.finds("Clear orders")
    workspace.passes(minutes=11)
    ana.presses(confirm)
    assert ana.reads() == snapshot(
        [
            "🚫 You may not clear `orders`: that takes the role *requester*, *operator* or *responder* on it. Your *operator* on `*` ended Mar 2, 2026 at 3:10:00 AM. An admin of this bot can grant it. You are `U02ANA`. Nothing was sent."
        ]
    )
    assert workspace.cards() == []
    workspace.grants(ana, Role.OPERATOR)
    ana.presses(confirm)
    ana.reads()
    workspace.passes(seconds=10)
    assert workspace.feldera.clears["orders"] == 1
    workspace.card()
    workspace.thread()


def test_a_grant_revoked_between_the_preview_and_the_click(workspace: Workspace) -> None:
    """Whoever pressed the button reads that it did nothing."""
    ana = workspace.operator("ana")
    ana.asks("/pipeline clear orders")
    workspace.revokes(ana)
    ana.clicks("Clear orders")
    assert ana.reads() == snapshot(
        [
            "🚫 You may not clear `orders`: that takes the role *requester*, *operator* or *responder* on it. An admin of this bot can grant it. You are `U02ANA`. Nothing was sent."
        ]
    )
    workspace.passes(minutes=1)
    assert workspace.cards() == []
    assert workspace.feldera.clears["orders"] == 0


def test_a_grant_revoked_between_the_click_and_the_request(workspace: Workspace) -> None:
    """The last check is right before the request is sent: confirmed while it was allowed is not enough."""
    ana = workspace.operator("ana")
    ana.asks("/pipeline clear orders")
    workspace.run(workspace.feldera.goes_down())
    ana.clicks("Clear orders")
    ana.reads()
    workspace.passes(minutes=1)
    workspace.revokes(ana)
    workspace.run(workspace.feldera.comes_back())
    workspace.passes(minutes=1)
    assert workspace.card() == snapshot("""\
Clear orders
*State*
❌ Not cleared.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
✓ Confirmed by @ana · Mar 2, 2026 at 3:00:00 AM
✗ Request not sent
✗ Storage not cleared by this
❌ Not cleared: @ana may no longer clear `orders`. The permission ended after the confirmation; nothing was sent.
Id `ID1`\
""")
    assert workspace.thread() == snapshot(
        [
            "🔌 I cannot ask Feldera (`No connection to Feldera at feldera.example.`). The request has not been sent yet. I keep trying.",
            "🔌 Feldera answers again, after 1 minute and 11 seconds.",
            "❌ Not cleared: @ana may no longer clear `orders`. The permission ended after the confirmation; nothing was sent. @ana",
        ]
    )
    assert [request.method for request in workspace.feldera.requests if request.method == "POST"] == []


def test_a_grant_that_lapses_before_the_request(workspace: Workspace) -> None:
    """Expiry ends a permission as a revocation does, even in the middle."""
    ana = workspace.operator("ana", minutes=10)
    ana.asks("/pipeline clear orders")
    workspace.run(workspace.feldera.goes_down())
    ana.clicks("Clear orders")
    ana.reads()
    workspace.passes(minutes=11)
    workspace.run(workspace.feldera.comes_back())
    workspace.passes(minutes=1)
    assert workspace.thread()[-1] == snapshot(
        "❌ Not cleared: @ana may no longer clear `orders`. The permission ended after the confirmation; nothing was sent. @ana"
    )
    assert workspace.feldera.clears["orders"] == 0
    workspace.card()


def test_a_revocation_after_the_request_changes_nothing(workspace: Workspace) -> None:
    """What was sent cannot be taken back: it is watched to its end, and its end is told."""
    ana = workspace.operator("ana")
    workspace.feldera.sticks_clearing("orders")
    ana.clears("orders")
    workspace.passes(seconds=5)
    workspace.revokes(ana)
    workspace.feldera.unsticks("orders")
    workspace.passes(seconds=30)
    assert workspace.thread()[-1] == snapshot("✅ Cleared `orders` after 8 seconds. @ana")
    workspace.card()


def test_somebody_elses_preview(workspace: Workspace) -> None:
    """Only the person who was shown a preview can use it, however much another may."""
    ana, ben = workspace.operator("ana"), workspace.operator("ben")
    ana.asks("/pipeline clear orders")
    with pytest.raises(NotPossibleError):
        ben.finds("Clear orders")
    ben.presses(ana.finds("Clear orders"))
    assert ben.reads() == snapshot(["🚫 Only the person who was shown this, or who asked, can use it."])
    ben.presses(ana.finds("Never mind"))
    assert ben.reads() == snapshot(["🚫 Only the person who was shown this, or who asked, can use it."])
    workspace.passes(minutes=1)
    assert workspace.cards() == []
    ana.clicks("Clear orders")
    ana.reads()
    workspace.passes(seconds=10)
    assert workspace.feldera.clears["orders"] == 1
    workspace.card()
    workspace.thread()


def test_somebody_external_cannot_use_a_preview(workspace: Workspace) -> None:
    """In a shared channel a person of another company has the ids of their own: never taken for one of ours."""
    ana, ext = workspace.operator("ana"), workspace.stranger("ext", team="T0OTHER")
    ana.asks("/pipeline clear orders")
    ext.presses(ana.finds("Clear orders"))
    assert ext.reads() == snapshot(["🚫 Only the person who was shown this, or who asked, can use it."])
    workspace.passes(minutes=1)
    assert workspace.feldera.clears["orders"] == 0


def test_a_grant_is_for_a_person_of_one_workspace(workspace: Workspace) -> None:
    """Whoever belongs to another workspace by the click may do nothing, whatever their id was granted."""
    ana = workspace.operator("ana")
    ana.asks("/pipeline clear orders")
    workspace.slack.workspace.people[ana.id].team_id = "T0OTHER"
    ana.clicks("Clear orders")
    assert ana.reads() == snapshot(
        [
            "🚫 You may not clear `orders`: only members of this workspace may do anything here. Nothing was sent."
        ]
    )
    workspace.passes(minutes=1)
    assert workspace.feldera.clears["orders"] == 0


def test_a_forged_operation(workspace: Workspace) -> None:
    """A button's value is only looked up: one that nobody was ever given does nothing."""
    ana = workspace.operator("ana")
    ana.asks("/pipeline clear orders")
    for value in (FORGED_ID, "", "orders", "'; DROP TABLE operations; --", "x" * 2000):
        ana.presses(forged(ana.finds("Clear orders"), value=value))
        assert ana.reads() == snapshot(
            ["This button is from another time: it does nothing any more. Type `/pipeline help`."]
        )
        ana.asks("/pipeline clear orders")
    assert workspace.feldera.clears["orders"] == 0
    refused = workspace.record(EventKind.REFUSED)
    assert len(refused) == 5
    assert refused[2] == "03:00 refused by ana: action=confirm request=orders why=unknown_request"


def test_a_forged_value_cannot_name_another_pipeline(workspace: Workspace) -> None:
    """Somebody's own preview with the id of another's: the operation decides whose it is, not the message."""
    ana, eve = workspace.operator("ana"), workspace.operator("eve", pattern="reports")
    workspace.feldera.adds("reports")
    ana.asks("/pipeline clear orders")
    theirs = ana.finds("Clear orders")
    eve.asks("/pipeline clear reports")
    eve.presses(forged(eve.finds("Clear reports"), value=theirs.element["value"]))
    assert eve.reads() == snapshot(["🚫 Only the person who was shown this, or who asked, can use it."])
    workspace.passes(minutes=1)
    assert workspace.feldera.clears == {}


def test_a_button_of_another_time(workspace: Workspace) -> None:
    """An action that this version of the bot does not know is answered, not ignored."""
    ana = workspace.operator("ana")
    ana.asks("/pipeline clear orders")
    ana.presses(forged(ana.finds("Clear orders"), action_id="approve_clear"))
    assert ana.reads() == snapshot(
        ["This button is from another time: it does nothing any more. Type `/pipeline help`."]
    )
    assert workspace.record(EventKind.REFUSED) == [
        "03:00 refused by ana: button=approve_clear why=unknown_button"
    ]
    workspace.passes(minutes=1)
    assert workspace.feldera.clears["orders"] == 0


def test_somebody_deactivated_in_the_middle(workspace: Workspace) -> None:
    """The operation is not the person's: it goes on in the channel."""
    ana = workspace.operator("ana")
    workspace.feldera.sticks_clearing("orders")
    ana.clears("orders")
    workspace.slack.workspace.people[ana.id].deactivated = True
    workspace.feldera.unsticks("orders")
    workspace.passes(seconds=30)
    assert workspace.thread()[-1] == snapshot("✅ Cleared `orders` after 2 seconds. @ana")
    workspace.card()


def forged(button: Button, **changes: str) -> Button:
    """The button as somebody with a tool of their own would send it."""
    return replace(button, element={**button.element, **changes})
