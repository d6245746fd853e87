"""The answer to the request never came: the bot looks, and repeats it only when it can no longer have an effect."""

from datetime import timedelta

from inline_snapshot import snapshot

from tests.workspace import Teammate, Workspace

SENT = "📤 Sent the clear of `orders` to Feldera at 3:00:00 AM."
LOST = "❔ Feldera gave no usable answer to the clear of `orders` (`The connection to Feldera broke before its answer was complete.`). I check whether it took effect before I send anything again."
SENT_AGAIN = (
    "📤 Sent the clear of `orders` to Feldera again at 3:00:{} AM: the previous call has shown no effect."
)
UNPROVABLE = "⚠️ Needs attention: the clear of `orders`.\nKnown: the clear was sent to Feldera once, Feldera never confirmed it, and `orders` has been started since.\nNot known: whether it was cleared before that; Feldera's events do not show it.\nWhat to do: find out whether `orders` started empty; ask the person who started it, or look in Feldera's log. You can close this request without finding that out, but first look in Feldera that no clear is under way; then press *Close request* on its card. @oli"
STARTED_SINCE = (
    "✅ `orders` was cleared, and somebody has started it since: its storage is in use again. @oli"
)


def test_an_answer_that_is_lost_on_its_way_back(workspace: Workspace, oli: Teammate) -> None:
    workspace.feldera.loses_the_next_reply()
    oli.clears("orders", "schema change")
    workspace.passes(minutes=1)
    assert workspace.thread() == [
        SENT,
        LOST,
        "⏳ `orders` is being cleared: it seems that Feldera did receive the call. This cannot be cancelled any more.",
        "✅ Cleared `orders` after 2 seconds. @oli",
    ]
    assert "\n✅ Cleared after" in workspace.card()
    assert workspace.feldera.clears["orders"] == 1
    assert len(workspace.sent) == 1


def test_a_request_that_is_lost_on_its_way_there(workspace: Workspace, oli: Teammate) -> None:
    """Nothing has happened after 15 seconds, longer than Feldera holds a request back: it is sent once more."""
    workspace.feldera.drops_the_next_request()
    oli.clears("orders")
    workspace.passes(seconds=14)
    assert "\n⏳ Sent to Feldera some time ago (Mar 2, 2026 at 3:00 AM); no answer yet.\n" in workspace.card()
    workspace.passes(minutes=1)
    assert workspace.thread() == [
        SENT,
        LOST,
        SENT_AGAIN.format(15),
        "⏳ Feldera accepted it, Mar 2, 2026 at 3:00 AM: `orders` is being cleared. This cannot be cancelled any more.",
        "✅ Cleared `orders` after 2 seconds. @oli",
    ]
    first, second = workspace.sent
    assert second - first == timedelta(seconds=15)
    assert workspace.feldera.clears["orders"] == 1


def test_lost_three_times(workspace: Workspace, oli: Teammate) -> None:
    """After three requests without an effect a human is asked, told what is known and what to do; no fourth goes out."""
    workspace.feldera_drops(3)
    oli.clears("orders")
    workspace.passes(minutes=2)
    workspace.leaps(hours=2)
    *lines, _, _, _, _ = workspace.thread()
    called = workspace.last_reply()
    assert lines == [SENT, LOST, SENT_AGAIN.format(15), LOST, SENT_AGAIN.format(30), LOST]
    assert called == snapshot(
        """\
⚠️ Needs attention: the clear of `orders`.
Known: the clear was sent to Feldera 3 times, Feldera never confirmed it, and `orders` is unchanged.
Not known: whether the clear can still take effect.
What to do: look at `orders` in Feldera now, and again in a few minutes. I keep watching, too: if the clear takes effect, this request ends by itself. If no clear is under way and this request still needs attention, press *Close request* on its card. To request it again after that, type `/pipeline clear orders`: it first shows what would be deleted. @oli\
"""
    )
    card = workspace.card()
    assert "\n⚠️ Needs attention: " in card
    said = called.removesuffix(": it first shows what would be deleted. @oli").partition(" Known")[2]
    assert said.replace(" on its card", "") in card.replace("\n", " ")
    assert card.endswith("\nRequested by @oli\nId `ID1`\n[Close request]")
    assert len(workspace.sent) == 3
    assert workspace.feldera.clears["orders"] == 0


def test_lost_and_then_started_after_the_clear(workspace: Workspace, oli: Teammate) -> None:
    """The pipeline runs when the bot can look again; its record proves that it was cleared before that."""
    workspace.feldera.loses_the_next_reply()
    workspace.feldera.once_cleared("orders", workspace.feldera.someone_starts)
    oli.clears("orders")
    workspace.feldera_goes_down()
    workspace.passes(minutes=2)
    workspace.feldera_comes_back()
    workspace.passes(minutes=1)
    assert workspace.thread()[-1] == STARTED_SINCE
    assert "✅ Cleared; somebody has started it since, and its storage is in use again · " in workspace.card()
    assert (
        "\nDeleted, by Feldera's rules: the storage, which held 3 checkpoints (7.0 MiB) at the preview.\n"
        in workspace.card()
    )
    assert workspace.feldera.clears["orders"] == 1
    assert len(workspace.sent) == 1


def test_lost_and_then_started_instead(workspace: Workspace, oli: Teammate) -> None:
    """The pipeline runs, and its record proves that it was not cleared before: so it was not, and will not be."""
    workspace.feldera.drops_the_next_request()
    oli.clears("orders")
    workspace.feldera.someone_starts("orders")
    workspace.passes(minutes=2)
    assert workspace.thread()[2:] == snapshot(
        [
            "❌ Not cleared: the clear had no effect, and somebody has started `orders` meanwhile. To stop and clear it anyway, type `/pipeline clear orders --stop`. @oli"
        ]
    )
    assert "\n❌ Not cleared: " in workspace.card()
    assert (
        "\nThis request deleted nothing. To stop and clear it anyway, type `/pipeline clear orders --stop`.\n"
        in workspace.card()
    )
    assert len(workspace.sent) == 1


def test_lost_and_then_run_for_so_long_that_the_record_tells_nothing(
    workspace: Workspace, oli: Teammate
) -> None:
    """Feldera keeps only so many events: where they do not reach back, the bot does not guess, it asks a human."""
    workspace.feldera.drops_the_next_request()
    oli.clears("orders")
    workspace.feldera_goes_down()
    workspace.feldera.someone_starts("orders")
    for _ in range(400):
        workspace.clock.passes(seconds=5)
        workspace.feldera.someone_pauses("orders")
        workspace.clock.passes(seconds=5)
        workspace.feldera.someone_resumes("orders")
    workspace.feldera_comes_back()
    workspace.passes(minutes=2)
    assert "⚠️ Needs attention: " in workspace.card()
    assert workspace.thread()[-4:] == UNPROVABLE.split("\n")
    assert len(workspace.sent) == 1


def test_lost_and_then_started_where_no_record_is_kept(workspace: Workspace, oli: Teammate) -> None:
    """An old Feldera has no record to ask: a human is, and a record that can be read later still settles it."""
    workspace.feldera.is_downgraded()
    workspace.feldera.loses_the_next_reply()
    workspace.feldera.once_cleared("orders", workspace.feldera.someone_starts)
    oli.clears("orders")
    workspace.clock.passes(seconds=30)
    workspace.passes(minutes=5)
    assert workspace.thread() == [SENT, LOST, *UNPROVABLE.split("\n")]
    assert "⚠️ Needs attention: " in workspace.card()
    workspace.feldera_goes_down()
    workspace.passes(minutes=10)
    workspace.feldera_comes_back()
    workspace.passes(minutes=2)
    assert workspace.thread()[-1].startswith("🔌 Feldera answers again")
    assert "⚠️ Needs attention: " in workspace.card(), "only its record is missing"
    workspace.feldera.is_upgraded()
    workspace.passes(minutes=2)
    assert workspace.thread()[-1] == STARTED_SINCE
    assert "✅ Cleared; somebody has started it since" in workspace.card()
    assert len(workspace.sent) == 1


def test_the_second_request_is_refused_because_the_first_one_arrived_late(
    workspace: Workspace, oli: Teammate
) -> None:
    """A refusal of a repeated request proves nothing about the first: only a look at the pipeline tells."""
    feldera = workspace.feldera
    feldera.drops_the_next_request()
    oli.clears("orders")

    def the_first_arrives_and_is_done() -> None:
        feldera.someone_clears("orders")
        workspace.clock.passes(seconds=2)
        feldera.someone_deletes("orders")

    feldera.hangs("POST")
    workspace.while_feldera_hangs(workspace.transient(seconds=16), the_first_arrives_and_is_done)
    workspace.passes(seconds=10)
    assert workspace.thread() == [
        SENT,
        LOST,
        SENT_AGAIN.format(15),
        "✅ `orders` was cleared, and somebody has deleted or renamed it since (Feldera allows neither before the storage is cleared). @oli",
    ]
    assert "✅ Cleared; somebody has deleted or renamed it since · " in workspace.card()
    assert len(workspace.sent) == 2


def test_a_repeated_request_that_feldera_puts_off(workspace: Workspace, oli: Teammate) -> None:
    """A lock at the second attempt says nothing of the first: the bot looks again, waits as long, then repeats."""
    workspace.feldera.drops_the_next_request()
    workspace.feldera.is_locked()
    oli.clears("orders")
    workspace.passes(minutes=1)
    assert workspace.thread()[:-2] == [SENT, LOST, SENT_AGAIN.format(15), SENT_AGAIN.format(30)]
    assert "✅ Cleared after" in workspace.card()
    assert len(workspace.sent) == 3
    assert workspace.feldera.clears["orders"] == 1
