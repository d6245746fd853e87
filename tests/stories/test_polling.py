"""How Feldera is asked: soon at first, then less and less often, once for everybody, and in silence while nothing changes."""

import asyncio
import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from itertools import pairwise

import pytest

from tests.workspace import Teammate, Workspace

NAMES = [f"orders-{number}" for number in range(5)]


def clears_on_and_on(workspace: Workspace, *names: str) -> Teammate:
    """Somebody whose clears are under way until their pipelines are unstuck."""
    ana = workspace.operator("ana")
    for name in names:
        if name != "orders":
            workspace.feldera.adds(name)
        workspace.feldera.sticks_clearing(name)
        ana.clears(name)
        workspace.passes(seconds=2)
    return ana


def all_end(workspace: Workspace, *names: str) -> None:
    for name in names:
        workspace.feldera.unsticks(name)
    workspace.passes(minutes=1)
    assert all("✅ Cleared after" in card for card in workspace.cards())
    assert all(lines[-1].startswith("✅ Cleared") for lines in workspace.threads())


def looks(workspace: Workspace) -> list[float]:
    """When Feldera was looked at after it accepted the request, in seconds since then."""
    accepted = workspace.sent[-1]
    asked = [request for request in workspace.feldera.requests if request.path.startswith("/v0/pipelines")]
    moments = [(request.at - accepted).total_seconds() for request in asked]
    return [moment for moment in moments if moment > 0]


def looks_at(workspace: Workspace, name: str) -> int:
    return sum(request.path == f"/v0/pipelines/{name}" for request in workspace.feldera.requests)


def gaps(moments: list[float]) -> list[float]:
    return [later - earlier for earlier, later in pairwise(moments)]


def rows(workspace: Workspace) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(workspace.database)) as db:
        return db.execute("SELECT * FROM operations").fetchall()


def written(workspace: Workspace) -> list[str]:
    """What is written from now on, statement by statement."""
    statements: list[str] = []
    workspace.run(workspace.bot.store._write(lambda db: db.conn.set_trace_callback(statements.append)))
    return statements


def transactions(statements: list[str]) -> list[str]:
    return "\n".join(statements).split("BEGIN IMMEDIATE")


def test_soon_at_first_and_then_less_and_less_often(workspace: Workspace) -> None:
    """The first look half a second after acceptance, then every 2 s, slowing down to 15 s, each a tenth more or less."""
    workspace.bot.driver.spread = random.Random(2)  # noqa: S311 - only to spread the looks
    clears_on_and_on(workspace, "orders")
    workspace.passes(minutes=20)
    seen = looks(workspace)
    assert seen[0] == pytest.approx(0.5)
    early = gaps([moment for moment in seen if moment < 28])
    assert all(1.8 <= gap <= 2.2 for gap in early)
    assert len({round(gap, 3) for gap in early}) > 5, "many bots would poll in step"
    late = gaps([moment for moment in seen if moment > 240])
    assert max(late) == pytest.approx(16, abs=0.5)
    assert all(gap <= 16.5 for gap in gaps(seen))
    assert sum(gap >= 13.5 for gap in late) / len(late) > 0.9, "only a moment to speak of comes earlier"
    assert workspace.thread()[-1] == "⏳ Still clearing `orders` after 10 minutes."


def test_a_look_that_learns_nothing_writes_and_posts_nothing(workspace: Workspace) -> None:
    """Neither while Feldera shows what it showed before, nor while it fails as it failed before."""
    clears_on_and_on(workspace, "orders")
    workspace.passes(minutes=6)
    before, calls, seen = rows(workspace), len(workspace.slack.calls), len(looks(workspace))
    workspace.passes(minutes=3)
    assert rows(workspace) == before
    assert workspace.slack.calls[calls:] == []
    assert len(looks(workspace)) - seen == pytest.approx(3 * 60 / 15, abs=2)
    workspace.feldera_goes_down()
    workspace.passes(seconds=50)
    assert workspace.thread()[-1].startswith("🔌 I cannot reach Feldera")
    before = rows(workspace)
    workspace.passes(minutes=1)
    assert rows(workspace) == before
    workspace.feldera_comes_back()
    all_end(workspace, "orders")


@pytest.mark.parametrize("cheaper", ["one by one", "one list"])
def test_several_operations_cost_one_request_each_a_round_or_one_for_all(
    workspace: Workspace, cheaper: str
) -> None:
    if cheaper == "one list":
        workspace.has_measured(one_look=1.0, one_list=0.1)
    clears_on_and_on(workspace, *NAMES)
    workspace.passes(seconds=30)
    before = len(workspace.feldera.requests)
    workspace.passes(minutes=5)
    rounds = workspace.feldera.requests[before:]
    asked = [request for request in rounds if request.path.startswith("/v0/pipelines")]
    paths = ["/v0/pipelines"] if cheaper == "one list" else [f"/v0/pipelines/{name}" for name in NAMES]
    assert {request.path for request in asked} == set(paths)
    assert {tuple(request.query.items()) for request in asked} == {(("selector", "status"),)}
    assert len({(request.at, request.path) for request in asked}) == len(asked), "one a round"
    assert len(asked) / len(paths) < 2 * 5 * 60 / 6, "several operations have as many rounds as one has"
    all_end(workspace, *NAMES)


def test_what_is_new_makes_looks_at_what_is_old_no_more_frequent(workspace: Workspace) -> None:
    """Its looks come up to half their pause sooner, to come together with others; not with each look at a new one."""
    ana = clears_on_and_on(workspace, "orders")
    workspace.leaps(minutes=12)
    workspace.feldera.adds("payments")
    workspace.feldera.sticks_clearing("payments")
    ana.clears("payments")
    old, new = looks_at(workspace, "orders"), looks_at(workspace, "payments")
    workspace.passes(seconds=28)
    assert looks_at(workspace, "payments") - new >= 12
    assert looks_at(workspace, "orders") - old <= 28 / 7
    workspace.threads()
    ana.reads()


def test_a_card_that_was_edited_makes_no_look_due(workspace: Workspace) -> None:
    """What Slack shows by now is nothing that Feldera would have to be asked about."""
    clears_on_and_on(workspace, "orders")
    workspace.leaps(minutes=12)
    workspace.passes(seconds=16)
    before = looks_at(workspace, "orders")
    (operation,) = workspace.bot.store.last_underway()
    workspace.bot.store._underway.render(operation.id, operation.version + 1)
    workspace.settles()
    assert looks_at(workspace, "orders") == before
    workspace.thread()


def test_nothing_is_asked_while_nothing_is_under_way(workspace: Workspace) -> None:
    """An idle bot costs Feldera nothing; neither does one that waits for somebody to confirm."""
    workspace.operator("ana").asks("/pipeline clear orders")
    before = len(workspace.feldera.requests)
    workspace.passes(hours=10)
    assert len(workspace.feldera.requests) == before


def test_a_pipeline_that_cannot_be_read_stops_no_other(workspace: Workspace) -> None:
    """In the list of all it is the only one without an answer; it is neither taken for deleted nor given up."""
    workspace.has_measured(one_look=1.0, one_list=0.1)
    clears_on_and_on(workspace, "orders", "payments")
    workspace.feldera.pipeline("orders").error = {"message": "an error without a code"}
    for name in ("orders", "payments"):
        workspace.feldera.unsticks(name)
    workspace.passes(minutes=5)
    orders, payments = workspace.threads()
    assert payments[-1].startswith("✅ Cleared")
    assert "does not have the form this bot knows" in orders[-1]
    workspace.feldera.pipeline("orders").error = None
    all_end(workspace)


def test_what_a_round_brings_is_one_transaction(workspace: Workspace) -> None:
    """Several storages were cleared by the time of a look: their ends are written together, and the disk is waited for once."""
    clears_on_and_on(workspace, *NAMES)
    workspace.passes(minutes=6)  # looks are rarer by now than clears are slow
    statements = written(workspace)
    all_end(workspace, *NAMES)
    ends = [each.count("INSERT INTO postings") for each in transactions(statements)]
    assert max(ends) == sum(ends) == len(NAMES)


@pytest.mark.parametrize("what", ["freeze", "time"])
def test_what_concerns_many_is_one_transaction(workspace: Workspace, what: str) -> None:
    """A freeze of all that is under way, and all requests whose time is over: nobody waits for a write for each."""
    ana = workspace.requester("ana")
    workspace.rules("orders-*", "approvals=1")
    for name in NAMES:
        workspace.feldera.adds(name)
        ana.requests(name)
    statements, underway = written(workspace), workspace.bot.store.last_underway()
    if what == "freeze":
        workspace.freezes("*", hours=4)
        workspace.settles()
    else:
        workspace.leaps(days=8)
    changed = [sum(each.id in transaction for each in underway) for transaction in transactions(statements)]
    assert max(changed) == len(NAMES)
    workspace.threads()


async def turns(workspace: Workspace, until: Callable[[], bool]) -> None:
    """The bot's loops go on beside what has not come back yet."""
    async with asyncio.timeout(10):
        while not until():
            workspace.bot.driver.wake.clear()
            await workspace.bot.driver.tick()
            await workspace.bot.announcements.tick()
            workspace.clock.passes(seconds=1)


async def a_look_hangs(workspace: Workspace) -> None:
    workspace.feldera.hangs("GET", path="/v0/pipelines/silent")
    workspace.clock.passes(seconds=5)
    await workspace.bot.driver.tick()
    await workspace.feldera.until_it_hangs()


def test_while_a_look_at_one_hangs_the_others_are_looked_at(workspace: Workspace) -> None:
    """From the first look in vain on, it has rounds of its own."""
    clears_on_and_on(workspace, "orders", "silent")
    workspace.passes(seconds=20)
    feldera = workspace.feldera
    feldera.pipeline("silent").error = {"message": "an error without a code"}
    workspace.passes(seconds=3)
    feldera.pipeline("silent").error = None

    async def story() -> None:
        await a_look_hangs(workspace)
        feldera.unsticks("orders")
        await turns(workspace, lambda: "✅ Cleared after" in workspace.cards()[0])
        assert "⏳ Clearing" in workspace.cards()[1]
        feldera.lets_go()

    workspace.does(story())
    all_end(workspace, "silent")


def test_while_a_look_at_one_hangs_what_is_ready_is_sent(workspace: Workspace) -> None:
    """Also beside the first round that waits for it."""
    ana = clears_on_and_on(workspace, "orders", "silent")
    workspace.feldera.adds("users")
    ana.asks("/pipeline clear users")

    async def story() -> None:
        await a_look_hangs(workspace)
        await ana.clicking("Clear users")
        await turns(workspace, lambda: workspace.feldera.clears["users"] == 1)
        workspace.feldera.lets_go()

    workspace.does(story())
    ana.reads()
    all_end(workspace, "orders", "silent")
