"""Every no is in the record: to a command, to a click that is not theirs or comes too late, to a change of access."""

from inline_snapshot import snapshot

from bot.domain.events import EventKind
from tests.workspace import Workspace


def denials(workspace: Workspace) -> list[str]:
    """Who was refused what and why, as the record has it."""
    workspace.threads()
    return [line.partition(" refused by ")[2] for line in workspace.record(EventKind.REFUSED)]


def test_every_no_to_a_command_is_recorded(workspace: Workspace) -> None:
    """Without a grant, with one that lapsed, with too many requests; a freeze, a reason, an incident."""
    workspace.feldera.adds("sales")
    eve = workspace.operator("eve", hours=1)
    workspace.passes(hours=2)
    workspace.adds_person("dan").types("/pipeline clear orders")
    eve.types("/pipeline clear orders")
    workspace.rules("sales", "reason=required")
    workspace.responder("rio").asks("/pipeline clear sales")
    workspace.responder("rae").asks("/pipeline clear sales --break-glass INC-1 disk full")
    ana = workspace.requester("ana")
    for number in range(5):
        workspace.feldera.adds(f"p{number}")
        ana.requests(f"p{number}")
    ana.types("/pipeline clear orders")
    workspace.freezes("orders", hours=2)
    ana.types("/pipeline clear orders")
    workspace.passes(seconds=10)
    ana.reads()
    assert denials(workspace) == snapshot(
        [
            "dan: action=request pipeline=orders why=no_grant",
            "eve: action=request grant=1 pipeline=orders why=lapsed",
            "rio: action=request grant=2 pipeline=sales rules=sales why=reason_wanted",
            "rae: action=break_glass grant=3 pipeline=sales rules=sales why=glass_forbidden",
            "ana: action=request grant=4 pipeline=orders why=too_many_open",
            "ana: action=request grant=4 pipeline=orders why=frozen",
        ]
    )


def test_every_no_to_a_confirmation_is_recorded(workspace: Workspace) -> None:
    """Of somebody else's preview, of one that is too old, in a freeze, and for the second time."""
    ana, eve = workspace.operator("ana"), workspace.operator("eve")
    ana.asks("/pipeline clear orders")
    old = ana.finds("Clear orders")
    for label in ("Clear orders", "Never mind"):
        eve.presses(ana.finds(label))
    workspace.passes(minutes=31)
    ana.presses(old)
    ana.reads()
    ana.asks("/pipeline clear orders")
    confirm = ana.finds("Clear orders")
    workspace.rules("ord*", "approvals=0")
    workspace.freezes("orders", hours=2)
    ana.presses(confirm)
    workspace.unfreezes("orders")
    ana.presses(confirm)
    ana.presses(confirm)
    workspace.passes(seconds=10)
    eve.reads(), ana.reads()
    assert denials(workspace) == snapshot(
        [
            "eve [op]: action=confirm pipeline=orders state=proposed why=not_theirs",
            "eve [op]: action=drop pipeline=orders state=proposed why=not_theirs",
            "ana [op]: action=confirm pipeline=orders state=expired why=too_late",
            "ana [op]: action=clear grant=1 pipeline=orders rules=ord* why=frozen",
            "ana [op]: action=confirm pipeline=orders state=waiting why=too_late",
        ]
    )


def test_every_no_to_a_click_on_a_request_is_recorded(workspace: Workspace) -> None:
    """Not theirs, not theirs to see, once already, and too late."""
    workspace.rules("orders", "approvals=2")
    ana, eve, dan = workspace.requester("ana"), workspace.requester("eve"), workspace.adds_person("dan")
    ben = workspace.approver("ben")
    ana.requests("orders")
    ana.told("Approve")
    eve.told("Approve")
    eve.told("Withdraw")
    ben.told("Approve")
    ben.told("Approve")
    dan.types(f"/pipeline approve {workspace.request()}")
    dan.types("/pipeline deny abcdef because")
    approve, withdraw = ben.finds("Approve"), ana.finds("Withdraw")
    ana.told("Withdraw")
    for person, button in ((ben, approve), (ana, withdraw)):
        person.presses(button)
        person.reads()
    assert denials(workspace) == snapshot(
        [
            "ana [op]: action=approve pipeline=orders rules=orders state=awaiting_approval why=no_grant",
            "eve [op]: action=approve pipeline=orders rules=orders state=awaiting_approval why=no_grant",
            "eve [op]: action=withdraw pipeline=orders state=awaiting_approval why=not_theirs",
            "ben [op]: action=approve pipeline=orders state=awaiting_approval why=approved_before",
            "dan [op]: action=approve pipeline=orders state=awaiting_approval why=no_grant",
            "dan: action=deny request=abcdef why=unknown_request",
            "ben [op]: action=approve pipeline=orders state=withdrawn why=too_late",
            "ana [op]: action=withdraw pipeline=orders state=withdrawn why=too_late",
        ]
    )


def test_every_no_to_what_was_shown_before_is_recorded(workspace: Workspace) -> None:
    """An approval while another clear runs, and a request taken back by somebody who is a guest by now."""
    ana = workspace.requester("ana")
    ana.requests("orders")
    ben, oli = workspace.approver("ben"), workspace.operator("oli")
    approve = ben.finds("Approve")
    oli.clears("orders")
    ben.presses(approve)
    ben.reads()
    ana.person.becomes_a_guest()
    workspace.passes(minutes=2)
    ana.told("Withdraw")
    oli.reads()
    assert denials(workspace) == [
        "ben [op]: action=approve pipeline=orders state=awaiting_approval why=busy",
        "ana [op]: action=withdraw pipeline=orders state=awaiting_approval why=not_a_member",
    ]


def test_every_no_to_a_change_of_access_is_recorded(workspace: Workspace) -> None:
    root = workspace.admin("root", pattern="ord*")
    workspace.adds_person("ana")
    for change in (
        "grant @root operator orders",
        "grant @ana operator *",
        "rule * approvals=0",
        "freeze prod-* for 1h because",
        "unfreeze *",
    ):
        root.types(f"/pipeline {change}")
    assert denials(workspace) == snapshot(
        [
            "root: action=granted grant=1 pattern=orders role=operator team=T0ACME user=U02ROOT why=own_favour",
            "root: action=granted pattern=* role=operator team=T0ACME user=U03ANA why=no_admin",
            'root: action=rule_set pattern=* rule={"approvals": "0"} why=no_admin',
            "root: action=frozen pattern=prod-* reason=because until=2026-03-02T04:00:00+00:00 why=no_admin",
            "root: action=unfrozen pattern=* why=no_admin",
        ]
    )
