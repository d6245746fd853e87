"""What Slack delivers is checked at the door: what does not read as Slack writes it is answered, logged, and changes nothing."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.json_trees import places, replaced
from tests.stories.test_http import answers, signed
from tests.workspace import Teammate, Workspace

CANNOT_READ = (
    "❌ I cannot read what Slack delivered, so nothing was changed. Try again. If it happens again, tell the person who runs "
    "this bot: its log has `delivery_not_readable`."
)

KIND = {("type",), ("event",), ("event", "type")}  # the places in a payload that tell what it is


@pytest.fixture
def over_http(tmp_path: Path) -> Iterator[Workspace]:
    workspace = Workspace(tmp_path, over_http=True)
    workspace.feldera.adds("orders")
    yield workspace
    workspace.closes()


def test_a_click_of_the_person_number_7(workspace: Workspace) -> None:
    """An id is text. A number was hashed as a number and stored as text, and the audit log was broken for good."""
    ana = workspace.operator("ana")
    pressed = declines(workspace, ana) | {"trigger_id": "9.9.made-up"}
    pressed["user"]["id"] = 7
    assert delivered(workspace, "interactive", pressed) == {}
    assert ana.reads() == [CANNOT_READ]
    assert logged(workspace) == [
        "delivery_not_readable {'kind': 'block_actions', 'where': 'user.id', 'why': 'string_type', 'event': 'delivery_not_readable'}"
    ]


def test_a_click_over_http(over_http: Workspace) -> None:
    """There it is a bad request: Slack marks the button."""
    pressed = declines(over_http, over_http.operator("ana")) | {"trigger_id": "9.9.made-up"}
    pressed["user"]["id"] = 7
    over_http.expected_complaints = 1
    assert delivered(over_http, "interactive", pressed) == "dispatch_failed"
    assert len(logged(over_http)) == 1


def test_a_command_of_numbers(workspace: Workspace) -> None:
    ana = workspace.operator("ana")
    ana.types("/pipeline help")
    typed = last(workspace) | {"trigger_id": "9.9.made-up"}
    fields = ["user_id", "team_id", "channel_id", "trigger_id", "text"]
    for field in fields:
        assert delivered(workspace, "slash_commands", typed | {field: 7})["text"] == CANNOT_READ
    assert len(logged(workspace)) == len(fields)


def test_a_modal_of_numbers(workspace: Workspace) -> None:
    """It turns into the answer, and what it was for has not happened."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    ben.opens("Deny…")
    ben.submits("no")
    ben.closes_modal()
    workspace.thread()
    submitted = last(workspace) | {"trigger_id": "9.9.made-up"}
    submitted["view"]["state"]["values"]["answer"]["answer"]["value"] = 7
    answer = delivered(workspace, "interactive", submitted)
    assert answer["response_action"] == "update"
    assert CANNOT_READ in str(answer["view"]["blocks"])


def test_a_menu_and_a_home_of_numbers(workspace: Workspace) -> None:
    """There are no options for what cannot be read; an event needs no answer but the ack."""
    ana = workspace.operator("ana")
    ana.opens_form()
    ana.looks_for("ord")
    assert delivered(workspace, "interactive", last(workspace) | {"value": 7}) == {"options": []}
    ana.closes_modal()
    ana.opens_home()
    opened = last(workspace)
    opened["event"]["user"] = 7
    assert delivered(workspace, "events_api", opened) == {}
    assert len(logged(workspace)) == 2


def test_every_value_of_every_delivery(workspace: Workspace) -> None:
    """Each is something else once: it is either not read, or read as nothing that could break the audit log or the bot."""
    ana = workspace.operator("ana")
    declines(workspace, ana)
    ana.opens_form()
    ana.looks_for("ord")
    ana.closes_modal()
    ana.uses_shortcut("Clear a pipeline")
    ana.closes_modal()
    ana.types("/pipeline status nothing")
    ana.opens_home()
    sent = {made.envelope.payload.get("type", ""): made.envelope for made in workspace.slack.deliveries}
    assert set(sent) == {"", "block_actions", "block_suggestion", "shortcut", "event_callback"}
    for envelope in sent.values():
        for number, path in enumerate(places(envelope.payload)):
            for odd in (7, {"id": 7}):
                payload = replaced(envelope.payload, path, odd) if path else envelope.payload
                if path not in {("type",), ("trigger_id",)}:
                    payload |= {"trigger_id": f"9.{number}.{odd!r:.12}"}
                if path not in KIND or odd == 7:  # of another kind it is nothing that the bot answers
                    ack = workspace.does(workspace.slack.delivers(envelope.type, payload))
                    assert ack.error is None, (path, odd)
                ana.person.modal and ana.closes_modal()
    assert workspace.broken() is None
    ana.reads()


NONSENSE: list[dict[str, Any]] = [
    {},
    {"type": "block_actions"},
    {"type": "block_actions", "actions": [], "user": None},
    {"type": "block_actions", "team": 7},
    {"type": "view_closed", "view": 7},
    {"type": "view_closed", "view": None},
    {"type": "interactive_message", "callback_id": "approve", "actions": 7},
    {"type": "interactive_message", "callback_id": "approve"},
    {"type": "workflow_step_edit", "callback_id": "approve"},
    {"type": "dialog_submission", "callback_id": "approve", "user": {"id": 7}},
    {"type": "event_callback", "event": 7},
    {"type": "event_callback", "event": {"type": {"type": 7}}},
    {"authorizations": [7]},
    {"response_urls": 7},
]
BODIES = ["{", "[]", "7", "null", "payload={", "payload=null", "payload=[]", "[" * 100_000]


def test_nonsense_that_slack_signed(over_http: Workspace) -> None:
    """Whatever it is: a bad request, or one that Bolt has no listener for; no error of ours, and no entry."""
    before = over_http.entries()
    for body in [*map(json.dumps, NONSENSE), *BODIES]:
        for content_type in ("application/json", "application/x-www-form-urlencoded"):
            headers = signed(over_http, body) | {"Content-Type": content_type}
            assert answers(over_http, body, headers)[0] in {400, 404}, body[:80]
    assert answers(over_http, "ssl_check=1&token=x", signed(over_http, "ssl_check=1&token=x"))[0] == 200
    assert over_http.entries() == before


def test_nonsense_over_a_socket(workspace: Workspace) -> None:
    """Acknowledged: Slack would wait for it."""
    assert delivered(workspace, "interactive", {"type": "view_closed", "team": 7}) == {}


def declines(workspace: Workspace, ana: Teammate) -> Any:
    """A preview is shown and dropped; returns what Slack delivered of the click."""
    ana.asks("/pipeline clear orders")
    ana.told("Never mind")
    return last(workspace)


def last(workspace: Workspace) -> Any:
    """What Slack delivered last."""
    return copy.deepcopy(workspace.slack.deliveries[-1].envelope.payload)


def delivered(workspace: Workspace, kind: Any, payload: dict[str, Any]) -> Any:
    """The answer, or Slack's complaint, to a delivery that adds no entry to the audit log."""
    before = workspace.entries()
    ack = workspace.does(workspace.slack.delivers(kind, json.loads(json.dumps(payload))))
    assert workspace.broken() is None
    assert workspace.entries() == before
    return ack.error or ack.body


def logged(workspace: Workspace) -> list[str]:
    return [line for line in workspace.logged if line.startswith("delivery_not_readable")]
