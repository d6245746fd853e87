"""Feldera is away for a while: that changes no outcome, and is said once when it begins and once when it ends."""

import pytest
from inline_snapshot import snapshot

from bot.domain.events import EventKind
from tests.workspace import Workspace


def test_an_hour_before_the_request_is_sent(workspace: Workspace) -> None:
    """The request waits with the operation, and is sent when Feldera answers again."""
    ana = workspace.operator("ana")
    ana.asks("/pipeline clear orders")
    workspace.feldera_goes_down()
    ana.clicks("Clear orders")
    ana.reads()
    workspace.passes(minutes=30)
    assert workspace.card() == snapshot("""\
Clear orders
*State*
⏳ Confirmed Mar 2, 2026 at 3:00:00 AM, not sent yet. I have not been able to ask Feldera since Mar 2, 2026 at 3:00:00 AM.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
✓ Confirmed by @ana · Mar 2, 2026 at 3:00:00 AM
⏳ Request to Feldera
○ Storage cleared
Id `ID1`\
""")
    workspace.passes(minutes=30)
    workspace.feldera_comes_back()
    workspace.passes(minutes=1)
    assert workspace.timed_thread() == snapshot(
        [
            "0:00:05  🔌 I cannot ask Feldera (`No connection to Feldera at feldera.example.`). The request has not been sent yet. I keep trying.",
            "1:00:11.375000  🔌 Feldera answers again, after 1 hour and 11 seconds.",
            "1:00:11.375000  📤 Sent the request to Feldera, Mar 2, 2026 at 4:00:11 AM.",
            "1:00:11.375000  ⏳ Feldera accepted it, Mar 2, 2026 at 4:00:11 AM: the storage is being cleared. From here it cannot be cancelled.",
            "1:00:13.875000  ✅ Cleared `orders` after 2 seconds. @ana",
        ]
    )
    assert workspace.card() == snapshot("""\
Clear orders
*State*
✅ Cleared.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
✓ Confirmed by @ana · Mar 2, 2026 at 3:00:00 AM
✓ Request sent · Mar 2, 2026 at 4:00:11 AM
✓ Feldera reports the storage as cleared · Mar 2, 2026 at 4:00:13 AM
✅ Cleared `orders` after 2 seconds.
Id `ID1`\
""")
    assert len(workspace.sent) == 1


def test_an_hour_while_the_clear_is_waited_for(workspace: Workspace) -> None:
    """Feldera's runner goes on without its API: what it did meanwhile is seen afterwards."""
    ana = workspace.operator("ana")
    workspace.feldera.adds("payments", clear_takes=60.0)
    ana.clears("payments")
    workspace.passes(seconds=10)
    workspace.feldera_goes_down()
    workspace.passes(minutes=30)
    assert workspace.card() == snapshot("""\
Clear payments
*State*
⏳ Clearing since Mar 2, 2026 at 3:00:00 AM. I have not been able to ask Feldera since Mar 2, 2026 at 3:00:10 AM.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
✓ Confirmed by @ana · Mar 2, 2026 at 3:00:00 AM
✓ Request sent · Mar 2, 2026 at 3:00:00 AM
⏳ Storage being cleared · Mar 2, 2026 at 3:00:00 AM
Id `ID1`\
""")
    workspace.passes(minutes=30)
    workspace.feldera_comes_back()
    workspace.passes(minutes=1)
    assert workspace.timed_thread() == snapshot(
        [
            "0:00:01  📤 Sent the request to Feldera, Mar 2, 2026 at 3:00:00 AM.",
            "0:00:01  ⏳ Feldera accepted it, Mar 2, 2026 at 3:00:00 AM: the storage is being cleared. From here it cannot be cancelled.",
            "0:00:15.500000  🔌 I cannot ask Feldera (`No connection to Feldera at feldera.example.`). The clear goes on without me. I keep trying.",
            "1:00:21.875000  🔌 Feldera answers again, after 1 hour and 11 seconds.",
            "1:00:21.875000  ✅ Cleared `payments` after 1 hour and 22 seconds. @ana",
        ]
    )
    assert "✅ Cleared." in workspace.card()
    assert len(workspace.sent) == 1


def test_an_hour_from_the_very_request_on(workspace: Workspace) -> None:
    """It goes down with the request in its hands, undone: an hour later a look shows that, and it is sent again."""
    ana = workspace.operator("ana")
    ana.asks("/pipeline clear orders")
    workspace.feldera.hangs("POST")
    workspace.feldera_falls_during(ana.clicking("Clear orders"))
    ana.reads()
    workspace.passes(hours=1)
    workspace.feldera_comes_back()
    workspace.passes(minutes=1)
    assert workspace.timed_thread() == snapshot(
        [
            "0:00:01  📤 Sent the request to Feldera, Mar 2, 2026 at 3:00:00 AM.",
            "0:00:01  ❔ No usable answer came (`The connection to Feldera broke before its answer was complete.`). I look at the pipeline before I do anything else.",
            "0:00:05.500000  🔌 I cannot ask Feldera (`No connection to Feldera at feldera.example.`). Whether the request arrived shows when I can. I keep trying.",
            "1:00:11.875000  🔌 Feldera answers again, after 1 hour and 11 seconds.",
            "1:00:11.875000  📤 Sent the request again, Mar 2, 2026 at 4:00:11 AM: so far it had had no effect.",
            "1:00:11.875000  ⏳ Feldera accepted it, Mar 2, 2026 at 4:00:11 AM: the storage is being cleared. From here it cannot be cancelled.",
            "1:00:14.375000  ✅ Cleared `orders` after 2 seconds. @ana",
        ]
    )
    assert "✅ Cleared." in workspace.card()
    assert workspace.feldera.clears["orders"] == 1


def test_an_hour_from_the_very_answer_on(workspace: Workspace) -> None:
    """It goes down having done what was asked, before it could say so: nothing is sent again."""
    ana = workspace.operator("ana")
    ana.asks("/pipeline clear orders")
    workspace.feldera.hangs("POST", once_processed=True)
    workspace.feldera_falls_during(ana.clicking("Clear orders"))
    ana.reads()
    workspace.passes(hours=1)
    workspace.feldera_comes_back()
    workspace.passes(minutes=1)
    assert workspace.timed_thread() == snapshot(
        [
            "0:00:01  📤 Sent the request to Feldera, Mar 2, 2026 at 3:00:00 AM.",
            "0:00:01  ❔ No usable answer came (`The connection to Feldera broke before its answer was complete.`). I look at the pipeline before I do anything else.",
            "0:00:05.500000  🔌 I cannot ask Feldera (`No connection to Feldera at feldera.example.`). Whether the request arrived shows when I can. I keep trying.",
            "1:00:11.875000  🔌 Feldera answers again, after 1 hour and 11 seconds.",
            "1:00:11.875000  ✅ Cleared `orders` after 1 hour and 12 seconds. @ana",
        ]
    )
    assert "✅ Cleared." in workspace.card()
    assert len(workspace.sent) == 1


def test_more_than_four_hours_before_the_request_is_sent(workspace: Workspace) -> None:
    """A confirmation is good for four hours: what could not be sent by then is not sent in the next shift."""
    ana = workspace.operator("ana")
    ana.asks("/pipeline clear orders")
    workspace.feldera_goes_down()
    ana.clicks("Clear orders")
    ana.reads()
    workspace.passes(hours=3, minutes=59)
    assert "not sent yet" in workspace.card()
    workspace.passes(minutes=2)
    workspace.feldera_comes_back()
    workspace.passes(minutes=1)
    assert workspace.timed_thread() == snapshot(
        [
            "0:00:05  🔌 I cannot ask Feldera (`No connection to Feldera at feldera.example.`). The request has not been sent yet. I keep trying.",
            "4:00:11.375000  ❌ Not cleared: the request could not be sent within 4 hours of the confirmation. Nothing was sent. Type `/pipeline clear orders` to look again. @ana",
        ]
    )
    assert workspace.card() == snapshot("""\
Clear orders
*State*
❌ Not cleared.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
✓ Confirmed by @ana · Mar 2, 2026 at 3:00:00 AM
✗ Request not sent
✗ Storage not cleared by this
❌ Not cleared: the request could not be sent within 4 hours of the confirmation. Nothing was sent. Type `/pipeline clear orders` to look again.
Id `ID1`\
""")
    assert workspace.sent == []


def test_blips(workspace: Workspace) -> None:
    """One look that fails, or two in a row, are nothing to speak of."""
    ana = workspace.operator("ana")
    workspace.feldera.adds("payments", clear_takes=25.0)
    ana.clears("payments")
    workspace.passes(seconds=5)
    workspace.feldera.proxy_fails(2)
    workspace.passes(seconds=10)
    workspace.feldera.drops_the_next_request("GET")
    workspace.passes(minutes=1)
    assert workspace.thread() == snapshot(
        [
            "📤 Sent the request to Feldera, Mar 2, 2026 at 3:00:00 AM.",
            "⏳ Feldera accepted it, Mar 2, 2026 at 3:00:00 AM: the storage is being cleared. From here it cannot be cancelled.",
            "✅ Cleared `payments` after 26 seconds. @ana",
        ]
    )
    assert "✅ Cleared." in workspace.card()


def test_an_outage_of_several_operations(workspace: Workspace) -> None:
    """Each thread is told, once each."""
    ana = workspace.operator("ana")
    workspace.feldera.adds("payments")
    for name in ("orders", "payments"):
        workspace.feldera.sticks_clearing(name)
        ana.clears(name)
        workspace.passes(seconds=5)
    workspace.feldera_goes_down()
    workspace.passes(minutes=10)
    workspace.feldera_comes_back()
    for name in ("orders", "payments"):
        workspace.feldera.unsticks(name)
    workspace.passes(minutes=1)
    assert all("✅ Cleared." in card for card in workspace.cards())
    assert [[line for line in thread if "🔌" in line] for thread in workspace.threads()] == snapshot(
        [
            [
                "🔌 I cannot ask Feldera (`No connection to Feldera at feldera.example.`). The clear goes on without me. I keep trying.",
                "🔌 Feldera answers again, after 10 minutes and 11 seconds.",
            ],
            [
                "🔌 I cannot ask Feldera (`No connection to Feldera at feldera.example.`). The clear goes on without me. I keep trying.",
                "🔌 Feldera answers again, after 10 minutes and 11 seconds.",
            ],
        ]
    )
    assert [thread[-1] for thread in workspace.threads()] == snapshot(
        [
            "✅ Cleared `orders` after 10 minutes and 23 seconds. @ana",
            "✅ Cleared `payments` after 10 minutes and 18 seconds. @ana",
        ]
    )


def test_a_list_that_is_no_use(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two clears at once do not need it: each pipeline is looked at by itself then."""
    monkeypatch.setattr("bot.feldera.client.LIST_MAX", 10)
    ana = workspace.operator("ana")
    for name in ("sales", "payments"):
        workspace.feldera.adds(name, clear_takes=25.0)
        ana.clears(name)
    workspace.passes(seconds=90)
    assert (workspace.feldera.clears["sales"], workspace.feldera.clears["payments"]) == (1, 1)
    assert all("Cleared" in card for card in workspace.cards())
    ana.reads()
    for thread in workspace.threads():
        assert "Cleared" in thread[-1]
    assert not workspace.record(EventKind.UNREACHABLE)
