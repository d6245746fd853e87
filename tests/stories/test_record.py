"""Every outcome is in the record: who, when, about which request, and the grant and rules that decided."""

import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest

from bot.domain.events import EventKind
from tests.workspace import Workspace

Story = Callable[[Workspace], object]


def clears_alone(workspace: Workspace) -> None:
    workspace.operator("ana").clears("orders", "schema change")
    workspace.passes(seconds=10)


def clears_with_approvals(workspace: Workspace) -> None:
    workspace.rules("*", "approvals=2 reason=required")
    workspace.requester("ana").requests("orders", "schema change")
    for name in ("ben", "cora"):
        workspace.approver(name).told("Approve")
    workspace.passes(seconds=10)


def a_request_is_denied(workspace: Workspace) -> None:
    workspace.requester("ana").requests("orders")
    ben = workspace.approver("ben")
    ben.opens("Deny…")
    ben.submits("not during the audit")


def a_request_is_withdrawn(workspace: Workspace) -> None:
    ana = workspace.requester("ana")
    ana.requests("orders")
    ana.told("Withdraw")


def a_request_expires(workspace: Workspace) -> None:
    workspace.rules("*", "within=2h remind=1h")
    workspace.requester("ana").requests("orders")
    workspace.passes(hours=3)


def a_request_goes_stale(workspace: Workspace) -> None:
    workspace.requester("ana").requests("orders")
    for happens in (workspace.feldera.someone_starts, workspace.feldera.someone_stops):
        happens("orders")
        workspace.passes(minutes=1)
    workspace.approver("ben").told("Approve")
    workspace.passes(minutes=1)


def it_is_stopped_in_time(workspace: Workspace) -> None:
    workspace.rules("*", "cancel-window=30s")
    workspace.requester("ana").requests("orders")
    workspace.approver("ben").told("Approve")
    workspace.operator("oli").told("Cancel request")


def the_glass_is_broken_and_signed_off(workspace: Workspace) -> None:
    workspace.rules("*", "break-glass=allowed")
    ben, rio = workspace.approver("ben"), workspace.responder("rio")
    rio.asks("/pipeline clear orders --break-glass INC-1 disk full")
    rio.opens("Run as break-glass…")
    rio.submits("Orders")
    rio.submits("orders")
    rio.reads()
    workspace.passes(seconds=10)
    ben.told("Mark as reviewed")


def the_right_ends_before_the_request(workspace: Workspace) -> None:
    ana = workspace.operator("ana")
    ana.asks("/pipeline clear orders")
    workspace.feldera_goes_down()
    ana.told("Clear orders")
    workspace.revokes(ana)
    workspace.feldera_comes_back()
    workspace.passes(minutes=1)


OUTCOMES = [
    (
        clears_alone,
        [
            "03:00 proposed by ana [op]: pipeline=orders reason=schema change reviewed=…",
            "03:00 confirmed by ana [op]: grant=1",
            "03:00 sent [op]: grant=1",
            "03:00 accepted [op]",
            "03:00 ended [op]: ending=cleared",
        ],
    ),
    (
        clears_with_approvals,
        [
            "03:00 proposed by ana [op]: pipeline=orders reason=schema change reviewed=…",
            "03:00 requested by ana [op]: grant=1 needed=2 rules=*",
            "03:00 approved by ben [op]: count=1 grant=2 needed=2 rules=*",
            "03:00 approved by cora [op]: count=2 grant=3 needed=2 rules=*",
            "03:00 sent [op]: approved_by=U19BEN U27CORA grant=1 rules=*",
            "03:00 accepted [op]",
            "03:00 ended [op]: ending=cleared",
        ],
    ),
    (
        a_request_is_denied,
        ["03:00 ended by ben [op]: ending=denied grant=2 reason=not during the audit"],
    ),
    (
        a_request_is_withdrawn,
        ["03:00 ended by ana [op]: ending=withdrawn"],
    ),
    (a_request_expires, ["04:00 reminded [op]", "05:00 ended [op]: ending=not_approved"]),
    (a_request_goes_stale, ["03:02 ended [op]: ending=changed_before"]),
    (
        it_is_stopped_in_time,
        ["03:00 ended by oli [op]: ending=stopped grant=3 rules=*"],
    ),
    (
        the_glass_is_broken_and_signed_off,
        [
            "03:00 proposed by rio [op]: incident=INC-1 pipeline=orders reason=disk full reviewed=…",
            "03:00 refused by rio [op]: action=break_glass grant=2 pipeline=orders rules=* why=name_differs",
            "03:00 glass_broken by rio [op]: grant=2 incident=INC-1 rules=* told=U02BEN",
            "03:00 sent [op]: grant=2 rules=*",
            "03:00 accepted [op]",
            "03:00 ended [op]: ending=cleared",
            "03:00 signed_off by ben [op]: grant=1 rules=*",
        ],
    ),
    (the_right_ends_before_the_request, ["03:00 ended [op]: ending=permission_lost"]),
]


@pytest.mark.parametrize(("happens", "recorded"), OUTCOMES)
def test_what_becomes_of_a_clear_is_recorded(
    workspace: Workspace, happens: Story, recorded: list[str]
) -> None:
    """From the preview to the last word; how it ends, where what came before is another's."""
    happens(workspace)
    workspace.threads()
    assert workspace.record()[-len(recorded) :] == recorded


def test_the_shell_is_recorded_like_everybody(workspace: Workspace) -> None:
    """No person of Slack did it: the entry says who it was in the shell."""
    workspace.rules("orders", "approvals=2")
    workspace.freezes("orders", hours=1)
    workspace.unfreezes("orders")
    done = [entry.event for entry in workspace.entries()]
    assert [event.kind for event in done] == [EventKind.RULE_SET, EventKind.FROZEN, EventKind.UNFROZEN]
    assert {(event.by, event.data["shell"]) for event in done} == {(None, "shell:owner")}


def test_one_that_was_tampered_with_is_found(workspace: Workspace) -> None:
    """The chain covers all of an entry; the database itself refuses to change one."""
    clears_alone(workspace)
    workspace.thread()
    assert workspace.broken() is None
    with closing(sqlite3.connect(workspace.database, isolation_level=None)) as database:
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            database.execute("UPDATE events SET by_user = 'U0EVE' WHERE id = 3")
        database.execute("DROP TRIGGER events_do_not_change")
        (by,) = database.execute("SELECT by_user FROM events WHERE id = 3").fetchone()
        database.execute("UPDATE events SET by_user = 'U0EVE' WHERE id = 3")
        broken = workspace.broken()
        database.execute("UPDATE events SET by_user = ? WHERE id = 3", [by])
    assert broken is not None
    assert broken.id == 3
