"""Somebody clears a pipeline, from the command to the last line."""

from inline_snapshot import snapshot

SENT = "📤 Sent the clear of `orders` to Feldera at 3:00:00 AM."
ACCEPTED = "⏳ Feldera accepted it, Mar 2, 2026 at 3:00 AM: `orders` is being cleared. This cannot be cancelled any more."


def test_a_clear_from_the_command_to_the_last_line(workspace, oli):
    """Command, preview, confirmation, card, thread, and the person mentioned at the end."""
    assert oli.types("/pipeline clear orders schema change") == snapshot("""\
*Clear `orders`?* Nothing happens until you press *Clear orders*. Only you see this.
*Deployment*
⏹️ Stopped some time ago (Mar 2, 2026 at 3:00 AM)
*Storage*
💾 holds data: 3 checkpoints, 7.0 MiB
*A clear deletes*
the storage, with 3 checkpoints (7.0 MiB)
Reason: schema change
⚠️ `orders` loses all its state, and is empty when it runs again. This *cannot be undone*.
[Clear orders] [Never mind]\
""")
    oli.clicks("Clear orders")
    assert oli.last_confirm == snapshot("""\
Clear orders?
This deletes the storage, with 3 checkpoints (7.0 MiB), and cannot be undone.
[Clear] [Go back]\
""")
    assert oli.reads() == ["⏳ Confirmed. Follow the clear of `orders` in its thread."]
    assert oli.links() == [workspace.permalink()]
    workspace.passes(seconds=10)
    assert workspace.thread() == [SENT, ACCEPTED, "✅ Cleared `orders` after 2 seconds. @oli"]
    assert workspace.feldera.clears["orders"] == 1
    # One message, edited in place: each of its versions says where the clear stands.
    confirmed, sent, cleared = (version.split("\n") for version in workspace.card_history())
    assert [confirmed[2], *confirmed[9:]] == snapshot(["Deletes: the storage, with 3 checkpoints (7.0 MiB)"])
    assert [sent[2], *sent[9:]] == snapshot(["Deletes: the storage, with 3 checkpoints (7.0 MiB)"])
    assert "\n".join(cleared) == snapshot("""\
Clear orders
✅ Cleared after 2 seconds · some time ago (Mar 2, 2026 at 3:00 AM).
Deleted, as Feldera reports: the storage, which held 3 checkpoints (7.0 MiB) at the preview.
Requested by @oli: `schema change`
Id `ID1`\
""")


def test_waiting_costs_the_channel_nothing(workspace, oli):
    """The card says "since" as Slack's own date, which ages by itself: a look that learns nothing posts nothing."""
    workspace.feldera.sticks_clearing("orders")
    oli.clears("orders")
    workspace.passes(seconds=5)
    calls, looks = len(workspace.slack.calls), len(workspace.feldera.requests)
    workspace.passes(seconds=20)
    assert len(workspace.feldera.requests) > looks
    assert len(workspace.slack.calls) == calls
    assert workspace.follows() == "⏳ Clearing, began some time ago (Mar 2, 2026 at 3:00 AM)."


def test_the_milestones_of_a_long_clear(workspace, oli):
    """A line at 30 seconds, 1, 2, 5, 10 and 30 minutes; how unusual that is, once.

    With how the runner is: Feldera's own words of it name its machines, and stay here.
    """
    workspace.feldera.runner_is(False)
    oli.clears("orders")
    workspace.passes(minutes=31)
    assert (
        "Clearing, began some time ago (Mar 2, 2026 at 3:00 AM), which is unusually long." in workspace.card()
    )
    workspace.feldera.runner_is(True)
    workspace.passes(minutes=1)
    assert [each.path for each in workspace.feldera.requests].count("/v0/cluster_healthz") == 1
    assert workspace.timed_thread()[2:] == snapshot(
        [
            "0:00:30  ⏳ Still clearing `orders` after 30 seconds.",
            "0:01:00  ⏳ Still clearing `orders` after 1 minute.",
            "0:02:00  ⏳ Still clearing `orders` after 2 minutes.",
            "0:03:08.530800  🐌 The clear of `orders` is taking unusually long: 3 minutes and 9 seconds so far. Feldera reports that its runner is unhealthy. Feldera repeats a clear until it succeeds, and it cannot be cancelled. I keep watching. @oli",
            "0:05:00  ⏳ Still clearing `orders` after 5 minutes.",
            "0:10:00  ⏳ Still clearing `orders` after 10 minutes.",
            "0:30:00  ⏳ Still clearing `orders` after 30 minutes.",
            "0:31:15  ✅ Cleared `orders` after 31 minutes and 15 seconds. @oli",
        ]
    )


def test_an_empty_pipeline_and_no_reason(workspace, oli):
    """Storage without a checkpoint is still storage: it is named as what goes, and the reason is left out."""
    workspace.feldera.adds("fresh", checkpoints=())
    preview = oli.asks("/pipeline clear fresh")
    assert "💾 holds data: no checkpoints\n*A clear deletes*\nthe storage; it has no checkp" in preview
    oli.clicks("Clear fresh")
    assert "This deletes the storage; it has no checkpoints, and cannot be undone." in oli.last_confirm
    oli.reads()
    workspace.passes(seconds=10)
    assert "\nDeleted, as Feldera reports: all its state.\nRequested by @oli\n" in workspace.card()
    workspace.thread()


def test_what_notifications_and_screen_readers_say(workspace, oli):
    """They get a message's text and none of its blocks: the text alone says what it is about."""
    workspace.feldera.sticks_clearing("orders")
    oli.asks("/pipeline clear orders schema & keys")
    assert oli.hears() == snapshot(
        "Clear orders? This deletes the storage, with 3 checkpoints (7.0 MiB), and cannot be undone."
    )
    oli.told("Clear orders")
    workspace.passes(seconds=31)
    assert workspace.hears() == [
        "Clear orders: ⏳ Clearing, began some time ago (Mar 2, 2026 at 3:00 AM). Requested by @oli: schema & keys",
        f"{SENT}\n{ACCEPTED}",
        "⏳ Still clearing `orders` after 30 seconds.",
    ]
    workspace.feldera.unsticks("orders")
    workspace.passes(seconds=10)
    assert [workspace.hears()[0], workspace.hears()[-1]] == snapshot(
        [
            "Clear orders: ✅ Cleared after 34 seconds · some time ago (Mar 2, 2026 at 3:00 AM). Requested by @oli: schema & keys",
            "✅ Cleared `orders` after 34 seconds. @oli",
        ]
    )
    oli.asks("/pipeline status orders")
    assert oli.hears() == "orders: Stopped, storage cleared."
    assert workspace.follows() == "✅ Cleared"
