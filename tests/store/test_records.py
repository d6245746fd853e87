"""Every field of an operation, an event and a grant comes back as it was written."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.access import Grant, Role
from bot.domain.happenings import Transition
from bot.domain.names import Actor
from bot.domain.operations import (
    Card,
    Ending,
    Event,
    EventKind,
    Operation,
    Outcome,
    Reviewed,
    State,
    StepName,
)
from bot.domain.pipelines import Checkpoints, Identity
from bot.store import grants, operations
from bot.store.database import open_database
from bot.store.records import text_of
from tests.clock import START
from tests.store.samples import ANA, PROPOSED

counts = st.integers(0, 2**63 - 1)
texts = st.text()
zones = st.timedeltas(timedelta(hours=-14), timedelta(hours=14)).map(timezone)
moments = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=zones)  # noqa: DTZ001 - hypothesis adds zones
maybe_moments = st.none() | moments
actors = st.builds(Actor, team=texts, user=texts)
rows = {
    "requester": actors,
    "origin": texts,
    "pipeline": texts,
    "reviewed": st.builds(
        Reviewed,
        id=texts,
        status_since=moments,
        checkpoints=st.builds(Checkpoints, count=counts, size=st.none() | counts),
    ),
    "reason": texts,
    "created_at": moments,
    "plan": st.lists(st.sampled_from(StepName)).map(tuple),
    "step": counts,
    "state": st.sampled_from(State),
    "version": st.integers(1_000, 2_000),
    "feldera": st.none() | st.builds(Identity, address=texts, tenant=texts),
    "due_at": maybe_moments,
    "confirmed_at": maybe_moments,
    "submitted_at": maybe_moments,
    "accepted_at": maybe_moments,
    "ended_at": maybe_moments,
    "sends": counts,
    "put_off": counts,
    "refusal": st.none()
    | st.builds(Outcome, ending=st.sampled_from(Ending), message=texts, code=st.none() | texts),
    "failures": counts,
    "failing_since": maybe_moments,
    "unreachable_since": maybe_moments,
    "overdue_since": maybe_moments,
    "reported": counts,
    "outcome": st.none()
    | st.builds(
        Outcome,
        ending=st.sampled_from(Ending),
        message=texts,
        code=st.none() | texts,
        by=st.none() | actors,
    ),
    "card": st.none() | st.builds(Card, channel=texts, ts=texts),
    "displaced": st.none() | texts,
    "card_posts": counts,
    "rendered_version": st.integers(0, 1_000),
}
all_operations = st.fixed_dictionaries(rows).map(lambda row: Operation(id="op-1", **row))
all_events = st.builds(
    Event,
    kind=st.sampled_from([kind for kind in EventKind if kind.is_spoken]),
    at=moments,
    data=st.dictionaries(texts, texts | st.integers() | st.none()),
)

grant_fields = {
    "role": st.sampled_from(Role),
    "pattern": st.sampled_from(["*", "orders-*", "a[bc]?"]),
    "granted_by": texts,
    "expires_at": maybe_moments,
    "note": texts,
}


def test_the_property_below_covers_every_field():
    assert {"id", *rows} == {field.name for field in fields(Operation)}


@settings(deadline=None, max_examples=60)
@given(first=all_operations, second=all_operations)
def test_an_operation_comes_back_as_it_was_written(first, second):
    """Whether a row was inserted or updated, all of it is there."""
    second = Operation(
        **{field.name: getattr(second, field.name) for field in fields(second)} | {"version": 2_000}
    )
    with TemporaryDirectory() as place, open_database(Path(place) / "bot.db") as db:
        operations.propose(db, first, PROPOSED)
        assert operations.find(db, first.id) == first
        operations.change(db, first.id, lambda _operation, _grants: Transition(second))
        assert operations.find(db, first.id) == second


@settings(deadline=None, max_examples=30)
@given(events=st.lists(all_events, min_size=1))
def test_events_come_back_as_they_were_recorded(events):
    """In their order, with their data, as lines that are still owed."""
    with TemporaryDirectory() as place, open_database(Path(place) / "bot.db") as db:
        operations.propose(db, Operation(id="op-1", **SHOWN), PROPOSED)
        operations.change(db, "op-1", lambda operation, _grants: Transition(operation, tuple(events)))
        (waiting,) = operations.unannounced(db)
        assert [stored.event for stored in waiting.events] == events
        assert {(stored.operation, stored.posted_ts) for stored in waiting.events} == {("op-1", None)}


SHOWN = {
    "requester": ANA,
    "origin": "C1",
    "pipeline": "orders",
    "reviewed": Reviewed("p-1", datetime(2026, 3, 2, tzinfo=UTC), Checkpoints(0, None)),
    "reason": "",
    "created_at": datetime(2026, 3, 2, tzinfo=UTC),
    "confirmed_at": datetime(2026, 3, 2, tzinfo=UTC),
    "state": State.WAITING,
    "card": Card("C1", "1.0"),
    "rendered_version": 1,
}


@settings(deadline=None, max_examples=30)
@given(principal=actors, grant=st.fixed_dictionaries(grant_fields))
def test_a_grant_comes_back_as_it_was_given(principal, grant):
    with TemporaryDirectory() as place, open_database(Path(place) / "bot.db") as db:
        given_grant = grants.add(db, principal, **grant, now=START)
        assert grants.unrevoked(db, principal) == (given_grant,)
        assert given_grant == Grant(id=1, principal=principal, granted_at=START, **grant)


@given(moments, moments)
def test_moments_sort_as_their_texts_do(one, other):
    """SQL compares the texts, wherever the moments came from."""
    assert (one < other) == (text_of(one) < text_of(other))


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="has no time zone"):
        text_of(datetime(2026, 3, 2))  # noqa: DTZ001 - the point
