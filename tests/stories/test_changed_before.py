"""The pipeline is not what was reviewed when the request could be sent: then nothing is sent, and why is said."""

import pytest
from inline_snapshot import snapshot

from bot.simulator.feldera import FelderaSimulator
from bot.simulator.feldera.state.pipeline import Program


def clears(workspace):
    workspace.feldera.someone_clears("orders")
    workspace.passes(seconds=5)


def clears_and_recreates(workspace):
    clears(workspace)
    workspace.feldera.someone_recreates("orders")


def clears_and_deletes(workspace):
    clears(workspace)
    workspace.feldera.someone_deletes("orders")


def starts(workspace):
    workspace.feldera.someone_starts("orders")
    workspace.passes(seconds=5)


def starts_what_has_to_be_compiled_first(workspace):
    """`Stopped`, but wanted to run: an early start counts as started."""
    workspace.feldera.pipeline("orders").program_status = Program("CompilingRust")
    workspace.feldera.someone_starts("orders")


def starts_and_stops(workspace):
    """Stopped and in use as before, but what a clear would destroy is not what was reviewed."""
    starts(workspace)
    workspace.feldera.someone_stops("orders")
    workspace.passes(seconds=5)


RUNS = "❌ Not cleared: somebody has started `orders`, so it is no longer stopped. Nothing was sent to Feldera. To stop and clear it anyway, type `/pipeline clear orders --stop`."


@pytest.mark.parametrize(
    ("somebody", "why"),
    [
        (
            clears_and_recreates,
            "❌ Not cleared: somebody deleted `orders` and created it again after @oli's preview. Nothing was sent to Feldera. To request it again, type `/pipeline clear orders`: it first shows what would be deleted.",
        ),
        (starts, RUNS),
        (starts_what_has_to_be_compiled_first, RUNS),
        (
            starts_and_stops,
            "❌ Not cleared: somebody ran or changed `orders` after @oli's preview. Nothing was sent to Feldera. To request it again, type `/pipeline clear orders`: it first shows what would be deleted.",
        ),
        (
            clears,
            "✅ Nothing to clear: the storage of `orders` was already cleared. Nothing was sent to Feldera.",
        ),
        (
            clears_and_deletes,
            "❌ Not cleared: Feldera has no pipeline `orders` any more; somebody deleted or renamed it.",
        ),
    ],
)
def test_changed_between_the_preview_and_the_confirmation(workspace, somebody, why):
    oli = workspace.operator("oli")
    oli.asks("/pipeline clear orders")
    somebody(workspace)
    oli.told("Clear orders")
    workspace.passes(minutes=1)
    assert workspace.sent == []
    assert workspace.thread() == [f"{why} @oli"]
    verdict = why.partition(": ")[0]
    assert f"\n{verdict}: " in workspace.card()
    assert "\nNothing was sent to Feldera." in workspace.card()


def test_being_cleared_by_somebody_since_the_preview(workspace):
    """The bot sends nothing, watches that clear to its end, and says whose it was not."""
    oli = workspace.operator("oli")
    workspace.feldera.adds("payments", clear_takes=20.0)
    oli.asks("/pipeline clear payments")
    workspace.feldera.someone_clears("payments")
    oli.told("Clear payments")
    workspace.passes(minutes=1)
    assert workspace.thread() == snapshot(
        [
            "⏳ Feldera is already clearing `payments`. I send nothing, and watch.",
            "✅ Cleared `payments` after 20 seconds. @oli",
        ]
    )
    assert "✅ Cleared by somebody else after 20 seconds · " in workspace.card()
    assert workspace.sent == []


def moves_to_another_feldera(workspace):
    """The person who runs the bot changes where it finds Feldera, and starts it again."""
    other = FelderaSimulator(workspace.clock, installation=1)
    workspace.run(other.start())
    workspace.feldera = other
    workspace.starts()
    return other


def test_another_feldera_proves_nothing(workspace):
    """There the pipeline is unknown, which would prove a clear on the Feldera that was asked: it is not the same."""
    first = workspace.feldera
    first.drops_the_next_request()
    first.adds("orders-eu")
    workspace.operator("oli").clears("orders-eu")
    workspace.dies()
    other = moves_to_another_feldera(workspace)
    workspace.passes(minutes=2)
    assert workspace.thread()[-1] == (
        "🔌 Feldera gives me no usable answer (`this is another Feldera, or another tenant, than the one it was reviewed on`). "
        "Whether what I sent took effect shows once it answers. I keep trying. "
        "The person who runs the bot should check `FELDERA_HOST`, the tenant and the key."
    )
    workspace.dies()
    workspace.run(other.stop())
    workspace.feldera = first
    workspace.starts()
    workspace.passes(minutes=1)
    assert workspace.thread()[-1].startswith("✅ Cleared `orders-eu`")
    assert first.clears["orders-eu"] == 1
    workspace.card()


def test_nothing_is_sent_to_another_feldera(workspace):
    """A pipeline of the same name there is not the one that was confirmed."""
    oli, first = workspace.operator("oli"), workspace.feldera
    workspace.slack.fails_next("chat.postMessage", "service_unavailable", times=3)
    oli.clears("orders")
    workspace.dies()
    moves_to_another_feldera(workspace).adds("orders")
    workspace.passes(minutes=2)
    oli.reads()
    assert "what answers at Feldera's address is not" in workspace.thread()[-1]
    assert workspace.sent == []
    assert "\n❌ Not cleared: " in workspace.card()
    workspace.run(first.stop())
