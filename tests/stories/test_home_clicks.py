"""Buttons on Home: the same deeds as on the card, shown by the page itself; every no is answered on the screen."""

import sqlite3

import pytest
from inline_snapshot import snapshot

from tests.workspace import Teammate, Workspace

pytestmark = pytest.mark.parametrize("workspace", ["socket", "http"], indirect=True)

NOW = "some time ago (Mar 2, 2026 at 3:00 AM)"


def test_approved(workspace: Workspace, ana: Teammate, ben: Teammate) -> None:
    """The page itself is the answer: what waited is under way at once. The card and its thread tell everybody else."""
    ana.requests("orders")
    ben.opens_home()
    ben.clicks_home("Approve")
    assert ben.last_confirm == snapshot("""\
Approve the clear of orders?
Once approved, it deletes the storage, with 3 checkpoints (7.0 MiB), and cannot be undone. Yours is the last approval: it is sent then.
[Approve] [Go back]\
""")
    workspace.passes(seconds=1)
    assert "✅ Nothing is waiting for you.\nUnder way\n*Clear orders* · `ID1` · Thread\n" in ben.home()
    workspace.passes(seconds=10)
    assert (
        f"Recent\n*Clear orders*: ✅ Cleared after 2 seconds · {NOW}. Requested by @ana · Thread\n"
        in ben.home()
    )
    assert ben.screen == ""
    assert "\n✅ Cleared after" in workspace.card()
    assert workspace.thread()[0] == "👍 @ben approved the clear of `orders` (1 of 1). @ana"
    assert workspace.feldera.clears["orders"] == 1


def test_denied(workspace: Workspace, ana: Teammate, ben: Teammate) -> None:
    """*Deny* asks why in the same form as on the card; afterwards the page shows that it is over."""
    ana.requests("orders")
    ben.opens_home()
    assert ben.opens_from_home("Deny…") == snapshot("""\
Deny clear
Deny the clear of `orders`
Reason (the requester will read it): ____
[Go back] [Deny]\
""")
    assert ben.submits("not during the audit") == snapshot("""\
Deny clear
❌ You denied the clear of `orders` requested by @ana. Nothing was sent to Feldera; @ana is told why. See its thread.
[Close]\
""")
    workspace.passes(seconds=5)
    denied = (
        "❌ The clear of `orders` was denied by @ben: `not during the audit`. Nothing was sent to Feldera."
    )
    assert (
        f"✅ Nothing is waiting for you.\nRecent\n*Clear orders*: ❌ Denied by @ben: `not during the audit` · {NOW}."
        in ben.home()
    )
    workspace.card()
    assert workspace.thread() == [f"{denied} @ana"]


def test_withdrawn(workspace: Workspace, ana: Teammate) -> None:
    ana.requests("orders")
    ana.opens_home()
    ana.clicks_home("Withdraw")
    workspace.passes(seconds=5)
    assert ana.screen == ""
    assert f"Recent\n*Clear orders*: ↩️ Withdrawn by @ana · {NOW}. Requested by @ana · Thread" in ana.home()
    assert "↩️ Withdrawn by @ana · " in workspace.card()
    assert len(workspace.thread()) == 1


def test_stopped_in_time(workspace: Workspace, ana: Teammate, ben: Teammate) -> None:
    workspace.rules("orders", "approvals=1 cancel-window=30s")
    ana.requests("orders")
    ben.told("Approve")
    workspace.passes(seconds=5)
    stoppable = "⏳ Will be sent at 3:00:30 AM, can be cancelled until then. Requested by @ana"
    assert stoppable in ana.opens_home()
    ana.clicks_home("Cancel request")
    workspace.passes(minutes=1)
    assert ana.screen == ""
    assert f"*Clear orders*: ↩️ Cancelled by @ana before it was sent · {NOW}." in ana.home()
    assert workspace.sent == []
    workspace.threads()


def test_a_broken_glass_is_signed_off(workspace: Workspace, ben: Teammate) -> None:
    """It waits for an approver, also after its clear is done, and not for the one who broke it."""
    workspace.rules("orders", "break-glass=allowed")
    rio = workspace.responder("rio")
    rio.breaks_glass("orders")
    workspace.passes(seconds=10)
    waits = "🚨 Run as break-glass, awaiting review by an approver"
    assert "\nRun as break-glass for `INC-123` by @rio: `lag alarm at night`\n" in ben.opens_home()
    assert "\n🚨 Look at what was done and why, then press *Mark as reviewed*.\n" in ben.home()
    assert "✅ Nothing is waiting for you.\nYour requests\n" in rio.opens_home()
    assert f"✅ Cleared after 2 seconds · {NOW}. Requested by @rio. {waits}." in rio.home()
    assert "[Mark as reviewed]" not in rio.home()
    ben.clicks_home("Mark as reviewed")
    workspace.passes(seconds=5)
    assert ben.screen == ""
    assert "✅ Nothing is waiting for you.\nRecent\n" in ben.home()
    assert "✓ Reviewed by @ben" in workspace.card()
    workspace.threads()


def test_what_needs_a_human_is_closed(workspace: Workspace) -> None:
    """It waits for whoever may clear the pipeline, the one who asked for it included."""
    oli, vic = workspace.operator("oli"), workspace.viewer("vic")
    workspace.feldera_drops(3)
    oli.clears("orders")
    workspace.passes(minutes=2)
    assert "Waiting for you\n*Clear orders* · `ID1` · Thread\n⚠️ Needs attention: " in oli.opens_home()
    assert "\nKnown: the clear was sent to Feldera 3 times" in oli.home()
    assert "Under way\n*Clear orders*" in vic.opens_home()
    assert "[Close]" not in vic.home()
    oli.clicks_home("Close request")
    workspace.passes(seconds=5)
    assert oli.screen == ""
    assert (
        "*Clear orders*: ☑️ Closed by @oli, who confirms that nothing is under way in Feldera · " in oli.home()
    )
    workspace.threads()


def test_pages_from_before_a_restart(
    workspace: Workspace, ana: Teammate, ben: Teammate, cem: Teammate
) -> None:
    """Each button is for the request that it stands below; what was decided meanwhile is told, and then shown."""
    workspace.feldera.adds("payments")
    ana.requests("orders")
    ana.requests("payments")
    ben.opens_home()
    orders, payments = (
        ben.finds_on_home("Approve", below=f"Clear {name}") for name in ("orders", "payments")
    )
    assert payments.element["accessibility_label"] == "Approve: Clear payments"
    cem.opens_home()
    workspace.restarts()
    workspace.passes(minutes=5)
    ben.presses(payments)
    workspace.passes(seconds=10)
    assert "*Clear payments*: ✅ Cleared after 2 seconds · " in ben.home()
    assert (workspace.feldera.clears["orders"], workspace.feldera.clears["payments"]) == (0, 1)
    cem.types(f"/pipeline deny {workspace.request()} no")
    assert "[Approve] [Deny…]" in cem.home()
    assert cem.opens_by(orders).startswith("Approve clear\nThis ended")
    assert "[Approve]" not in cem.home()
    ana.reads()
    workspace.threads()


def test_somebody_else_was_first(workspace: Workspace, ana: Teammate, ben: Teammate, cem: Teammate) -> None:
    """A press on a page that is not up to date any more is answered on the screen, with who was first."""
    ana.requests("orders")
    cem.opens_home()
    approve, deny = cem.finds_on_home("Approve"), cem.finds_on_home("Deny…")
    ben.told("Approve")
    workspace.passes(seconds=10)
    answer = cem.opens_by(approve)
    assert answer == snapshot("""\
Approve clear
The clear of `orders` was already approved by @ben some time ago (Mar 2, 2026 at 3:00 AM), and is over. ✅ Cleared `orders` after 2 seconds. See its thread.
[Close]\
""")
    cem.closes_modal()
    assert cem.opens_by(deny) == answer.replace("Approve clear", "Deny clear")
    workspace.threads()
    assert workspace.feldera.clears["orders"] == 1


def test_a_double_click(workspace: Workspace, ana: Teammate, ben: Teammate) -> None:
    """One approval; the second press reads that it counted."""
    workspace.rules("orders", "approvals=2")
    ana.requests("orders")
    ben.opens_home()
    button = ben.finds_on_home("Approve")
    workspace.at_once(ben.pressing(button), ben.pressing(button))
    workspace.run(workspace.slack.until(lambda: ben.screen != ""))
    assert (
        ben.screen
        == "Approve clear\nYou already approved the clear of `orders`: 1 of 2 approvals so far.\n[Close]"
    )
    assert "1 of 2" in workspace.card()
    workspace.passes(seconds=2)
    workspace.thread()


def test_the_right_was_lost_meanwhile(workspace: Workspace, ana: Teammate, ben: Teammate) -> None:
    """The press is judged by what is granted now; the page goes with the right."""
    ana.requests("orders")
    ben.opens_home()
    workspace.revokes(ben)
    assert ben.opens_from_home("Approve").startswith(
        "Approve clear\n🚫 You may not approve a clear of `orders`: "
    )
    workspace.passes(seconds=2)
    assert "You have no role here, so" in ben.home()
    assert "🙋 Waiting for approval, requested" in workspace.card()
    assert workspace.sent == []


def test_a_button_of_another_version(workspace: Workspace, ben: Teammate) -> None:
    """A page that an older bot published may have buttons that mean nothing now; the page is replaced."""
    old = {"type": "button", "text": {"type": "plain_text", "text": "Frobnicate"}, "action_id": "frobnicate"}
    view = {"type": "home", "blocks": [{"type": "actions", "elements": [old]}]}
    workspace.run(workspace.bot.homes.tabs.client.views_publish(user_id=ben.id, view=view))
    assert ben.opens_from_home("Frobnicate") == snapshot("""\
Request status
This button is too old to work, so pressing it did nothing. `/pipeline pending` lists the requests that wait for approval or review.
[Close]\
""")
    assert "Waiting for you" in ben.home()


def test_slack_opens_no_modal(workspace: Workspace, ana: Teammate, ben: Teammate, cem: Teammate) -> None:
    """Then the answer is a direct message; what a form was wanted for can be typed."""
    ana.requests("orders")
    cem.opens_home()
    approve = cem.finds_on_home("Approve")
    workspace.slack.fails_next("views.open", "expired_trigger_id", times=2)
    cem.clicks_home("Deny…")
    workspace.passes(seconds=2)
    ben.types(f"/pipeline deny {workspace.request()} no")
    workspace.slack.fails_next("views.open", "expired_trigger_id")
    cem.presses(approve)
    workspace.passes(seconds=2)
    assert [line.replace(workspace.request(), "ID1") for line in cem.dms()] == snapshot(
        [
            "✍️ Slack did not open the form. Nothing was denied. Type `/pipeline deny ID1 reason…` instead.",
            "This ended some time ago (Mar 2, 2026 at 3:00 AM). ❌ The clear of `orders` was denied by @ben: `no`. Nothing was sent to Feldera. See its thread.",
        ]
    )
    workspace.threads()


def test_slack_takes_no_answer_at_all(workspace: Workspace, ana: Teammate, ben: Teammate) -> None:
    """Then nothing more can be done; the log says that somebody was not told, and not what."""
    ana.requests("orders")
    ben.opens_home()
    workspace.revokes(ben)
    workspace.slack.fails_next("views.open", "expired_trigger_id")
    workspace.slack.disables_messages_tab()
    ben.clicks_home("Approve")
    assert [line for line in workspace.logged if "answer_not_delivered" in line]
    assert ben.screen == ""
    workspace.card()


def test_the_database_is_broken_at_a_press(workspace: Workspace, ana: Teammate, ben: Teammate) -> None:
    """A fault of the bot's own is told on the screen; the page works again afterwards."""
    workspace.expected_errors.add("listener_failed")
    ana.requests("orders")
    workspace.passes(seconds=2)
    ben.opens_home()
    with sqlite3.connect(workspace.database) as connection:
        connection.execute(
            "CREATE TRIGGER full BEFORE UPDATE ON operations BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )
    assert "\n💥 I failed before I could answer; the error is in my log." in ben.opens_from_home("Approve")
    with sqlite3.connect(workspace.database) as connection:
        connection.execute("DROP TRIGGER full")
    connection.close()
    ben.closes_modal()
    ben.clicks_home("Approve")
    workspace.passes(seconds=10)
    assert workspace.feldera.clears["orders"] == 1
    ana.reads()
    workspace.threads()
