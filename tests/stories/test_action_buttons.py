"""Buttons beside a pipeline's state, in `status` and `list`: those that would work for the reader, weighed anew when pressed."""

from dataclasses import replace

import pytest
from inline_snapshot import snapshot

from bot.domain.events import EventKind
from tests.workspace import Teammate, Workspace


def buttons(answer: str) -> list[str]:
    """What can be pressed on a state."""
    return [line for line in answer.split("\n") if line.startswith("[")]


def rows(answer: str) -> dict[str, str]:
    """The names on a list, each with the buttons of its row."""
    found, name = {}, ""
    for line in answer.split("\n")[1:]:
        if line.startswith("["):
            found[name] = line
        elif "`" in line and not line.startswith(("⏳", "🙋", "🧊", "⚠️")):
            name = line.split("`")[1]
    return found


@pytest.mark.parametrize(
    ("role", "shown"),
    [
        ("operator", ["[Clear…] [Start…]"]),
        ("requester", ["[Clear…] [Start…]"]),
        ("viewer", []),
        ("approver", []),
    ],
)
def test_only_what_the_reader_may_do_is_offered(workspace: Workspace, role: str, shown: list[str]) -> None:
    ana = getattr(workspace, role)("ana")
    assert buttons(ana.asks("/pipeline status orders")) == shown


def test_what_is_offered_depends_on_the_state(workspace: Workspace, oli: Teammate) -> None:
    """Running, stopped, cleared, broken, frozen, held by a request: what would be refused is not offered."""
    feldera = workspace.feldera
    feldera.adds("a-runs", running=True)
    feldera.adds("b-cleared", storage="Cleared")
    feldera.adds("c-broken", program_status="SqlError")
    feldera.adds("d-frozen")
    workspace.freezes("d-frozen", hours=1)
    feldera.sticks_clearing("orders")
    oli.clears("orders")
    workspace.passes(seconds=10)
    assert rows(oli.asks("/pipeline list")) == snapshot(
        {
            "a-runs": "[Stop…] [Details]",
            "b-cleared": "[Start…] [Details]",
            "c-broken": "[Clear…] [Details]",
            "d-frozen": "[Details]",
            "orders": "[Details]",
        }
    )
    assert buttons(oli.asks("/pipeline status orders")) == ["[Request details]"]
    feldera.unsticks("orders")
    workspace.passes(minutes=1)
    workspace.threads()


def test_a_request_that_waits_leaves_only_what_needs_no_approval(workspace: Workspace, oli: Teammate) -> None:
    ana = workspace.requester("ana")
    ana.requests("orders")
    assert buttons(ana.asks("/pipeline status orders")) == ["[Request details]"]
    assert buttons(oli.asks("/pipeline status orders")) == ["[Clear…] [Start…] [Request details]"]
    workspace.threads()


@pytest.mark.parametrize("place", ["list", "status orders"])
def test_a_button_opens_the_preview_of_the_typed_command(
    workspace: Workspace, oli: Teammate, place: str
) -> None:
    """Of the pipeline as it is at the click; its buttons work like any preview's."""
    for label, command in (("Clear…", "clear"), ("Start…", "start")):
        typed = oli.asks(f"/pipeline {command} orders")
        oli.told("Never mind")
        oli.asks(f"/pipeline {place}")
        assert oli.told(label) == [typed]
        oli.told("Never mind")
    oli.asks(f"/pipeline {place}")
    oli.told("Clear…")
    oli.told("Clear orders")
    workspace.passes(seconds=10)
    assert "✅ Cleared after" in workspace.card()
    workspace.thread()


def test_a_click_is_weighed_anew(workspace: Workspace, oli: Teammate) -> None:
    """A right that ended, a pipeline that was started or deleted since, a rule that asks for a reason."""
    oli.asks("/pipeline status orders")
    workspace.rules("orders", "reason=required")
    answers = oli.told("Clear…")
    workspace.feldera.someone_starts("orders")
    workspace.passes(seconds=10)
    answers += oli.told("Start…")
    workspace.revokes(oli)
    answers += oli.told("Clear…")
    assert answers == snapshot(
        [
            "✍️ A clear of `orders` needs a reason. Nothing was sent to Feldera. Type the command again with one: `/pipeline clear orders reason…`.",
            "✅ Nothing to start: `orders` is Running, started some time ago (Mar 2, 2026 at 3:00 AM).",
            "🚫 You may not clear `orders`: you need the role *requester*, *operator* or *responder* on `orders`. No admin in Slack can grant it: ask the person who runs the bot to run this on the bot's server: `pipeline-bot grant U02OLI requester orders`.",
        ]
    )
    assert len(workspace.record(EventKind.REFUSED)) == 2


def test_full_status_of_a_row(workspace: Workspace, oli: Teammate) -> None:
    workspace.feldera.adds("payments")
    state = oli.asks("/pipeline status payments")
    oli.asks("/pipeline list")
    assert oli.told("Details", below="`payments`") == [state]
    assert oli.told("Details", below="`orders`")[0].startswith("orders\n")


def test_a_button_that_was_never_shown(workspace: Workspace) -> None:
    """Its value is checked like typed text: another pipeline is one's right to see or not, nonsense is none."""
    eve = workspace.viewer("eve", pattern="payments")
    workspace.feldera.adds("payments")
    eve.asks("/pipeline list")
    button = eve.finds("Details", below="`payments`")
    for value in ("orders", "nowhere"):
        eve.presses(replace(button, element={**button.element, "value": value}))
        assert eve.reads()[0].startswith(f"🚫 You may not see `{value}`")
    for value in ("../x", "a b", ""):
        eve.presses(replace(button, element={**button.element, "value": value}))
        assert eve.reads() == snapshot(
            [
                "This button is too old to work, so pressing it did nothing. `/pipeline pending` lists the requests that wait for approval or review."
            ]
        )
    forged = {**button.element, "action_id": "preview_clear", "value": "orders"}
    eve.presses(replace(button, element=forged))
    assert eve.reads()[0].startswith("🚫 You may not clear `orders`")
    assert not [entry for entry in workspace.entries() if entry.operation]
