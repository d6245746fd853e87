"""What a delivery is allowed to change: judged by its own text and the audit log, not by the code of the bot.

Whatever Slack delivers, only the person in it acts, only on the request or the pipeline that it names, and nothing reaches
Feldera without a confirmation, and an approval where one is needed.
"""

import json
from collections.abc import Mapping
from typing import Any

from bot.domain.audit_chain import Entry
from bot.domain.events import EventKind
from bot.domain.operations.operation import SHORT_ID
from tests.fuzz.slack_cast import SlackCast

SENT = {EventKind.SENT, EventKind.SENT_AGAIN}
BY_OPERATOR = {"oli"}
APPROVERS = {"ben"}


def check_effects(sent: Any, entries: list[Entry], known: Mapping[str, str]) -> None:
    """`sent` is what was delivered, as JSON reads it (None: it is no JSON), `known` the requests before, by their pipeline."""
    for entry in entries:
        event, named = entry.event, _named(sent)
        if event.by is None:
            continue
        assert _sender(sent) == event.by.user, f"{event} is by somebody else than the sender"
        if entry.operation in known:
            is_named = entry.operation in named or entry.operation[:SHORT_ID] in named
            assert is_named or _is_by_form(sent, known[entry.operation]), f"{event} on another request"
        elif "pipeline" in event.data:
            pipelines = {known[each] for each in known if each in named}  # a button goes on from a request
            pipeline = str(event.data["pipeline"])
            assert pipeline in pipelines or pipeline in named, f"{event} on a pipeline that was not named"


def _sender(sent: Any) -> Any:
    if "command" in sent:
        return sent["user_id"]
    return sent["event"]["user"] if "event" in sent else sent["user"]["id"]


def _named(sent: Any) -> str:
    """Where a delivery names a request or a pipeline: a command's text, a button's value, a view's data and inputs."""
    if not isinstance(sent, dict):
        return ""
    if "command" in sent:
        return str(sent.get("text"))
    if sent.get("type") == "block_actions":
        action = sent["actions"][0]
        return str([action.get("value"), action.get("selected_option"), _in_view(sent)])
    return str(_in_view(sent))


def _is_by_form(sent: Any, pipeline: str) -> bool:
    """Whether this is a form about the pipeline: submitted twice, it comes upon the request that it made, which it cannot name."""
    return isinstance(sent, dict) and sent.get("type") == "view_submission" and pipeline in _named(sent)


def _in_view(sent: dict[str, Any]) -> Any:
    view = sent.get("view")
    return [view.get("private_metadata"), json.dumps(view.get("state"))] if isinstance(view, dict) else ""


def check_sent_requests(cast: SlackCast, entries: list[Entry]) -> None:
    """Each request in Feldera's book has its entry in the audit log, and behind it the people that it takes."""
    book = [each for each in cast.workspace.feldera.requests if each.method == "POST"]
    names = cast.workspace.slack.names
    sent = [entry for entry in entries if entry.event.kind in SENT]
    assert [each.at for each in book] == [entry.event.at for entry in sent]
    for posted, entry in zip(book, sent, strict=True):
        history = [each.event for each in entries if each.operation == entry.operation and each.id < entry.id]
        kinds = {event.kind for event in history}
        by = {event.kind: names[event.by.user] for event in history if event.by is not None}
        pipeline = history[0].data["pipeline"]
        assert posted.path.startswith(f"/v0/pipelines/{pipeline}/")
        assert EventKind.ENDED not in kinds, "sent after its end"
        if EventKind.BREAK_GLASS_RUN in kinds:
            assert (by[EventKind.PROPOSED], str(pipeline)[:6]) == ("rio", "urgent")
        elif by[EventKind.PROPOSED] not in BY_OPERATOR or str(pipeline).startswith("prod-"):
            assert by[EventKind.APPROVED] in APPROVERS - {by[EventKind.PROPOSED]}, (
                f"{pipeline} without an approval"
            )
        else:
            assert EventKind.CONFIRMED in kinds
    accepted = [entry.operation for posted, entry in zip(book, sent, strict=True) if posted.status == 202]
    steps = [
        (posted.path, operation)
        for posted, operation in zip((p for p in book if p.status == 202), accepted, strict=True)
    ]
    assert len({*steps}) == len(steps), "a step was sent twice"
