"""Pages of the record: of everything, of a pipeline, or of a person's doing, newest first."""

import pytest

from bot.domain.events import EventKind
from bot.domain.operations.operation import State
from bot.domain.operations.plans import CLEAR, StepName
from bot.store import audit_pages, operations
from tests.store.samples import ANA, BEN, CARD, PROPOSED, at, becomes, change, confirmed, event, proposed


@pytest.fixture
def told(db):
    """1 and 4: `orders`, 2 and 6: `clicks`, of an operation or of none; 3 and 5 of no pipeline."""
    operations.propose(db, proposed(), event(EventKind.PROPOSED, by=ANA))
    operations.propose(db, proposed("op-2", pipeline="clicks"), PROPOSED)
    operations.note(db, event(EventKind.GRANTED, 1, by=BEN, pattern="orders"), None)
    operations.note(db, event(EventKind.REFUSED, 2, by=BEN, pipeline="orders"), None)
    operations.note(db, event(EventKind.FROZEN, 3, by=ANA), None)
    operations.note(db, event(EventKind.REFUSED, 4, by=ANA, pipeline="orders"), "op-2")
    return db


def ids(lines):
    return [line.entry.id for line in lines]


def page(db, *, limit=10, **wanted):
    return audit_pages.page(db, **{"pipeline": None, "actor": None, "before": None} | wanted, limit=limit)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, [6, 5, 4, 3, 2, 1]),
        ({"limit": 2}, [6, 5]),
        ({"limit": 2, "before": 5}, [4, 3]),
        ({"before": 1}, []),
        ({"pipeline": "orders"}, [4, 1]),
        ({"pipeline": "clicks"}, [6, 2]),
        ({"pipeline": "clicks", "before": 6}, [2]),
        ({"pipeline": "nothing"}, []),
        ({"actor": ANA}, [6, 5, 1]),
        ({"actor": ANA, "limit": 1, "before": 6}, [5]),
        ({"actor": BEN, "pipeline": "orders"}, [4]),
        ({"operation": "op-2"}, [6, 2]),
        ({"operation": "op-2", "limit": 1}, [6]),
        ({"after": 4}, [5, 6]),
        ({"after": 1, "limit": 2}, [2, 3]),
        ({"after": 6}, []),
        ({"pipeline": "orders", "after": 1}, [4]),
        ({"actor": ANA, "after": 1, "limit": 1}, [5]),
    ],
)
def test_a_page_is_what_was_asked_for(told, wanted, found):
    """An entry is of the pipeline of its operation, whatever its data says; without one, of the one its data names."""
    assert ids(page(told, **wanted)) == found


def test_each_line_comes_with_its_operation_as_it_is_now(told):
    change(told, "op-1", confirmed())
    change(told, "op-1", becomes(card=CARD))
    assert [line.operation and line.operation.id for line in page(told)] == [
        "op-1",
        "op-2",
        None,
        None,
        None,
        "op-2",
        "op-1",
    ]
    assert page(told)[-1].operation == operations.find(told, "op-1")
    assert page(told)[-1].entry.event == event(EventKind.PROPOSED, by=ANA)


def test_what_succeeded_on_a_pipeline_by_step(db):
    """The newest first, of this pipeline alone, and only so many; whatever ended otherwise tells nothing of a step."""
    stop_and_clear = (StepName.STOP, StepName.CLEAR)
    kinds = [
        ("op-1", State.SUCCEEDED, CLEAR),
        ("op-2", State.SUCCEEDED, stop_and_clear),
        ("op-3", State.STALE, CLEAR),
        ("op-4", State.SUCCEEDED, (StepName.STOP,)),
    ]
    for name, state, plan in kinds:
        operations.propose(db, proposed(name, plan=plan), PROPOSED)
        change(db, name, becomes(event(EventKind.ENDED), state=state))
    operations.propose(db, proposed("op-5", pipeline="clicks"), PROPOSED)
    change(db, "op-5", becomes(event(EventKind.ENDED), state=State.SUCCEEDED))

    def found(step, limit=10):
        return [operation.id for operation in operations.succeeded_on(db, "orders", step, limit)]

    assert found(StepName.CLEAR) == ["op-2", "op-1"]
    assert found(StepName.STOP) == ["op-4", "op-2"]
    assert found(StepName.STOP, limit=1) == ["op-4"]
    assert found(StepName.START) == []


def test_a_persons_requests_for_access_are_found_by_an_index(db):
    """Theirs alone, and since then alone, newest first; however long the audit log is."""
    for minutes, by in ((0, ANA), (1, BEN), (2, ANA), (3, ANA)):
        operations.note(db, event(EventKind.ACCESS_REQUESTED, minutes, by=by, role="operator"), None)
    operations.note(db, event(EventKind.REFUSED, 4, by=ANA), None)
    found = audit_pages.access_requests(db, ANA, at(2))
    assert [each.at for each in found] == [at(3), at(2)]
    statements: list[str] = []
    db.conn.set_trace_callback(statements.append)
    audit_pages.access_requests(db, ANA, at(2))
    db.conn.set_trace_callback(None)
    (select,) = [each for each in statements if each.startswith("SELECT")]
    plan = " ".join(row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {select}"))
    assert "events_access_requested" in plan
