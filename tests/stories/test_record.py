"""Every outcome is in the record: who, when, about which request, and the grant and rules that decided."""

import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest
from inline_snapshot import snapshot

from bot.domain.operations import EventKind
from tests.workspace import Workspace

REFUSED = EventKind.REFUSED


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
    ben.opens("Deny")
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
    workspace.feldera.someone_starts("orders")
    workspace.passes(minutes=1)
    workspace.feldera.someone_stops("orders")
    workspace.passes(minutes=1)
    workspace.approver("ben").told("Approve")
    workspace.passes(minutes=1)


def it_is_stopped_in_time(workspace: Workspace) -> None:
    workspace.rules("*", "stop=30s")
    workspace.requester("ana").requests("orders")
    workspace.approver("ben").told("Approve")
    workspace.operator("oli").told("Stop")


def the_glass_is_broken_and_signed_off(workspace: Workspace) -> None:
    workspace.rules("*", "break-glass=allowed")
    ben = workspace.approver("ben")
    rio = workspace.responder("rio")
    rio.asks("/pipeline clear orders --break-glass INC-1 disk full")
    rio.opens("Break the glass…")
    rio.submits("Orders")
    rio.submits("orders")
    rio.reads()
    workspace.passes(seconds=10)
    ben.told("Sign off")


def the_right_ends_before_the_request(workspace: Workspace) -> None:
    ana = workspace.operator("ana")
    ana.asks("/pipeline clear orders")
    workspace.run(workspace.feldera.goes_down())
    ana.told("Clear orders")
    workspace.revokes(ana)
    workspace.run(workspace.feldera.comes_back())
    workspace.passes(minutes=1)


OUTCOMES = [
    (
        clears_alone,
        snapshot(
            [
                "03:00 proposed by ana [op]: pipeline=orders reason=schema change reviewed=…",
                "03:00 confirmed by ana [op]: grant=1",
                "03:00 sent [op]: grant=1",
                "03:00 accepted [op]",
                "03:00 ended [op]: ending=cleared",
            ]
        ),
    ),
    (
        clears_with_approvals,
        snapshot(
            [
                "03:00 proposed by ana [op]: pipeline=orders reason=schema change reviewed=…",
                "03:00 requested by ana [op]: grant=1 needed=2 rules=*",
                "03:00 approved by ben [op]: count=1 grant=2 needed=2",
                "03:00 approved by cora [op]: count=2 grant=3 needed=2",
                "03:00 sent [op]: approved_by=U22BEN U32CORA grant=1 rules=*",
                "03:00 accepted [op]",
                "03:00 ended [op]: ending=cleared",
            ]
        ),
    ),
    (
        a_request_is_denied,
        snapshot(
            [
                "03:00 proposed by ana [op]: pipeline=orders reviewed=…",
                "03:00 requested by ana [op]: grant=1 needed=1",
                "03:00 ended by ben [op]: ending=denied grant=2 reason=not during the audit",
            ]
        ),
    ),
    (
        a_request_is_withdrawn,
        snapshot(
            [
                "03:00 proposed by ana [op]: pipeline=orders reviewed=…",
                "03:00 requested by ana [op]: grant=1 needed=1",
                "03:00 ended by ana [op]: ending=withdrawn",
            ]
        ),
    ),
    (
        a_request_expires,
        snapshot(
            [
                "03:00 proposed by ana [op]: pipeline=orders reviewed=…",
                "03:00 requested by ana [op]: grant=1 needed=1 rules=*",
                "04:00 reminded [op]",
                "05:00 ended [op]: ending=not_approved",
            ]
        ),
    ),
    (
        a_request_goes_stale,
        snapshot(
            [
                "03:00 proposed by ana [op]: pipeline=orders reviewed=…",
                "03:00 requested by ana [op]: grant=1 needed=1",
                "03:02 approved by ben [op]: count=1 grant=2 needed=1",
                "03:02 ended [op]: ending=changed_before",
            ]
        ),
    ),
    (
        it_is_stopped_in_time,
        snapshot(
            [
                "03:00 proposed by ana [op]: pipeline=orders reviewed=…",
                "03:00 requested by ana [op]: grant=1 needed=1 rules=*",
                "03:00 approved by ben [op]: count=1 grant=2 needed=1",
                "03:00 ended by oli [op]: ending=stopped grant=3",
            ]
        ),
    ),
    (
        the_glass_is_broken_and_signed_off,
        snapshot(
            [
                "03:00 proposed by rio [op]: incident=INC-1 pipeline=orders reason=disk full reviewed=…",
                "03:00 refused by rio [op]: action=break_glass grant=2 pipeline=orders rules=* why=name_differs",
                "03:00 glass_broken by rio [op]: grant=2 incident=INC-1 rules=* told=U02BEN",
                "03:00 sent [op]: grant=2 rules=*",
                "03:00 accepted [op]",
                "03:00 ended [op]: ending=cleared",
                "03:00 signed_off by ben [op]: grant=1",
            ]
        ),
    ),
    (
        the_right_ends_before_the_request,
        snapshot(
            [
                "03:00 proposed by ana [op]: pipeline=orders reviewed=…",
                "03:00 confirmed by ana [op]: grant=1",
                "03:00 ended [op]: ending=permission_lost",
            ]
        ),
    ),
]


@pytest.mark.parametrize(("happens", "recorded"), OUTCOMES, ids=[each[0].__name__ for each in OUTCOMES])
def test_what_becomes_of_a_clear_is_recorded(
    workspace: Workspace, happens: Callable[[Workspace], None], recorded: list[str]
) -> None:
    """From the preview to the last word, in order."""
    happens(workspace)
    reads_everything(workspace)
    assert workspace.record() == recorded


def a_stranger(workspace: Workspace) -> None:
    workspace.stranger("eve").types("/pipeline clear orders")


def a_grant_that_lapsed(workspace: Workspace) -> None:
    eve = workspace.operator("eve", hours=1)
    workspace.passes(hours=2)
    eve.types("/pipeline clear orders")


def somebody_elses_preview(workspace: Workspace) -> None:
    ana, eve = workspace.operator("ana"), workspace.operator("eve")
    ana.asks("/pipeline clear orders")
    for label in ("Clear orders", "Never mind"):
        eve.presses(ana.finds(label))
        eve.reads()


def a_stale_preview(workspace: Workspace) -> None:
    ana = workspace.operator("ana")
    ana.asks("/pipeline clear orders")
    workspace.passes(minutes=31)
    ana.told("Clear orders")


def a_second_click(workspace: Workspace) -> None:
    ana = workspace.operator("ana")
    ana.asks("/pipeline clear orders")
    confirm = ana.finds("Clear orders")
    ana.told("Clear orders")
    ana.presses(confirm)
    ana.reads()
    workspace.passes(seconds=10)


def clicks_on_a_request(workspace: Workspace) -> None:
    ana, eve = workspace.requester("ana"), workspace.requester("eve")
    ana.requests("orders")
    ana.told("Approve")
    eve.told("Approve")
    eve.told("Withdraw")


def clicks_that_come_too_late(workspace: Workspace) -> None:
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    approve, withdraw = ben.finds("Approve"), ana.finds("Withdraw")
    ana.told("Withdraw")
    ben.presses(approve)
    ben.reads()
    ana.presses(withdraw)
    ana.reads()


def a_freeze(workspace: Workspace) -> None:
    workspace.rules("ord*", "approvals=0")
    ana = workspace.operator("ana")
    ana.asks("/pipeline clear orders")
    workspace.freezes("orders", hours=2)
    ana.told("Clear orders")
    ana.asks("/pipeline clear orders")


def rules_that_ask_for_more(workspace: Workspace) -> None:
    workspace.rules("orders", "reason=required")
    workspace.responder("rio").asks("/pipeline clear orders")
    workspace.responder("rae").asks("/pipeline clear orders --break-glass INC-1 disk full")


def too_many_requests(workspace: Workspace) -> None:
    ana = workspace.requester("ana")
    for number in range(5):
        workspace.feldera.adds(f"p{number}")
        ana.requests(f"p{number}")
    ana.asks("/pipeline clear orders")


def changes_of_access(workspace: Workspace) -> None:
    root = workspace.admin("root", pattern="ord*")
    workspace.stranger("ana")
    for change in (
        "grant @root operator orders",
        "grant @ana operator *",
        "rule * approvals=0",
        "freeze prod-* for 1h because",
        "unfreeze *",
    ):
        root.types(f"/pipeline {change}")


REFUSALS = [
    (a_stranger, snapshot(["03:00 refused by eve: action=request pipeline=orders why=no_grant"])),
    (
        a_grant_that_lapsed,
        snapshot(["05:00 refused by eve: action=request grant=1 pipeline=orders why=lapsed"]),
    ),
    (
        somebody_elses_preview,
        snapshot(
            [
                "03:00 refused by eve [op]: pipeline=orders state=proposed why=not_theirs",
                "03:00 refused by eve [op]: pipeline=orders state=proposed why=not_theirs",
            ]
        ),
    ),
    (a_stale_preview, snapshot(["03:31 refused by ana [op]: pipeline=orders state=expired why=too_late"])),
    (a_second_click, snapshot(["03:00 refused by ana [op]: pipeline=orders state=waiting why=too_late"])),
    (
        clicks_on_a_request,
        snapshot(
            [
                "03:00 refused by ana [op]: pipeline=orders state=awaiting_approval why=no_grant",
                "03:00 refused by eve [op]: pipeline=orders state=awaiting_approval why=no_grant",
                "03:00 refused by eve [op]: pipeline=orders state=awaiting_approval why=not_theirs",
            ]
        ),
    ),
    (
        clicks_that_come_too_late,
        snapshot(
            [
                "03:00 refused by ben [op]: pipeline=orders state=withdrawn why=too_late",
                "03:00 refused by ana [op]: pipeline=orders state=withdrawn why=too_late",
            ]
        ),
    ),
    (
        a_freeze,
        snapshot(
            [
                "03:00 refused by ana [op]: action=clear grant=1 pipeline=orders rules=ord* why=frozen",
                "03:00 refused by ana: action=clear grant=1 pipeline=orders rules=ord* why=frozen",
            ]
        ),
    ),
    (
        rules_that_ask_for_more,
        snapshot(
            [
                "03:00 refused by rio: action=request grant=1 pipeline=orders rules=orders why=reason_wanted",
                "03:00 refused by rae: action=break_glass grant=2 pipeline=orders rules=orders why=glass_forbidden",
            ]
        ),
    ),
    (
        too_many_requests,
        snapshot(["03:00 refused by ana: action=request grant=1 pipeline=orders why=too_many_open"]),
    ),
    (
        changes_of_access,
        snapshot(
            [
                "03:00 refused by root: action=granted grant=1 pattern=orders role=operator team=T0ACME user=U02ROOT why=own_favour",
                "03:00 refused by root: action=granted pattern=* role=operator team=T0ACME user=U03ANA why=no_admin",
                "03:00 refused by root: action=rule_set pattern=* rule=approvals=0 why=no_admin",
                "03:00 refused by root: action=frozen pattern=prod-* reason=because until=2026-03-02T04:00:00+00:00 why=no_admin",
                "03:00 refused by root: action=unfrozen pattern=* why=no_admin",
            ]
        ),
    ),
]


@pytest.mark.parametrize(("happens", "recorded"), REFUSALS, ids=[each[0].__name__ for each in REFUSALS])
def test_every_no_is_recorded(
    workspace: Workspace, happens: Callable[[Workspace], None], recorded: list[str]
) -> None:
    """Commands, clicks that are not theirs, clicks that come too late, changes that may not be made."""
    happens(workspace)
    reads_everything(workspace)
    assert workspace.record(REFUSED) == recorded


def test_the_shell_is_recorded_like_everybody(workspace: Workspace) -> None:
    """No person of Slack did it: the entry says who it was in the shell."""
    workspace.rules("orders", "approvals=2")
    workspace.freezes("orders", hours=1)
    workspace.unfreezes("orders")
    done = [(entry.event.kind, entry.event.by, entry.event.data["shell"]) for entry in workspace.entries()]
    assert done == [
        (kind, None, "shell:owner") for kind in (EventKind.RULE_SET, EventKind.FROZEN, EventKind.UNFROZEN)
    ]


def test_one_that_was_tampered_with_is_found(workspace: Workspace) -> None:
    """The chain covers all of an entry; the database itself refuses to change one."""
    workspace.operator("ana").clears("orders")
    workspace.passes(seconds=10)
    reads_everything(workspace)
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


def reads_everything(workspace: Workspace) -> None:
    """What is said in Slack is other stories' to check."""
    workspace.cards()
    workspace.threads()
