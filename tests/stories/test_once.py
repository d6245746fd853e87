"""What arrives twice, at once or again later has its effect once, over both transports, and everyone gets an answer."""

import pytest

from tests.workspace import Teammate, Workspace

pytestmark = pytest.mark.parametrize("workspace", ["socket", "http"], indirect=True)


def is_cleared_once(workspace: Workspace) -> None:
    workspace.passes(seconds=10)
    assert workspace.feldera.clears["orders"] == 1
    workspace.card()
    assert workspace.thread()[-1].startswith("✅ Cleared `orders`")


def test_a_command_delivered_twice(workspace: Workspace, oli: Teammate) -> None:
    """One answer, not an empty one to the second."""
    workspace.slack.delivers_twice(2)
    did_you_mean = "🤔 I do not know `claer`. Did you mean `/pipeline clear orders`?"
    assert oli.types("/pipeline claer orders") == did_you_mean
    assert oli.types("/pipeline clear orders").startswith("*Clear `orders`?*")
    assert oli.reads() == []


def test_a_click_delivered_twice(workspace: Workspace, oli: Teammate) -> None:
    oli.asks("/pipeline clear orders")
    workspace.slack.delivers_twice()
    assert oli.told("Clear orders") == ["⏳ Confirmed. Follow the clear of `orders` in its thread."]
    is_cleared_once(workspace)
    assert oli.reads() == []


def test_a_click_delivered_again_later(workspace: Workspace, oli: Teammate) -> None:
    """A repetition seconds later says nothing new; one to the next process only points to the card."""
    oli.clears("orders")
    workspace.passes(seconds=10)
    assert workspace.does(workspace.slack.delivers_again()) is None
    is_cleared_once(workspace)
    assert oli.reads() == []
    workspace.restarts()
    assert workspace.does(workspace.slack.delivers_again()) is None
    (over,) = oli.reads()
    assert over.startswith("This ended some time ago (Mar 2, 2026 at 3:00 AM). ✅ Cleared `orders`")
    is_cleared_once(workspace)


def test_a_double_click(workspace: Workspace, oli: Teammate) -> None:
    """Two clicks of one impatient person are two deliveries: one clear, one card, and the preview says where."""
    oli.asks("/pipeline clear orders")
    confirm = oli.finds("Clear orders")
    workspace.at_once(oli.pressing(confirm), oli.pressing(confirm))
    (answer,) = oli.reads()
    assert "its thread" in answer
    assert oli.links() == [workspace.permalink()]
    is_cleared_once(workspace)


def test_confirming_and_dropping_at_once(workspace: Workspace, oli: Teammate) -> None:
    """Whichever the database takes first counts; the person is not told the other."""
    oli.asks("/pipeline clear orders")
    workspace.at_once(oli.pressing(oli.finds("Clear orders")), oli.pressing(oli.finds("Never mind")))
    (answer,) = oli.reads()
    workspace.passes(seconds=10)
    if workspace.feldera.clears["orders"]:
        assert "its thread" in answer
        is_cleared_once(workspace)
    else:
        assert "nothing was sent" in answer
        assert workspace.cards() == []


def test_two_people_at_once(workspace: Workspace, oli: Teammate) -> None:
    """Each gets a preview; of two confirmed in the same moment one is cleared, and the other learns whose it is."""
    ben = workspace.operator("ben")
    workspace.at_once(oli.typing("/pipeline clear orders"), ben.typing("/pipeline clear orders"))
    for person in (oli, ben):
        (preview,) = person.reads()
        assert preview.startswith("*Clear `orders`?*")
    workspace.at_once(oli.clicking("Clear orders"), ben.clicking("Clear orders"))
    answers = [*oli.reads(), *ben.reads()]
    assert sorted(answer[:2] for answer in answers) == sorted(["⏳ ", "✋ "])
    is_cleared_once(workspace)
