"""`/pipeline list` with several Felderas: whole names, and a word about those that did not answer."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from tests.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """Two Felderas, `prod` and `staging`, each with twenty stopped pipelines."""
    workspace = Workspace(tmp_path, targets=("prod", "staging"))
    for feldera in workspace.felderas.values():
        feldera.adds_many(f"p-{number:02}" for number in range(20))
    yield workspace
    workspace.closes()


def test_pages_over_targets(workspace: Workspace) -> None:
    """A pattern names the target; its pages are turned as any."""
    ana = workspace.viewer("ana")
    assert ana.asks("/pipeline list").split("\n")[0] == snapshot(
        "*Pipelines*: 1 to 12 of 40 that you may see."
    )
    ana.asks("/pipeline list staging/*")
    (page,) = ana.told("Next")
    assert page.split("\n")[:2] == snapshot(
        [
            "*Pipelines that match `staging/*`*: 13 to 20 of 20 that you may see.",
            "⏹️ `staging/p-12`: Stopped since Mar 2, 2026 at 3:00:00 AM · 💾 in use, 3 checkpoints, 7.0 MiB",
        ]
    )


def test_one_that_does_not_answer_hides_nothing_of_the_other(workspace: Workspace) -> None:
    """Whoever may see something there hears that it is missing; nobody else hears of that Feldera."""
    ana, ben = workspace.viewer("ana"), workspace.viewer("ben", pattern="prod/p-00")
    workspace.run(workspace.felderas["staging"].goes_down())
    shown = ana.asks("/pipeline list").split("\n")
    assert [shown[0], *shown[-2:]] == snapshot(
        [
            "*Pipelines*: 1 to 12 of 20 that you may see.",
            "`staging` cannot be asked now, and its pipelines are missing: Feldera does not answer (`No connection to Feldera at staging.example.`). Try again in a minute.",
            "[Next]",
        ]
    )
    assert ben.asks("/pipeline list") == snapshot("""\
*Pipelines*: 1 that you may see.
⏹️ `prod/p-00`: Stopped since Mar 2, 2026 at 3:00:00 AM · 💾 in use, 3 checkpoints, 7.0 MiB\
""")
