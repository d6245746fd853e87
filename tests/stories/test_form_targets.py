"""The form where the bot serves several Felderas: one menu for all, and one that is away hides nothing of another."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from tests.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """Two Felderas, `prod` and `staging`, each with a stopped pipeline `orders`."""
    workspace = Workspace(tmp_path, targets=("prod", "staging"))
    for feldera in workspace.felderas.values():
        feldera.adds("orders")
    yield workspace
    workspace.closes()


def test_one_menu_for_all(workspace: Workspace) -> None:
    """By target and name; a part of either finds it; what is cleared is that on its own target."""
    ana, ben = workspace.operator("ana"), workspace.operator("ben", pattern="staging/*")
    ana.opens_form()
    assert ana.looks_for("") == ["prod/orders", "staging/orders"]
    assert ana.looks_for("orders") == ["prod/orders", "staging/orders"]
    assert ana.looks_for("stag") == ["staging/orders"]
    assert ana.picks("staging/orders").split("\n")[1] == "Pipeline: staging/orders"
    assert ana.submits() == snapshot("""\
Answer
⏳ Confirmed. Follow `staging/orders` in its thread.
[Close]\
""")
    workspace.passes(seconds=10)
    assert "✅ Cleared." in workspace.card()
    workspace.thread()
    cleared = {target: feldera.clears["orders"] for target, feldera in workspace.felderas.items()}
    assert cleared == {"prod": 0, "staging": 1}
    ben.opens_form()
    assert ben.looks_for("") == ["staging/orders"]


def test_one_is_down(workspace: Workspace) -> None:
    """The form says whose pipelines are missing, and offers the others."""
    ana = workspace.operator("ana")
    workspace.run(workspace.felderas["staging"].goes_down())
    assert ana.opens_form().split("\n")[3] == snapshot(
        "🔌 I cannot list the pipelines of `staging` (`No connection to Feldera at staging.example.`). Try again in a minute, or type `/pipeline clear NAME reason…`."
    )
    assert ana.looks_for("ord") == ["prod/orders"]


def test_one_shows_a_pipeline_without_a_name(workspace: Workspace) -> None:
    """The form says that it is left out, and offers the others."""
    ana, ben = workspace.operator("ana"), workspace.operator("ben", pattern="prod/*")
    workspace.felderas["staging"].answers_next(200, body=[{"name": "users"}, {"name": "n" * 101}])
    assert ana.opens_form().split("\n")[3] == snapshot(
        "🔌 1 pipeline of `staging` is left out: its name in Feldera's list cannot be read."
    )
    assert ana.looks_for("") == ["prod/orders", "staging/users"]
    assert "staging" not in ben.opens_form()


def test_one_is_silent(workspace: Workspace) -> None:
    """Nobody waits for it longer than Slack does: the others' pipelines are there."""
    ana = workspace.operator("ana")
    found = []

    async def story() -> None:
        workspace.felderas["staging"].hangs()
        async with asyncio.TaskGroup() as group:
            group.create_task(ana.person.types("/pipeline clear", channel="ops"))
            await workspace.slack.until(lambda: "⏳ Still loading the pipelines of `staging`." in ana.screen)
            found.append(await ana.looking_for(""))
            workspace.felderas["staging"].lets_go()

    workspace.does(story())
    assert [each.labels for each in found] == [("prod/orders",)]
    assert "✅ The pipelines are loaded" in ana.screen
    assert ana.looks_for("") == ["prod/orders", "staging/orders"]


def test_one_that_is_none_of_theirs_is_down(workspace: Workspace) -> None:
    """Whoever may see nothing on it hears nothing of it, neither as the form opens nor while they look."""
    ben = workspace.operator("ben", pattern="prod/*")
    workspace.run(workspace.felderas["staging"].goes_down())
    assert "staging" not in ben.opens_form()
    assert ben.looks_for("ord") == ["prod/orders"]
    assert "staging" not in ben.screen


def test_nothing_to_choose(workspace: Workspace) -> None:
    """Nor does it stand in for pipelines that there are not."""
    ben = workspace.operator("ben", pattern="prod/payments")
    workspace.run(workspace.felderas["staging"].goes_down())
    said = ben.opens_form()
    assert "There is no pipeline that you may see." in said
    assert "staging" not in said
