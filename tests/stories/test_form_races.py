"""What happens between opening a form, choosing, and submitting: other people, other choices, and bad luck."""

import asyncio

import pytest

from bot.domain.events import EventKind
from bot.simulator.slack import NotPossibleError

CONFIRMED = "Clear a pipeline\n⏳ Confirmed. Follow the clear of `{}` in its thread.\n[Close]"


def below(field: str, screen: str) -> str:
    """What stands below a field of the form: what is wrong with it, if it is."""
    lines = screen.split("\n")
    at = next(number for number, line in enumerate(lines) if line.startswith(f"{field}: "))
    return next((line for line in lines[at + 1 : at + 3] if line.startswith("⚠ ")), "")


def test_a_slow_answer_to_an_earlier_choice(workspace, form):
    """It never stands beside the later choice, however late it comes."""
    workspace.feldera.adds("users", checkpoints=(1000,))
    workspace.feldera.adds("slow", checkpoints=())
    workspace.passes(seconds=6)
    form.looks_for("")

    async def both() -> None:
        workspace.feldera.hangs("GET", times=1)
        async with asyncio.TaskGroup() as group:
            group.create_task(form.picking("slow"))
            await workspace.feldera.until_it_hangs()
            await form.picking("users")
            await workspace.slack.until(lambda: "1000 Bytes" in form.screen)
            workspace.feldera.lets_go()

    workspace.does(both())
    assert "1 checkpoint, 1000 Bytes" in form.screen
    assert form.screen.startswith("Clear a pipeline\nPipeline: users")


def test_submitted_before_it_was_shown(workspace, form):
    """Whoever is faster than the look has not seen what they would destroy: they see it, and press again."""
    workspace.feldera.adds("users", checkpoints=(1000,))
    workspace.passes(seconds=6)
    form.looks_for("users")

    async def at_once() -> None:
        workspace.feldera.hangs("GET", times=1)
        async with asyncio.TaskGroup() as group:
            group.create_task(form.picking("users"))
            await workspace.feldera.until_it_hangs()
            await form.person.submits()
            workspace.feldera.lets_go()

    workspace.does(at_once())
    told = "✋ Nothing was sent to Feldera yet. This is what it would do to `users`: look at it first."
    assert f"\n{told}\n*Deployment*\n" in form.screen
    assert "\n💾 holds data: 1 checkpoint, 1000 Bytes\n" in form.screen
    assert workspace.record() == []
    assert form.submits() == CONFIRMED.format("users")
    workspace.passes(seconds=10)
    assert workspace.feldera.clears["users"] == 1
    assert workspace.follows() == "✅ Cleared"


def test_changed_since_it_was_shown(workspace, form):
    """What is there now is shown, and nothing is sent; the next press is for that."""
    workspace.feldera.someone_starts("orders")
    workspace.passes(minutes=5)
    workspace.feldera.someone_stops("orders")
    workspace.passes(minutes=5)
    said = form.submits(Reason="schema change")
    assert (
        "\n✋ `orders` has changed since you looked. Nothing was sent to Feldera. This is how it is now"
        in said
    )
    assert "Stopped some time ago (Mar 2, 2026 at 3:05 AM)" in said
    assert workspace.record() == []
    form.submits()
    assert ": `schema change`\n" in workspace.card()
    workspace.passes(seconds=10)
    assert workspace.feldera.clears["orders"] == 1
    workspace.thread()


def is_deleted(workspace, _form):
    workspace.feldera.adds("orders-eu")
    workspace.feldera.someone_clears("orders")
    workspace.passes(minutes=1)
    workspace.feldera.someone_deletes("orders")


def is_started(workspace, _form):
    workspace.feldera.someone_starts("orders")
    workspace.passes(minutes=1)


def is_revoked(workspace, form):
    workspace.revokes(form)


def is_frozen(workspace, _form):
    workspace.freezes("ord*", hours=4)


GONE = "Feldera has no pipeline orders (names are case-sensitive). Did you mean orders-eu?"
NO_GRANT = "you need the role requester, operator or responder on orders. An admin of this bot can grant it."


@pytest.mark.parametrize(
    ("happens", "told", "recorded"),
    [
        (is_deleted, f"❌ {GONE}", ""),
        (is_started, "orders is not stopped: tick Stop it first, or choose another.", ""),
        (
            is_revoked,
            f"🚫 You may not clear orders: {NO_GRANT}",
            "action=request pipeline=orders why=no_grant",
        ),
        (
            is_frozen,
            "🧊 orders is frozen until 2026-03-02 07:00 UTC, by shell:owner (reason: release day). Until then nobody can clear, stop or start it through this bot, not even as break-glass. Nothing was sent to Feldera. An admin can remove the freeze with /pipeline unfreeze ord*; that unfreezes every pipeline that matches it.",
            "action=clear grant=1 pipeline=orders why=frozen",
        ),
    ],
)
def test_what_holds_at_the_press_stands_below_the_field(workspace, form, happens, told, recorded):
    """That somebody was told no is recorded."""
    happens(workspace, form)
    assert below("Pipeline", form.submits()) == f"⚠ {told}"
    assert workspace.record() == ([f"03:00 refused by oli: {recorded}"] if recorded else [])


def test_a_reason_that_a_rule_wants(workspace, form):
    """The rules of the press hold. Where they are older, the form asks, and Slack itself takes none without a reason."""
    workspace.rules("orders", r"reason=required matching=INC-\d+")
    below_field = "⚠ The reason must contain a match for the regular expression INC-\\d+."
    assert below("Reason", form.submits(Reason="because")) == below_field
    pat = workspace.operator("pat")
    pat.opens_form()
    assert (
        "\n(It must contain a match for the regular expression INC-\\d+. It is shown on the card.)\n"
        in pat.chooses("orders")
    )
    with pytest.raises(NotPossibleError, match="Reason"):
        pat.submits()
    form.submits(Reason="INC-7 is over")
    assert ": `INC-7 is over`\n" in workspace.card()
    workspace.passes(seconds=10)
    workspace.thread()


def test_somebody_else_was_faster(workspace, form):
    """Who holds it stands under the field; choosing it again shows them, with a link."""
    workspace.feldera.sticks_clearing("orders")
    pat = workspace.operator("pat")
    pat.clears("orders")
    workspace.passes(seconds=20)
    held = "✋ Another request is open on {}: {} requested a clear {}. Follow it in its thread."
    at = "2026-03-02 03:00 UTC"
    assert below("Pipeline", form.submits()) == f"⚠ {held.format('orders', 'somebody', at)}"
    shown = held.format("`orders`", "@pat", "some time ago (Mar 2, 2026 at 3:00 AM)")
    assert form.chooses("orders").splitlines()[4] == shown
    assert workspace.follows() == "⏳ Clearing, began some time ago (Mar 2, 2026 at 3:00 AM)."


def test_submitted_twice_at_once(workspace, form):
    """Two presses of a slow button are one operation: the second one is answered by what the first one did."""
    workspace.at_once(form.person.submits(), form.person.submits())
    said = [made.ack.body["view"]["blocks"][0]["text"]["text"] for made in workspace.slack.deliveries[-2:]]
    late, done = sorted(said)
    assert late.startswith("The clear of `orders` was already confirmed by ")
    assert done.startswith("⏳ Posting the request to clear `orders`")
    assert form.screen == CONFIRMED.format("orders")
    workspace.passes(seconds=10)
    assert workspace.feldera.clears["orders"] == 1
    assert len(workspace.record(EventKind.PROPOSED, EventKind.CONFIRMED)) == 2
    assert workspace.follows() == "✅ Cleared"


def test_a_restart_in_between(workspace, form):
    """A form that another process opened works on, and nobody clears what they were not shown."""
    workspace.restarts()
    workspace.feldera.someone_clears("orders")
    workspace.passes(minutes=1)
    workspace.feldera.someone_recreates("orders", storage="InUse")
    assert "\n✋ Nothing was sent to Feldera yet." in form.submits()
    workspace.passes(minutes=1)
    assert workspace.sent == []
    workspace.restarts()
    assert form.submits() == CONFIRMED.format("orders")
    workspace.passes(seconds=10)
    assert len(workspace.sent) == 1
    assert workspace.follows() == "✅ Cleared"


def test_two_forms_of_two_people_show_their_own_choice(workspace, form):
    pat = workspace.operator("pat")
    workspace.feldera.adds("users")
    workspace.passes(seconds=6)
    pat.uses_shortcut("Clear a pipeline")
    pat.chooses("users")
    assert "Pipeline: orders" in form.screen
    assert "Pipeline: users" in pat.screen


def test_a_form_whose_token_this_version_does_not_know(workspace, form):
    """It does nothing, and says so."""
    form.person.modal.body["private_metadata"] = "from another version"
    assert "This button is too old to work, so pressing it did nothing." in form.submits()
    assert workspace.record() == ["03:00 refused by oli: button=clear_form why=unknown_button"]
