"""The chain over the record: whatever is changed, removed, moved or cut off is found, and named."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.audit_chain import GENESIS, Broken, Checked, Entry, link, verify
from bot.domain.events import Event, EventKind
from bot.domain.ids import Actor, OperationId
from tests.clock import START
from tests.domain.samples import ANA, BEN


def chained(*written) -> list[Entry]:
    """Pairs of an operation and an event, as the record holds them."""
    entries, previous = [], GENESIS
    for number, (operation, event) in enumerate(written, start=1):
        previous = link(previous, entry_id=number, operation=operation, event=event)
        entries.append(Entry(number, operation, event, previous))
    return entries


WRITTEN = [
    (None, Event(EventKind.GRANTED, START, {"role": "operator", "until": None}, BEN)),
    (OperationId("op1"), Event(EventKind.PROPOSED, START, by=ANA)),
    (OperationId("op1"), Event(EventKind.CONFIRMED, START + timedelta(seconds=1), by=ANA)),
    (OperationId("op1"), Event(EventKind.SENT, START + timedelta(seconds=2))),
]
RECORD = chained(*WRITTEN)
HEAD = (4, RECORD[-1].hash)


@pytest.mark.parametrize("length", range(5))
def test_what_was_written_is_whole(length):
    part = RECORD[:length]
    assert verify(part).broken is None
    for noted in [(0, GENESIS), *((entry.id, entry.hash) for entry in part)]:
        assert verify(part, [noted]).broken is None


def test_the_first_hash_is_what_anybody_can_compute():
    """Its content is canonical JSON: keys sorted, no spaces, ASCII alone, the moment in UTC to the microsecond."""
    by_hand = (
        '{"at":"2026-03-02T03:00:00.000000+00:00","by":["T1","UBEN"],"data":{"role":"operator","until":null},'
        f'"id":1,"kind":"granted","operation":null,"previous":"{"0" * 64}"}}'
    )
    assert RECORD[0].hash == hashlib.sha256(by_hand.encode()).hexdigest()


def renumbered(entries):
    return [replace(entry, id=number) for number, entry in enumerate(entries, start=1)]


def swapped(first):
    return [*RECORD[:first], RECORD[first + 1], RECORD[first], *RECORD[first + 2 :]]


def doubled(which):
    return RECORD[: which + 1] + RECORD[which:]


DAMAGED = [
    *((RECORD[:cut] + RECORD[cut + 1 :], cut + 1) for cut in range(3)),
    *((swapped(first), first + 1) for first in range(3)),
    *((renumbered(swapped(first)), first + 1) for first in range(3)),
    *((doubled(which), which + 1) for which in range(4)),
    *((renumbered(doubled(which)), which + 2) for which in range(4)),
    *(([replace(RECORD[0], id=number), *RECORD], number) for number in (0, -1)),
]


@pytest.mark.parametrize(("entries", "found"), DAMAGED)
def test_an_entry_that_is_missing_moved_twice_or_slipped_in_is_found(entries, found):
    assert verify(entries).broken.id == found


@pytest.mark.parametrize("kept", range(4))
def test_a_cut_tail_is_found_by_a_head_noted_elsewhere(kept):
    """A chain alone cannot show it."""
    assert verify(RECORD[:kept]).broken is None
    assert verify(RECORD[:kept], [HEAD]).broken == Broken(
        4, "is missing: the end of the audit log was removed"
    )


def test_a_row_that_does_not_read_as_an_entry_breaks_it():
    unreadable = Broken(3, "is no event")
    assert verify([*RECORD[:2], unreadable, RECORD[3]]).broken == unreadable


def test_a_record_written_anew_from_the_beginning_is_found_by_a_noted_head():
    forged = chained(
        *WRITTEN[:1], (OperationId("op1"), Event(EventKind.PROPOSED, START, by=BEN)), *WRITTEN[2:]
    )
    assert verify(forged).broken is None
    assert verify(forged, [HEAD]).broken.id == 4
    assert verify(forged, [(2, RECORD[1].hash)]).broken.id == 2


def test_a_moment_is_the_same_in_every_zone():
    elsewhere = START.astimezone(timezone(timedelta(hours=5, minutes=30)))
    one, other = (
        link(GENESIS, entry_id=1, operation=None, event=Event(EventKind.SENT, at))
        for at in (START, elsewhere)
    )
    assert one == other


texts = st.text(max_size=8)
values = st.none() | texts | st.integers(-5, 5)
people = st.none() | st.builds(Actor, texts, texts)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
events = st.builds(
    Event, st.sampled_from(EventKind), moments, st.dictionaries(texts, values, max_size=3), people
)
records = st.lists(st.tuples(st.none() | texts, events), min_size=1, max_size=6).map(
    lambda each: chained(*each)
)


@given(records, st.data())
def test_any_single_field_that_was_changed_is_found(record, data):
    """In any entry, to anything else: the id, the operation, what happened, when, by whom, with what, or the hash."""
    assert verify(record).broken is None
    entry = data.draw(st.sampled_from(record))
    event = entry.event
    changed = data.draw(
        st.one_of(
            st.integers(-3, 9).map(lambda new: replace(entry, id=new)),
            (st.none() | texts).map(lambda new: replace(entry, operation=new)),
            st.sampled_from(EventKind).map(lambda new: replace(entry, event=replace(event, kind=new))),
            moments.map(lambda new: replace(entry, event=replace(event, at=new))),
            people.map(lambda new: replace(entry, event=replace(event, by=new))),
            st.dictionaries(texts, values, max_size=3).map(
                lambda new: replace(entry, event=replace(event, data=new))
            ),
            st.tuples(st.integers(0, 63), st.sampled_from("0123456789abcdef")).map(
                lambda new: replace(entry, hash=entry.hash[: new[0]] + new[1] + entry.hash[new[0] + 1 :])
            ),
        ).filter(lambda other: other != entry)
    )
    tampered = [changed if each is entry else each for each in record]
    broken = verify(tampered).broken
    assert broken is not None
    assert broken.id in {entry.id, changed.id}


@pytest.mark.parametrize(
    ("value", "other"), [(1, "1"), (None, "None"), (None, ""), ("", 0), ("é", "e\u0301")]
)
def test_a_value_of_another_type_or_spelling_is_another_value(value, other):
    hashes = {
        link(GENESIS, entry_id=1, operation=None, event=Event(EventKind.SENT, START, data))
        for data in ({"key": value}, {"key": other}, {})
    }
    assert len(hashes) == 3


FIRST, SECOND = ((entry.id, entry.hash) for entry in RECORD[:2])


@pytest.mark.parametrize(
    ("entries", "heads", "beside", "checked"),
    [
        (RECORD, [], [], Checked(HEAD, anchor=None)),
        (RECORD, [HEAD], [], Checked(HEAD, anchor=4)),
        (RECORD, [SECOND, FIRST], [], Checked(HEAD, anchor=2)),
        (
            RECORD[:2],
            [FIRST, HEAD],
            [],
            Checked(SECOND, 1, Broken(4, "is missing: the end of the audit log was removed")),
        ),
        ([], [(0, GENESIS)], [], Checked((0, GENESIS), anchor=None)),
        (RECORD, [(0, GENESIS)], [], Checked(HEAD, anchor=None)),
        (RECORD, [], [HEAD], Checked(HEAD, anchor=None)),
        (RECORD, [HEAD], [HEAD], Checked(HEAD, anchor=4)),
    ],
)
def test_what_was_checked_is_said(entries, heads, beside, checked):
    """A head noted elsewhere proves the entries up to it; one of nothing, or one stored beside them, proves nothing."""
    assert verify(entries, heads, beside=beside) == checked


def test_heads_that_contradict_the_entries_or_each_other_are_found():
    """Whoever rewrote the entries could have rewritten what stands beside them, and yet may have forgotten to."""
    assert verify(RECORD[:3], beside=[HEAD]).broken.id == 4
    assert verify(RECORD, beside=[(2, HEAD[1])]).broken.id == 2
    assert verify(RECORD, [HEAD, (4, GENESIS)]).broken.id == 4
