"""Text as spans: built once, and rendered as Slack's mrkdwn or as plain text. Pure.

    Text("🚫 You may not {} `{}`: {}", "clear", name, why(decision))

The template is this bot's own words, with `code` in backticks and *bold* between asterisks. A gap takes another `Text`
as it is, and anything else escaped and cut where it is too long to read: what somebody typed, or an API said, cannot
get in as markup. A template is therefore never put together from values; a test holds that.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import LiteralString, Self, Union

from bot.domain.ids import ChannelId, UserId
from bot.slack.text.mrkdwn import SENTENCE_SHOWN, entities, escaped, escaped_lines, fitted, plain
from bot.slack.text.templates import Span, names, pieces

_NO_CAPITAL = "\u200b"  # Slack writes "Today" where that opens the format: nothing visible may open it
BLOCK_SHOWN = 1500  # of a code block: a compiler's first errors, and room for the sentence around it

Value = Union["Text", str, int]


class Text:
    """A template of the bot's own words, its gaps filled: in order, or by name."""

    __slots__ = ("spans",)
    spans: tuple[Span, ...]

    def __init__(self, template: LiteralString, /, *values: Value, **named: Value) -> None:
        spans: list[Span] = []
        for piece in pieces(template):
            if isinstance(piece, Span):
                spans.append(piece)
                continue
            key, spec, in_code = piece
            value = values[key] if isinstance(key, int) else named[key]
            if isinstance(value, str):
                spans.append(_span(value, in_code))
            elif isinstance(value, int):
                spans.append(_span(format(value, spec), in_code))
            elif in_code:
                spans.append(_span(value.plain, in_code))
            else:
                spans += value.spans
        self.spans = tuple(spans)

    @classmethod
    def of(cls, spans: Iterable[Span]) -> Self:
        text = cls.__new__(cls)
        text.spans = tuple(spans)
        return text

    @property
    def mrkdwn(self) -> str:
        return "".join([span.mrkdwn for span in self.spans])

    @property
    def plain(self) -> str:
        return "".join([span.plain for span in self.spans])

    def join(self, parts: "Iterable[Text]") -> "Text":
        """The parts that are not empty, with this text between them."""
        return Text.of(_between(self.spans, [part for part in parts if part]))

    def with_lower_case(self) -> "Text":
        """To follow a colon: its first letter in lower case, if this bot wrote it."""
        first, *others = self.spans
        if not first.mrkdwn[:1].isalpha():
            return self
        return Text.of([Span(*(form[:1].lower() + form[1:] for form in first)), *others])

    def with_upper_case(self) -> "Text":
        """To begin a sentence."""
        first, *others = self.spans
        return Text.of([Span(*(form[:1].upper() + form[1:] for form in first)), *others])

    def __add__(self, other: "Text") -> "Text":
        return Text.of(self.spans + other.spans)

    def __bool__(self) -> bool:
        return any(span.mrkdwn for span in self.spans)

    def __len__(self) -> int:
        """In characters of mrkdwn, as Slack counts them."""
        return sum(len(span.mrkdwn) for span in self.spans)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Text) and (self.mrkdwn, self.plain) == (other.mrkdwn, other.plain)

    def __hash__(self) -> int:
        return hash(self.mrkdwn)

    def __repr__(self) -> str:
        return f"Text({self.mrkdwn!r})"

    def __format__(self, spec: str) -> str:
        raise TypeError("a Text goes into the gap of another Text, not into a str")


NOTHING = Text("")


def filled(template: LiteralString, values: Mapping[str, Callable[[], Value]]) -> Text:
    """For a table of sentences: only the values are made for which this one has gaps."""
    return Text(template, **{name: values[name]() for name in names(template)})


def code(text: str, limit: int = SENTENCE_SHOWN) -> Text:
    """`text` as a code span: its own formatting does not apply."""
    marked, shown = _span(text, True, limit - 2)
    return _only(f"`{marked or ' '}`", shown)


def code_block(text: str, limit: int = BLOCK_SHOWN) -> Text:
    """Several lines as they are, line breaks kept: their own formatting does not apply, and none can end the block."""
    return _only(f"```{escaped_lines(text, limit) or ' '}```", text)


def shortened(text: str, limit: int) -> Text:
    """`text` cut to another length than a gap cuts it to."""
    return Text.of([_span(text, False, limit)])


def mention(user: UserId) -> Text:
    return _only(f"<@{entities(user)}>", "somebody")


def mention_any(some_id: str) -> Text:
    """A person (`U…`) or a user group (`S…`), by id."""
    if some_id.startswith("S"):
        return _only(f"<!subteam^{entities(some_id)}>", "a user group")
    return mention(UserId(some_id))


def channel(channel_id: ChannelId) -> Text:
    return _only(f"<#{channel_id}>", "its channel")


def link(url: str, label: str) -> Text:
    return _only(f"<{url}|{escaped(label)}>", label)


@lru_cache(maxsize=1024)  # a card says each moment several times
def at(moment: datetime) -> Text:
    """A moment in the reader's own time zone, to the minute; Slack itself says "today" or "yesterday"."""
    return _date(moment, "{date_short_pretty} at {time}", f"{moment:%Y-%m-%d %H:%M} UTC")


@lru_cache(maxsize=1024)
def ago(moment: datetime) -> Text:
    """`3 days ago (Nov 26 at 2:20 PM)`, for a moment in the past: Slack computes the age each time it shows the text."""
    return _date(moment, "{ago} ({date_short_pretty} at {time})", f"{moment:%Y-%m-%d %H:%M} UTC")


@lru_cache(maxsize=1024)
def to_the_second(moment: datetime) -> Text:
    """A moment less than about a minute away, such as the end of a cancel window."""
    return _date(moment, "{time_secs}", f"{moment:%Y-%m-%d %H:%M:%S} UTC")


def _date(moment: datetime, date_format: str, in_utc: str) -> Text:
    return _only(f"<!date^{int(moment.timestamp())}^{_NO_CAPITAL}{date_format}|{in_utc}>", in_utc)


def _only(marked: str, shown: str) -> Text:
    return Text.of([Span(marked, shown)])


@lru_cache(maxsize=4096)  # signs, names and words come again and again
def _span(text: str, in_code: bool, limit: int = SENTENCE_SHOWN) -> Span:  # noqa: FBT001 - it is cached, which is quicker so
    """Somebody else's text; a backtick would end the code around it."""
    shown = plain(text, max(limit, 1))
    marked = fitted(entities(shown), limit)
    return Span(marked.replace("`", "ˋ") if in_code else marked, shown)


def _between(joint: tuple[Span, ...], parts: Sequence[Text]) -> Iterator[Span]:
    for number, part in enumerate(parts):
        if number:
            yield from joint
        yield from part.spans
