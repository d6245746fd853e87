"""What is not over, or not told yet, stays in the database with all that follows, and is named."""

import pytest

from bot.domain.audit_chain import GENESIS
from bot.domain.events import EventKind
from bot.domain.operations.operation import State
from bot.store.connection.database import open_database
from tests.store.archives import (
    YOUNG,
    archives,
    begins,
    ids,
    two_years,
    verified,
    with_old_work,
)
from tests.store.samples import becomes, change, event


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({}, "awaits approval"),
        ({"state": State.NEEDS_HUMAN}, "needs attention and was not closed"),
        ({"state": State.SUCCEEDED, "incident": "INC-9"}, "ran as break-glass and was not reviewed"),
    ],
)
def test_what_is_not_over_keeps_all_that_follows_and_is_named(path, file, fields, why):
    """Until it is over: then the rest moves."""
    with_old_work(path, "a")
    with open_database(path) as db:
        begins(db, "stuck", **fields)
    with_old_work(path, "b")
    with_old_work(path, "young", day=YOUNG)
    outcome = archives(path, file)
    assert outcome.last[0] == 3
    assert (outcome.hold.entry, outcome.hold.operation.id, outcome.hold.why) == (4, "stuck", why)
    assert ids(path, "operations") == ["stuck", "b", "young"]
    with open_database(path) as db:
        over = event(EventKind.ENDED, YOUNG * 24 * 60)
        change(db, "stuck", becomes(over, state=State.CLOSED, incident=""))
        db.execute("UPDATE postings SET ts = '1.1'")
        db.execute("UPDATE operations SET rendered_version = version, card_ts = '1.0'")
    outcome = archives(path, file)
    assert (outcome.last[0], outcome.hold) == (8, None)
    # It has an entry that is young: until that moves, too, it is in both files.
    assert ids(path, "operations") == ["stuck", "young"]
    assert ids(file, "operations") == ["a", "stuck", "b"]
    assert (verified(path).broken, verified(file).broken) == (None, None)


def test_a_line_that_slack_does_not_have_yet_stays(path, file):
    with_old_work(path, "a")
    with open_database(path) as db:
        db.execute("UPDATE postings SET ts = NULL")
    with_old_work(path, "young", day=YOUNG)
    with open_database(path) as db:
        db.execute("UPDATE postings SET ts = NULL WHERE event = 3")
    outcome = archives(path, file)
    assert (outcome.last, outcome.hold.why) == (None, "is not shown to its end in Slack yet")
    assert not file.exists()


def test_what_a_webhook_receiver_was_not_sent_stays(path, file):
    """Whichever is furthest behind."""
    two_years(path)
    with open_database(path) as db:
        for name, entry in (("siem", 3), ("pager", 12)):
            value = f'{{"entry": {entry}, "hash": "{GENESIS}"}}'
            db.execute("INSERT INTO workspace VALUES (?, ?)", (f"webhook cursor {name}", value))
    outcome = archives(path, file)
    assert outcome.last[0] == 3
    assert (outcome.hold.entry, outcome.hold.operation) == (4, None)
    assert outcome.hold.why == "the webhook receiver siem was not sent it yet"


def test_the_newest_entry_stays(path, file):
    with_old_work(path, "a", "b")
    assert archives(path, file).last[0] == 5
    assert ids(path) == [6, 7]
