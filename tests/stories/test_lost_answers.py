"""The answer to the request never came: the bot looks, and repeats it only when it can no longer have an effect."""

from datetime import timedelta

from inline_snapshot import snapshot

from tests.workspace import Workspace


def test_an_answer_that_is_lost_on_its_way_back(workspace: Workspace) -> None:
    """The request arrived: the bot sees that it did, and does not repeat it."""
    ana = workspace.operator("ana")
    workspace.feldera.loses_the_next_reply()
    ana.clears("orders", "schema change")
    workspace.passes(minutes=1)
    assert workspace.thread() == snapshot(
        [
            "📤 Sent the request to Feldera, Mar 2, 2026 at 3:00:00 AM.",
            "❔ No usable answer came (`The connection to Feldera broke before its answer was complete.`). I look at the pipeline before I do anything else.",
            "⏳ The storage is being cleared: it seems that the request did arrive. It cannot be cancelled.",
            "✅ Cleared `orders` after 2 seconds. @ana",
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
Reason: schema change
✓ Confirmed by @ana · Mar 2, 2026 at 3:00:00 AM
✓ Request sent · Mar 2, 2026 at 3:00:00 AM
✓ Feldera reports the storage as cleared · Mar 2, 2026 at 3:00:02 AM
✅ Cleared `orders` after 2 seconds.
Id `ID1`\
""")
    assert workspace.feldera.clears["orders"] == 1
    assert len(workspace.sent) == 1


def test_a_request_that_is_lost_on_its_way_there(workspace: Workspace) -> None:
    """Nothing has happened after 15 seconds, longer than Feldera holds a request back: it is sent once more."""
    ana = workspace.operator("ana")
    workspace.feldera.drops_the_next_request()
    ana.clears("orders")
    workspace.passes(seconds=14)
    assert workspace.card() == snapshot("""\
Clear orders
*State*
⏳ Sent Mar 2, 2026 at 3:00:00 AM, no answer yet.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
✓ Confirmed by @ana · Mar 2, 2026 at 3:00:00 AM
⏳ Request sent · Mar 2, 2026 at 3:00:00 AM
○ Storage cleared
Id `ID1`\
""")
    workspace.passes(minutes=1)
    assert workspace.thread() == snapshot(
        [
            "📤 Sent the request to Feldera, Mar 2, 2026 at 3:00:00 AM.",
            "❔ No usable answer came (`The connection to Feldera broke before its answer was complete.`). I look at the pipeline before I do anything else.",
            "📤 Sent the request again, Mar 2, 2026 at 3:00:15 AM: so far it had had no effect.",
            "⏳ Feldera accepted it, Mar 2, 2026 at 3:00:15 AM: the storage is being cleared. From here it cannot be cancelled.",
            "✅ Cleared `orders` after 2 seconds. @ana",
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
✓ Request sent · Mar 2, 2026 at 3:00:15 AM
✓ Feldera reports the storage as cleared · Mar 2, 2026 at 3:00:17 AM
✅ Cleared `orders` after 2 seconds.
Id `ID1`\
""")
    first, second = workspace.sent
    assert second - first == timedelta(seconds=15)
    assert workspace.feldera.clears["orders"] == 1


def test_an_answer_so_late_that_it_counts_as_lost(workspace: Workspace) -> None:
    """The clear is over before the bot may look: the look finds the goal reached, and that is the outcome."""
    ana = workspace.operator("ana")
    workspace.feldera.loses_the_next_reply()
    ana.clears("orders")
    workspace.feldera_goes_down()
    workspace.passes(seconds=20)
    workspace.feldera_comes_back()
    workspace.passes(minutes=1)
    assert "✅ Cleared." in workspace.card()
    assert workspace.thread() == snapshot(
        [
            "📤 Sent the request to Feldera, Mar 2, 2026 at 3:00:00 AM.",
            "❔ No usable answer came (`The connection to Feldera broke before its answer was complete.`). I look at the pipeline before I do anything else.",
            "🔌 I cannot ask Feldera (`No connection to Feldera at feldera.example.`). Whether the request arrived shows when I can. I keep trying.",
            "🔌 Feldera answers again, after 26 seconds.",
            "✅ Cleared `orders` after 27 seconds. @ana",
        ]
    )
    assert len(workspace.sent) == 1


def test_lost_three_times(workspace: Workspace) -> None:
    """After three requests without an effect a human is asked, told what is known and what to do; no fourth goes out."""
    ana = workspace.operator("ana")
    for _ in range(3):
        workspace.feldera.drops_the_next_request()
    ana.clears("orders")
    workspace.passes(hours=2)
    assert workspace.thread() == snapshot(
        [
            "📤 Sent the request to Feldera, Mar 2, 2026 at 3:00:00 AM.",
            "❔ No usable answer came (`The connection to Feldera broke before its answer was complete.`). I look at the pipeline before I do anything else.",
            "📤 Sent the request again, Mar 2, 2026 at 3:00:15 AM: so far it had had no effect.",
            "❔ No usable answer came (`The connection to Feldera broke before its answer was complete.`). I look at the pipeline before I do anything else.",
            "📤 Sent the request again, Mar 2, 2026 at 3:00:30 AM: so far it had had no effect.",
            "❔ No usable answer came (`The connection to Feldera broke before its answer was complete.`). I look at the pipeline before I do anything else.",
            "⚠️ I need a human. Known: the request was sent 3 times, Feldera never confirmed it, and `orders` is as it was. Not known: whether a request is still on its way. What to do: look at `orders` in Feldera; once you are sure that nothing is under way, press *Close*. Then `/pipeline clear orders` starts afresh. @ana",
        ]
    )
    assert workspace.card() == snapshot("""\
Clear orders
*State*
⚠️ Needs a human.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
✓ Confirmed by @ana · Mar 2, 2026 at 3:00:00 AM
✓ Request sent · Mar 2, 2026 at 3:00:30 AM
⚠️ Storage cleared? A human has to look
⚠️ I need a human. Known: the request was sent 3 times, Feldera never confirmed it, and `orders` is as it was. Not known: whether a request is still on its way. What to do: look at `orders` in Feldera; once you are sure that nothing is under way, press *Close*. Then `/pipeline clear orders` starts afresh.
Id `ID1`
[Close]\
""")
    assert len(workspace.sent) == 3
    assert workspace.feldera.clears["orders"] == 0


def test_lost_and_then_started_after_the_clear(workspace: Workspace) -> None:
    """The pipeline runs when the bot can look again; its record proves that it was cleared before that."""
    ana = workspace.operator("ana")
    workspace.feldera.loses_the_next_reply()
    workspace.feldera.once_cleared("orders", workspace.feldera.someone_starts)
    ana.clears("orders")
    workspace.feldera_goes_down()
    workspace.passes(minutes=2)
    workspace.feldera_comes_back()
    workspace.passes(minutes=1)
    assert workspace.thread() == snapshot(
        [
            "📤 Sent the request to Feldera, Mar 2, 2026 at 3:00:00 AM.",
            "❔ No usable answer came (`The connection to Feldera broke before its answer was complete.`). I look at the pipeline before I do anything else.",
            "🔌 I cannot ask Feldera (`No connection to Feldera at feldera.example.`). Whether the request arrived shows when I can. I keep trying.",
            "🔌 Feldera answers again, after 2 minutes and 11 seconds.",
            "✅ `orders` was cleared, and somebody has started it since: its storage is in use again. @ana",
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
✓ Storage cleared before that, by Feldera's account · Mar 2, 2026 at 3:02:11 AM
✅ `orders` was cleared, and somebody has started it since: its storage is in use again.
Id `ID1`\
""")
    assert workspace.feldera.clears["orders"] == 1
    assert len(workspace.sent) == 1


def test_lost_and_then_started_instead(workspace: Workspace) -> None:
    """The pipeline runs, and its record proves that it was not cleared before: so it was not, and will not be."""
    ana = workspace.operator("ana")
    workspace.feldera.drops_the_next_request()
    ana.clears("orders")
    workspace.feldera.someone_starts("orders")
    workspace.passes(minutes=2)
    assert workspace.thread() == snapshot(
        [
            "📤 Sent the request to Feldera, Mar 2, 2026 at 3:00:00 AM.",
            "❔ No usable answer came (`The connection to Feldera broke before its answer was complete.`). I look at the pipeline before I do anything else.",
            "❌ Not cleared: the request took no effect, and somebody has started `orders` meanwhile. Stop it, then type `/pipeline clear orders`. @ana",
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
✓ Request sent · Mar 2, 2026 at 3:00:00 AM
✗ Storage not cleared by this
❌ Not cleared: the request took no effect, and somebody has started `orders` meanwhile. Stop it, then type `/pipeline clear orders`.
Id `ID1`\
""")
    assert len(workspace.sent) == 1


def test_lost_and_then_run_for_so_long_that_the_record_tells_nothing(workspace: Workspace) -> None:
    """Feldera keeps only so many events: where they do not reach back, the bot does not guess, it asks a human."""
    ana = workspace.operator("ana")
    workspace.feldera.drops_the_next_request()
    ana.clears("orders")
    workspace.feldera_goes_down()
    workspace.feldera.someone_starts("orders")
    for _ in range(400):
        workspace.clock.passes(seconds=5)
        workspace.feldera.someone_pauses("orders")
        workspace.clock.passes(seconds=5)
        workspace.feldera.someone_resumes("orders")
    workspace.feldera_comes_back()
    workspace.passes(minutes=2)
    assert "⚠️ Needs a human." in workspace.card()
    assert workspace.thread()[-1] == snapshot(
        "⚠️ I need a human. Known: the request was sent once, Feldera never confirmed it, and `orders` has been run since. Not known: whether it was cleared before that; Feldera's record does not tell. What to do: ask whoever started `orders`; once you are sure that nothing is under way, press *Close*. @ana"
    )
    assert len(workspace.sent) == 1


def test_lost_and_then_started_where_no_record_is_kept(workspace: Workspace) -> None:
    """An old Feldera has no record to ask: a human is, and a record that can be read later still settles it."""
    ana = workspace.operator("ana")
    workspace.feldera.is_downgraded()
    workspace.feldera.loses_the_next_reply()
    workspace.feldera.once_cleared("orders", workspace.feldera.someone_starts)
    ana.clears("orders")
    workspace.clock.passes(seconds=30)
    workspace.passes(minutes=5)
    assert workspace.thread() == snapshot(
        [
            "📤 Sent the request to Feldera, Mar 2, 2026 at 3:00:00 AM.",
            "❔ No usable answer came (`The connection to Feldera broke before its answer was complete.`). I look at the pipeline before I do anything else.",
            "⚠️ I need a human. Known: the request was sent once, Feldera never confirmed it, and `orders` has been run since. Not known: whether it was cleared before that; Feldera's record does not tell. What to do: ask whoever started `orders`; once you are sure that nothing is under way, press *Close*. @ana",
        ]
    )
    assert "⚠️ Needs a human.\n" in workspace.card()
    workspace.feldera_goes_down()
    workspace.passes(minutes=10)
    workspace.feldera_comes_back()
    workspace.passes(minutes=2)
    assert workspace.thread()[-1].startswith("🔌 Feldera answers again")
    assert "⚠️ Needs a human.\n" in workspace.card(), "only its record is missing"
    workspace.feldera.is_upgraded()
    workspace.passes(minutes=2)
    assert workspace.thread()[-1] == snapshot(
        "✅ `orders` was cleared, and somebody has started it since: its storage is in use again. @ana"
    )
    assert "✅ Cleared." in workspace.card()
    assert len(workspace.sent) == 1


def test_the_second_request_is_refused_because_the_first_one_arrived_late(workspace: Workspace) -> None:
    """A refusal of a repeated request proves nothing about the first: only a look at the pipeline tells."""
    ana = workspace.operator("ana")
    feldera = workspace.feldera
    feldera.drops_the_next_request()
    ana.clears("orders")

    def the_first_arrives_and_is_done() -> None:
        feldera.someone_clears("orders")
        workspace.clock.passes(seconds=2)
        feldera.someone_deletes("orders")

    feldera.hangs("POST")
    workspace.while_feldera_hangs(workspace.transient(seconds=16), the_first_arrives_and_is_done)
    workspace.passes(seconds=10)
    assert workspace.thread() == snapshot(
        [
            "📤 Sent the request to Feldera, Mar 2, 2026 at 3:00:00 AM.",
            "❔ No usable answer came (`The connection to Feldera broke before its answer was complete.`). I look at the pipeline before I do anything else.",
            "📤 Sent the request again, Mar 2, 2026 at 3:00:15 AM: so far it had had no effect.",
            "✅ `orders` was cleared, and somebody has deleted or renamed it since (Feldera allows neither before the storage is cleared). @ana",
        ]
    )
    assert "✅ Cleared." in workspace.card()
    assert len(workspace.sent) == 2


def test_a_repeated_request_that_feldera_puts_off(workspace: Workspace) -> None:
    """A lock at the second attempt says nothing of the first: the bot looks again, waits as long, then repeats."""
    ana = workspace.operator("ana")
    workspace.feldera.drops_the_next_request()
    workspace.feldera.is_locked()
    ana.clears("orders")
    workspace.passes(minutes=1)
    assert workspace.thread() == snapshot(
        [
            "📤 Sent the request to Feldera, Mar 2, 2026 at 3:00:00 AM.",
            "❔ No usable answer came (`The connection to Feldera broke before its answer was complete.`). I look at the pipeline before I do anything else.",
            "📤 Sent the request again, Mar 2, 2026 at 3:00:15 AM: so far it had had no effect.",
            "📤 Sent the request again, Mar 2, 2026 at 3:00:30 AM: so far it had had no effect.",
            "⏳ Feldera accepted it, Mar 2, 2026 at 3:00:30 AM: the storage is being cleared. From here it cannot be cancelled.",
            "✅ Cleared `orders` after 2 seconds. @ana",
        ]
    )
    assert "✅ Cleared." in workspace.card()
    assert len(workspace.sent) == 3
    assert workspace.feldera.clears["orders"] == 1
