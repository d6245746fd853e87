"""Every no is in the record: to a command, to a click that is not theirs or comes too late, to a change of access."""

from collections.abc import Callable

import pytest
from inline_snapshot import snapshot

from bot.domain.events import EventKind
from tests.workspace import Workspace


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


def a_second_approval(workspace: Workspace) -> None:
    workspace.rules("orders", "approvals=2")
    workspace.requester("ana").requests("orders")
    ben = workspace.approver("ben")
    ben.told("Approve")
    ben.told("Approve")


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


def a_request_that_is_not_theirs_to_see(workspace: Workspace) -> None:
    workspace.requester("ana").requests("orders")
    eve = workspace.stranger("eve")
    eve.types(f"/pipeline approve {workspace.request()}")
    eve.types("/pipeline deny abcdef because")


def an_approval_while_another_clear_runs(workspace: Workspace) -> None:
    ana, ben, oli = workspace.requester("ana"), workspace.approver("ben"), workspace.operator("oli")
    ana.requests("orders")
    approve = ben.finds("Approve")
    oli.asks("/pipeline clear orders")
    oli.clicks("Clear orders")
    oli.reads()
    ben.presses(approve)
    ben.reads()


def a_guest_takes_back_what_they_asked_for(workspace: Workspace) -> None:
    ana = workspace.requester("ana")
    ana.requests("orders")
    ana.person.becomes_a_guest()
    workspace.passes(minutes=2)
    ana.told("Withdraw")


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
                "03:00 refused by eve [op]: action=confirm pipeline=orders state=proposed why=not_theirs",
                "03:00 refused by eve [op]: action=drop pipeline=orders state=proposed why=not_theirs",
            ]
        ),
    ),
    (
        a_stale_preview,
        snapshot(["03:31 refused by ana [op]: action=confirm pipeline=orders state=expired why=too_late"]),
    ),
    (
        a_second_click,
        snapshot(["03:00 refused by ana [op]: action=confirm pipeline=orders state=waiting why=too_late"]),
    ),
    (
        clicks_on_a_request,
        snapshot(
            [
                "03:00 refused by ana [op]: action=approve pipeline=orders state=awaiting_approval why=no_grant",
                "03:00 refused by eve [op]: action=approve pipeline=orders state=awaiting_approval why=no_grant",
                "03:00 refused by eve [op]: action=withdraw pipeline=orders state=awaiting_approval why=not_theirs",
            ]
        ),
    ),
    (
        a_second_approval,
        snapshot(
            [
                "03:00 refused by ben [op]: action=approve pipeline=orders state=awaiting_approval why=approved_before"
            ]
        ),
    ),
    (
        clicks_that_come_too_late,
        snapshot(
            [
                "03:00 refused by ben [op]: action=approve pipeline=orders state=withdrawn why=too_late",
                "03:00 refused by ana [op]: action=withdraw pipeline=orders state=withdrawn why=too_late",
            ]
        ),
    ),
    (
        a_request_that_is_not_theirs_to_see,
        snapshot(
            [
                "03:00 refused by eve [op]: action=approve pipeline=orders state=awaiting_approval why=no_grant",
                "03:00 refused by eve: action=deny request=abcdef why=unknown_request",
            ]
        ),
    ),
    (
        an_approval_while_another_clear_runs,
        snapshot(
            ["03:00 refused by ben [op]: action=approve pipeline=orders state=awaiting_approval why=busy"]
        ),
    ),
    (
        a_guest_takes_back_what_they_asked_for,
        snapshot(
            [
                "03:02 refused by ana [op]: action=withdraw pipeline=orders state=awaiting_approval why=not_a_member"
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
                '03:00 refused by root: action=rule_set pattern=* rule={"approvals": "0"} why=no_admin',
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
    assert workspace.record(EventKind.REFUSED) == recorded


def reads_everything(workspace: Workspace) -> None:
    """What is said in Slack is other stories' to check."""
    workspace.cards()
    workspace.threads()
