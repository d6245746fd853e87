"""Guests, bots, the deactivated and people of other organisations never pass, at any role, however they come."""

from collections.abc import Callable

import pytest
from inline_snapshot import snapshot

from bot.domain.access.permissions import Role
from bot.domain.events import EventKind
from bot.simulator.slack import NotPossibleError
from tests.stories.decided import approved
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


def almighty(workspace: Workspace, name: str = "ana", **traits: str) -> Teammate:
    """Somebody to whom every role is granted, on everything."""
    teammate = workspace.adds_person(name, **traits)
    for role in Role:
        workspace.grants(teammate, role)
    return teammate


@pytest.mark.parametrize("happens", [becomes_a_guest, becomes_a_single_channel_guest, turns_out_to_be_a_bot])
def test_nothing_passes_at_any_role(workspace: Workspace, happens: Callable[[Teammate], None]) -> None:
    """Every role at once, on everything, a preview shown as a member: no command and no click counts, and all are recorded."""
    ana = almighty(workspace)
    workspace.adds_person("ben")
    ana.asks("/pipeline clear orders")
    happens(ana)
    (answer,) = ana.told("Clear orders")
    assert answer.startswith("🚫 You may not clear `orders`")
    before = len(workspace.feldera.requests)
    for command in COMMANDS:
        assert ana.types(f"/pipeline {command}")[0] == "🚫", command
    assert len(workspace.feldera.requests) == before
    workspace.passes(minutes=1)
    assert workspace.sent == []
    kinds = [line.split()[1] for line in workspace.record()]
    assert kinds == ["proposed", *["refused"] * (1 + len(COMMANDS))]


def test_they_are_told_why(workspace: Workspace) -> None:
    """What decided is what they are, not what is granted to them."""
    gus, bot = almighty(workspace, "gus"), almighty(workspace, "bo")
    becomes_a_guest(gus)
    turns_out_to_be_a_bot(bot)
    guests = "guests of this workspace cannot do anything here, even with a grant."
    assert gus.types("/pipeline clear orders") == f"🚫 You may not clear `orders`: {guests}"
    assert gus.types("/pipeline can-i clear orders") == f"🚫 No, you cannot clear `orders`: {guests}"
    refused = f"🚫 You may not grant *operator* on `orders`: {guests}"
    assert gus.types("/pipeline grant @gus operator orders") == refused
    title, *grants = gus.types("/pipeline whoami").split("\n")
    assert title == snapshot(
        "You are @gus (`U02GUS` of the workspace `T0ACME`): a guest of this workspace; guests cannot do anything here, even with a grant."
    )
    assert [grant[0] for grant in grants] == ["🚫"] * len(Role)
    assert (
        bot.types("/pipeline clear orders")
        == "🚫 You may not clear `orders`: bots cannot do anything here, even with a grant."
    )


def test_no_click_on_a_card_and_no_modal_passes(workspace: Workspace) -> None:
    """Everybody in the channel sees the buttons of a request; a form opened as a member is submitted as a guest."""
    ana, ext = workspace.requester("ana"), almighty(workspace, "ext")
    ana.requests("orders")
    ext.clicks("Deny…")
    becomes_a_guest(ext)
    assert "You may not deny a clear of" in ext.submits("no")
    ext.closes_modal()
    for button in ("Approve", "Withdraw"):
        (answer,) = ext.told(button)
        assert answer[0] == "🚫"
    assert len(workspace.record(EventKind.REFUSED)) == 3
    workspace.passes(minutes=1)
    assert workspace.sent == []
    assert "Waiting for approval" in workspace.card()


def test_the_glass_stays_whole(workspace: Workspace) -> None:
    """A responder who is a guest by the time the name is typed breaks nothing."""
    workspace.rules("*", "break-glass=allowed")
    ana = almighty(workspace)
    ana.asks("/pipeline clear orders --break-glass INC-1 on fire")
    ana.opens("Run as break-glass…")
    becomes_a_guest(ana)
    assert "You may not" in ana.submits("orders")
    workspace.passes(minutes=1)
    assert workspace.sent == []


def test_the_deactivated_count_no_more(workspace: Workspace) -> None:
    """Neither carries the approval of somebody who is not there any more, nor is anything sent for them."""
    workspace.feldera.adds("payments")
    ana, ben, cem = workspace.requester("ana"), workspace.approver("ben"), workspace.approver("cem")
    dora = workspace.requester("dora")
    ana.requests("orders")
    workspace.passes(seconds=2)
    dora.requests("payments")
    dora.person.is_deactivated()
    assert cem.told("Approve") == [approved(1, "payments", by="dora")]
    workspace.passes(minutes=1)
    assert workspace.thread()[-1] == snapshot(
        "❌ `payments` was not cleared: @dora lost the role for it after confirming it. Nothing was sent to Feldera. Somebody who has the role can request it again with `/pipeline clear payments`: it first shows what would be deleted. @dora (approved by @cem)"
    )
    workspace.feldera_goes_down()
    ben.approves(workspace.request("orders"))
    ben.person.is_deactivated()
    workspace.feldera_comes_back()
    workspace.passes(minutes=1)
    assert workspace.threads()[0][-1] == snapshot(
        "❌ `orders` was not cleared: there are no longer enough approvals (a rule was tightened, or an approver lost the role). Nothing was sent to Feldera. To request it again, type `/pipeline clear orders`: it first shows what would be deleted. @ana (approved by @ben)"
    )
    assert workspace.sent == []
    workspace.threads()


def test_people_of_another_organisation(workspace: Workspace) -> None:
    """In a shared channel they see the card; their clicks are refused, whatever is granted to their id."""
    ana, ext = workspace.requester("ana"), almighty(workspace, "ext", team="T0OTHER")
    ana.requests("orders")
    with pytest.raises(NotPossibleError):
        ext.types("/pipeline clear orders")
    assert ext.told("Approve") == [
        "🚫 You may not approve a clear of `orders`: you are not a full member of this Slack workspace, and only full members can use this bot."
    ]
    assert workspace.record(EventKind.REFUSED) == [
        "03:00 refused by ext [op]: action=approve pipeline=orders state=awaiting_approval why=not_a_member"
    ]
    workspace.passes(minutes=1)
    assert workspace.sent == []
    workspace.card()


def test_somebody_whom_slack_does_not_tell_of(workspace: Workspace) -> None:
    """Who cannot be looked up may do nothing, and is told why; a minute later it is as before."""
    ana = almighty(workspace)
    workspace.slack.answers_500("users.info", times=3)
    why = "your account cannot be checked right now (`Slack is in trouble`). Try again in a minute."
    assert ana.types("/pipeline clear orders") == f"🚫 You may not clear `orders`: {why}"
    refused = f"🚫 You may not grant *viewer* on `orders`: {why}"
    assert ana.types("/pipeline grant @ana viewer orders") == refused
    assert ana.types("/pipeline whoami").split("\n")[:2] == snapshot(
        [
            "You are @ana (`U02ANA` of the workspace `T0ACME`). Whether you are a member of this workspace cannot be checked right now (`Slack is in trouble`). Until it can be, you cannot do anything here.",
            "❔ *viewer* on `*` (grant #1, no expiry): cannot be checked right now",
        ]
    )
    assert workspace.record() == snapshot(
        [
            "03:00 refused by ana: action=request pipeline=orders why=not_a_member",
            "03:00 refused by ana: action=granted pattern=orders role=viewer team=T0ACME user=U02ANA why=no_admin",
        ]
    )
    assert ana.asks("/pipeline clear orders").startswith("*Clear `orders`?*")


def test_what_was_theirs_is_theirs_no_more(workspace: Workspace, ana: Teammate) -> None:
    """Whoever became a guest neither sees nor takes back what they asked for as a member, and is told why."""
    ana.requests("orders")
    request = workspace.request()
    becomes_a_guest(ana)
    workspace.passes(minutes=2)
    commands = ("pending", "history", "grants", "rules")
    assert [ana.types(f"/pipeline {command}").split("\n")[:2] for command in commands] == snapshot(
        [
            [
                "🚫 You cannot see any request, because guests of this workspace cannot do anything here, even with a grant."
            ],
            ["*History*", "Nothing that you can see."],
            ["No grants to show. You can see your own, and those on pipelines that you are an admin of."],
            ["*Rules and freezes*", "None that concerns you."],
        ]
    )
    assert "🚫" in ana.told("Withdraw")[0]
    assert "You can see no request whose id begins with" in ana.types(f"/pipeline withdraw {request}")
    assert "🙋 Waiting for approval, requested" in workspace.card()
    workspace.thread()
