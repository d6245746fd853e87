"""People at the whole bot, watched from outside: their answers and what reaches Feldera are compared with the access model.

It goes by people's screens, by Feldera's list of requests, and by the audit log only to learn which operation a request
was sent for. It never asks the bot what it thinks of anybody.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from bot.domain.access.changes import GrantRole
from bot.domain.access.permissions import Group, Role
from bot.domain.events import EventKind
from bot.domain.ids import GroupId, TeamId
from bot.simulator.feldera import Refused
from bot.simulator.slack import Answer, Button, render, render_view
from bot.store.shell_store import Administration
from tests.access_model import PIPELINES, ROLES, VERBS, AccessModel, Given, Request, Said, typed
from tests.workspace import Workspace

TYPISTS = ("ana", "ola", "rio", "ben", "cora", "dan", "root", "gus")
CAST = (*TYPISTS, "ext")
SEATS = {  # what each begins with, on everything
    "ana": ("requester",),
    "ola": ("operator", "approver"),
    "rio": ("responder",),
    "ben": ("approver",),
    "root": ("admin", "approver"),
    "leads": ("approver",),
    "dan": ROLES,
    "gus": ROLES,
    "ext": ROLES,
}
LEADS = {"cora", "dan", "gus", "ext"}

SENT = {EventKind.SENT, EventKind.SENT_AGAIN}
_COLUMNS = ("operation", "pipeline", "kind", "at", "by_team", "by_user", "data", "hash")
APPROVED, REVIEWED = "👍 You approved", "🔏 Reviewed:"
VERDICTS = {  # how the answers begin that somebody had better have a right to
    **dict.fromkeys(("🙋 Posting", "🙋 Requested", "⏳ Posting", "⏳ Confirmed"), VERBS["clear"]),
    APPROVED: VERBS["approve"],
    REVIEWED: VERBS["review"],
    "❌ You denied": VERBS["deny"],
    "↩️ Withdrawn:": VERBS["withdraw"],
    "OK: the": VERBS["withdraw"],
    "↩️ Cancelled:": AccessModel.may_cancel,
    "☑️ Closed:": AccessModel.may_close,
}


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody does; `request` is what it is about, `on` whose message they press in if it is only theirs.

    `changes` is called when they are told ✅: from then on it holds.
    """

    who: str
    work: Coroutine[Any, Any, Answer]
    request: str | None = None
    on: str = ""
    changes: Callable[[], None] | None = None


class Watched:
    sent: ClassVar[Counter[str]] = Counter()
    verbs: ClassVar[set[str]] = set()

    def __init__(self, folder: Path, rules: Mapping[str, Said]) -> None:
        self.workspace = Workspace(folder)
        self.house = AccessModel(
            rules={**rules}, colleagues={*CAST} - {"dan", "gus", "ext"}, groups={"leads": {*LEADS}}
        )
        self.requests: dict[str, Request] = {}
        self.seen: list[tuple[str, Button]] = []
        self.turn = self.assessment = 0
        self.is_down = False
        for pipeline in PIPELINES:
            self.workspace.feldera.adds(pipeline)
        traits = {"gus": {"guest": True}, "dan": {"deactivated": True}, "ext": {"team": "T0OTHER"}}
        self.people = {who: self.workspace.adds_person(who, **traits.get(who, {})) for who in CAST}
        self.leads = self.workspace.user_group("leads", *(self.people[who] for who in sorted(LEADS)))
        self.house.given = [Given(to, role, "*") for to, roles in SEATS.items() for role in roles]
        self.workspace.administers(*map(self.gives, self.house.given))
        for pattern, rule in rules.items():
            self.workspace.rules(pattern, typed(rule))

    @property
    def now(self) -> datetime:
        return self.workspace.clock.now()

    def happens(self, *deeds: Deed) -> list[str]:
        """It is done, at once if there are several; each is answered, and the answers are compared with the model."""
        self.turn += 1
        before = [self._screens(deed) for deed in deeds]
        errors: list[str | None] = []

        async def noted(deed: Deed) -> None:
            errors.append((await deed.work).error)

        self.workspace.at_once(*(noted(deed) for deed in deeds))
        assert not any(errors), "Slack complained"
        told: list[str] = []
        for deed, was in zip(deeds, before, strict=True):
            now = self._screens(deed)
            assert now != was, f"{deed.who} got no answer"
            fresh = [text for place, text in now.items() if was.get(place) != text]
            told += fresh
            for text in fresh:
                self._was_rightly_told(deed, text)
        self._weighs_what_was_sent()
        return told

    def _screens(self, deed: Deed) -> dict[str, str]:
        """All that one person alone is shown, by where it stands; and the owner of the message they press in."""
        names, people = self.workspace.slack.names, {deed.who, deed.on}
        shown = {
            message.ts: f"{len(message.history)}\n{render(message, names)}"
            for message in self.workspace.slack.workspace.ephemerals
            if not message.deleted and names[message.ephemeral_to] in people
        }
        modal = self.people[deed.who].person.modal
        return shown if modal is None else shown | {modal.id: f"{modal.hash}\n{render_view(modal, names)}"}

    def _was_rightly_told(self, deed: Deed, said: str) -> None:
        who, now, house = deed.who, self.now, self.house
        if deed.changes is not None and "✅" in said:
            deed.changes()
        verdict = next((each for each in VERDICTS if f"\n{each}" in said), None)
        if verdict is None:
            return
        request = self.requests[deed.request]
        if VERDICTS[verdict] is VERBS["clear"] and request.asked_at is not None:
            assert who == request.by
            return
        assert VERDICTS[verdict](house, who, request, now), f"{who} was told {verdict}"
        if VERDICTS[verdict] is VERBS["clear"]:
            house.is_asked(request, now)
        elif verdict == APPROVED:
            request.said_yes.add(who)
            house.is_ready(request, now)
        elif verdict != REVIEWED:
            request.is_off = True

    def _weighs_what_was_sent(self, *, is_last: bool = False) -> None:
        """Each request in Feldera's book has its entry in the record, and the operation in it what it takes."""
        book = [each for each in self.workspace.feldera.requests if each.path.endswith("/clear")]
        if len(book) == self.assessment and not is_last:
            return
        record = [each for each in self.workspace.entries() if each.event.kind in SENT]
        assert len(book) == len(record), "the record does not tell what was sent"
        new, self.assessment = list(zip(book, record, strict=True))[self.assessment :], len(book)
        for posted, entry in new:
            request = self.requests[entry.operation]
            assert (posted.method, posted.at) == ("POST", entry.event.at)
            assert posted.path == f"/v0/pipelines/{request.pipeline}/clear"
            lacking = self.house.lacks(request, posted.at)
            assert lacking == [], f"sent at {posted.at} for {request} without {lacking}"
            request.accepted += posted.status == 202
            needed = self.house.needs(request, posted.at)
            self.sent["glass" if request.in_emergency else f"{needed} approvals"] += 1

    def types(self, who: str, text: str, request: str | None = None, **deed: Any) -> list[str]:
        if self.people[who].profile.deactivated:
            return []
        self.verbs.add(text.split(maxsplit=1)[0])
        work = self.people[who].typing(f"/pipeline {text}")
        return self.happens(Deed(who, work, request, **deed))

    def pressing(self, who: str, button: Button) -> Deed:
        owner = self.workspace.slack.names.get(button.message.ephemeral_to or "", "")
        return Deed(who, self.people[who].pressing(button), button.element.get("value"), owner)

    def presses(self, who: str, label: str, request: str | None = None) -> None:
        """Press the newest such button they see, if they see one."""
        if not self.people[who].profile.deactivated:
            found = [button for button in self.buttons(who) if label_of(button) == label]
            found = [button for button in found if request in {None, button.element.get("value")}]
            if found:
                self.happens(self.pressing(who, found[-1]))

    def buttons(self, who: str) -> list[Button]:
        person = self.people[who].person
        found = [button for message in person.sees() for button in person._buttons(message)]
        known = [button for _, button in self.seen]
        self.seen += [(who, button) for button in found if button not in known]
        return found

    def gives(self, given: Given) -> GrantRole:
        team = TeamId(self.workspace.slack.workspace.team_id)
        to = Group(team, GroupId(self.leads.id)) if given.to == "leads" else self.people[given.to].actor
        return GrantRole(to, Role(given.role), given.pattern, given.until)

    def time_passes(self, seconds: int) -> None:
        self.workspace.passes(seconds=seconds)
        self._weighs_what_was_sent()

    def somebody_else(self, pipeline: str, doing: str) -> None:
        """What others do to a pipeline in Feldera itself, as far as Feldera lets them."""
        feldera = self.workspace.feldera
        deeds = {
            "starts": feldera.someone_starts,
            "stops": feldera.someone_stops,
            "clears": feldera.someone_clears,
            "makes anew": partial(feldera.someone_recreates, storage="InUse"),
        }
        try:
            deeds[doing](pipeline)
        except Refused:
            return
        if doing in {"starts", "makes anew"}:
            self.turn += 1
            self.house.touched[pipeline] = self.turn
            self.time_passes(5)  # a start that is taken back before anything ran has changed nothing

    def pipeline_is_in_use(self, pipeline: str) -> None:
        """So that there is something to clear: stopped if it runs, made anew if it is cleared."""
        self.somebody_else(pipeline, "stops")
        self.time_passes(5)
        if self.workspace.feldera.pipeline(pipeline).storage == "Cleared":
            self.somebody_else(pipeline, "makes anew")

    def curtain(self) -> None:
        """All that was said can be read, the record is whole, and it tells of all that was sent."""
        try:
            self._weighs_what_was_sent(is_last=True)
        finally:
            slack = self.workspace.slack.workspace
            shown = [message for place in slack.channels.values() for message in place.messages]
            for message in [*shown, *slack.ephemerals]:
                self.workspace.reads(message)
            self.workspace.closes()


def label_of(button: Button) -> str:
    return button.element["text"]["text"]


def flipped_bit_is_found(database: Path, which: int) -> bool:
    """Whether the record does not prove itself any more, with this bit of all that its entries say the other way round."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'events'"
        for (trigger,) in connection.execute(triggers).fetchall():
            connection.execute(f"DROP TRIGGER {trigger}")
        connection.execute("PRAGMA ignore_check_constraints = ON")
        rows = connection.execute(f"SELECT id, {', '.join(_COLUMNS)} FROM events").fetchall()  # noqa: S608
        texts = [
            (row[0], column, text.encode())
            for row in rows
            for column, text in zip(_COLUMNS, row[1:], strict=True)
            if text
        ]
        entry, column, text = texts[which % len(texts)]
        bit = which % (8 * len(text))
        flipped = bytearray(text)
        flipped[bit // 8] ^= 1 << bit % 8
        connection.execute(
            f"UPDATE events SET {column} = CAST(? AS TEXT) WHERE id = ?",  # noqa: S608
            (bytes(flipped), entry),
        )
    with Administration.open(database) as administration:
        broken = administration.verify().broken
    return broken is not None and broken.id == entry
