"""Somebody clears a pipeline, from the command to the last line."""

import pytest
from inline_snapshot import snapshot

SENT = "📤 Sent the request to Feldera, Mar 2, 2026 at 3:00:00 AM."
ACCEPTED = "⏳ Feldera accepted it, Mar 2, 2026 at 3:00:00 AM: the storage is being cleared. From here it cannot be cancelled."


@pytest.fixture
def ana(workspace):
    """Somebody who clears by themselves."""
    return workspace.operator("ana")


def test_a_clear_from_the_command_to_the_last_line(workspace, ana):
    """Command, preview, confirmation, card, thread, and the person mentioned at the end."""
    assert ana.types("/pipeline clear orders schema change") == snapshot(
        "🔎 Looking at `orders`… If nothing more comes within a few minutes, type it again: nothing has been changed."
    )
    (preview,) = ana.reads()
    assert preview == snapshot("""\
*Clear `orders`?* Nothing happens unless you press the button. Only you see this.
*Deployment*
⏹️ Stopped since Mar 2, 2026 at 3:00:00 AM
*Storage*
💾 in use, 3 checkpoints, 7.0 MiB
*A clear would destroy*
the storage, with 3 checkpoints (7.0 MiB)
Reason: schema change
⚠️ Clearing dissociates the pipeline's storage, which can delete it: its checkpoints and state are gone for good, and the next start begins from nothing. It *cannot be cancelled*.
[Clear orders] [Never mind]\
""")
    ana.clicks("Clear orders")
    assert ana.last_confirm == snapshot("""\
Clear orders?
This destroys the storage, with 3 checkpoints (7.0 MiB). It cannot be cancelled.
[Clear] [Go back]\
""")
    assert ana.reads() == ["⏳ Confirmed. Follow `orders` in its thread."]
    assert ana.links() == [workspace.permalink()]
    workspace.passes(seconds=10)
    assert workspace.thread() == [SENT, ACCEPTED, "✅ Cleared `orders` after 2 seconds. @ana"]
    assert workspace.feldera.clears["orders"] == 1
    # One message, edited in place: each of its versions says where the clear stands.
    confirmed, sent, cleared = (version.split("\n") for version in workspace.card_history())
    assert [confirmed[2], *confirmed[9:]] == snapshot(
        [
            "⏳ Confirmed Mar 2, 2026 at 3:00:00 AM, not sent yet.",
            "⏳ Request to Feldera",
            "○ Storage cleared",
            "Id `ID1`",
        ]
    )
    assert [sent[2], *sent[9:]] == snapshot(
        [
            "⏳ Clearing since Mar 2, 2026 at 3:00:00 AM.",
            "✓ Request sent · Mar 2, 2026 at 3:00:00 AM",
            "⏳ Storage being cleared · Mar 2, 2026 at 3:00:00 AM",
            "Id `ID1`",
        ]
    )
    assert "\n".join(cleared) == snapshot("""\
Clear orders
*State*
✅ Cleared.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
Reason: schema change
✓ Confirmed by @ana · Mar 2, 2026 at 3:00:00 AM
✓ Request sent · Mar 2, 2026 at 3:00:00 AM
✓ Feldera reports the storage as cleared · Mar 2, 2026 at 3:00:02 AM
✅ Cleared `orders` after 2 seconds.
Id `ID1`\
""")


def test_waiting_costs_the_channel_nothing(workspace, ana):
    """The card says "since" as Slack's own date, which ages by itself: a look that learns nothing posts nothing."""
    workspace.feldera.sticks_clearing("orders")
    ana.clears("orders")
    workspace.passes(seconds=5)
    calls, looks = len(workspace.slack.calls), len(workspace.feldera.requests)
    workspace.passes(seconds=20)
    assert len(workspace.feldera.requests) > looks
    assert len(workspace.slack.calls) == calls
    workspace.follows()


def test_the_milestones_of_a_long_clear(workspace, ana):
    """A line at 30 seconds, 1, 2, 5, 10 and 30 minutes; how unusual that is, once, with how the runner is."""
    workspace.feldera.sticks_clearing("orders")
    ana.clears("orders")
    workspace.passes(minutes=31)
    assert "Clearing since Mar 2, 2026 at 3:00:00 AM, which is unusually long." in workspace.card()
    workspace.feldera.unsticks("orders")
    workspace.passes(minutes=1)
    assert [each.path for each in workspace.feldera.requests].count("/v0/cluster_healthz") == 1
    assert workspace.timed_thread()[2:] == snapshot(
        [
            "0:00:30  ⏳ Still clearing after 30 seconds.",
            "0:01:00  ⏳ Still clearing after 1 minute.",
            "0:02:00  ⏳ Still clearing after 2 minutes.",
            "0:03:08.530800  🐌 This takes unusually long: 3 minutes and 9 seconds so far. Feldera's runner says it is healthy. Feldera repeats a clear until it succeeds, and it cannot be cancelled; I keep watching. @ana",
            "0:05:00  ⏳ Still clearing after 5 minutes.",
            "0:10:00  ⏳ Still clearing after 10 minutes.",
            "0:30:00  ⏳ Still clearing after 30 minutes.",
            "0:31:15  ✅ Cleared `orders` after 31 minutes and 15 seconds. @ana",
        ]
    )


def test_unusually_long_with_a_sick_runner(workspace, ana):
    """Feldera's own words of it name its machines, and stay here."""
    workspace.feldera.runner_is(False)
    ana.clears("orders")
    workspace.passes(minutes=4)
    assert "seconds so far. Feldera's runner says it is unhealthy. Feldera repeats" in workspace.thread()[-1]
    workspace.feldera.runner_is(True)
    workspace.passes(minutes=1)
    assert workspace.thread()[-1] == "✅ Cleared `orders` after 4 minutes and 4 seconds. @ana"
    workspace.card()


def test_an_empty_pipeline_and_no_reason(workspace, ana):
    """Storage without a checkpoint is still storage: it is named as what goes, and the reason is left out."""
    workspace.feldera.adds("fresh", checkpoints=())
    preview = ana.asks("/pipeline clear fresh")
    assert (
        "💾 in use, no checkpoints\n*A clear would destroy*\nthe storage; it has no checkpoints\n⚠️" in preview
    )
    ana.clicks("Clear fresh")
    assert "This destroys the storage; it has no checkpoints." in ana.last_confirm
    ana.reads()
    workspace.passes(seconds=10)
    assert "the storage; it has no checkpoints\n✓ Confirmed by @ana" in workspace.card()
    workspace.thread()


def test_what_notifications_and_screen_readers_say(workspace, ana):
    """They get a message's text and none of its blocks: the text alone says what it is about."""
    workspace.feldera.sticks_clearing("orders")
    ana.asks("/pipeline clear orders schema & keys")
    assert ana.hears() == snapshot(
        "Clear orders? This destroys the storage, with 3 checkpoints (7.0 MiB). It cannot be cancelled. Only you see this."
    )
    ana.told("Clear orders")
    workspace.passes(seconds=31)
    assert workspace.hears() == [
        "Clear orders: ⏳ Clearing since Mar 2, 2026 at 3:00:00 AM. Requested by @ana: schema & keys",
        f"{SENT}\n{ACCEPTED}",
        "⏳ Still clearing after 30 seconds.",
    ]
    workspace.feldera.unsticks("orders")
    workspace.passes(seconds=10)
    assert [workspace.hears()[0], workspace.hears()[-1]] == snapshot(
        [
            "Clear orders: ✅ Cleared. Requested by @ana: schema & keys",
            "✅ Cleared `orders` after 34 seconds. @ana",
        ]
    )
    ana.asks("/pipeline status orders")
    assert ana.hears() == "orders: Stopped, wanted Stopped, storage cleared, program Success."
    workspace.follows()
