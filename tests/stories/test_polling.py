"""How Feldera is asked: soon at first, then less and less often, once for everybody, and in silence while nothing changes."""

import random
import sqlite3
from contextlib import closing
from itertools import pairwise

import pytest

from tests.workspace import Workspace


def looks(workspace: Workspace) -> list[float]:
    """When Feldera was looked at after it accepted the request, in seconds since then."""
    accepted = workspace.sent[-1]
    asked = [request for request in workspace.feldera.requests if request.path.startswith("/v0/pipelines")]
    moments = [(request.at - accepted).total_seconds() for request in asked]
    return [moment for moment in moments if moment > 0]


def gaps(moments: list[float]) -> list[float]:
    return [later - earlier for earlier, later in pairwise(moments)]


def test_soon_at_first_and_then_less_and_less_often(workspace: Workspace) -> None:
    """The first look half a second after acceptance, then every 2 s, slowing down to 15 s, each a tenth more or less."""
    ana = workspace.operator("ana")
    workspace.bot.driver.spread = random.Random(2)  # noqa: S311 - only to spread the looks
    workspace.feldera.sticks_clearing("orders")
    ana.clears("orders")
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
    assert "⏳ Clearing" in workspace.card()
    assert workspace.thread()[-1] == "⏳ Still clearing after 10 minutes."


def test_nothing_is_posted_by_a_look_that_learns_nothing(workspace: Workspace) -> None:
    """Between two moments to speak of, Slack is not called at all, and the database does not grow."""
    ana = workspace.operator("ana")
    workspace.feldera.sticks_clearing("orders")
    ana.clears("orders")
    workspace.passes(minutes=11)
    assert "⏳ Clearing" in workspace.card()
    calls, seen = len(workspace.slack.calls), len(looks(workspace))
    workspace.passes(minutes=8)
    assert workspace.slack.calls[calls:] == []
    assert len(looks(workspace)) - seen == pytest.approx(8 * 60 / 15, abs=2)
    assert workspace.thread()[-1] == "⏳ Still clearing after 10 minutes."


@pytest.mark.parametrize("cheaper", ["one by one", "one list"])
def test_several_operations_cost_one_request_each_a_round_or_one_for_all(
    workspace: Workspace, cheaper: str
) -> None:
    """Whichever is cheaper by what the bot measured; never both, and nothing twice."""
    if cheaper == "one list":
        workspace.has_measured(one_look=1.0, one_list=0.1)
    ana = workspace.operator("ana")
    names = [f"orders-{number}" for number in range(5)]
    for name in names:
        workspace.feldera.adds(name)
        workspace.feldera.sticks_clearing(name)
        ana.clears(name)
        workspace.passes(seconds=2)
    workspace.passes(seconds=30)
    before = len(workspace.feldera.requests)
    workspace.passes(minutes=5)
    rounds = workspace.feldera.requests[before:]
    asked = [request for request in rounds if request.path.startswith("/v0/pipelines")]
    paths = ["/v0/pipelines"] if cheaper == "one list" else [f"/v0/pipelines/{name}" for name in names]
    assert {request.path for request in asked} == set(paths)
    assert {tuple(request.query.items()) for request in asked} == {(("selector", "status"),)}
    assert len({(request.at, request.path) for request in asked}) == len(asked), "one a round"
    assert len(asked) / len(paths) < 2 * 5 * 60 / 6, "five operations have as many rounds as one has"
    for name in names:
        workspace.feldera.unsticks(name)
    workspace.passes(minutes=1)
    assert all("✅ Cleared." in card for card in workspace.cards())
    assert all(thread[-1].startswith("✅ Cleared") for thread in workspace.threads())


def looks_at(workspace: Workspace, name: str) -> int:
    return sum(request.path == f"/v0/pipelines/{name}" for request in workspace.feldera.requests)


def test_what_is_new_makes_looks_at_what_is_old_no_more_frequent(workspace: Workspace) -> None:
    """Its looks come up to half their pause sooner, to come together with others; not with each look at a new one."""
    ana = workspace.operator("ana")
    workspace.feldera.adds("payments")
    for name in ["orders", "payments"]:
        workspace.feldera.sticks_clearing(name)
    ana.clears("orders")
    workspace.clock.passes(minutes=12)
    workspace.settles()
    ana.clears("payments")
    old, new = looks_at(workspace, "orders"), looks_at(workspace, "payments")
    workspace.passes(seconds=28)
    assert looks_at(workspace, "payments") - new >= 12
    assert looks_at(workspace, "orders") - old <= 28 / 7
    workspace.cards()
    workspace.threads()
    ana.reads()


def test_a_card_that_was_edited_makes_no_look_due(workspace: Workspace) -> None:
    """What Slack shows by now is nothing that Feldera would have to be asked about."""
    ana = workspace.operator("ana")
    workspace.feldera.sticks_clearing("orders")
    ana.clears("orders")
    workspace.clock.passes(minutes=12)
    workspace.settles()
    workspace.passes(seconds=16)
    before = looks_at(workspace, "orders")
    (operation,) = workspace.bot.store.last_underway()
    workspace.bot.store._underway.render(operation.id, operation.version + 1)
    workspace.settles()
    assert looks_at(workspace, "orders") == before
    workspace.card()
    workspace.thread()


def test_feldera_is_left_alone_for_as_long_as_it_asks(workspace: Workspace) -> None:
    """`Retry-After` on a look is kept to."""
    ana = workspace.operator("ana")
    workspace.feldera.sticks_clearing("orders")
    ana.clears("orders")
    workspace.passes(seconds=10)
    workspace.feldera.answers_next(429, headers={"Retry-After": "60"}, body=b"", content_type=None)
    workspace.passes(minutes=2)
    assert max(gaps(looks(workspace))) >= 60
    assert workspace.thread()[-1] == "⏳ Still clearing after 2 minutes."
    assert "⏳ Clearing" in workspace.card()


def test_nothing_is_asked_while_nothing_is_under_way(workspace: Workspace) -> None:
    """An idle bot costs Feldera nothing; neither does one that waits for somebody to confirm."""
    ana = workspace.operator("ana")
    ana.asks("/pipeline clear orders")
    before = len(workspace.feldera.requests)
    workspace.passes(hours=10)
    assert len(workspace.feldera.requests) == before


def test_a_pipeline_that_cannot_be_read_stops_no_other(workspace: Workspace) -> None:
    """In the list of all it is the only one without an answer; it is neither taken for deleted nor given up."""
    workspace.has_measured(one_look=1.0, one_list=0.1)
    ana = workspace.operator("ana")
    workspace.feldera.adds("payments")
    for name in ["orders", "payments"]:
        workspace.feldera.sticks_clearing(name)
        ana.clears(name)
        workspace.passes(seconds=2)
    workspace.feldera.pipeline("orders").error = {"message": "an error without a code"}
    workspace.feldera.unsticks("orders")
    workspace.feldera.unsticks("payments")
    workspace.passes(minutes=5)
    orders, payments = workspace.threads()
    assert payments[-1].startswith("✅ Cleared")
    assert "does not have the form this bot knows" in orders[-1]
    workspace.feldera.pipeline("orders").error = None
    workspace.passes(minutes=5)
    assert all("✅ Cleared." in card for card in workspace.cards())
    assert all(thread[-1].startswith("✅ Cleared") for thread in workspace.threads())


def test_a_look_that_learns_nothing_writes_nothing(workspace: Workspace) -> None:
    """Neither while Feldera shows what it showed before, nor while it fails as it failed before: no row is touched."""
    ana = workspace.operator("ana")
    workspace.feldera.sticks_clearing("orders")
    ana.clears("orders")
    workspace.passes(minutes=6)
    before, seen = rows(workspace), len(looks(workspace))
    workspace.passes(minutes=3)
    assert rows(workspace) == before
    assert len(looks(workspace)) > seen + 10
    workspace.feldera_goes_down()
    workspace.passes(seconds=50)
    assert workspace.thread()[-1].startswith("🔌 I cannot ask Feldera")
    before = rows(workspace)
    workspace.passes(minutes=1)
    assert rows(workspace) == before
    workspace.feldera_comes_back()
    workspace.feldera.unsticks("orders")
    workspace.passes(minutes=1)
    assert "✅ Cleared." in workspace.card()
    assert workspace.thread()[-1].startswith("✅ Cleared")


def rows(workspace: Workspace) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(workspace.database)) as db:
        return db.execute("SELECT * FROM operations").fetchall()


def test_what_a_round_brings_is_one_transaction(workspace: Workspace) -> None:
    """Three storages were cleared by the time of a look: three ends are written, and the disk is waited for once."""
    ana = workspace.operator("ana")
    names = [f"orders-{number}" for number in range(3)]
    for name in names:
        workspace.feldera.adds(name)
        workspace.feldera.sticks_clearing(name)
        ana.clears(name)
        workspace.passes(seconds=2)
    workspace.passes(minutes=6)  # looks are rarer by now than clears are slow
    for name in names:
        workspace.feldera.unsticks(name)
    statements: list[str] = []
    store = workspace.bot.store
    workspace.run(store._write(lambda db: db.conn.set_trace_callback(statements.append)))
    workspace.passes(minutes=1)
    assert all("✅ Cleared." in card for card in workspace.cards())
    assert all(thread[-1].startswith("✅ Cleared") for thread in workspace.threads())
    written = "\n".join(statements).split("BEGIN IMMEDIATE")
    ends = [transaction.count("INSERT INTO postings") for transaction in written]
    assert max(ends) == sum(ends) == len(names)


@pytest.mark.parametrize("what", ["freeze", "time"])
def test_what_concerns_many_is_one_transaction(workspace: Workspace, what: str) -> None:
    """A freeze of all that is under way, and all requests whose time is over: nobody waits for a write for each."""
    ana = workspace.requester("ana")
    workspace.rules("orders-*", "approvals=1")
    names = [f"orders-{number}" for number in range(3)]
    for name in names:
        workspace.feldera.adds(name)
        ana.requests(name)
    statements: list[str] = []
    store = workspace.bot.store
    workspace.run(store._write(lambda db: db.conn.set_trace_callback(statements.append)))
    underway = store.last_underway()
    if what == "freeze":
        workspace.freezes("*", hours=4)
    else:
        workspace.clock.passes(days=8)
    workspace.settles()
    written = "\n".join(statements).split("BEGIN IMMEDIATE")
    changed = [sum(operation.id in transaction for operation in underway) for transaction in written]
    assert max(changed) == len(names)
    workspace.cards()
    workspace.threads()
