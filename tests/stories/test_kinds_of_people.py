"""Guests, bots, the deactivated and people of other organisations never pass, at any role, however they come."""

from collections.abc import Callable

import pytest
from inline_snapshot import snapshot

from bot.domain.access.permissions import Role
from bot.domain.events import EventKind
from bot.simulator.slack import NotPossibleError
from tests.workspace import Teammate, Workspace

COMMANDS = (
    "clear orders",
    "status orders",
    "grant @ben viewer orders",
    "revoke @ben viewer orders",
    "rule orders approvals=0",
    "rule orders off",
    "freeze orders for 1h because",
    "unfreeze orders",
    "history orders",
)


def becomes_a_guest(teammate: Teammate) -> None:
    teammate.person.becomes_a_guest()


def turns_out_to_be_a_bot(teammate: Teammate) -> None:
    teammate.profile.is_bot = True


def becomes_a_single_channel_guest(teammate: Teammate) -> None:
    teammate.profile.single_channel_guest = True


KINDS = [becomes_a_guest, becomes_a_single_channel_guest, turns_out_to_be_a_bot]


@pytest.mark.parametrize("happens", KINDS)
def test_no_command_passes_at_any_role(workspace: Workspace, happens: Callable[[Teammate], None]) -> None:
    """Every role at once, on everything, and still nothing is seen, done or changed."""
    ana = almighty(workspace)
    workspace.stranger("ben")
    happens(ana)
    for command in COMMANDS:
        assert ana.types(f"/pipeline {command}")[0] == "🚫", command
    assert workspace.feldera.requests == []
    assert {line.split()[1] for line in workspace.record()} == {"refused"}
    assert len(workspace.record()) == len(COMMANDS)


def test_they_are_told_why(workspace: Workspace) -> None:
    """What decided is what they are, not what is granted to them."""
    gus, bot = almighty(workspace, "gus"), almighty(workspace, "bo")
    becomes_a_guest(gus)
    turns_out_to_be_a_bot(bot)
    assert gus.types("/pipeline clear orders") == snapshot(
        "🚫 You may not clear `orders`: guests of this workspace may do nothing here, whatever is granted to them."
    )
    assert gus.types("/pipeline can-i clear orders") == snapshot(
        "🚫 You may not clear `orders`: guests of this workspace may do nothing here, whatever is granted to them."
    )
    assert gus.types("/pipeline grant @gus operator orders") == snapshot(
        "🚫 You may not grant *operator* on `orders`: guests of this workspace may do nothing here, whatever is granted to them."
    )
    assert gus.types("/pipeline whoami") == snapshot("""\
You are @gus, `U02GUS` of `T0ACME`: a guest, who may do nothing here, whatever is granted.
🔑 number 1, *viewer* on `*`
🔑 number 2, *requester* on `*`
🔑 number 3, *operator* on `*`
🔑 number 4, *approver* on `*`
🔑 number 5, *responder* on `*`
🔑 number 6, *admin* on `*`\
""")
    assert bot.types("/pipeline clear orders") == snapshot(
        "🚫 You may not clear `orders`: bots may do nothing here."
    )


@pytest.mark.parametrize("happens", KINDS)
def test_no_click_passes(workspace: Workspace, happens: Callable[[Teammate], None]) -> None:
    """Shown a preview as a member, a guest by the click: it is refused, and recorded."""
    ana = almighty(workspace)
    ana.asks("/pipeline clear orders")
    happens(ana)
    ana.clicks("Clear orders")
    (answer,) = ana.reads()
    assert answer.startswith("🚫 You may not clear `orders`")
    assert len(workspace.record(EventKind.REFUSED)) == 1
    workspace.passes(minutes=1)
    assert workspace.feldera.clears["orders"] == 0


@pytest.mark.parametrize("happens", KINDS)
@pytest.mark.parametrize("button", ["Approve", "Withdraw"])
def test_no_click_on_a_card_passes(
    workspace: Workspace, happens: Callable[[Teammate], None], button: str
) -> None:
    """Everybody in the channel sees the buttons of a request."""
    ana, ext = workspace.requester("ana"), almighty(workspace, "ext")
    ana.asks("/pipeline clear orders")
    ana.clicks("Ask for approval")
    ana.reads()
    happens(ext)
    ext.clicks(button)
    (answer,) = ext.reads()
    assert answer[0] == "🚫"
    assert len(workspace.record(EventKind.REFUSED)) == 1
    workspace.passes(minutes=1)
    assert workspace.feldera.clears["orders"] == 0
    workspace.card()


@pytest.mark.parametrize("happens", KINDS)
def test_no_modal_passes(workspace: Workspace, happens: Callable[[Teammate], None]) -> None:
    """Opened as a member, submitted as a guest: the request stays as it is."""
    ana, ben = workspace.requester("ana"), almighty(workspace, "ben")
    ana.asks("/pipeline clear orders")
    ana.clicks("Ask for approval")
    ana.reads()
    ben.clicks("Deny")
    happens(ben)
    workspace.does(ben.person.submits(answer="no"))
    assert "You may not deny a clear of" in str(ben.person.modal.body)
    assert len(workspace.record(EventKind.REFUSED)) == 1
    assert "Waiting for approval" in workspace.card()


@pytest.mark.parametrize("happens", KINDS)
def test_the_glass_stays_whole(workspace: Workspace, happens: Callable[[Teammate], None]) -> None:
    """A responder who is a guest by the time the name is typed breaks nothing."""
    workspace.rules("*", "break-glass=allowed")
    ana = almighty(workspace)
    ana.asks("/pipeline clear orders --break-glass INC-1 on fire")
    ana.clicks("Break the glass…")
    happens(ana)
    workspace.does(ana.person.submits(answer="orders"))
    assert "You may not" in str(ana.person.modal.body)
    workspace.passes(minutes=1)
    assert workspace.feldera.clears["orders"] == 0


def test_the_deactivated_count_no_more(workspace: Workspace) -> None:
    """An approval of somebody deactivated before the request is sent does not carry it."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.asks("/pipeline clear orders")
    ana.clicks("Ask for approval")
    ana.reads()
    workspace.run(workspace.feldera.goes_down())
    ben.clicks("Approve")
    ben.reads()
    ben.person.is_deactivated()
    workspace.run(workspace.feldera.comes_back())
    workspace.passes(minutes=1)
    assert workspace.thread()[-1] == snapshot(
        "❌ Not cleared: the approvals do not suffice any more (a rule was tightened, or an approver lost the right). Nothing was sent. Type `/pipeline clear orders` to ask again. @ana (approved by @ben)"
    )
    assert workspace.feldera.clears["orders"] == 0
    workspace.card()


def test_a_requester_who_was_deactivated(workspace: Workspace) -> None:
    """Neither is anything sent for somebody who is not there any more."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.asks("/pipeline clear orders")
    ana.clicks("Ask for approval")
    ana.reads()
    ana.person.is_deactivated()
    ben.clicks("Approve")
    assert ben.reads() == snapshot(["👍 Approved: 1 of 1."])
    workspace.passes(minutes=1)
    assert workspace.thread()[-1] == snapshot(
        "❌ Not cleared: @ana may no longer clear `orders`. The permission ended after the confirmation; nothing was sent. @ana (approved by @ben)"
    )
    assert workspace.feldera.clears["orders"] == 0
    workspace.card()


def test_people_of_another_organisation(workspace: Workspace) -> None:
    """In a shared channel they see the card; their clicks are refused, whatever is granted to their id."""
    ana, ext = workspace.requester("ana"), workspace.stranger("ext", team="T0OTHER")
    for role in Role:
        workspace.grants(ext, role)
    ana.asks("/pipeline clear orders")
    ana.clicks("Ask for approval")
    ana.reads()
    with pytest.raises(NotPossibleError):
        ext.types("/pipeline clear orders")
    ext.clicks("Approve")
    assert ext.reads() == snapshot(
        ["🚫 You may not approve a clear of `orders`: only members of this workspace may do anything here."]
    )
    assert workspace.record(EventKind.REFUSED) == snapshot(
        ["03:00 refused by ext [op]: action=approve pipeline=orders state=awaiting_approval why=not_a_member"]
    )
    workspace.passes(minutes=1)
    assert workspace.feldera.clears["orders"] == 0
    workspace.card()


def test_somebody_whom_slack_does_not_tell_of(workspace: Workspace) -> None:
    """Who cannot be looked up may do nothing, and is told why; a minute later it is as before."""
    ana = almighty(workspace)
    workspace.slack.answers_500("users.info", times=3)
    assert ana.types("/pipeline clear orders") == snapshot(
        "🚫 You may not clear `orders`: Slack did not tell who you are (`Slack is in trouble`), and without knowing I say no. Try again in a minute."
    )
    assert ana.types("/pipeline grant @ana viewer orders") == snapshot(
        "🚫 You may not grant *viewer* on `orders`: Slack did not tell who you are (`Slack is in trouble`), and without knowing I say no. Try again in a minute."
    )
    assert ana.types("/pipeline whoami") == snapshot("""\
You are @ana, `U02ANA` of `T0ACME`: perhaps a member, and until I know you may do nothing here.
Slack did not tell all: `Slack is in trouble`. What depends on it counts as no.
🔑 number 1, *viewer* on `*`
🔑 number 2, *requester* on `*`
🔑 number 3, *operator* on `*`
🔑 number 4, *approver* on `*`
🔑 number 5, *responder* on `*`
🔑 number 6, *admin* on `*`\
""")
    assert workspace.record() == snapshot(
        [
            "03:00 refused by ana: action=request pipeline=orders why=not_a_member",
            "03:00 refused by ana: action=granted pattern=orders role=viewer team=T0ACME user=U02ANA why=no_admin",
        ]
    )
    assert ana.asks("/pipeline clear orders").startswith("*Clear `orders`?*")


def almighty(workspace: Workspace, name: str = "ana") -> Teammate:
    """Somebody to whom every role is granted, on everything."""
    teammate = workspace.stranger(name)
    for role in Role:
        workspace.grants(teammate, role)
    return teammate


def test_what_was_theirs_is_theirs_no_more(workspace: Workspace) -> None:
    """Whoever became a guest neither sees nor takes back what they asked for as a member, and is told why."""
    ana = workspace.requester("ana")
    ana.requests("orders")
    request = workspace.request()
    becomes_a_guest(ana)
    workspace.passes(minutes=2)
    said = {
        command: ana.types(f"/pipeline {command}") for command in ("pending", "history", "grants", "rules")
    }
    assert said == snapshot(
        {
            "pending": "Nothing waits for anybody.",
            "history": """\
*The record of everything*
Nothing that you may see.\
""",
            "grants": "No grants to show: you see your own, and those on patterns that you administer.",
            "rules": """\
*Rules and freezes*
None that concerns you.
Without a rule a requester needs 1 approval, an operator none.\
""",
        }
    )
    assert "🚫" in ana.told("Withdraw")[0]
    assert "Nothing that waits, and that you may see" in ana.types(f"/pipeline withdraw {request}")
    assert "🙋 Waiting for approval." in workspace.card()
    workspace.thread()
