"""Slack lets a form open within three seconds of a click. Where it does not, the person hears what to do instead."""

import pytest
from inline_snapshot import snapshot

from tests.workspace import Workspace

REFUSALS = ["expired_trigger_id", "trigger_expired", "internal_error"]


@pytest.mark.parametrize("error", REFUSALS)
def test_deny(workspace: Workspace, error: str) -> None:
    """The same as on Home: typed, it works."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    workspace.slack.fails_next("views.open", error)
    assert ben.told("Deny") == [
        f"✍️ Slack did not open the form. Nothing was denied: type `/pipeline deny {workspace.request()} reason…`."
    ]
    ben.types(f"/pipeline deny {workspace.request()} not today")
    assert "Denied" in workspace.card()
    workspace.thread()
    ana.dms()


@pytest.mark.parametrize("error", REFUSALS)
def test_break_the_glass(workspace: Workspace, error: str) -> None:
    """Nothing was sent, and the preview is as it was: the next click opens the form."""
    workspace.rules("orders", "approvals=1 break-glass=allowed")
    rio = workspace.responder("rio")
    rio.asks("/pipeline clear orders --break-glass INC-123 lag alarm")
    workspace.slack.fails_next("views.open", error)
    assert rio.told("Break the glass…") == snapshot(
        ["✍️ Slack did not open the form. Nothing was sent: press *Break the glass…* again."]
    )
    assert workspace.sent == []
    rio.opens("Break the glass…")
    rio.submits("orders")
    rio.reads()
    workspace.passes(seconds=10)
    assert "✅ Cleared." in workspace.card()
    workspace.thread()


def test_a_slack_that_is_away(workspace: Workspace) -> None:
    """A call that gets no answer is told the same way."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    workspace.slack.answers_500("views.open")
    assert ben.told("Deny")[0].startswith("✍️ Slack did not open the form. Nothing was denied")
    workspace.card()
