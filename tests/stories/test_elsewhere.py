"""Somebody changes where the bot finds Feldera, in the middle of an operation."""

from bot.simulator.feldera import FelderaSimulator
from tests.workspace import Workspace


def test_another_feldera_proves_nothing(workspace: Workspace) -> None:
    """There the pipeline is unknown, which would prove a clear on the Feldera that was asked: it is not the same."""
    ana = workspace.operator("ana")
    workspace.feldera.drops_the_next_request()
    workspace.feldera.adds("orders-eu")
    ana.clears("orders-eu")
    workspace.dies()
    first, other = workspace.feldera, FelderaSimulator(workspace.clock, installation=1)
    workspace.run(other.start())
    workspace.feldera = other
    workspace.starts()
    workspace.passes(minutes=2)
    assert workspace.thread()[-1] == (
        "🔌 I cannot ask Feldera (`this is another Feldera, or another tenant, than the one it was reviewed on`). "
        "Whether the request arrived shows when I can. I keep trying. "
        "Whoever runs the bot should check `FELDERA_HOST`, the tenant and the key."
    )
    workspace.dies()
    workspace.run(other.stop())
    workspace.feldera = first
    workspace.starts()
    workspace.passes(minutes=1)
    assert workspace.thread()[-1].startswith("✅ Cleared `orders-eu`")
    assert first.clears["orders-eu"] == 1
    assert "✅ Cleared." in workspace.card()


def test_nothing_is_sent_to_another_feldera(workspace: Workspace) -> None:
    """A pipeline of the same name there is not the one that was confirmed."""
    ana = workspace.operator("ana")
    workspace.slack.fails_next("chat.postMessage", "service_unavailable", times=3)
    ana.clears("orders")
    workspace.dies()
    first, other = workspace.feldera, FelderaSimulator(workspace.clock, installation=1)
    workspace.run(other.start())
    other.adds("orders")
    workspace.feldera = other
    workspace.starts()
    workspace.passes(minutes=2)
    ana.reads()
    assert "what answers at Feldera's address is not" in workspace.thread()[-1]
    assert [request.method for request in other.requests if request.method == "POST"] == []
    assert "❌ Not cleared." in workspace.card()
    workspace.run(first.stop())
