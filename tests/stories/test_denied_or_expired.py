"""A request that is not approved: an approver says no, with a reason, or nobody decides in time."""

import pytest
from inline_snapshot import snapshot

from bot.store.shell_store import Administration
from tests.stories.decided import DENIED, approved_first

EXPIRED = "❌ Expired: the clear of `orders` was not approved in time. Nothing was sent to Feldera. To request it again, type `/pipeline clear orders`: it first shows what would be deleted."


def test_denied_with_a_reason(workspace, ana, ben):
    """*Deny* asks why in a modal, which denies nothing when it is closed; an approver may say yes first, and then no."""
    workspace.rules("orders", "approvals=2")
    ana.requests("orders", "schema change")
    assert ben.opens("Deny…") == snapshot("""\
Deny clear
Deny the clear of `orders`
Reason (the requester will read it): ____
[Go back] [Deny]\
""")
    ben.closes_modal()
    workspace.passes(minutes=1)
    assert "🙋 Waiting for approval, requested" in workspace.card()
    assert workspace.thread() == []
    assert ben.told("Approve") == [approved_first(left="59 min")]
    ben.opens("Deny…")
    workspace.slack.delivers_twice()
    assert ben.submits("not during the <!channel> audit") == f"Deny clear\n{DENIED}\n[Close]"
    workspace.passes(seconds=5)
    assert workspace.card() == snapshot("""\
Clear orders
❌ Denied by @ben: `not during the <!channel> audit` · some time ago (Mar 2, 2026 at 3:01 AM).
Nothing was sent to Feldera.
Requested by @ana: `schema change`
Approvals: 1 of 2, by @ben some time ago (Mar 2, 2026 at 3:01 AM)
Id `ID1`\
""")
    assert workspace.thread() == snapshot(
        [
            "👍 @ben approved the clear of `orders` (1 of 2). @ana",
            "❌ The clear of `orders` was denied by @ben: `not during the <!channel> audit`. Nothing was sent to Feldera. @ana (until then approved by @ben)",
        ]
    )
    workspace.passes(hours=5)
    assert workspace.sent == []


def test_denied_by_command(workspace, ana, ben):
    """Without a reason it asks for one. Nobody is reminded of what is denied, and the next request is a new card."""
    workspace.rules("orders", "remind=10m")
    ana.requests("orders")
    assert ben.types(f"/pipeline deny {workspace.request()}").startswith("🤔 Give a reason: the person")
    assert "🙋 Waiting for approval, requested" in workspace.card()
    assert ben.types(f"/pipeline deny {workspace.request()} not today") == DENIED
    workspace.passes(hours=2)
    assert "[" not in workspace.card()
    assert workspace.thread() == [
        "❌ The clear of `orders` was denied by @ben: `not today`. Nothing was sent to Feldera. @ana"
    ]
    asks_again_and_is_approved(workspace, ana, ben)


@pytest.mark.parametrize("error", ["expired_trigger_id", "trigger_expired", "internal_error", None])
def test_slack_does_not_open_the_form(workspace, ana, ben, error):
    """Slack lets one open within three seconds of a click: the answer says what to type instead."""
    ana.requests("orders")
    if error:
        workspace.slack.fails_next("views.open", error)
    else:
        workspace.slack.answers_500("views.open")
    typed = f"/pipeline deny {workspace.request()}"
    told = f"✍️ Slack did not open the form. Nothing was denied. Type `{typed} reason…` instead."
    assert ben.told("Deny…") == [told]
    assert ben.types(f"{typed} not today") == DENIED
    assert workspace.follows() == "❌ Denied by @ben: `not today`"
    ana.dms()


def test_denied_from_the_shell(workspace, ana, ben):
    """The buttons are gone ten seconds later, and a click meanwhile is told."""
    ana.requests("orders")
    approve = ben.finds("Approve")
    with Administration.open(workspace.database) as administration:
        administration.deny(
            administration.operation(workspace.request()).id,
            "audit <!here>",
            by="shell:owner",
            now=workspace.clock.now(),
        )
    ben.presses(approve)
    denied = "❌ The clear of `orders` was denied by the person who runs this bot: `audit <!here>`. Nothing was sent to Feldera."
    assert denied in ben.reads()[-1]
    workspace.passes(seconds=10)
    assert "\n❌ Denied by the person who runs this bot: `audit <!here>` · " in workspace.card()
    assert workspace.thread() == [f"{denied} @ana"]
    ana.types("/pipeline history orders")
    recorded = ana.told("Details")[0].replace(" some time ago (Mar 2, 2026 at 3:00 AM)", "")
    assert "ended (denied in shell) by `shell:owner`: reason `audit <!here>`" in recorded
    workspace.passes(hours=5)
    assert workspace.sent == []


def test_nobody_approves(workspace, ana, ben):
    """One reminder, which mentions the group that the rule asks; and then the end. Nothing is sent, ever."""
    oncall = workspace.user_group("oncall", ben)
    workspace.rules("orders", f"group={oncall.id} within=2h remind=30m")
    ana.requests("orders")
    workspace.passes(hours=1, minutes=59)
    assert "[Approve]" in workspace.card()
    workspace.passes(minutes=2)
    assert workspace.card() == snapshot("""\
Clear orders
❌ Expired: not approved in time · some time ago (Mar 2, 2026 at 5:00 AM).
Nothing was sent to Feldera. To request it again, type `/pipeline clear orders`.
Requested by @ana
Id `ID1`\
""")
    assert workspace.timed_thread() == [
        "0:30:00  ⏰ The clear of `orders`, requested by @ana, still needs 1 approval; it expires Mar 2, 2026 at 5:00 AM. @oncall",
        f"2:00:00  {EXPIRED} @ana",
    ]
    asks_again_and_is_approved(workspace, ana, ben)
    workspace.passes(days=1)
    assert len(workspace.sent) == 1


def is_denied(workspace, ben):
    ben.types(f"/pipeline deny {workspace.request()} not today")
    workspace.passes(minutes=2)


def expires(workspace, _ben):
    workspace.passes(hours=2)


def expires_while_the_bot_is_down(workspace, _ben):
    workspace.dies()
    workspace.passes(hours=2)
    workspace.starts()


def is_about_to_expire(workspace, _ben):
    """The time is over, and the bot has not come round to saying so."""
    workspace.clock.passes(hours=1)


@pytest.mark.parametrize(
    "end",
    [
        (
            is_denied,
            "3:00",
            "❌ The clear of `orders` was denied by @ben: `not today`. Nothing was sent to Feldera.",
        ),
        (expires, "4:00", EXPIRED),
        (expires_while_the_bot_is_down, "5:00", EXPIRED),
        (is_about_to_expire, "4:00", EXPIRED),
    ],
)
def test_a_click_after_the_end_hears_of_it(workspace, ana, ben, end):
    """By button and by command, from approver and requester: it counts nothing, and nothing is sent."""
    ends, at, how = end
    cem = workspace.approver("cem")
    ana.requests("orders")
    buttons = [(cem, cem.finds("Approve")), (cem, cem.finds("Deny…")), (ana, ana.finds("Withdraw"))]
    ends(workspace, ben)
    over = f"This ended some time ago (Mar 2, 2026 at {at} AM). {how} See its thread."
    for person, button in buttons:
        person.presses(button)
        assert person.reads()[-1] == over
    assert cem.types(f"/pipeline approve {workspace.request()}") == over
    assert "❌" in workspace.card()
    assert workspace.thread()[-1] == f"{how} @ana"
    workspace.passes(minutes=1)
    assert workspace.sent == []


def test_approved_in_the_last_second_is_in_time(workspace, ana, ben):
    """Even if the request is sent after the hour."""
    workspace.rules("orders", "cancel-window=60s")
    ana.requests("orders")
    workspace.passes(minutes=59, seconds=59)
    ben.told("Approve")
    workspace.passes(minutes=2)
    assert workspace.follows() == "✅ Cleared"


def asks_again_and_is_approved(workspace, ana, ben):
    ana.requests("orders")
    ben.told("Approve")
    workspace.passes(seconds=10)
    assert [card.splitlines()[1][0] for card in workspace.cards()] == ["❌", "✅"]
    workspace.thread()
