"""The spans of a rendered text: plain strings, and marked-up pieces such as mentions and links.

They are the client's own: a tag says how a piece looks, never what the app wrote. A string is text and nothing else, so a
renderer has nothing to escape or to decide. It trusts nothing: an address that no browser should open becomes text.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Literal, TypedDict, final
from urllib.parse import parse_qs

from bot.simulator.slack.rendering.dates import full_date, shown_date
from bot.simulator.slack.rendering.mrkdwn_tokens import CROWDS, label_of, unescape

Tag = Literal["strong", "em", "s", "code", "pre", "blockquote", "br"]
MentionKind = Literal["user", "group", "channel", "everyone"]

Marked = TypedDict("Marked", {"tag": Tag, "in": "list[Span]"})


@final
class Mention(TypedDict):
    """`me`: it mentions the reader. `place`: the channel it names, if the reader is a member."""

    tag: Literal["mention"]
    kind: MentionKind
    text: str
    me: bool
    place: str | None


@final
class Link(TypedDict):
    """`place` and `thread` are set where it leads to a message that the reader can go to."""

    tag: Literal["a"]
    href: str
    text: str
    place: str | None
    thread: str | None


@final
class Time(TypedDict):
    tag: Literal["time"]
    text: str
    moment: str
    title: str


Span = str | Marked | Mention | Link | Time

BLOCKS = frozenset({"pre", "blockquote"})
"""The tags that are on lines of their own."""
_OPENED = re.compile(r"(https?://|mailto:)\S", re.IGNORECASE)
"""The addresses that a link may lead to."""
_MESSAGE = re.compile(r"(?P<channel>[CDG]\w+)/p(?P<seconds>\d{10,})(?P<micros>\d{6})")


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads, where, and when: mentions, links and dates depend on it.

    `groups` are those the reader is in, `places` the conversations; `archives` is what this workspace's permalinks
    begin with.
    """

    id: str
    names: Mapping[str, str]
    groups: frozenset[str]
    places: frozenset[str]
    archives: str
    zone: tzinfo
    now: datetime


def is_opened(href: str) -> bool:
    """Whether a browser should open that: `javascript:` and the like are only ever text."""
    return _OPENED.match(href) is not None


def marked(tag: Tag, inside: list[Span]) -> Marked:
    return {"tag": tag, "in": inside}


def line_break() -> Marked:
    return marked("br", [])


def joined(spans: Iterator[Span]) -> list[Span]:
    """The spans in order, neighboring strings as one, empty ones left out."""
    result: list[Span] = []
    for span in spans:
        if isinstance(span, str) and result and isinstance(last := result[-1], str):
            result[-1] = last + span
        elif span != "":
            result.append(span)
    return result


def lines(text: str) -> list[Span]:
    """A text in which nothing is markup but its line breaks."""
    result: list[Span] = []
    for number, line in enumerate(text.split("\n")):
        if number:
            result.append(line_break())
        if line:
            result.append(line)
    return result


def read_out(spans: Iterable[Span]) -> str:
    """The text alone, as it would be read out."""
    return "".join(_read_out(span) for span in spans)


def token_span(token: str, reader: Reader) -> Span:
    """The inside of a `<…>` as it is shown."""
    target, _, label = token.partition("|")
    if target.startswith("!date^"):
        return _date_span(target, label, reader)
    if target[0] in "@#!":
        return _mention(target, label_of(token, reader.names), reader)
    return link_span(unescape(target), label_of(token, reader.names), reader)


def _date_span(token: str, fallback: str, reader: Reader) -> Span:
    shown = shown_date(token, zone=reader.zone, now=reader.now)
    if shown is None:
        return unescape(fallback)
    if shown.link:
        return link_span(unescape(shown.link), unescape(shown.text), reader)
    moment = shown.moment.astimezone(UTC).isoformat()
    return {"tag": "time", "text": unescape(shown.text), "moment": moment, "title": full_date(shown.moment)}


def link_span(href: str, text: str, reader: Reader) -> Span:
    """A link; only text where it leads nowhere for this reader."""
    if not is_opened(href):
        return text
    if not href.startswith(reader.archives):
        return {"tag": "a", "href": href, "text": text, "place": None, "thread": None}
    path, _, query = href.removeprefix(reader.archives).partition("?")
    found = _MESSAGE.fullmatch(path)
    if found is None or found["channel"] not in reader.places:
        return text
    thread = parse_qs(query).get("thread_ts", [f"{found['seconds']}.{found['micros']}"])[0]
    return {"tag": "a", "href": href, "text": text, "place": found["channel"], "thread": thread}


def _mention_span(kind: MentionKind, some_id: str, text: str, reader: Reader) -> Mention:
    me = kind == "everyone" or some_id == reader.id or some_id in reader.groups
    place = some_id if kind == "channel" and some_id in reader.places else None
    return {"tag": "mention", "kind": kind, "text": text, "me": me, "place": place}


def _mention(target: str, text: str, reader: Reader) -> Span:
    if target[0] == "@":
        return _mention_span("user", target[1:], text, reader)
    if target[0] == "#":
        return _mention_span("channel", target[1:], text, reader)
    if target.startswith("!subteam^"):
        return _mention_span("group", target.removeprefix("!subteam^"), text, reader)
    return _mention_span("everyone", "", text, reader) if target[1:] in CROWDS else text


def _read_out(span: Span) -> str:
    if isinstance(span, str):
        return span
    if "in" not in span:
        return span["text"]
    if span["tag"] == "br":
        return "\n"
    inside = read_out(span["in"])
    return f"\n{inside}\n" if span["tag"] in BLOCKS else inside
