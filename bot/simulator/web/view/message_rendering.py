"""Rendered messages and Home tab of one person, as the page shows them, with a cache.

Rendering a message is slow, and every update looks at all of them: a rendered version is kept until something about its
reader changes, such as a name, a group or the day.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from bot.simulator.slack import Message, Person, Version, View, render
from bot.simulator.slack.rendering.dates import TICKING, filled_in
from bot.simulator.slack.rendering.mrkdwn_parser import mrkdwn
from bot.simulator.slack.rendering.spans import Reader, read_out
from bot.simulator.web.view import page_models
from bot.simulator.web.view.block_rendering import Display

_Key = tuple[str, str]
"""A channel's id, and the timestamp of a root in it."""


@dataclass(frozen=True, slots=True)
class _Rendered:
    """What depends only on a version of a message and on its reader. `at` is the moment it is valid for, if it ticks."""

    version: int
    at: datetime | None
    time: str
    day: str
    moment: str
    blocks: list[page_models.ShownBlock]
    text: str


@dataclass(slots=True)
class RenderedMessages:
    """Those for one person in one time zone."""

    _lasting: Reader | None = None
    _of: dict[Message, _Rendered] = field(default_factory=dict)
    _home: page_models.Home | None = None

    def home(self, view: View, display: Display) -> page_models.Home:
        """The Home tab published for that person."""
        self._begins(display.reader)
        if self._home is None or self._home["hash"] != view.hash or TICKING in str(view.blocks):
            self._home = display.home(view)
        return self._home

    def messages(self, person: Person, display: Display, *, bot_id: str) -> dict[str, page_models.Message]:
        """Every message the person sees, by the key of the page's state, in order."""
        self._begins(display.reader)
        visible, news = person.sees(), set(person.news())
        threads = _threads(visible)
        return {
            f"message/{each.channel.id}/{each.ts}": self._message(
                each,
                display,
                kind="bot" if each.user == bot_id else "me" if each.user == person.id else "person",
                replies=threads.get((each.channel.id, each.ts), ()),
                is_new=each in news,
            )
            for each in visible
        }

    def _begins(self, reader: Reader) -> None:
        """Empty the cache if the reader changed."""
        lasting = _all_day(reader)
        if lasting != self._lasting:
            self._of.clear()
            self._home = None
        self._lasting = lasting

    def _message(
        self,
        message: Message,
        display: Display,
        *,
        kind: page_models.Kind,
        replies: Sequence[Message],
        is_new: bool,
    ) -> page_models.Message:
        drawn, names = self._drawn(message, display), display.reader.names
        name = names.get(message.user, message.user)
        return {
            "place": message.channel.id,
            "ts": message.ts,
            "thread": message.thread_ts if message.thread_ts != message.ts else None,
            "from": {"name": name, "kind": kind, "initials": initials(name)},
            "time": drawn.time,
            "day": drawn.day,
            "moment": drawn.moment,
            "ephemeral": message.ephemeral_to is not None,
            "edited": message.edited > 0,
            "version": message.edited,
            "blocks": drawn.blocks,
            "text": drawn.text,
            "replies": len(replies),
            "repliers": list(dict.fromkeys(initials(names.get(each.user, each.user)) for each in replies)),
            "last_reply": _pretty(replies[-1], display.reader) if replies else None,
            "is_new": is_new,
        }

    def _drawn(self, message: Message, display: Display) -> _Rendered:
        drawn, now = self._of.get(message), display.reader.now
        if drawn is None or drawn.version != message.edited or drawn.at not in {None, now}:
            drawn = self._of[message] = _render(message, display)
        return drawn


def initials(name: str) -> str:
    """`pipeline-bot` → `PB`, `ana` → `An`."""
    words = "".join(letter if letter.isalnum() else " " for letter in name).split()
    if len(words) > 1:
        return (words[0][0] + words[-1][0]).upper()
    return words[0][:2].capitalize() if words else "?"


def _render(message: Message, display: Display) -> _Rendered:
    reader, version = display.reader, message.history[-1]
    moment = _moment(message, reader)
    return _Rendered(
        version=message.edited,
        at=reader.now if _ticks(version) else None,
        time=filled_in("{time}", moment),
        day=filled_in("{day_divider_pretty}", moment, now=reader.now),
        moment=moment.astimezone(UTC).isoformat(),
        blocks=display.message(version),
        text=read_out(mrkdwn(version.text, reader)) if version.text else render(message, reader.names),
    )


def _ticks(version: Version) -> bool:
    return TICKING in version.text or TICKING in str(version.blocks)


def _threads(messages: Sequence[Message]) -> dict[_Key, list[Message]]:
    """The replies that everybody sees, by their roots."""
    threads: defaultdict[_Key, list[Message]] = defaultdict(list)
    for message in messages:
        if message.ephemeral_to is None and message.thread_ts not in {None, message.ts}:
            threads[message.channel.id, str(message.thread_ts)].append(message)
    return threads


def _all_day(reader: Reader) -> Reader:
    """The same reader at midnight, for comparison without the time of day."""
    today = reader.now.astimezone(reader.zone)
    return replace(reader, now=today.replace(hour=0, minute=0, second=0, microsecond=0))


def _moment(message: Message, reader: Reader) -> datetime:
    return datetime.fromtimestamp(float(message.ts), reader.zone)


def _pretty(message: Message, reader: Reader) -> str:
    return filled_in("{date_pretty} at {time}", _moment(message, reader), now=reader.now)
