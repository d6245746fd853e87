"""In an emergency a responder acts at once, in front of everybody who could have approved, and is accountable."""

import pytest
from inline_snapshot import snapshot

from bot.domain.access.permissions import Role

CLEAR = "/pipeline clear orders --break-glass INC-123 lag alarm"
ALLOWED, FORBIDDEN = "break-glass=allowed", "break-glass=forbidden"


@pytest.fixture
def rio(workspace):
    """Somebody who may run a clear of `orders` as break-glass, which is stopped, and of `sales`, which is running."""
    workspace.feldera.adds("sales", running=True)
    workspace.rules("*", ALLOWED)
    return workspace.responder("rio")


def opens_the_form(rio):
    """The preview is on the screen, and the form that asks for the name over it."""
    rio.asks(CLEAR)
    return rio.opens("Run as break-glass…")


def test_from_the_command_to_the_signature(workspace, rio, ben):
    """The preview says what it is, the name is typed again, it runs at once, all approvers hear, one signs it off."""
    workspace.rules("orders", "approvals=2 cancel-window=60s")
    workspace.grants_group(workspace.user_group("leads"), Role.APPROVER, "ord*")
    preview = rio.asks("/pipeline clear orders --break-glass INC-123 lag alarm at night").splitlines()
    assert preview[7:] == snapshot(
        [
            "*Run as break-glass for*",
            "`INC-123`",
            "Reason: lag alarm at night",
            "⚠️ `orders` loses all its state, and is empty when it runs again. This *cannot be undone*.",
            "🚨 Break-glass runs this at once, without approval. Everyone who could have approved is notified, and one of them must review it afterwards.",
            "[Run as break-glass…] [Never mind]",
        ]
    )
    assert rio.opens("Run as break-glass…") == snapshot("""\
Run as break-glass
Type the pipeline's name, orders, to clear it at once, without approval. This cannot be undone.: ____
[Go back] [Run as break-glass]\
""")
    assert workspace.sent == []
    assert rio.submits("orders") == snapshot("""\
Run as break-glass
⏳ Posting the request to clear `orders` in #ops. When the message is visible there, the clear is sent to Feldera.
[Close]\
""")
    assert len(workspace.sent) == 1
    assert rio.reads() == ["⏳ Confirmed. Follow the clear of `orders` in its thread."]
    workspace.passes(seconds=10)
    assert workspace.card().splitlines()[1:] == snapshot(
        [
            "✅ Cleared after 2 seconds · some time ago (Mar 2, 2026 at 3:00 AM).",
            "Deleted, as Feldera reports: the storage, which held 3 checkpoints (7.0 MiB) at the preview.",
            "Run as break-glass for `INC-123` by @rio: `lag alarm at night`",
            "⏳ Awaiting review by an approver",
            "Id `ID1`",
            "[Mark as reviewed]",
        ]
    )
    assert workspace.thread()[0] == snapshot(
        "🚨 @rio runs the clear of `orders` as break-glass for `INC-123`: `lag alarm at night`. It runs at once, without approval. One of you must review it afterwards. @ben @leads"
    )
    assert workspace.thread()[-1] == "✅ Cleared `orders` after 2 seconds. @rio"
    assert ben.types("/pipeline pending") == snapshot(
        """\
*Requests that wait for approval or review*
🚨 Run as break-glass for `INC-123`, waiting for review: clear of `orders` (`ID1`), requested by @rio some time ago (Mar 2, 2026 at 3:00 AM) · Thread\
"""
    )
    workspace.passes(days=2)
    assert ben.told("Mark as reviewed") == ["🔏 Reviewed: the break-glass clear of `orders`."]
    workspace.passes(seconds=5)
    assert workspace.card().splitlines()[-2:] == [
        "✓ Reviewed by @ben some time ago (Mar 4, 2026 at 3:00 AM)",
        "Id `ID1`",
    ]
    assert workspace.thread()[-1] == "🔏 @ben reviewed the break-glass clear of `orders`. @rio"
    assert ben.types("/pipeline pending") == "Nothing waits for anybody."


@pytest.mark.parametrize(
    ("command", "what"),
    [
        ("stop sales", "stop"),
        ("start orders", "start"),
        ("clear sales --restart", "stop, clear and start"),
    ],
)
def test_what_is_said_is_of_what_was_asked_for(workspace, rio, command, what):
    """The form says what is done at once; the usual way that is advised where rules forbid it is one to the same."""
    rio.asks(f"/pipeline {command} --break-glass INC-123 lag alarm")
    name = "sales" if "sales" in command else "orders"
    final = "" if what == "start" else " This cannot be undone."
    label = f"Type the pipeline's name, {name}, to {what} it at once, without approval.{final}"
    assert rio.opens("Run as break-glass…").splitlines()[1] == f"{label}: ____"
    workspace.rules(name, FORBIDDEN)
    no = f"🚫 The {what} of `{name}` cannot run as break-glass: the rules for `{name}`, `*` do not allow it. "
    assert (
        f"{no}Nothing was sent to Feldera. Ask for approval instead: `/pipeline {command} reason…`."
        in rio.submits(name)
    )
    assert workspace.cards() == []
    assert workspace.sent == []


def test_a_stop_to_its_end(workspace, rio, ben):
    """Nothing but the stop is sent, and the card and its thread say so."""
    rio.asks("/pipeline stop sales --break-glass INC-123 lag alarm")
    rio.opens("Run as break-glass…")
    rio.submits("sales")
    assert rio.reads() == ["⏳ Confirmed. Follow the stop of `sales` in its thread."]
    workspace.passes(seconds=10)
    ben.told("Mark as reviewed")
    assert "✅ Stopped after" in workspace.card()
    assert "clear" not in "\n".join(workspace.thread())


def test_the_form_is_not_opened_is_closed_or_has_the_wrong_name(workspace, rio):
    """Nothing is sent, and the preview is as it was: the right name, typed then, goes ahead."""
    rio.asks(CLEAR)
    unopened = (
        "✍️ Slack did not open the form. Nothing was sent to Feldera: press *Run as break-glass…* again."
    )
    for error in ("expired_trigger_id", "trigger_expired", "internal_error"):
        workspace.slack.fails_next("views.open", error)
        assert rio.told("Run as break-glass…") == [unopened]
    rio.opens("Run as break-glass…")
    rio.closes_modal()
    workspace.passes(minutes=1)
    rio.opens("Run as break-glass…")
    assert "\n⚠ That is not orders. Nothing was sent to Feldera.\n" in rio.submits("Orders")
    assert (workspace.sent, workspace.cards()) == ([], [])
    assert rio.submits("orders").startswith("Run as break-glass\n⏳ Posting the request to clear `orders`")
    rio.reads()
    workspace.passes(seconds=10)
    assert len(workspace.sent) == 1
    assert workspace.follows() == "✅ Cleared"


@pytest.mark.parametrize(
    ("rules", "because"),
    [
        ({}, "no rule allows it"),
        ({"orders": "approvals=1"}, "the rules for `orders` do not allow it"),
        ({"orders": FORBIDDEN}, "the rules for `orders` do not allow it"),
        ({"*": ALLOWED, "ord*": FORBIDDEN}, "the rules for `ord*`, `*` do not allow it"),
    ],
)
def test_the_rules_do_not_allow_it(workspace, rules, because):
    for pattern, rule in rules.items():
        workspace.rules(pattern, rule)
    no = f"🚫 The clear of `orders` cannot run as break-glass: {because}. "
    assert (
        workspace.responder("rio").asks(CLEAR)
        == f"{no}Nothing was sent to Feldera. Ask for approval instead: `/pipeline clear orders reason…`."
    )


def test_whoever_is_no_responder(workspace):
    """Neither an operator nor an approver nor an admin runs anything as break-glass."""
    workspace.rules("orders", ALLOWED)
    no = "🚫 You may not clear `orders` as break-glass: you need the role *responder* on `orders`."
    for person in (workspace.operator("oli"), workspace.approver("ben"), workspace.admin("ada")):
        assert person.types(CLEAR).startswith(no)


def test_a_reason_that_a_rule_wants(workspace, rio):
    """It holds in an emergency, too; the incident may be the ticket that it asks for."""
    workspace.rules("orders", r"matching=INC-\d+")
    assert rio.asks("/pipeline clear orders --break-glass lag alarm at night") == snapshot(
        "✍️ The reason for the clear of `orders` must contain a match for the regular expression `INC-\\d+`. Yours does not. Nothing was sent to Feldera. Type the command again with a reason that does: `/pipeline clear orders --break-glass lag reason…`."
    )
    rio.breaks_glass("orders", "INC-9 lag alarm")
    workspace.passes(seconds=5)
    assert len(workspace.sent) == 1
    assert workspace.follows() == "✅ Cleared"


def test_a_responder_asks_as_usual(workspace, rio, ben):
    """Without the option a responder is a requester."""
    rio.requests("orders")
    ben.told("Approve")
    workspace.passes(seconds=10)
    assert workspace.thread()[-1] == "✅ Cleared `orders` after 2 seconds. @rio (approved by @ben)"
    assert "Glass" not in workspace.card()
    assert "[" not in workspace.card()


def test_the_right_is_lost_before_it_is_sent(workspace, rio):
    """Feldera was down when the glass was broken: whoever is no responder any more when it is back clears nothing."""
    opens_the_form(rio)
    workspace.feldera_goes_down()
    rio.submits("orders")
    rio.reads()
    workspace.passes(seconds=30)
    workspace.revokes(rio)
    workspace.feldera_comes_back()
    workspace.passes(minutes=2)
    assert workspace.sent == []
    assert (
        "❌ `orders` was not cleared: @rio lost the right to run it as break-glass after confirming it."
        in workspace.thread()[-1]
    )
    workspace.card()


def test_whoever_became_a_guest_while_the_form_was_open_breaks_nothing(workspace, rio):
    opens_the_form(rio)
    rio.person.becomes_a_guest()
    said = rio.submits("orders")
    assert (
        "🚫 You may not clear `orders` as break-glass: guests of this workspace cannot do anything here"
        in said
    )
    assert (workspace.sent, workspace.cards()) == ([], [])
