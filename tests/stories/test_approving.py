"""People approve what others asked for, by button and by command; whoever may not, or comes too late, hears why."""

from inline_snapshot import snapshot

from bot.domain.access import Role
from tests.workspace import Workspace


def test_two_approvals(workspace: Workspace) -> None:
    """Each counts once and is told to the requester; the buttons go away with the last one that was needed."""
    workspace.rules("orders", "approvals=2")
    ana, ben, cem = workspace.requester("ana"), workspace.approver("ben"), workspace.approver("cem")
    ana.requests("orders")
    assert ben.told("Approve") == snapshot(["👍 Approved: 1 of 2."])
    assert workspace.card() == snapshot("""\
Clear orders
*State*
🙋 Waiting for approval.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
*Approvals*
1 of 2: @ben Mar 2, 2026 at 3:00:00 AM
*Until*
Mar 2, 2026 at 4:00:00 AM
✓ Asked for by @ana · Mar 2, 2026 at 3:00:00 AM
✓ Approved by @ben · Mar 2, 2026 at 3:00:00 AM
⏳ 1 approval more
○ Request to Feldera
○ Storage cleared
Id `ID1`
[Approve] [Deny] [Withdraw]\
""")
    workspace.passes(minutes=1)
    assert workspace.sent == []
    assert cem.told("Approve") == snapshot(["👍 Approved: 2 of 2."])
    workspace.passes(seconds=10)
    assert "[" not in workspace.card()
    assert workspace.thread() == snapshot(
        [
            "👍 @ben approved (1 of 2). @ana",
            "👍 @cem approved (2 of 2). @ana",
            "📤 Sent the request to Feldera, Mar 2, 2026 at 3:01:00 AM.",
            "⏳ Feldera accepted it, Mar 2, 2026 at 3:01:00 AM: the storage is being cleared. From here it cannot be cancelled.",
            "✅ Cleared `orders` after 2 seconds. @ana (approved by @ben @cem)",
        ]
    )
    assert len(workspace.sent) == 1


def test_approved_by_command(workspace: Workspace) -> None:
    """`approve ID` is the button, for whoever types: the card's buttons go away at once."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    assert ben.types(f"/pipeline approve {workspace.request()}") == snapshot("👍 Approved: 1 of 1.")
    workspace.passes(seconds=10)
    assert "✓ Approved by @ben" in workspace.card()
    assert "[" not in workspace.card()
    assert workspace.thread()[-1] == snapshot("✅ Cleared `orders` after 2 seconds. @ana (approved by @ben)")


def test_part_of_an_id_that_is_typed(workspace: Workspace) -> None:
    """Any beginning that means one request will do; one that means none, or that one may not see, is answered alike."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben", pattern="payments")
    ana.requests("orders")
    request = workspace.request()
    assert workspace.named(ben.types(f"/pipeline approve {request}")) == snapshot(
        "❌ Nothing that waits, and that you may see, is `ID1`, or several are. `/pipeline pending` lists what waits."
    )
    assert ana.types("/pipeline approve zzzzzz") == snapshot(
        "❌ Nothing that waits, and that you may see, is `zzzzzz`, or several are. `/pipeline pending` lists what waits."
    )
    assert ana.types("/pipeline approve") == snapshot(
        "🤔 Which request? Its card shows its id, and so does `/pipeline pending`. Type `/pipeline approve ID`."
    )
    assert workspace.approver("cem").types(f"/pipeline approve {request[:4]}") == snapshot(
        "👍 Approved: 1 of 1."
    )
    workspace.passes(seconds=10)
    workspace.card()
    workspace.thread()


def test_a_stale_click_on_approve(workspace: Workspace) -> None:
    """A click on a button that is gone hears who approved, and when; it changes nothing."""
    ana, ben, cem = workspace.requester("ana"), workspace.approver("ben"), workspace.approver("cem")
    ana.requests("orders")
    buttons = [cem.finds(label) for label in ("Approve", "Deny")]
    withdraw = ana.finds("Withdraw")
    ben.told("Approve")
    workspace.passes(minutes=2)
    cem.presses(buttons[0])
    assert cem.reads() == snapshot(
        [
            "This was already approved by @ben Mar 2, 2026 at 3:00:00 AM, and is over. ✅ Cleared `orders` after 2 seconds. See its thread."
        ]
    )
    cem.presses(buttons[1])
    assert cem.reads() == snapshot(
        [
            "This was already approved by @ben Mar 2, 2026 at 3:00:00 AM, and is over. ✅ Cleared `orders` after 2 seconds. See its thread."
        ]
    )
    ana.presses(withdraw)
    assert ana.reads() == snapshot(
        [
            "This was already approved by @ben Mar 2, 2026 at 3:00:00 AM, and is over. ✅ Cleared `orders` after 2 seconds. See its thread."
        ]
    )
    assert "✅ Cleared." in workspace.card()
    assert len(workspace.thread()) == 4


def test_a_stale_click_while_it_is_cleared(workspace: Workspace) -> None:
    """The same, as long as the clear goes on: who approved is what counts."""
    ana, ben, cem = workspace.requester("ana"), workspace.approver("ben"), workspace.approver("cem")
    workspace.feldera.sticks_clearing("orders")
    ana.requests("orders")
    approve, withdraw = cem.finds("Approve"), ana.finds("Withdraw")
    ben.told("Approve")
    cem.presses(approve)
    assert cem.reads() == snapshot(
        ["This was already approved by @ben Mar 2, 2026 at 3:00:00 AM: follow it in its thread."]
    )
    ana.presses(withdraw)
    assert ana.reads() == snapshot(
        ["This was already approved by @ben Mar 2, 2026 at 3:00:00 AM: follow it in its thread."]
    )
    assert "⏳ Clearing" in workspace.card()
    workspace.thread()


def test_ones_own_request(workspace: Workspace) -> None:
    """Nobody approves or denies what they asked for, whatever roles they hold, by button or by command."""
    ana = workspace.requester("ana")
    for role in (Role.APPROVER, Role.OPERATOR, Role.ADMIN, Role.RESPONDER):
        workspace.grants(ana, role)
    workspace.rules("orders", "approvals=1")
    ana.requests("orders")
    assert ana.told("Approve") == snapshot(["🚫 You asked for it yourself: others decide."])
    assert ana.types(f"/pipeline approve {workspace.request()}") == snapshot(
        "🚫 You asked for it yourself: others decide."
    )
    assert ana.told("Deny") == snapshot(["🚫 You asked for it yourself: others decide."])
    assert ana.types(f"/pipeline deny {workspace.request()} changed my mind") == snapshot(
        "🚫 You asked for it yourself: others decide."
    )
    workspace.passes(minutes=5)
    assert "🙋 Waiting for approval." in workspace.card()
    assert "0 of 1" in workspace.card()
    assert workspace.sent == []


def test_one_person_approves_twice(workspace: Workspace) -> None:
    """One person, one approval: by button, by command and by a double click."""
    workspace.rules("orders", "approvals=2")
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    button = ben.finds("Approve")
    workspace.at_once(ben.pressing(button), ben.pressing(button))
    assert sorted(ben.reads()) == snapshot(["You approved it already: 1 of 2.", "👍 Approved: 1 of 2."])
    assert ben.types(f"/pipeline approve {workspace.request()}") == snapshot(
        "You approved it already: 1 of 2."
    )
    workspace.passes(minutes=1)
    assert "1 of 2" in workspace.card()
    assert workspace.thread() == snapshot(["👍 @ben approved (1 of 2). @ana"])
    assert workspace.sent == []


def test_an_approver_by_two_groups_counts_once(workspace: Workspace) -> None:
    """Approvals count people: two groups and a grant of one's own make nobody two."""
    workspace.rules("orders", "approvals=2")
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    for handle in ("oncall", "leads"):
        workspace.grants_group(workspace.user_group(handle, ben), Role.APPROVER)
    ana.requests("orders")
    ben.told("Approve")
    assert ben.told("Approve") == snapshot(["You approved it already: 1 of 2."])
    assert "1 of 2" in workspace.card()
    workspace.thread()


def test_somebody_without_the_role(workspace: Workspace) -> None:
    """Channel membership approves nothing; the answer is for the one who clicked, and names what it takes."""
    ana, dan = workspace.requester("ana"), workspace.stranger("dan")
    workspace.grants(dan, Role.OPERATOR)
    ana.requests("orders")
    assert dan.told("Approve") == snapshot(
        [
            "🚫 You may not approve a clear of `orders`: that takes the role *approver* on it. An admin of this bot can grant it. You are `U03DAN`."
        ]
    )
    assert dan.types(f"/pipeline approve {workspace.request()}") == snapshot(
        "🚫 You may not approve a clear of `orders`: that takes the role *approver* on it. An admin of this bot can grant it. You are `U03DAN`."
    )
    assert dan.told("Deny") == snapshot(
        [
            "🚫 You may not approve a clear of `orders`: that takes the role *approver* on it. An admin of this bot can grant it. You are `U03DAN`."
        ]
    )
    assert "🙋 Waiting for approval." in workspace.card()
    assert workspace.thread() == []


def test_an_approver_of_other_pipelines(workspace: Workspace) -> None:
    """The right to approve is per pipeline, also for the button of a card one sees."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben", pattern="pay*")
    ana.requests("orders")
    assert ben.told("Approve") == snapshot(
        [
            "🚫 You may not approve a clear of `orders`: that takes the role *approver* on it. An admin of this bot can grant it. You are `U03BEN`."
        ]
    )
    assert "0 of 1" in workspace.card()


def test_people_who_never_pass_click(workspace: Workspace) -> None:
    """Guests, bots, people of other organisations and the deactivated approve nothing, whatever is granted to them."""
    ana = workspace.requester("ana")
    gil = workspace.stranger("gil", guest=True)
    eve = workspace.stranger("eve", team="T0OTHER")
    app = workspace.stranger("app", is_bot=True)
    for person in (gil, eve, app):
        workspace.grants(person, Role.APPROVER)
    ana.requests("orders")
    assert {person.name: person.told("Approve") for person in (gil, eve, app)} == snapshot(
        {
            "gil": [
                "🚫 You may not approve a clear of `orders`: guests of this workspace may do nothing here, whatever is granted to them."
            ],
            "eve": [
                "🚫 You may not approve a clear of `orders`: only members of this workspace's own organisation may do anything here."
            ],
            "app": ["🚫 You may not approve a clear of `orders`: bots may do nothing here."],
        }
    )
    assert "0 of 1" in workspace.card()
    assert workspace.thread() == []


def test_an_approver_who_was_deactivated_since(workspace: Workspace) -> None:
    """Whose account is switched off while the request waits no longer counts: another approval is needed."""
    workspace.rules("orders", "approvals=2")
    ana, ben, cem = workspace.requester("ana"), workspace.approver("ben"), workspace.approver("cem")
    ana.requests("orders")
    ben.told("Approve")
    ben.person.is_deactivated()
    assert cem.told("Approve") == snapshot(["👍 Approved: 1 of 2."])
    workspace.passes(minutes=1)
    assert workspace.sent == []
    assert workspace.approver("dan").told("Approve") == snapshot(["👍 Approved: 2 of 2."])
    workspace.passes(seconds=10)
    assert workspace.thread()[-1] == snapshot(
        "✅ Cleared `orders` after 2 seconds. @ana (approved by @cem @dan)"
    )
    workspace.card()


def test_slack_does_not_say_who_clicks(workspace: Workspace) -> None:
    """What cannot be looked up denies, and says so; the same click counts once Slack answers."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    workspace.slack.fails_next("users.info", "internal_error")
    assert ben.told("Approve") == snapshot(
        [
            "🚫 You may not approve a clear of `orders`: Slack did not tell who you are (`Slack is in trouble`), and without knowing I say no. Try again in a minute."
        ]
    )
    workspace.slack.answers_500("users.info")
    assert ben.told("Approve") == snapshot(
        [
            "🚫 You may not approve a clear of `orders`: Slack did not tell who you are (`Slack is in trouble`), and without knowing I say no. Try again in a minute."
        ]
    )
    workspace.slack.rate_limits("users.info", retry_after=30)
    assert ben.told("Approve") == snapshot(
        [
            "🚫 You may not approve a clear of `orders`: Slack did not tell who you are (`Slack is asked too often and wants 30 s of quiet`), and without knowing I say no. Try again in a minute."
        ]
    )
    assert "0 of 1" in workspace.card()
    workspace.passes(seconds=31)
    assert ben.told("Approve") == snapshot(["👍 Approved: 1 of 1."])
    workspace.passes(seconds=10)
    workspace.card()
    workspace.thread()


def test_slack_does_not_say_who_is_in_the_group(workspace: Workspace) -> None:
    """An approver by a group alone cannot approve while the group cannot be read, and hears that."""
    ana, ben = workspace.requester("ana"), workspace.stranger("ben")
    workspace.grants_group(workspace.user_group("leads", ben), Role.APPROVER)
    ana.requests("orders")
    workspace.slack.downgrades_plan()
    assert ben.told("Approve") == snapshot(
        [
            "🚫 You may not approve a clear of `orders`: it depends on a user group, and Slack did not tell who is in it (`this workspace's Slack plan has no user groups`). Try again in a minute."
        ]
    )
    workspace.slack.upgrades_plan()
    assert ben.told("Approve") == snapshot(["👍 Approved: 1 of 1."])
    workspace.passes(seconds=10)
    workspace.card()
    workspace.thread()


def test_whoever_left_the_group_cannot_approve(workspace: Workspace) -> None:
    """Groups are looked up again at the click: a minute-old answer does not do."""
    ana, ben = workspace.requester("ana"), workspace.stranger("ben")
    leads = workspace.user_group("leads", ben)
    workspace.grants_group(leads, Role.APPROVER)
    ana.requests("orders")
    ben.types("/pipeline pending")
    leads.leaves(ben.person)
    assert ben.told("Approve") == snapshot(
        [
            "🚫 You may not approve a clear of `orders`: that takes the role *approver* on it. An admin of this bot can grant it. You are `U03BEN`."
        ]
    )
    assert "0 of 1" in workspace.card()


def test_another_clear_holds_the_pipeline(workspace: Workspace) -> None:
    """An operator clears what somebody else asked for: the approval is answered with who holds it, and counts nothing."""
    ana, ben, oli = workspace.requester("ana"), workspace.approver("ben"), workspace.operator("oli")
    ana.requests("orders")
    workspace.feldera.sticks_clearing("orders")
    oli.clears("orders")
    workspace.passes(seconds=5)
    assert ben.told("Approve") == snapshot(
        [
            "✋ Another operation holds `orders`: @oli asked for a clear Mar 2, 2026 at 3:00:00 AM. Follow it in its thread."
        ]
    )
    workspace.feldera.unsticks("orders")
    workspace.passes(minutes=1)
    assert ben.told("Approve") == snapshot(["👍 Approved: 1 of 1."])
    workspace.passes(seconds=10)
    oli.reads()
    assert [card.splitlines()[2] for card in workspace.cards()] == snapshot(
        ["✅ Nothing to clear.", "✅ Cleared."]
    )
    assert workspace.threads()[0] == snapshot(
        [
            "👍 @ben approved (1 of 1). @ana",
            "✅ Nothing to clear: the storage of `orders` was cleared already. Nothing was sent. @ana (approved by @ben)",
        ]
    )
    assert len(workspace.sent) == 1
