"""Somebody clears a pipeline, from the command to the last line."""

from inline_snapshot import snapshot

from tests.workspace import Workspace


def test_a_clear_from_the_command_to_the_last_line(workspace: Workspace) -> None:
    """Command, preview, confirmation, card, thread, and the person mentioned at the end."""
    ana = workspace.operator("ana")
    assert ana.types("/pipeline clear orders schema change") == snapshot(
        "🔎 Looking at `orders`… If nothing more comes within a few minutes, type it again: nothing has been changed."
    )
    assert ana.reads() == snapshot(
        [
            """\
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
"""
        ]
    )
    ana.clicks("Clear orders")
    assert ana.last_confirm == snapshot("""\
Clear orders?
This destroys the storage, with 3 checkpoints (7.0 MiB). It cannot be cancelled.
[Clear] [Go back]\
""")
    assert ana.reads() == snapshot(["⏳ Confirmed. Follow `orders` in its thread."])
    workspace.passes(seconds=10)
    assert workspace.card() == snapshot("""\
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
    assert workspace.thread() == snapshot(
        [
            "📤 Sent the request to Feldera, Mar 2, 2026 at 3:00:00 AM.",
            "⏳ Feldera accepted it, Mar 2, 2026 at 3:00:00 AM: the storage is being cleared. From here it cannot be cancelled.",
            "✅ Cleared `orders` after 2 seconds. @ana",
        ]
    )
    assert workspace.feldera.clears["orders"] == 1
    assert ana.links() == [workspace.permalink()]


def test_the_card_is_edited_in_place(workspace: Workspace) -> None:
    """One message from the confirmation to the end: each of its versions says where the clear stands."""
    ana = workspace.operator("ana")
    ana.types("/pipeline clear orders")
    ana.reads()
    ana.clicks("Clear orders")
    ana.reads()
    workspace.passes(seconds=10)
    assert workspace.card_history() == snapshot(
        [
            """\
Clear orders
*State*
⏳ Confirmed Mar 2, 2026 at 3:00:00 AM, not sent yet.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
✓ Confirmed by @ana · Mar 2, 2026 at 3:00:00 AM
⏳ Request to Feldera
○ Storage cleared
Id `ID1`\
""",
            """\
Clear orders
*State*
⏳ Clearing since Mar 2, 2026 at 3:00:00 AM.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
✓ Confirmed by @ana · Mar 2, 2026 at 3:00:00 AM
✓ Request sent · Mar 2, 2026 at 3:00:00 AM
⏳ Storage being cleared · Mar 2, 2026 at 3:00:00 AM
Id `ID1`\
""",
            """\
Clear orders
*State*
✅ Cleared.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
✓ Confirmed by @ana · Mar 2, 2026 at 3:00:00 AM
✓ Request sent · Mar 2, 2026 at 3:00:00 AM
✓ Feldera reports the storage as cleared · Mar 2, 2026 at 3:00:02 AM
✅ Cleared `orders` after 2 seconds.
Id `ID1`\
""",
        ]
    )
    workspace.thread()


def test_waiting_costs_the_channel_nothing(workspace: Workspace) -> None:
    """The card says "since" as Slack's own date, which ages by itself: a look that learns nothing posts nothing."""
    ana = workspace.operator("ana")
    workspace.feldera.sticks_clearing("orders")
    ana.types("/pipeline clear orders")
    ana.reads()
    ana.clicks("Clear orders")
    ana.reads()
    workspace.passes(seconds=5)
    calls, looks = len(workspace.slack.calls), len(workspace.feldera.requests)
    workspace.passes(seconds=20)
    assert len(workspace.feldera.requests) > looks
    assert len(workspace.slack.calls) == calls
    workspace.card(), workspace.thread()


def test_the_milestones_of_a_long_clear(workspace: Workspace) -> None:
    """A line at 30 seconds, 1, 2, 5, 10 and 30 minutes and so on; how unusual that is, once."""
    ana = workspace.operator("ana")
    workspace.feldera.sticks_clearing("orders")
    ana.types("/pipeline clear orders")
    ana.reads()
    ana.clicks("Clear orders")
    ana.reads()
    workspace.passes(minutes=31)
    workspace.feldera.unsticks("orders")
    workspace.passes(minutes=1)
    assert asked_for_health(workspace) == 1
    assert workspace.timed_thread() == snapshot(
        [
            "0:00:01  📤 Sent the request to Feldera, Mar 2, 2026 at 3:00:00 AM.",
            "0:00:01  ⏳ Feldera accepted it, Mar 2, 2026 at 3:00:00 AM: the storage is being cleared. From here it cannot be cancelled.",
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
    assert workspace.card() == snapshot("""\
Clear orders
*State*
✅ Cleared.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
✓ Confirmed by @ana · Mar 2, 2026 at 3:00:00 AM
✓ Request sent · Mar 2, 2026 at 3:00:00 AM
✓ Feldera reports the storage as cleared · Mar 2, 2026 at 3:31:15 AM
✅ Cleared `orders` after 31 minutes and 15 seconds.
Id `ID1`\
""")


def test_unusually_long_with_a_sick_runner(workspace: Workspace) -> None:
    """After three minutes it says so, once, and how the runner is: Feldera's own words name its machines, and stay here."""
    ana = workspace.operator("ana")
    workspace.feldera.runner_is(False)
    ana.types("/pipeline clear orders")
    ana.reads()
    ana.clicks("Clear orders")
    ana.reads()
    workspace.passes(minutes=4)
    assert workspace.thread() == snapshot(
        [
            "📤 Sent the request to Feldera, Mar 2, 2026 at 3:00:00 AM.",
            "⏳ Feldera accepted it, Mar 2, 2026 at 3:00:00 AM: the storage is being cleared. From here it cannot be cancelled.",
            "⏳ Still clearing after 30 seconds.",
            "⏳ Still clearing after 1 minute.",
            "⏳ Still clearing after 2 minutes.",
            "🐌 This takes unusually long: 3 minutes and 9 seconds so far. Feldera's runner says it is unhealthy. Feldera repeats a clear until it succeeds, and it cannot be cancelled; I keep watching. @ana",
        ]
    )
    assert workspace.card() == snapshot("""\
Clear orders
*State*
⏳ Clearing since Mar 2, 2026 at 3:00:00 AM, which is unusually long.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
✓ Confirmed by @ana · Mar 2, 2026 at 3:00:00 AM
✓ Request sent · Mar 2, 2026 at 3:00:00 AM
⏳ Storage being cleared · Mar 2, 2026 at 3:00:00 AM
Id `ID1`\
""")
    workspace.feldera.runner_is(True)
    workspace.passes(minutes=1)
    assert workspace.thread()[-1] == snapshot("✅ Cleared `orders` after 4 minutes and 4 seconds. @ana")


def test_an_empty_pipeline_and_no_reason(workspace: Workspace) -> None:
    """Storage without a checkpoint is still storage: it is named as what goes, and the reason is left out."""
    ana = workspace.operator("ana")
    workspace.feldera.adds("fresh", checkpoints=())
    ana.types("/pipeline clear fresh")
    assert ana.reads() == snapshot(
        [
            """\
*Clear `fresh`?* Nothing happens unless you press the button. Only you see this.
*Deployment*
⏹️ Stopped since Mar 2, 2026 at 3:00:00 AM
*Storage*
💾 in use, no checkpoints
*A clear would destroy*
the storage; it has no checkpoints
⚠️ Clearing dissociates the pipeline's storage, which can delete it: its checkpoints and state are gone for good, and the next start begins from nothing. It *cannot be cancelled*.
[Clear fresh] [Never mind]\
"""
        ]
    )
    ana.clicks("Clear fresh")
    assert ana.last_confirm == snapshot("""\
Clear fresh?
This destroys the storage; it has no checkpoints. It cannot be cancelled.
[Clear] [Go back]\
""")
    workspace.passes(seconds=10)
    ana.reads()
    assert workspace.card() == snapshot("""\
Clear fresh
*State*
✅ Cleared.
*Requested by*
@ana
*Destroys*
the storage; it has no checkpoints
✓ Confirmed by @ana · Mar 2, 2026 at 3:00:00 AM
✓ Request sent · Mar 2, 2026 at 3:00:00 AM
✓ Feldera reports the storage as cleared · Mar 2, 2026 at 3:00:02 AM
✅ Cleared `fresh` after 2 seconds.
Id `ID1`\
""")
    workspace.thread()


def test_what_notifications_and_screen_readers_say(workspace: Workspace) -> None:
    """They get a message's text and none of its blocks: the text alone says what it is about."""
    ana = workspace.operator("ana")
    workspace.feldera.sticks_clearing("orders")
    ana.asks("/pipeline clear orders schema & keys")
    assert ana.hears() == snapshot(
        "Clear orders? This destroys the storage, with 3 checkpoints (7.0 MiB). It cannot be cancelled. Only you see this."
    )
    ana.clicks("Clear orders")
    ana.reads()
    workspace.passes(seconds=31)
    assert workspace.hears() == snapshot(
        [
            "Clear orders: ⏳ Clearing since Mar 2, 2026 at 3:00:00 AM. Requested by @ana: schema & keys",
            """\
📤 Sent the request to Feldera, Mar 2, 2026 at 3:00:00 AM.
⏳ Feldera accepted it, Mar 2, 2026 at 3:00:00 AM: the storage is being cleared. From here it cannot be cancelled.\
""",
            "⏳ Still clearing after 30 seconds.",
        ]
    )
    workspace.feldera.unsticks("orders")
    workspace.passes(seconds=10)
    assert [workspace.hears()[0], workspace.hears()[-1]] == snapshot(
        [
            "Clear orders: ✅ Cleared. Requested by @ana: schema & keys",
            "✅ Cleared `orders` after 34 seconds. @ana",
        ]
    )
    ana.asks("/pipeline status orders")
    assert ana.hears() == snapshot("orders: Stopped, wanted Stopped, storage cleared, program Success.")
    workspace.card()
    workspace.thread()


def asked_for_health(workspace: Workspace) -> int:
    return len([request for request in workspace.feldera.requests if request.path == "/v0/cluster_healthz"])
