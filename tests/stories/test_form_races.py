"""What happens between opening a form, choosing, and submitting: other people, other choices, and bad luck."""

import asyncio
from collections.abc import Iterator

import pytest
from inline_snapshot import snapshot

from bot.domain.events import EventKind
from bot.simulator.slack import NotPossibleError
from tests.workspace import Teammate, Workspace


def below(field: str, screen: str) -> str:
    """What stands below a field of the form: what is wrong with it, if it is."""
    lines = screen.split("\n")
    at = next(number for number, line in enumerate(lines) if line.startswith(f"{field}: "))
    return next((line for line in lines[at + 1 : at + 3] if line.startswith("⚠ ")), "")


@pytest.fixture
def ana(workspace: Workspace) -> Iterator[Teammate]:
    """An operator with the form open, who has looked at `orders`."""
    ana = workspace.operator("ana")
    ana.opens_form()
    ana.chooses("orders")
    return ana


def test_a_slow_answer_to_an_earlier_choice(workspace: Workspace, ana: Teammate) -> None:
    """It never stands beside the later choice, however late it comes."""
    workspace.feldera.adds("users", checkpoints=(1000,))
    workspace.feldera.adds("slow", checkpoints=())
    workspace.passes(seconds=6)
    ana.looks_for("")

    async def both() -> None:
        workspace.feldera.hangs("GET", times=1)
        async with asyncio.TaskGroup() as group:
            group.create_task(ana.picking("slow"))
            await workspace.feldera.until_it_hangs()
            await ana.picking("users")
            await workspace.slack.until(lambda: "1000 Bytes" in ana.screen)
            workspace.feldera.lets_go()

    workspace.does(both())
    assert "1 checkpoint, 1000 Bytes" in ana.screen
    assert ana.screen.startswith("Clear a pipeline\nPipeline: users")


def test_submitted_before_it_was_shown(workspace: Workspace, ana: Teammate) -> None:
    """Whoever is faster than the look has not seen what they would destroy: they see it, and press again."""
    workspace.feldera.adds("users", checkpoints=(1000,))
    workspace.passes(seconds=6)
    ana.looks_for("users")

    async def at_once() -> None:
        workspace.feldera.hangs("GET", times=1)
        async with asyncio.TaskGroup() as group:
            group.create_task(ana.picking("users"))
            await workspace.feldera.until_it_hangs()
            await ana.person.submits()
            workspace.feldera.lets_go()

    workspace.does(at_once())
    assert ana.screen == snapshot("""\
Clear a pipeline
Pipeline: users
In the same request: ☐ Stop it first ☐ Start it afterwards
Nothing happens unless you press the button below. Only you see this.
✋ Nothing was sent yet. This is what it would do to `users`: look at it first.
*Deployment*
⏹️ Stopped since Mar 2, 2026 at 3:00:00 AM
*Storage*
💾 in use, 1 checkpoint, 1000 Bytes
*A clear would destroy*
the storage, with 1 checkpoint (1000 Bytes)
⚠️ Clearing dissociates the pipeline's storage, which can delete it: its checkpoints and state are gone for good, and the next start begins from nothing. It *cannot be cancelled*.
Its card goes to #ops.
Reason: ____
(It is shown on the card.)
[Never mind] [Clear]\
""")
    assert workspace.record() == []
    assert ana.submits() == snapshot("""\
Answer
⏳ Confirmed. Follow `users` in its thread.
[Close]\
""")
    workspace.passes(seconds=10)
    assert workspace.feldera.clears["users"] == 1
    workspace.card()
    workspace.thread()


def test_changed_since_it_was_shown(workspace: Workspace, ana: Teammate) -> None:
    """What is there now is shown, and nothing is sent; the next press is for that."""
    workspace.passes(minutes=5)
    workspace.feldera.someone_starts("orders")
    workspace.passes(minutes=5)
    workspace.feldera.someone_stops("orders")
    workspace.passes(minutes=5)
    assert ana.submits(Reason="schema change") == snapshot("""\
Clear a pipeline
Pipeline: orders
In the same request: ☐ Stop it first ☐ Start it afterwards
Nothing happens unless you press the button below. Only you see this.
✋ `orders` has changed since you looked, and nothing was sent. This is how it is now: look again.
*Deployment*
⏹️ Stopped since Mar 2, 2026 at 3:10:01 AM
*Storage*
💾 in use, 3 checkpoints, 7.0 MiB
*A clear would destroy*
the storage, with 3 checkpoints (7.0 MiB)
⚠️ Clearing dissociates the pipeline's storage, which can delete it: its checkpoints and state are gone for good, and the next start begins from nothing. It *cannot be cancelled*.
Its card goes to #ops.
Reason: schema change
(It is shown on the card.)
[Never mind] [Clear]\
""")
    assert workspace.record() == []
    ana.submits()
    assert "Reason: schema change" in workspace.card()
    workspace.passes(seconds=10)
    assert workspace.feldera.clears["orders"] == 1
    workspace.thread()


def test_gone_since_it_was_shown(workspace: Workspace, ana: Teammate) -> None:
    """A pipeline that was deleted meanwhile is said under its field."""
    workspace.feldera.adds("orders-eu")
    workspace.feldera.someone_clears("orders")
    workspace.passes(minutes=1)
    workspace.feldera.someone_deletes("orders")
    assert below("Pipeline", ana.submits()) == snapshot(
        "⚠ ❌ Feldera has no pipeline orders (upper and lower case count). Did you mean orders-eu?"
    )
    assert workspace.record() == []


def test_running_since_it_was_shown(workspace: Workspace, ana: Teammate) -> None:
    """So is one that somebody has started."""
    workspace.feldera.someone_starts("orders")
    workspace.passes(minutes=1)
    assert below("Pipeline", ana.submits()) == snapshot(
        "⚠ orders is not stopped: tick Stop it first, or choose another."
    )


def test_rights_lost_since_it_was_shown(workspace: Workspace, ana: Teammate) -> None:
    """The rights of the moment of the press hold; that they were told no is recorded."""
    workspace.revokes(ana)
    assert below("Pipeline", ana.submits(Reason="x")) == snapshot(
        "⚠ 🚫 You may not clear orders: that takes the role requester, operator or responder on it. An admin of this bot can grant it. You are U02ANA."
    )
    assert workspace.record() == snapshot(
        ["03:00 refused by ana: action=request pipeline=orders why=no_grant"]
    )


def test_frozen_since_it_was_shown(workspace: Workspace, ana: Teammate) -> None:
    """A freeze stands under the field, with its end and its reason."""
    workspace.freezes("ord*", hours=4)
    assert below("Pipeline", ana.submits()) == snapshot(
        "⚠ Nothing new starts on orders, not by breaking the glass either: 🧊 until 2026-03-02 07:00:00 UTC: release day (by shell:owner). An admin can lift it: /pipeline unfreeze ord*."
    )
    assert workspace.record() == snapshot(
        ["03:00 refused by ana: action=clear grant=1 pipeline=orders why=frozen"]
    )


def test_a_reason_wanted_since_it_was_shown(workspace: Workspace, ana: Teammate) -> None:
    """The rules of the moment of the press hold: it stands under the reason."""
    workspace.rules("orders", r"reason=required matching=INC-\d+")
    assert below("Reason", ana.submits(Reason="because")) == snapshot(
        "⚠ The reason must contain something like INC-\\d+."
    )
    ana.submits(Reason="INC-7 is over")
    assert "Reason: INC-7 is over" in workspace.card()
    workspace.passes(seconds=10)
    workspace.thread()


def test_a_reason_wanted_from_the_start(workspace: Workspace) -> None:
    """The form asks for it, and Slack itself takes no form without one."""
    workspace.rules("orders", r"reason=required matching=INC-\d+")
    ana = workspace.operator("ana")
    ana.opens_form()
    assert ana.chooses("orders").splitlines()[-3:] == snapshot(
        [
            "Reason: ____",
            "(It must contain something like INC-\\d+. It is shown on the card.)",
            "[Never mind] [Clear]",
        ]
    )
    with pytest.raises(NotPossibleError, match="Reason"):
        ana.submits()


def test_somebody_else_was_faster(workspace: Workspace, ana: Teammate) -> None:
    """Who holds it stands under the field; choosing it again shows them, with a link."""
    workspace.feldera.sticks_clearing("orders")
    ben = workspace.operator("ben")
    ben.clears("orders")
    workspace.passes(seconds=20)
    assert below("Pipeline", ana.submits()) == snapshot(
        "⚠ ✋ Another operation holds orders: somebody asked for a clear 2026-03-02 03:00:00 UTC. Follow it in its thread."
    )
    assert ana.chooses("orders") == snapshot("""\
Clear a pipeline
Pipeline: orders
In the same request: ☐ Stop it first ☐ Start it afterwards
Nothing happens unless you press the button below. Only you see this.
✋ Another operation holds `orders`: @ben asked for a clear Mar 2, 2026 at 3:00:00 AM. Follow it in its thread.
Reason: ____
(It is shown on the card.)
[Never mind] [Clear]\
""")
    workspace.card()
    workspace.thread()


def test_submitted_twice_at_once(workspace: Workspace, ana: Teammate) -> None:
    """Two presses of a slow button are one operation: the second one is answered by what the first one did."""
    workspace.at_once(ana.person.submits(), ana.person.submits())
    said = [made.ack.body["view"]["blocks"][0]["text"]["text"] for made in workspace.slack.deliveries[-2:]]
    assert sorted(text.partition(":")[0].partition(",")[0] for text in said) == snapshot(
        [
            "This was confirmed already",
            "⏳ Confirmed. The card of `orders` goes up now; nothing is sent before it stands.",
        ]
    )
    assert ana.screen == snapshot("""\
Answer
⏳ Confirmed. Follow `orders` in its thread.
[Close]\
""")
    workspace.passes(seconds=10)
    assert workspace.feldera.clears["orders"] == 1
    assert [line for line in workspace.record() if "proposed" in line or "confirmed" in line] == snapshot(
        ["03:00 proposed by ana [op]: pipeline=orders reviewed=…", "03:00 confirmed by ana [op]: grant=1"]
    )
    workspace.card()
    workspace.thread()


def test_delivered_twice(workspace: Workspace, ana: Teammate) -> None:
    """So is one press that Slack delivers twice, at once or later."""
    workspace.slack.delivers_twice()
    ana.submits()
    assert workspace.run(workspace.slack.delivers_again()) is None
    workspace.passes(seconds=10)
    assert workspace.feldera.clears["orders"] == 1
    assert len(workspace.record(EventKind.CONFIRMED)) == 1
    workspace.card()
    workspace.thread()


def test_a_restart_in_between(workspace: Workspace, ana: Teammate) -> None:
    """A form that another process opened works on: what it showed is held against what is there now."""
    workspace.restarts()
    assert ana.submits(Reason="schema change") == snapshot("""\
Answer
⏳ Confirmed. Follow `orders` in its thread.
[Close]\
""")
    workspace.passes(seconds=10)
    assert workspace.thread()[-1] == snapshot("✅ Cleared `orders` after 2 seconds. @ana")
    workspace.card()


def test_a_restart_and_a_change_in_between(workspace: Workspace, ana: Teammate) -> None:
    """And so nobody clears what they were not shown."""
    workspace.restarts()
    workspace.feldera.someone_clears("orders")
    workspace.passes(minutes=1)
    workspace.feldera.someone_recreates("orders", storage="InUse")
    assert "\n✋ Nothing was sent yet." in ana.submits()
    workspace.passes(minutes=1)
    assert workspace.sent == []
    ana.submits()
    workspace.passes(seconds=10)
    assert len(workspace.sent) == 1
    workspace.card()
    workspace.thread()


def test_two_forms_of_two_people(workspace: Workspace, ana: Teammate) -> None:
    """Each shows its own choice."""
    ben = workspace.operator("ben")
    workspace.feldera.adds("users")
    workspace.passes(seconds=6)
    ben.uses_shortcut("Clear a pipeline")
    ben.chooses("users")
    assert "Pipeline: orders" in ana.screen
    assert "Pipeline: users" in ben.screen


def test_a_form_of_another_time(workspace: Workspace, ana: Teammate) -> None:
    """A form whose token this version does not know does nothing, and says so."""
    view = ana.person.modal
    assert view is not None
    view.body["private_metadata"] = "from another version"
    assert ana.submits() == snapshot("""\
Answer
This button is from another time: it does nothing any more. Type `/pipeline help`.
[Close]\
""")
    assert workspace.record() == snapshot(["03:00 refused by ana: button=clear_form why=unknown_button"])
