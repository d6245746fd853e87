"""Pages of the requests: of everything, of a pipeline, or of a person, newest first."""

import pytest

from bot.domain.operations.operation import State
from bot.store import operations, request_pages
from tests.store.samples import ANA, BEN, PROPOSED, at, becomes, change, confirmed, proposed

ENDED = becomes(state=State.SUCCEEDED, ended_at=at(2))


@pytest.fixture
def asked(db):
    """By ANA and BEN, in this order; op-3 was never confirmed, and op-4 in the same moment as op-5."""
    for name, pipeline, requester, minutes in (
        ("op-1", "orders", ANA, 1),
        ("op-2", "clicks", BEN, 3),
        ("op-4", "orders", BEN, 5),
        ("op-5", "clicks", ANA, 5),
        ("op-6", "orders", ANA, 4),
    ):
        operations.propose(db, proposed(name, pipeline=pipeline, requester=requester), PROPOSED)
        change(db, name, confirmed(minutes))
        change(db, name, ENDED)
    operations.propose(db, proposed("op-3"), PROPOSED)
    return db


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, ["op-5", "op-4", "op-6", "op-2", "op-1"]),
        ({"limit": 2}, ["op-5", "op-4"]),
        ({"limit": 2, "before": "op-5"}, ["op-4", "op-6"]),
        ({"limit": 2, "before": "op-4"}, ["op-6", "op-2"]),
        ({"before": "op-1"}, []),
        ({"pipeline": "orders"}, ["op-4", "op-6", "op-1"]),
        ({"pipeline": "orders", "before": "op-5"}, ["op-4", "op-6", "op-1"]),
        ({"pipeline": "nothing"}, []),
        ({"requester": ANA}, ["op-5", "op-6", "op-1"]),
        ({"requester": BEN, "pipeline": "clicks"}, ["op-2"]),
    ],
)
def test_a_page_is_what_was_asked_for(asked, wanted, found):
    """By the moment of their confirmation; a preview that nobody confirmed is no request."""
    assert [each.id for each in request_pages.page(asked, **{"limit": 10} | wanted)] == found


def test_each_is_as_it_is_now(asked):
    newest, *_ = request_pages.page(asked, limit=1)
    assert newest == operations.find(asked, "op-5")
    assert newest.state is State.SUCCEEDED
