"""People approve what others asked for, by button and by command; whoever may not, or comes too late, hears why."""

from inline_snapshot import snapshot

from bot.domain.access.permissions import Role
from tests.stories.decided import approved, approved_first

OWN = "🚫 You requested the clear of `orders` yourself, so somebody else must approve or deny it."
BEFORE = "You already approved the clear of `orders`: 1 of 2 approvals so far."


def test_two_approvals(workspace, ana, ben, cem):
    """Each is told to the requester; the buttons go away with the last one that was needed."""
    workspace.rules("orders", "approvals=2")
    ana.requests("orders")
    assert ben.told("Approve") == [approved_first()]
    workspace.passes(minutes=1)
    assert workspace.sent == []
    card = workspace.card()
    assert "\nApprovals: 1 of 2, by @ben some time ago (Mar 2, 2026 at 3:00 AM)\n" in card
    assert card.endswith("[Approve] [Deny…] [Withdraw]")
    assert cem.told("Approve") == [approved(2)]
    workspace.passes(seconds=10)
    assert "[" not in workspace.card()
    approvals, end = workspace.thread()[:2], workspace.thread()[-1]
    assert approvals == [
        "👍 @ben approved the clear of `orders` (1 of 2). @ana",
        "👍 @cem approved the clear of `orders` (2 of 2). @ana",
    ]
    assert end == "✅ Cleared `orders` after 2 seconds. @ana (approved by @ben @cem)"
    assert len(workspace.sent) == 1


def test_a_click_that_comes_too_late_hears_who_approved(workspace, ana, ben, cem):
    """While it is cleared, and once it is."""
    workspace.feldera.sticks_clearing("orders")
    ana.requests("orders")
    buttons = [(cem, cem.finds("Approve")), (cem, cem.finds("Deny…")), (ana, ana.finds("Withdraw"))]
    ben.told("Approve")
    approved = "The clear of `orders` was already approved by @ben some time ago (Mar 2, 2026 at 3:00 AM)"
    for so_far in (": follow it in its thread.", ", and is over. ✅ Cleared `orders` after 2"):
        for person, button in buttons:
            person.presses(button)
            assert person.reads()[-1].startswith(f"{approved}{so_far}")
        workspace.passes(seconds=20)
        workspace.feldera.unsticks("orders")
        workspace.passes(seconds=10)
    assert len(workspace.thread()) == 4
    assert "✅ Cleared after" in workspace.card()


def test_nobody_decides_on_what_they_asked_for(workspace, ana):
    """Whatever roles they hold, by button or by command."""
    for role in (Role.APPROVER, Role.OPERATOR, Role.ADMIN, Role.RESPONDER):
        workspace.grants(ana, role)
    workspace.rules("orders", "approvals=1")
    ana.requests("orders")
    assert ana.told("Approve") == ana.told("Deny…") == [OWN]
    assert ana.types(f"/pipeline approve {workspace.request()}") == OWN
    assert ana.types(f"/pipeline deny {workspace.request()} changed my mind") == OWN
    workspace.passes(minutes=5)
    assert "🙋 Waiting for approval, requested" in workspace.card()
    assert "0 of 1" in workspace.card()
    assert workspace.sent == []


def test_one_person_counts_once(workspace, ana, ben):
    """By a double click and by command, by two groups and a grant of their own."""
    workspace.rules("orders", "approvals=2")
    for handle in ("oncall", "leads"):
        workspace.grants_group(workspace.user_group(handle, ben), Role.APPROVER)
    ana.requests("orders")
    button = ben.finds("Approve")
    workspace.at_once(ben.pressing(button), ben.pressing(button))
    assert sorted(ben.reads()) == [BEFORE, approved_first()]
    assert ben.types(f"/pipeline approve {workspace.request()}") == BEFORE
    workspace.passes(minutes=1)
    assert "1 of 2" in workspace.card()
    assert workspace.thread() == ["👍 @ben approved the clear of `orders` (1 of 2). @ana"]
    assert workspace.sent == []


def test_another_clear_holds_the_pipeline(workspace, ana, ben):
    """The approval is answered with who holds it, and counts nothing."""
    oli = workspace.operator("oli")
    ana.requests("orders")
    workspace.feldera.sticks_clearing("orders")
    oli.clears("orders")
    workspace.passes(seconds=5)
    assert ben.told("Approve")[0].startswith("✋ Another request is open on `orders`: @oli requested a clear")
    workspace.feldera.unsticks("orders")
    workspace.passes(minutes=1)
    assert ben.told("Approve") == [approved()]
    workspace.passes(seconds=10)
    oli.reads()
    assert [card.splitlines()[1].partition(" · ")[0] for card in workspace.cards()] == [
        "✅ Nothing to clear: its storage was already cleared",
        "✅ Cleared after 4 seconds",
    ]
    assert workspace.threads()[0] == snapshot(
        [
            "👍 @ben approved the clear of `orders` (1 of 1). @ana",
            "✅ Nothing to clear: the storage of `orders` was already cleared. Nothing was sent to Feldera. @ana (approved by @ben)",
        ]
    )
    assert len(workspace.sent) == 1


def test_whose_approval_does_not_count(workspace, ana):
    """Those without the role on this pipeline; and guests, bots and people of other organisations whatever they hold."""
    role, told = "you need the role *approver* on `orders`.", {}
    oli, pat = workspace.operator("oli"), workspace.approver("pat", pattern="pay*")
    gil = workspace.adds_person("gil", guest=True)
    eve = workspace.adds_person("eve", team="T0OTHER")
    app = workspace.adds_person("app", is_bot=True)
    for person in (gil, eve, app):
        workspace.grants(person, Role.APPROVER)
    ana.requests("orders")
    for person in (oli, pat, gil, eve, app):
        (told[person.name],) = person.told("Approve")
    assert {name: said.split("`orders`: ")[1].split(" No admin")[0] for name, said in told.items()} == {
        "oli": role,
        "pat": role,
        "gil": "guests of this workspace cannot do anything here, even with a grant.",
        "eve": "you are not a full member of this Slack workspace, and only full members can use this bot.",
        "app": "bots cannot do anything here, even with a grant.",
    }
    assert "0 of 1" in workspace.card()
    assert workspace.thread() == []


def test_an_approver_who_was_deactivated_since_counts_no_more(workspace, ana, ben, cem):
    workspace.rules("orders", "approvals=2")
    ana.requests("orders")
    ben.told("Approve")
    ben.person.is_deactivated()
    assert cem.told("Approve") == [approved_first()]
    workspace.passes(minutes=1)
    assert workspace.sent == []
    assert workspace.thread()[-1] == snapshot(
        "👍 @cem approved the clear of `orders` (1 of 2). @ana Not counted any more, since they may no longer approve this: @ben."
    )
    assert workspace.approver("dan").told("Approve") == [approved(2)]
    workspace.passes(seconds=10)
    assert workspace.thread()[-1].endswith("@ana (approved by @cem @dan)")
    workspace.card()


def test_slack_does_not_say_who_clicks(workspace, ana, ben):
    """What cannot be looked up denies, and says so; the same click counts once Slack answers."""
    ana.requests("orders")
    slack = workspace.slack
    for fails, why in (
        (lambda: slack.fails_next("users.info", "internal_error"), "Slack is in trouble"),
        (lambda: slack.answers_500("users.info"), "Slack is in trouble"),
        (
            lambda: slack.rate_limits("users.info", retry_after=30),
            "Slack rate-limited me; retry in 30 s",
        ),
    ):
        fails()
        no = (
            f"🚫 You may not approve a clear of `orders`: your account cannot be checked right now (`{why}`)."
        )
        assert ben.told("Approve") == [f"{no} Try again in a minute."]
    assert "0 of 1" in workspace.card()
    workspace.passes(seconds=31)
    assert ben.told("Approve") == [approved()]
    workspace.passes(seconds=10)
    assert workspace.follows() == "✅ Cleared"
