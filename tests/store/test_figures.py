"""The figures for monitoring: what is owed to Slack and since when, and that they are cheap."""

import pytest

from bot.engine.ports import StoredFigures
from bot.store.figures import _FIGURES
from bot.store.store import SqliteStore

pytestmark = pytest.mark.anyio


async def test_an_empty_database(tmp_path):
    store = SqliteStore.open(tmp_path / "bot.db")
    assert await store.background.figures() == StoredFigures(0, 0, 0, None, 0)
    await store.aclose()


async def test_no_figure_walks_a_table(tmp_path):
    """Each is read from a partial index of what is open, or by the key; the tables grow for years."""
    store = SqliteStore.open(tmp_path / "bot.db")
    plan = await store._read(lambda db: db.execute(f"EXPLAIN QUERY PLAN {_FIGURES}").fetchall())
    steps = [step for *_, step in plan if step.startswith(("SCAN", "SEARCH"))]
    by = ("_awaiting_review", "_behind", "_owed", "PRIMARY KEY", "(id=?)", "CONSTANT ROW", "(subquery")
    walked = [step for step in steps if not any(index in step for index in by)]
    assert walked == ["SEARCH events"]  # for the greatest key, which is at one end
    await store.aclose()
