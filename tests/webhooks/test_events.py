"""What leaves the house: a CloudEvent for each entry, that the field's own package parses, less what is to stay inside."""

import json

import pytest
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent as ParsedEvent

from bot.domain.access.changes import GrantRole, RevokeRole, SetFreeze
from bot.domain.access.permissions import Role
from bot.domain.audit_chain import Entry
from bot.domain.events import EventKind
from bot.engine.ports.webhooks import LocatedEntry
from bot.store import operations
from bot.store.connection.database import open_database
from bot.webhooks.cloud_event import CloudEvent, cloud_event
from bot.webhooks.event_details import PEOPLE, TEXT, EventDetails
from bot.webhooks.event_types import BY_NAME, TYPES
from tests.store.samples import ANA, BEN, PROPOSED, at, event, proposed

pytestmark = pytest.mark.anyio

HASH = "a" * 64


def line(kind, *, by=None, **data):
    return LocatedEntry(Entry(7, None, event(kind, by=by, **data), HASH), data.get("pipeline"))


def parsed(written: CloudEvent) -> ParsedEvent:
    return JSONFormat().read(None, written.as_json.encode())


def test_the_attributes_of_an_event():
    found = parsed(
        cloud_event(line(EventKind.REFUSED, by=ANA, pipeline="prod/orders", why="no_grant"), "/bot")
    )
    assert found.get_attributes() == {
        "specversion": "1.0",
        "id": HASH,
        "source": "/bot",
        "type": "pipeline_bot.action.denied",
        "time": at(0),
        "datacontenttype": "application/json",
        "subject": "prod/orders",
        "sequence": "00000000000000000007",
    }
    assert found.get_data() == {
        "entry": 7,
        "operation": None,
        "pipeline": "prod/orders",
        "by": {"team": "T1", "user": "U0ANA"},
        "details": {"pipeline": "prod/orders", "why": "no_grant"},
        "redacted": [],
        "hash": HASH,
    }


def test_an_event_about_no_pipeline_has_no_subject():
    found = parsed(cloud_event(line(EventKind.FROZEN, pattern="*"), "/bot"))
    assert found.get_subject() is None
    assert found.get_data()["pipeline"] is None


def test_each_kind_of_entry_has_a_type_of_its_own():
    assert TYPES.keys() == set(EventKind)
    assert len(BY_NAME) == len(TYPES)


def test_the_same_entry_is_the_same_document():
    """A receiver that gets it twice sees that it is one."""
    written = [cloud_event(line(EventKind.ENDED, by=BEN, ending="cleared"), "/bot").as_json for _ in range(2)]
    assert written[0] == written[1]


async def test_an_event_of_a_request_names_its_pipeline(feed, receiver):
    """Entries of a request do not repeat the name: it is the request's."""
    sender = await feed.sender(receiver)
    with open_database(feed.path) as db:
        operations.propose(db, proposed(pipeline="orders"), PROPOSED)
    await feed.sends(sender)
    (found,) = receiver.taken
    assert found.get_subject() == found.get_data()["pipeline"] == "orders"
    assert found.get_data()["operation"] == "op-1"


SAID = {
    "reason": "Anna's schema change",
    "incident": "INC-9",
    "message": "Ask Anna.",
    "note": "for Anna",
    "request": "Anna's",
    "button": "anna",
}
NAMED = {
    "told": "U0ANA U0BEN",
    "approved_by": "U0ANA",
    "called": "U0ANA",
    "lost": "U0ANA",
    "shell": "shell:ana",
}


async def test_text_that_people_wrote_can_be_left_out(feed, receiver):
    sender = await feed.sender(receiver, redact="text")
    await feed.store.note(event(EventKind.REFUSED, by=ANA, why="frozen", **SAID, **NAMED))
    await feed.sends(sender)
    data = receiver.taken[0].get_data()
    assert data["details"] == {"why": "frozen", **NAMED}
    assert (data["by"], data["redacted"]) == ({"team": "T1", "user": "U0ANA"}, ["text"])
    assert "Anna" not in receiver.bodies[0]


async def test_people_can_be_left_out(feed, receiver):
    sender = await feed.sender(receiver, redact="people, text")
    await feed.store.note(event(EventKind.REFUSED, by=ANA, why="frozen", **SAID, **NAMED))
    with feed.shell() as shell:
        changes = (
            GrantRole(BEN, Role.OPERATOR, "orders", None, "said Anna"),
            SetFreeze("orders", at(60), "Anna's move"),
            SetFreeze("orders", at(90), "Anna's longer move"),
            RevokeRole(BEN, Role.OPERATOR, "orders"),
        )
        shell.administer(*changes, by="shell:ana", now=at(1))
    await feed.sends(sender)
    assert receiver.entries == [1, 2, 3, 4, 5]
    everything = "".join(receiver.bodies)
    for private in ("Anna", "shell:ana", "U0ANA", "U0BEN", "INC-9"):
        assert private not in everything
    assert receiver.taken[3].get_data()["details"]["before"] == {
        "pattern": "orders",
        "until": at(60).isoformat(),
    }


@pytest.mark.parametrize("redacted", [{TEXT}, {PEOPLE}, {TEXT, PEOPLE}])
def test_what_nobody_has_described_is_left_out_with_the_rest(redacted):
    """A key of a later version, or a sentence of an earlier one: nobody knows whether it names somebody."""
    found = cloud_event(
        line(EventKind.RULE_SET, pattern="*", before="Anna's rule", rule="as Anna wrote", later="x"),
        "/bot",
        frozenset(redacted),
    )
    assert parsed(found).get_data()["details"] == {"pattern": "*"}


def test_without_redaction_everything_is_there():
    found = cloud_event(line(EventKind.RULE_SET, pattern="*", before="Anna's rule", later=None), "/bot")
    assert parsed(found).get_data()["details"] == {"pattern": "*", "before": "Anna's rule", "later": None}


def test_a_reset_of_the_clock_keeps_both_times():
    times = {"before": at(0).isoformat(), "after": at(5).isoformat()}
    found = cloud_event(line(EventKind.CLOCK_RESET, **times, **NAMED), "/bot", frozenset({TEXT, PEOPLE}))
    assert parsed(found).get_data()["details"].keys() == {"before", "after"}


async def test_secrets_are_shown_nowhere(feed, receiver):
    sender = await feed.sender(receiver, url=f"{receiver.url}?token=hush")
    shown = repr(sender)
    assert "hush" not in shown
    assert "whsec_" not in shown


def test_the_schema_is_json():
    schema = CloudEvent.model_json_schema()
    details = schema["$defs"]["EventDetails"]["properties"]
    assert details.keys() == EventDetails.model_fields.keys()
    assert details["reason"]["x-redacted-with"] == "text"
    assert json.loads(json.dumps(schema)) == schema
