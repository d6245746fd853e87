"""Buttons on Home: the same deeds as on the card, and the page itself shows that they were done."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from inline_snapshot import snapshot

from tests.workspace import Teammate, Workspace


@pytest.fixture(params=["socket", "http"])
def workspace(request: Any, tmp_path: Path) -> Iterator[Workspace]:
    """The usual team, over both transports."""
    workspace = Workspace(tmp_path, over_http=request.param == "http")
    workspace.feldera.adds("orders")
    yield workspace
    workspace.closes()


def test_approved(workspace: Workspace) -> None:
    """The page itself is the answer: what waited is under way at once. The card and its thread tell everybody else."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    ben.opens_home()
    ben.clicks_home("Approve")
    assert ben.last_confirm == snapshot("""\
Approve the clear of orders?
It destroys the storage, with 3 checkpoints (7.0 MiB), and cannot be cancelled once it is sent.
[Approve] [Go back]\
""")
    workspace.passes(seconds=1)
    assert above_access(ben) == snapshot("""\
Waiting for you
✅ Nothing waits for you.
Under way
*Clear orders* · `ID1` · its thread
⏳ Clearing since Mar 2, 2026 at 3:00:00 AM. Asked for by @ana Mar 2, 2026 at 3:00:00 AM.
""")
    workspace.passes(seconds=10)
    assert above_access(ben) == snapshot("""\
Waiting for you
✅ Nothing waits for you.
Lately
Mar 2, 2026 at 3:00:02 AM: ✅ Cleared `orders` after 2 seconds. Asked for by @ana, in its thread.
`/pipeline history` shows the whole record.
""")
    assert ben.screen == ""
    assert "\n✅ Cleared.\n" in workspace.card()
    assert workspace.thread()[0] == "👍 @ben approved (1 of 1). @ana"
    assert workspace.feldera.clears["orders"] == 1


def test_the_right_one_of_several(workspace: Workspace) -> None:
    """Each button is for the request that it stands below, also for whoever hears the page read out."""
    workspace.feldera.adds("payments")
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    ana.requests("payments")
    workspace.passes(seconds=2)
    ana.reads()
    ben.opens_home()
    button = ben.finds_on_home("Approve", below="Clear payments")
    assert button.element["accessibility_label"] == "Approve: Clear payments"
    ben.presses(button)
    workspace.passes(seconds=10)
    assert (workspace.feldera.clears["orders"], workspace.feldera.clears["payments"]) == (0, 1)
    assert len(workspace.cards()) == 2
    workspace.thread()


def test_denied(workspace: Workspace) -> None:
    """*Deny* asks why in the same form as on the card; afterwards the page shows that it is over."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    ben.opens_home()
    assert ben.opens_from_home("Deny") == snapshot("""\
Deny the request
Why? The person who asked reads it.: ____
[Go back] [Deny]\
""")
    assert ben.submits("not during the audit") == snapshot("""\
Answer
Denied. The clear of `orders` is off, and its requester reads why.
[Close]\
""")
    workspace.passes(seconds=5)
    assert above_access(ben) == snapshot("""\
Waiting for you
✅ Nothing waits for you.
Lately
Mar 2, 2026 at 3:00:00 AM: ❌ Denied by @ben: `not during the audit`. Nothing was sent. Asked for by @ana, in its thread.
`/pipeline history` shows the whole record.
""")
    workspace.card()
    assert workspace.thread() == snapshot(
        ["❌ Denied by @ben: `not during the audit`. Nothing was sent. @ana"]
    )


def test_taken_back(workspace: Workspace) -> None:
    """*Withdraw* beside one's own request."""
    ana = workspace.requester("ana")
    ana.requests("orders")
    ana.opens_home()
    ana.clicks_home("Withdraw")
    workspace.passes(seconds=5)
    assert above_access(ana) == snapshot("""\
Waiting for you
✅ Nothing waits for you.
Lately
Mar 2, 2026 at 3:00:00 AM: ↩️ Taken back by @ana: nothing was sent. Asked for by @ana, in its thread.
`/pipeline history` shows the whole record.
""")
    assert "↩️ Taken back." in workspace.card()
    assert len(workspace.thread()) == 1


def test_stopped_in_time(workspace: Workspace) -> None:
    """*Stop*, as long as nothing was sent."""
    workspace.rules("orders", "approvals=1 stop=30s")
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    ben.told("Approve")
    workspace.passes(seconds=5)
    assert above_access(ana, opens=True) == snapshot("""\
Waiting for you
✅ Nothing waits for you.
Your requests
*Clear orders* · `ID1` · its thread
⏳ To be sent Mar 2, 2026 at 3:00:30 AM, and can be stopped until then. Asked for by @ana Mar 2, 2026 at 3:00:00 AM.
[Stop]
""")
    ana.clicks_home("Stop")
    workspace.passes(minutes=1)
    assert above_access(ana) == snapshot("""\
Waiting for you
✅ Nothing waits for you.
Lately
Mar 2, 2026 at 3:00:05 AM: ↩️ Stopped by @ana in time: nothing was sent. Asked for by @ana, in its thread.
`/pipeline history` shows the whole record.
""")
    assert workspace.sent == []
    workspace.card()
    workspace.thread()


def test_signed_off(workspace: Workspace) -> None:
    """A broken glass leaves the page once it is signed off."""
    workspace.rules("orders", "break-glass=allowed")
    rio, ben = workspace.responder("rio"), workspace.approver("ben")
    rio.breaks_glass("orders")
    workspace.passes(seconds=10)
    ben.opens_home()
    ben.clicks_home("Sign off")
    workspace.passes(seconds=5)
    assert above_access(ben) == snapshot("""\
Waiting for you
✅ Nothing waits for you.
Lately
Mar 2, 2026 at 3:00:02 AM: ✅ Cleared `orders` after 2 seconds. Asked for by @rio, in its thread.
`/pipeline history` shows the whole record.
""")
    assert "✓ Signed off by @ben" in workspace.card()
    workspace.thread()


def test_closed_by_hand(workspace: Workspace) -> None:
    """Whoever looked in Feldera closes what needed a human."""
    ana = workspace.operator("ana")
    for _ in range(3):
        workspace.feldera.drops_the_next_request()
    ana.clears("orders")
    workspace.passes(minutes=2)
    ana.opens_home()
    ana.clicks_home("Close")
    workspace.passes(seconds=5)
    assert above_access(ana) == snapshot("""\
Waiting for you
✅ Nothing waits for you.
Lately
Mar 2, 2026 at 3:02:00 AM: ☑️ Closed by @ana, who looked: nothing is under way any more. `/pipeline clear orders` starts afresh. Asked for by @ana, in its thread.
`/pipeline history` shows the whole record.
""")
    workspace.card()
    workspace.thread()


def test_a_page_from_before_a_restart(workspace: Workspace) -> None:
    """The bot does not remember who looked: the old page still works, and the press brings it up to date."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    ben.opens_home()
    workspace.restarts()
    workspace.passes(minutes=5)
    ben.clicks_home("Approve")
    workspace.passes(seconds=10)
    assert above_access(ben) == snapshot("""\
Waiting for you
✅ Nothing waits for you.
Lately
Mar 2, 2026 at 3:05:02 AM: ✅ Cleared `orders` after 2 seconds. Asked for by @ana, in its thread.
`/pipeline history` shows the whole record.
""")
    assert workspace.feldera.clears["orders"] == 1
    workspace.card()
    workspace.thread()


def above_access(teammate: Teammate, *, opens: bool = False) -> str:
    """Their Home as it stands, down to what is granted to them."""
    shown = teammate.opens_home() if opens else teammate.home()
    return shown.partition("Your access")[0]
