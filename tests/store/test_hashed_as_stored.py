"""What is hashed is what is stored: whatever is recorded reads back as it was hashed, or is not recorded at all."""

import sqlite3
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from bot.domain.events import Event, EventKind
from bot.domain.ids import Actor
from bot.slack.payloads import Person, SlashCommand
from bot.store import audit_log, audit_verification
from bot.store.connection.database import open_database, writing
from tests.clock import START
from tests.store.samples import ANA

any_text = st.text(st.characters(exclude_categories=()), max_size=8)  # halves of characters, too
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text | st.binary(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(
            any_text | st.integers() | st.floats() | st.none() | st.booleans(), inner, max_size=3
        )
    ),
    max_leaves=6,
)
zones = st.integers(-1_000, 1_000).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(timezones=st.just(UTC) | zones)
ids = any_text | st.integers() | st.floats() | st.none() | st.binary(max_size=3) | st.booleans()


@pytest.fixture(scope="module")
def db(tmp_path_factory):
    with open_database(tmp_path_factory.mktemp("chain") / "bot.db") as database:
        yield database


def is_recorded(db: Database, event: Event) -> bool:
    """Whether it is; if so as it reads back, and if not, nothing is."""
    before = audit_log.head(db)
    try:
        with writing(db):
            appended = audit_log.append(db, event)
    except (TypeError, ValueError, OverflowError, sqlite3.IntegrityError):
        assert audit_log.head(db) == before
        return False
    (row,) = db.query("SELECT * FROM events WHERE id = ?", (appended.id,))
    assert audit_log.entry_of(row) == appended
    assert audit_verification.verify(db, [before, (appended.id, appended.hash)]).broken is None
    return True


@given(
    data=st.dictionaries(any_text | st.integers() | st.booleans() | st.none(), anything, max_size=4),
    by=st.none() | st.builds(Actor, ids, ids),
    at=moments,
)  # fmt: skip
def test_whatever_somebody_makes_an_event_of(db, data, by, at):
    """Ids that are no text, numbers that are none, keys of all kinds, halves of characters: no audit log breaks of it."""
    is_recorded(db, Event(EventKind.REFUSED, at, data, by))


whole_text = st.text(max_size=8) | st.sampled_from(
    ["\0", "a\0b", "\x7f", "\u2028", "🏳️‍🌈", "1.0", "NaN", "\ufffe"]
)


whole_values = st.recursive(
    whole_text | st.none() | st.integers() | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(whole_text, inner, max_size=3),
    max_leaves=6,
)


@given(data=st.dictionaries(whole_text, whole_values, max_size=5), at=moments)
def test_whatever_an_event_is_made_of(db, data, at):
    """What its type allows is always recorded: text of whole characters, whole numbers of any size, and nothing, however nested."""
    assert is_recorded(db, Event(EventKind.REFUSED, at, data, ANA))


@given(
    st.builds(
        dict,
        command=st.just("/pipeline"),
        text=st.text(max_size=50) | st.integers(),
        team_id=st.from_regex(r"[TE][A-Z0-9]{1,40}", fullmatch=True) | ids,
        user_id=st.from_regex(r"[UW][A-Z0-9]{1,40}", fullmatch=True) | ids,
        channel_id=st.just("C0OPS"),
        trigger_id=st.text(max_size=50),
    )
)
def test_whatever_passes_the_door_can_be_recorded(db, payload):
    try:
        typed = SlashCommand.model_validate(payload)
    except ValueError:
        return
    data = {"text": typed.text, "trigger": typed.trigger_id}
    event = Event(EventKind.REFUSED, START, data, Actor(typed.team_id, typed.user_id))
    assert is_recorded(db, event)


def test_a_button_of_the_person_number_7(db):
    """The number was hashed as a number, and SQLite made text of it."""
    person = Person.model_construct(id=7)
    assert not is_recorded(db, Event(EventKind.REFUSED, datetime.now(UTC), {}, Actor("T1", person.id)))


def test_a_very_long_text(db):
    assert is_recorded(db, Event(EventKind.REFUSED, START, {"why": "é\0" * 1_000_000}))
