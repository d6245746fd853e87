"""The form where the bot serves several Felderas: one menu for all, and one that is away hides nothing of another."""

import asyncio

import pytest
from inline_snapshot import snapshot

from tests.workspace import Workspace


@pytest.fixture
def workspace(tmp_path):
    """Two Felderas, `prod` and `staging`, each with a stopped pipeline `orders`."""
    workspace = Workspace(tmp_path, targets=("prod", "staging"))
    for feldera in workspace.felderas.values():
        feldera.adds("orders")
    yield workspace
    workspace.closes()


@pytest.fixture
def ana(workspace):
    return workspace.operator("ana")


def test_one_menu_for_all(workspace, ana):
    """By target and name; a part of either finds it; what is cleared is that on its own target."""
    pat = workspace.operator("pat", pattern="staging/*")
    ana.opens_form()
    assert ana.looks_for("orders") == ana.looks_for("") == ["prod/orders", "staging/orders"]
    assert ana.looks_for("stag") == ["staging/orders"]
    assert ana.picks("staging/orders").split("\n")[1] == "Pipeline: staging/orders"
    assert "⏳ Confirmed. Follow the clear of `staging/orders` in its thread." in ana.submits()
    workspace.passes(seconds=10)
    assert workspace.follows() == "✅ Cleared"
    assert [feldera.clears["orders"] for feldera in workspace.felderas.values()] == [0, 1]
    pat.opens_form()
    assert pat.looks_for("") == ["staging/orders"]


def test_one_is_down(workspace, ana):
    """The form says whose pipelines are missing, and offers the others; not to whoever may see nothing on it."""
    pat = workspace.operator("pat", pattern="prod/*")
    nobody = workspace.operator("nobody", pattern="prod/payments")
    workspace.run(workspace.felderas["staging"].goes_down())
    assert ana.opens_form().split("\n")[3] == snapshot(
        "🔌 I cannot list the pipelines of `staging` (`No connection to Feldera at staging.example.`). Try again in a minute, or type `/pipeline clear NAME reason…`."
    )
    assert ana.looks_for("ord") == ["prod/orders"]
    assert "staging" not in pat.opens_form()
    assert pat.looks_for("ord") == ["prod/orders"]
    assert "staging" not in pat.screen
    said = nobody.opens_form()
    assert "There is no pipeline that you can see." in said
    assert "staging" not in said


def test_one_shows_a_pipeline_without_a_name(workspace, ana):
    """The form says that it is left out, and offers the others."""
    pat = workspace.operator("pat", pattern="prod/*")
    workspace.felderas["staging"].answers_next(200, body=[{"name": "users"}, {"name": "n" * 101}])
    assert ana.opens_form().split("\n")[3] == snapshot(
        "🔌 1 pipeline of `staging` is not listed: I cannot read its name in Feldera's answer."
    )
    assert ana.looks_for("") == ["prod/orders", "staging/users"]
    assert "staging" not in pat.opens_form()


def test_one_is_silent(workspace, ana):
    """Nobody waits for it longer than Slack does: the others' pipelines are there."""
    found = []

    async def story() -> None:
        workspace.felderas["staging"].hangs()
        async with asyncio.TaskGroup() as group:
            group.create_task(ana.typing("/pipeline clear"))
            await workspace.slack.until(lambda: "⏳ Still loading the pipelines of `staging`." in ana.screen)
            found.append(await ana.looking_for(""))
            workspace.felderas["staging"].lets_go()

    workspace.does(story())
    assert [each.labels for each in found] == [("prod/orders",)]
    assert "✅ The pipelines are loaded" in ana.screen
    assert ana.looks_for("") == ["prod/orders", "staging/orders"]
