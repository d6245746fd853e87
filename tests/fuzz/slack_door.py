"""A bot behind one of its doors, HTTP or Socket Mode: what is sent to it, and what has to hold after each example."""

import asyncio
import gc
import io
import json
from collections import defaultdict
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode

import aiohttp
from hypothesis import strategies as st

from bot.domain.audit_chain import Entry
from bot.domain.events import EventKind
from bot.simulator.slack.delivery.delivery import Envelope
from bot.store.shell_store import Administration
from tests.fuzz.json_mutations import MUTATIONS, WHICH, JsonObject, Mutation, encoded, mutated
from tests.fuzz.slack_cast import SlackCast
from tests.fuzz.slack_effects import check_effects, check_sent_requests

AN_AGE = 60.0  # real seconds for what takes milliseconds, and on a busy machine somewhat more
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
HARMLESS = {"orders", "many-01", "many-02"}  # the patterns of the access commands that the cast types
ACCESS = {EventKind.GRANTED, EventKind.REVOKED, EventKind.RULE_SET, EventKind.RULE_DROPPED}

_T = TypeVar("_T")


@dataclass(frozen=True)
class Drawn:
    """A delivery before it is known which there are: of some kind, some one of them, mutated or as it is, perhaps twice."""

    kind: int
    which: int
    mutations: list[Mutation]
    times: int


DELIVERIES = st.lists(
    st.builds(
        Drawn, WHICH, WHICH, st.one_of(MUTATIONS, MUTATIONS, st.just([])), st.sampled_from([1, 1, 1, 2])
    ),
    min_size=1,
    max_size=3,
)


class SlackDoor:
    """`cast` is who is in the workspace behind it."""

    def __init__(self, folder: Path, *, over_http: bool) -> None:
        self.cast = SlackCast(folder, over_http=over_http)
        self.workspace = self.cast.workspace
        self.over_http = over_http
        self.number = 0
        self._log: list[Entry] = []
        self.by_kind: dict[str, list[Envelope]] = defaultdict(list)
        self.comes_to_rest()

    def comes_to_rest(self) -> None:
        """After an example: the audit log is whole, and what there is to send next goes by what people see now."""
        assert self.workspace.broken() is None
        self.by_kind.clear()
        for envelope in self.cast.deliveries():
            self.by_kind[kind_of(envelope)].append(envelope)

    def closes(self) -> None:
        gc.collect()  # a task that failed unnoticed is logged once it is collected
        self.cast.closes()

    def run(self, work: Coroutine[Any, Any, _T]) -> _T:
        """With an end: nothing that anybody sends can keep the bot busy forever."""
        return self.workspace.run(asyncio.wait_for(work, AN_AGE))

    def envelope(self, drawn: Drawn) -> Envelope:
        """What Slack could send next: a new delivery, with a trigger id that opens a view; mutated, if that was drawn."""
        original = self._some(drawn.kind, drawn.which)
        payload = json.loads(json.dumps(original.payload))
        if "trigger_id" in payload:
            user = payload.get("user_id") or payload["user"]["id"]
            payload["trigger_id"] = self.workspace.slack._views.issues_trigger(user)
        if drawn.mutations:
            payload = mutated(payload, drawn.mutations, self._some(drawn.which, drawn.kind).payload)
        self.number += 1
        return Envelope(f"fuzz-{self.number}", original.type, payload, original.accepts_response_payload)

    def _some(self, kind: int, which: int) -> Envelope:
        kinds = sorted(self.by_kind)
        found = self.by_kind[kinds[kind % len(kinds)]]
        return found[which % len(found)]

    def settles(self) -> None:
        self.run(self.workspace.transient(minutes=1))

    def check(self, sent: Any, before: int, known: dict[str, str]) -> None:
        """What a delivery that reads as `sent` has done since the entry `before`, and whether all is well afterwards."""
        entries = [entry for entry in self.log if entry.id > before]
        check_effects(sent, entries, known)
        self.settles()
        check_sent_requests(self.cast, self.log)
        self.check_log()

    def check_log(self) -> None:
        errors = self.workspace._logbook.errors
        assert errors == [], f"logged as an error: {errors}"
        traces = [line for line in self.workspace.logged if "Traceback" in line]
        assert traces == [], "a traceback in the log"
        self.workspace._logbook.lines.clear()

    @property
    def log(self) -> list[Entry]:
        """The audit log, read on from where it was read last: all of it takes longer than an example."""
        last, since = (self._log[-1].id, self._log[-1].event.at) if self._log else (0, None)
        with Administration.open(self.workspace.database) as administration:
            self._log += [entry for entry in administration.entries(since) if entry.id > last]
        return self._log

    @property
    def newest_entry(self) -> int:
        return self.log[-1].id

    @property
    def requests(self) -> dict[str, str]:
        """The pipeline of each request so far."""
        proposed = [each for each in self.log if each.event.kind is EventKind.PROPOSED]
        return {str(each.operation): str(each.event.data["pipeline"]) for each in proposed}

    @property
    def is_spent(self) -> bool:
        """Whether somebody was given, or lost, what the checks go by: an access command can be mutated into another."""
        changes = [each.event.data for each in self.log if each.event.kind in ACCESS]
        made = [data for data in changes if "shell" not in data]
        return any(data["pattern"] not in HARMLESS or data.get("role", "viewer") != "viewer" for data in made)


def kind_of(envelope: Envelope) -> str:
    """By what the bot does with it."""
    payload = envelope.payload
    if envelope.type == "slash_commands":
        return f"/pipeline {payload['text'].partition(' ')[0]}"
    action, event = (payload.get("actions") or [{}])[0], payload.get("event", {})
    return f"{payload.get('type')} {action.get('action_id') or event.get('type') or payload.get('callback_id', '')}"


def form_of(fields: Any) -> bytes:
    """The fields of a form, as Slack sends a command; a value that is no text is sent as JSON, a key perhaps twice."""
    pairs = (
        fields.pairs
        if isinstance(fields, JsonObject)
        else fields.items()
        if isinstance(fields, dict)
        else [("", fields)]
    )
    texts = [(key, value if isinstance(value, str) else encoded(value)) for key, value in pairs]
    return urlencode(texts, errors="surrogatepass").encode()


def http_body(kind: str, payload: Any) -> tuple[str, bytes]:
    """The content type and the body that Slack has for it."""
    match kind:
        case "slash_commands":
            return FORM, form_of(payload)
        case "events_api":
            return JSON, encoded(payload).encode()
    return FORM, urlencode({"payload": encoded(payload)}).encode()


def read_back(text: str) -> Any:
    """As JSON reads it; None if that is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


async def post(url: str, body: bytes, headers: dict[str, str], *, method: str = "POST") -> tuple[int, bytes]:
    """The status, and what is answered."""
    async with (
        aiohttp.ClientSession() as session,
        session.request(
            method, url, data=io.BytesIO(body), headers=headers, allow_redirects=False
        ) as response,
    ):
        return response.status, await response.read()
