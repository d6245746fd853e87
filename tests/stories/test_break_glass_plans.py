"""The glass is broken for something else than a clear: whatever is said of it is of what was asked for."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from tests.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """`orders` is stopped, and `sales` is running."""
    workspace = Workspace(tmp_path)
    workspace.feldera.adds("orders")
    workspace.feldera.adds("sales", running=True)
    yield workspace
    workspace.closes()


@pytest.mark.parametrize(
    ("command", "what"),
    [
        ("stop sales", "It is stopped by force at once, which cannot be cancelled."),
        ("start orders", "It is started at once."),
        (
            "clear sales --stop",
            "It is stopped by force and its storage is cleared at once, which cannot be cancelled.",
        ),
        (
            "clear orders --start",
            "Its storage is cleared and it is started at once, which cannot be cancelled.",
        ),
        (
            "clear sales --restart",
            "It is stopped by force, its storage is cleared and it is started at once, which cannot be cancelled.",
        ),
    ],
)
def test_the_form_says_what_is_done_at_once(workspace: Workspace, command: str, what: str) -> None:
    """Whoever types the name again at night does it for what stands beside it."""
    workspace.rules("*", "break-glass=allowed")
    rio = workspace.responder("rio")
    rio.asks(f"/pipeline {command} --break-glass INC-123 lag alarm")
    assert rio.opens("Break the glass…").splitlines()[1] == f"Type the pipeline's name again. {what}: ____"
    rio.closes_modal()
    assert workspace.sent == []


def test_a_stop_to_its_end(workspace: Workspace) -> None:
    """Nothing but the stop is sent, and the card and its thread say so."""
    workspace.rules("*", "approvals=2 break-glass=allowed")
    rio, ben = workspace.responder("rio"), workspace.approver("ben")
    rio.asks("/pipeline stop sales --break-glass INC-123 lag alarm")
    rio.opens("Break the glass…")
    rio.submits("sales")
    assert rio.reads() == snapshot(["⏳ Confirmed. Follow `sales` in its thread."])
    workspace.passes(seconds=10)
    ben.told("Sign off")
    assert "✅ Stopped." in workspace.card()
    assert "clear" not in "\n".join(workspace.thread())


@pytest.mark.parametrize(
    "command",
    ["stop sales", "start orders", "clear sales --stop", "clear orders --start", "clear sales --restart"],
)
def test_the_rules_do_not_allow_it(workspace: Workspace, command: str) -> None:
    """The usual way that is advised is the way to the same."""
    rio = workspace.responder("rio")
    name = "sales" if "sales" in command else "orders"
    assert rio.asks(f"/pipeline {command} --break-glass INC-123 lag alarm") == (
        f"🚫 The glass of `{name}` cannot be broken: no rule allows it. Ask as usual: `/pipeline {command} reason…`."
    )


def test_forbidden_since_the_preview(workspace: Workspace) -> None:
    """What stands in the form is refused with the same advice."""
    workspace.rules("*", "break-glass=allowed")
    rio = workspace.responder("rio")
    rio.asks("/pipeline stop sales --break-glass INC-123 lag alarm")
    rio.opens("Break the glass…")
    workspace.rules("*", "break-glass=forbidden")
    assert rio.submits("sales") == snapshot("""\
Answer
🚫 The glass of `sales` cannot be broken: the rules on `*` do not allow it. Ask as usual: `/pipeline stop sales reason…`.
[Close]\
""")
    assert workspace.sent == []
