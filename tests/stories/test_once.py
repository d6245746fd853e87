"""What arrives twice, at once or again later has its effect once, over both transports, and everyone gets an answer."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from tests.workspace import Workspace


@pytest.fixture(params=["socket", "http"])
def workspace(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workspace]:
    """The usual team, over each transport in turn."""
    workspace = Workspace(tmp_path, over_http=request.param == "http")
    workspace.feldera.adds("orders")
    yield workspace
    workspace.closes()


def test_a_command_delivered_twice(workspace: Workspace) -> None:
    """One preview, and one answer before it."""
    ana = workspace.operator("ana")
    workspace.slack.delivers_twice()
    assert ana.types("/pipeline clear orders").startswith("🔎 Looking at `orders`…")
    (preview,) = ana.reads()
    assert preview.startswith("*Clear `orders`?*")


def test_a_command_that_cannot_be_read_delivered_twice(workspace: Workspace) -> None:
    """The person sees the answer to the first, not an empty one to the second."""
    ana = workspace.operator("ana")
    workspace.slack.delivers_twice()
    assert ana.types("/pipeline claer orders") == snapshot(
        "🤔 I do not know `claer`. Did you mean `/pipeline clear orders`?"
    )


def test_a_click_delivered_twice(workspace: Workspace) -> None:
    """One clear, and the preview ends at the link to its card, not at a second answer."""
    ana = workspace.operator("ana")
    ana.asks("/pipeline clear orders")
    workspace.slack.delivers_twice()
    ana.clicks("Clear orders")
    assert ana.reads() == snapshot(["⏳ Confirmed. Follow `orders` in its thread."])
    workspace.passes(seconds=10)
    assert ana.reads() == []
    assert workspace.feldera.clears["orders"] == 1
    workspace.card()
    workspace.thread()


def test_a_click_delivered_again_later(workspace: Workspace) -> None:
    """A repetition seconds later finds the clear under way, and says nothing new."""
    ana = workspace.operator("ana")
    ana.clears("orders")
    workspace.passes(seconds=10)
    assert workspace.does(workspace.slack.delivers_again()) is None
    workspace.passes(seconds=10)
    assert ana.reads() == []
    assert workspace.feldera.clears["orders"] == 1
    workspace.card()
    workspace.thread()


def test_a_click_delivered_again_to_the_next_process(workspace: Workspace) -> None:
    """The row outlives the process that took the first delivery: the second one only points to the card."""
    ana = workspace.operator("ana")
    ana.clears("orders")
    workspace.passes(seconds=10)
    workspace.restarts()
    assert workspace.does(workspace.slack.delivers_again()) is None
    assert ana.reads() == snapshot(
        ["This is over since Mar 2, 2026 at 3:00:02 AM. ✅ Cleared `orders` after 2 seconds. See its thread."]
    )
    assert workspace.feldera.clears["orders"] == 1
    workspace.card()
    workspace.thread()


def test_a_double_click(workspace: Workspace) -> None:
    """Two clicks of one impatient person are two deliveries: one clear, one card, and the preview says where."""
    ana = workspace.operator("ana")
    ana.asks("/pipeline clear orders")
    confirm = ana.finds("Clear orders")
    workspace.at_once(ana.pressing(confirm), ana.pressing(confirm))
    (answer,) = ana.reads()
    assert "its thread" in answer
    assert ana.links() == [workspace.permalink()]
    workspace.passes(seconds=10)
    assert workspace.feldera.clears["orders"] == 1
    workspace.card()
    workspace.thread()


def test_confirming_and_dropping_at_once(workspace: Workspace) -> None:
    """Whichever the database takes first counts; the person is not told the other."""
    ana = workspace.operator("ana")
    ana.asks("/pipeline clear orders")
    workspace.at_once(ana.pressing(ana.finds("Clear orders")), ana.pressing(ana.finds("Never mind")))
    (answer,) = ana.reads()
    workspace.passes(seconds=10)
    if workspace.feldera.clears["orders"]:
        assert "its thread" in answer
        assert workspace.thread()[-1].startswith("✅ Cleared `orders`")
        workspace.card()
    else:
        assert "nothing was sent" in answer
        assert workspace.cards() == []


def test_two_people_at_once(workspace: Workspace) -> None:
    """Two previews confirmed in the same moment: one clear, one thread, and the other learns whose it is."""
    ana, ben = workspace.operator("ana"), workspace.operator("ben")
    ana.asks("/pipeline clear orders")
    ben.asks("/pipeline clear orders")
    workspace.at_once(ana.pressing(ana.finds("Clear orders")), ben.pressing(ben.finds("Clear orders")))
    answers = [*ana.reads(), *ben.reads()]
    assert sorted(answer[:2] for answer in answers) == sorted(["⏳ ", "✋ "])
    workspace.passes(seconds=10)
    assert workspace.feldera.clears["orders"] == 1
    assert len(workspace.cards()) == 1
    workspace.thread()


def test_two_commands_at_once(workspace: Workspace) -> None:
    """Two people who ask in the same moment each get a preview of their own."""
    ana, ben = workspace.operator("ana"), workspace.operator("ben")
    workspace.at_once(ana.typing("/pipeline clear orders"), ben.typing("/pipeline clear orders"))
    for person in (ana, ben):
        looking, preview = person.reads()
        assert looking.startswith("🔎 Looking")
        assert preview.startswith("*Clear `orders`?*")
