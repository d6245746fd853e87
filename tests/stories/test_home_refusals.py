"""Presses on Home that change nothing: each is answered on the screen, however old the page is, and whatever broke."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from inline_snapshot import snapshot

from tests.workspace import Teammate, Workspace


@pytest.fixture(params=["socket", "http"])
def workspace(request: Any, tmp_path: Path) -> Iterator[Workspace]:
    """The usual team, over both transports."""
    workspace = Workspace(tmp_path, over_http=request.param == "http")
    workspace.feldera.adds("orders")
    yield workspace
    workspace.closes()


def test_somebody_else_was_first(workspace: Workspace) -> None:
    """A press on a page that is not up to date any more is answered on the screen, with who was first."""
    ana, ben, cem = workspace.requester("ana"), workspace.approver("ben"), workspace.approver("cem")
    ana.requests("orders")
    cem.opens_home()
    approve, deny = cem.finds_on_home("Approve"), cem.finds_on_home("Deny")
    ben.told("Approve")
    workspace.passes(seconds=10)
    assert cem.opens_by(approve) == snapshot("""\
Answer
This was already approved by @ben Mar 2, 2026 at 3:00:00 AM, and is over. ✅ Cleared `orders` after 2 seconds. See its thread.
[Close]\
""")
    cem.closes_modal()
    assert cem.opens_by(deny) == snapshot("""\
Answer
This was already approved by @ben Mar 2, 2026 at 3:00:00 AM, and is over. ✅ Cleared `orders` after 2 seconds. See its thread.
[Close]\
""")
    workspace.card()
    workspace.thread()
    assert workspace.feldera.clears["orders"] == 1


def test_a_double_click(workspace: Workspace) -> None:
    """One approval; the second press reads that it counted."""
    workspace.rules("orders", "approvals=2")
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    ben.opens_home()
    button = ben.finds_on_home("Approve")
    workspace.at_once(ben.pressing(button), ben.pressing(button))
    workspace.run(workspace.slack.until(lambda: ben.screen != ""))
    assert ben.screen == snapshot("""\
Answer
You approved it already: 1 of 2.
[Close]\
""")
    assert "1 of 2" in workspace.card()
    workspace.passes(seconds=2)
    workspace.thread()


def test_the_right_was_lost_meanwhile(workspace: Workspace) -> None:
    """The press is judged by what is granted now; the page goes with the right."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    ben.opens_home()
    workspace.revokes(ben)
    assert ben.opens_from_home("Approve") == snapshot("""\
Answer
🚫 You may not approve a clear of `orders`: that takes the role *approver* on it. An admin of this bot can grant it. You are `U03BEN`.
[Close]\
""")
    workspace.passes(seconds=2)
    assert "You have no role here now." in ben.home()
    assert "🙋 Waiting for approval." in workspace.card()
    assert workspace.sent == []


def test_another_clear_holds_the_pipeline(workspace: Workspace) -> None:
    """The approval counts nothing, and the screen says who holds it."""
    ana, ben, oli = workspace.requester("ana"), workspace.approver("ben"), workspace.operator("oli")
    ana.requests("orders")
    ben.opens_home()
    workspace.feldera.sticks_clearing("orders")
    oli.clears("orders")
    workspace.passes(seconds=5)
    oli.reads()
    assert ben.opens_from_home("Approve", below="Clear orders") == snapshot("""\
Answer
✋ Another operation holds `orders`: @oli asked for a clear Mar 2, 2026 at 3:00:00 AM. Follow it in its thread.
[Close]\
""")
    workspace.cards()
    workspace.threads()


def test_a_stale_page_from_before_a_restart(workspace: Workspace) -> None:
    """What was decided meanwhile is told, and then shown."""
    ana, ben, cem = workspace.requester("ana"), workspace.approver("ben"), workspace.approver("cem")
    ana.requests("orders")
    ben.opens_home()
    workspace.restarts()
    cem.told("Approve")
    workspace.passes(seconds=10)
    assert "[Approve]" in ben.home()
    assert ben.opens_from_home("Approve").startswith("Answer\nThis was already approved by @cem")
    assert "[Approve]" not in ben.home()
    workspace.card()
    workspace.thread()


def test_a_button_of_another_version(workspace: Workspace) -> None:
    """A page that an older bot published may have buttons that mean nothing now; the page is replaced."""
    ben = workspace.approver("ben")
    old = {"type": "button", "text": {"type": "plain_text", "text": "Frobnicate"}, "action_id": "frobnicate"}
    publishes(workspace, ben, {"type": "actions", "elements": [old]})
    assert ben.opens_from_home("Frobnicate") == snapshot("""\
Answer
This button is from another time: it does nothing any more. Type `/pipeline help`.
[Close]\
""")
    assert "Waiting for you" in ben.home()


def test_slack_opens_no_modal_for_the_answer(workspace: Workspace) -> None:
    """Then the answer is a direct message."""
    ana, ben, cem = workspace.requester("ana"), workspace.approver("ben"), workspace.approver("cem")
    ana.requests("orders")
    cem.opens_home()
    button = cem.finds_on_home("Approve")
    ben.types(f"/pipeline deny {workspace.request()} no")
    workspace.slack.fails_next("views.open", "expired_trigger_id")
    cem.presses(button)
    workspace.passes(seconds=2)
    assert cem.dms() == snapshot(
        [
            "This is over since Mar 2, 2026 at 3:00:00 AM. ❌ Denied by @ben: `no`. Nothing was sent. See its thread."
        ]
    )
    workspace.card()
    workspace.thread()


def test_slack_takes_no_answer_at_all(workspace: Workspace) -> None:
    """Then nothing more can be done; the log says that somebody was not told, and not what."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    ben.opens_home()
    workspace.revokes(ben)
    workspace.slack.fails_next("views.open", "expired_trigger_id")
    workspace.slack.disables_messages_tab()
    ben.clicks_home("Approve")
    assert [line for line in workspace.logged if "answer_not_delivered" in line]
    assert ben.screen == ""
    workspace.card()


def test_slack_opens_no_form_to_deny(workspace: Workspace) -> None:
    """Then a direct message says what to type instead."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    ben.opens_home()
    workspace.slack.fails_next("views.open", "expired_trigger_id", times=2)
    ben.clicks_home("Deny")
    workspace.passes(seconds=2)
    assert [line.replace(workspace.request(), "ID1") for line in ben.dms()] == snapshot(
        ["✍️ Slack did not open the form. Nothing was denied: type `/pipeline deny ID1 reason…`."]
    )
    workspace.card()


def test_the_database_is_broken_at_a_press(workspace: Workspace) -> None:
    """A fault of the bot's own is told on the screen; the page works again afterwards."""
    workspace.expected_errors.add("listener_failed")
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    workspace.passes(seconds=2)
    ben.opens_home()
    with sqlite3.connect(workspace.database) as connection:
        connection.execute(
            "CREATE TRIGGER full BEFORE UPDATE ON operations BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )
    assert ben.opens_from_home("Approve") == snapshot("""\
Answer
💥 Something broke on my side before I could answer; it is in my log. `/pipeline status NAME` shows whether an operation is running; if none is, nothing was changed.
[Close]\
""")
    with sqlite3.connect(workspace.database) as connection:
        connection.execute("DROP TRIGGER full")
    connection.close()
    ben.closes_modal()
    ben.clicks_home("Approve")
    workspace.passes(seconds=10)
    assert workspace.feldera.clears["orders"] == 1
    ana.reads()
    workspace.card()
    workspace.thread()


def publishes(workspace: Workspace, teammate: Teammate, *blocks: dict[str, Any]) -> None:
    """Something stands on their Home that this process did not publish."""
    client = workspace.bot.homes.tabs.client
    view = {"type": "home", "blocks": list(blocks)}
    workspace.run(client.views_publish(user_id=teammate.id, view=view))
