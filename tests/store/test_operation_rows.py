"""Every field of an operation, an event, a grant, a rule and a freeze comes back as it was written."""

from dataclasses import asdict, is_dataclass, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from tempfile import TemporaryDirectory
from types import UnionType
from typing import get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.access.changes import GrantRole, SetFreeze, SetRule
from bot.domain.access.permissions import Grant, Group, Role
from bot.domain.access.rules import Freeze
from bot.domain.events import Event, EventKind
from bot.domain.ids import Actor
from bot.domain.operations.inputs import Transition
from bot.domain.operations.operation import Operation, State
from bot.store import audit_log, audit_verification, operations, unannounced
from bot.store.access import rules_and_freezes
from bot.store.column_values import text_of
from bot.store.connection.database import open_database
from bot.store.shell_store import Administration
from tests.clock import START
from tests.operations import changed
from tests.rules import any_rules
from tests.store.old_rows import write_before
from tests.store.samples import CARD, PROPOSED, at, change, proposed

counts = st.integers(0, 2**63 - 1)
texts = st.text()
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=zones)  # noqa: DTZ001 - hypothesis adds zones
maybe_moments = st.none() | moments
actors = st.builds(Actor, team=texts, user=texts)


def every_field(of):
    """Any value of a dataclass and of its parts, with no field left to its default."""
    return st.builds(of, **{name: values_of(hint) for name, hint in get_type_hints(of).items()})


def values_of(hint):
    if is_dataclass(hint):
        return every_field(hint)
    if get_origin(hint) is UnionType:
        return st.one_of(*map(values_of, get_args(hint)))
    if get_origin(hint) is tuple:
        return st.lists(values_of(get_args(hint)[0]), max_size=3).map(tuple)
    return {datetime: moments, str: texts, int: counts}.get(
        getattr(hint, "__supertype__", hint), st.from_type(hint)
    )


def operations_with(number):
    """Any operation of this id. Its card shows no version that is yet to come, and its person is one or nobody."""
    return st.builds(
        changed,
        every_field(Operation),
        id=st.just(number),
        version=st.integers(1_000, 2_000),
        rendered_version=st.integers(0, 1_000),
    )


SHOWN = proposed(confirmed_at=START, state=State.WAITING, card=CARD, rendered_version=1)
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


@settings(max_examples=25)
@given(first=operations_with("op-1"), second=operations_with("op-1"))
def test_an_operation_comes_back_as_it_was_written(first, second):
    second = replace(second, version=2_000)
    with TemporaryDirectory() as place, open_database(Path(place) / "bot.db") as db:
        operations.propose(db, first, PROPOSED)
        assert asdict(operations.find(db, first.id)) == asdict(first)
        change(db, first.id, lambda _operation, _access_data: Transition(second))
        assert asdict(operations.find(db, first.id)) == asdict(second)


@settings(max_examples=25)
@given(operation=operations_with("op-1"))
def test_an_operation_of_an_earlier_schema_comes_back_as_it_was_written(operation):
    """A column for each field became one document."""
    if operation.attempt.refusal is not None:  # nobody was kept with it
        operation = changed(operation, refusal=replace(operation.attempt.refusal, by=None))
    with TemporaryDirectory() as place:
        write_before(Path(place) / "bot.db", 7, [operation])
        with open_database(Path(place) / "bot.db") as db:
            assert asdict(operations.find(db, operation.id)) == asdict(operation)


@settings(max_examples=30)
@given(events=st.lists(all_events, min_size=1))
def test_events_come_back_as_they_were_recorded(events):
    with TemporaryDirectory() as place, open_database(Path(place) / "bot.db") as db:
        operations.propose(db, SHOWN, PROPOSED)
        change(db, "op-1", lambda operation, _access_data: Transition(operation, tuple(events)))
        (waiting,) = unannounced.UnannouncedReader().unannounced(db)
        stands = {"channel": CARD.channel, "ts": CARD.ts}
        assert [stored.event for stored in waiting.events] == [
            replace(event, data={**event.data, **stands}) for event in events
        ]
        assert {(stored.operation, stored.posted_ts) for stored in waiting.events} == {("op-1", None)}
        for event in events:
            operations.note(db, event, None)
        assert audit_verification.verify(db).broken is None
        noted = list(audit_log.entries(db))[-len(events) :]
        assert [(entry.operation, entry.event) for entry in noted] == [(None, event) for event in events]


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


@settings(max_examples=25)
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
        rules_and_freezes.store_freeze(db, SetFreeze("orders-*", until, reason), entry_id=7, by=by, now=at(1))
        assert rules_and_freezes.freezes(db) == (Freeze(7, "orders-*", until, reason, by, at(1)),)


@given(moments, moments)
def test_moments_sort_as_their_texts_do(one, other):
    """SQL compares the texts, wherever the moments came from."""
    assert (one < other) == (text_of(one) < text_of(other))


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="has no time zone"):
        text_of(datetime(2026, 3, 2))  # noqa: DTZ001 - the point
