"""Every field of an operation, an event, a grant, a rule and a freeze comes back as it was written."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.access.changes import GrantRole, SetFreeze, SetRule
from bot.domain.access.permissions import Grant, Group, Role
from bot.domain.access.rules import Freeze
from bot.domain.audit_chain import Entry
from bot.domain.events import Event, EventKind
from bot.domain.ids import Actor
from bot.domain.operations.fingerprints import EventsRead, Fingerprint, LastSeen
from bot.domain.operations.inputs import Transition
from bot.domain.operations.operation import Approval, Card, Ending, Operation, Outcome, State, StepDone
from bot.domain.operations.plans import CLEAR, StepName
from bot.domain.pipelines.pipeline import Checkpoints, Identity
from bot.store import audit_log, operations, unannounced
from bot.store.access import rules_and_freezes
from bot.store.column_values import text_of
from bot.store.connection.database import open_database
from bot.store.shell_store import Administration
from tests.clock import START
from tests.rules import any_rules
from tests.store.samples import ANA, PROPOSED, at, change

counts = st.integers(0, 2**63 - 1)
texts = st.text()
zones = st.timedeltas(timedelta(hours=-14), timedelta(hours=14)).map(timezone)
moments = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=zones)  # noqa: DTZ001 - hypothesis adds zones
maybe_moments = st.none() | moments
actors = st.builds(Actor, team=texts, user=texts)
approvals = st.builds(Approval, by=actors, at=moments)
reviews = st.builds(
    Fingerprint,
    id=texts,
    status_since=moments,
    checkpoints=st.builds(Checkpoints, count=counts, size=st.none() | counts),
    wanted_since=maybe_moments,
    was_wanted=st.booleans(),
    cleared=st.booleans(),
    last_checkpoint_at=maybe_moments,
    recorded_at=maybe_moments,
)
rows = {
    "requester": actors,
    "origin": texts,
    "pipeline": texts,
    "reviewed": reviews,
    "reason": texts,
    "created_at": moments,
    "plan": st.lists(st.sampled_from(StepName)).map(tuple),
    "step": counts,
    "done": st.lists(
        st.builds(StepDone, ending=st.sampled_from(Ending), at=moments, sent_at=maybe_moments, said=texts)
    ).map(tuple),
    "found": st.none() | reviews,
    "events_read": st.none() | st.builds(EventsRead, newest=moments, at=moments),
    "proof_from": maybe_moments,
    "state": st.sampled_from(State),
    "version": st.integers(1_000, 2_000),
    "feldera": st.none() | st.builds(Identity, address=texts, tenant=texts),
    "due_at": maybe_moments,
    "last_cleared_at": maybe_moments,
    "confirmed_at": maybe_moments,
    "place": st.none() | texts,
    "asked_groups": st.lists(texts).map(tuple),
    "approvals_needed": counts,
    "approvals": st.lists(approvals).map(tuple),
    "approve_by": maybe_moments,
    "remind_at": maybe_moments,
    "ready_at": maybe_moments,
    "stop_until": maybe_moments,
    "held_by_freeze": st.booleans(),
    "frozen_until": maybe_moments,
    "untold_since": maybe_moments,
    "called_at": maybe_moments,
    "incident": texts,
    "signed_off": st.none() | approvals,
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
    "phase": texts,
    "seen": st.none() | st.builds(LastSeen, at=moments, status=texts, desired=texts, storage=texts),
    "cleared_at": maybe_moments,
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
    by=st.none() | actors,
)

all_gifts = st.builds(
    GrantRole,
    principal=actors | st.builds(Group, team=texts, group=texts),
    role=st.sampled_from(Role),
    pattern=st.sampled_from(["*", "orders-*", "a[bc]?"]),
    expires_at=maybe_moments,
    note=texts,
)


def test_the_property_below_covers_every_field():
    assert {"id", *rows} == {field.name for field in fields(Operation)}


@settings(max_examples=60)
@given(first=all_operations, second=all_operations)
def test_an_operation_comes_back_as_it_was_written(first, second):
    """Whether a row was inserted or updated, all of it is there."""
    second = Operation(
        **{field.name: getattr(second, field.name) for field in fields(second)} | {"version": 2_000}
    )
    with TemporaryDirectory() as place, open_database(Path(place) / "bot.db") as db:
        operations.propose(db, first, PROPOSED)
        assert operations.find(db, first.id) == first
        change(db, first.id, lambda _operation, _access_data: Transition(second))
        assert operations.find(db, first.id) == second


@settings(max_examples=30)
@given(events=st.lists(all_events, min_size=1))
def test_events_come_back_as_they_were_recorded(events):
    """In their order, with their data and where the card stands, as lines that are still owed."""
    with TemporaryDirectory() as place, open_database(Path(place) / "bot.db") as db:
        operations.propose(db, Operation(id="op-1", **SHOWN), PROPOSED)
        change(db, "op-1", lambda operation, _access_data: Transition(operation, tuple(events)))
        (waiting,) = unannounced.UnannouncedReader().unannounced(db)
        stands = {"channel": SHOWN["card"].channel, "ts": SHOWN["card"].ts}
        assert [stored.event for stored in waiting.events] == [
            replace(event, data={**event.data, **stands}) for event in events
        ]
        assert {(stored.operation, stored.posted_ts) for stored in waiting.events} == {("op-1", None)}


SHOWN = {
    "requester": ANA,
    "origin": "C1",
    "pipeline": "orders",
    "reviewed": Fingerprint("p-1", datetime(2026, 3, 2, tzinfo=UTC), Checkpoints(0, None)),
    "reason": "",
    "created_at": datetime(2026, 3, 2, tzinfo=UTC),
    "plan": CLEAR,
    "confirmed_at": datetime(2026, 3, 2, tzinfo=UTC),
    "state": State.WAITING,
    "card": Card("C1", "1.0"),
    "rendered_version": 1,
}


@settings(max_examples=30)
@given(events=st.lists(all_events, min_size=1))
def test_the_record_gives_back_what_it_was_given(events):
    """Whoever did it and wherever its moment came from: the chain over what is read is the chain that was written."""
    with TemporaryDirectory() as place, open_database(Path(place) / "bot.db") as db:
        operations.propose(db, Operation(id="op-1", **SHOWN), PROPOSED)
        for event in events:
            operations.note(db, event, None)
        assert audit_log.verify(db).broken is None
        kept = list(audit_log.entries(db))[1:]
        assert kept == [
            Entry(entry.id, None, event, entry.hash) for entry, event in zip(kept, events, strict=True)
        ]


@settings(max_examples=30)
@given(give=all_gifts, by=texts)
def test_a_grant_comes_back_as_it_was_given(give, by):
    with TemporaryDirectory() as place, Administration.open(Path(place) / "bot.db") as shell:
        shell.administer(give, by=by, now=START)
        (given_grant,) = shell.grants()
        assert shell.grants(give.principal) == (given_grant,)
        assert given_grant == Grant(
            1, give.principal, give.role, give.pattern, by, START, give.expires_at, give.note
        )


@settings(max_examples=60)
@given(first=any_rules(), second=any_rules())
def test_a_rule_comes_back_as_it_was_set(first, second):
    """One a pattern, whole: no field of the one before it is left over."""
    with TemporaryDirectory() as place, Administration.open(Path(place) / "bot.db") as shell:
        shell.administer(SetRule(first), SetRule(second), by="shell:ana", now=START)
        rules = {first.pattern: first} | {second.pattern: second}
        assert shell.rules() == tuple(rules[pattern] for pattern in sorted(rules))


@settings(max_examples=30)
@given(until=moments, reason=texts, by=texts)
def test_a_freeze_comes_back_as_it_was_put(until, reason, by):
    with TemporaryDirectory() as place, open_database(Path(place) / "bot.db") as db:
        rules_and_freezes.put_freeze(db, SetFreeze("orders-*", until, reason), entry_id=7, by=by, now=at(1))
        assert rules_and_freezes.freezes(db) == (Freeze(7, "orders-*", until, reason, by, at(1)),)


@given(moments, moments)
def test_moments_sort_as_their_texts_do(one, other):
    """SQL compares the texts, wherever the moments came from."""
    assert (one < other) == (text_of(one) < text_of(other))


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="has no time zone"):
        text_of(datetime(2026, 3, 2))  # noqa: DTZ001 - the point
