"""What the values of a rule may be: how they are read and written, and what is wrong with one. Pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, TypeVar

import re2

from bot.domain.durations import span, span_in_words
from bot.domain.ids import ChannelId, GroupId

REASON_PATTERN_MAX = 100  # characters

_CHANNEL = re.compile(r"[CG][A-Z0-9]{2,}")
_GROUP = re.compile(r"S[A-Z0-9]{2,}")

_T = TypeVar("_T")


@dataclass(frozen=True)  # without slots, as `RuleKey`
class Values(Generic[_T]):
    """A kind of values. What `write` makes of one, `read` makes the same one of; it gives None for what is none of them.

    `unreadable` says what to write instead, with `{said}` for what was written.
    """

    read: Callable[[str], _T | None]
    write: Callable[[_T], str]
    unreadable: str = ""


LENGTHS = Values[timedelta](
    span, span_in_words, "`{said}` is not a valid length of time: write 30s, 45m, 2h or 1d."
)
CHANNELS = Values[ChannelId](ChannelId, str)
GROUPS = Values[GroupId](GroupId, str)
TEXTS = Values[str](str, str)


def digits(unreadable: str) -> Values[int]:
    """Numbers of one digit."""
    return Values(
        lambda word: int(word) if word.isascii() and word.isdigit() and len(word) == 1 else None,
        str,
        unreadable,
    )


def choice(yes: str, no: str) -> Values[bool]:
    return Values(
        lambda word: {yes: True, no: False}.get(word.lower()),
        lambda value: yes if value else no,
        f"`{{said}}` is neither `{yes}` nor `{no}`.",
    )


def no_complaint(_value: object) -> str:
    return ""


def complaint_unless(is_right: Callable[[_T], bool], complaint: str) -> Callable[[_T], str]:
    """`complaint` of what is not right; `{value}` in it stands for that."""
    return lambda value: "" if is_right(value) else complaint.format(value=value)


def is_length(least: timedelta, most: timedelta) -> Callable[[timedelta], bool]:
    """Whether it is between both, and can be typed: what cannot would be read back as another length, or not at all."""
    return lambda length: least <= length <= most and span(span_in_words(length)) == length


def is_channel(channel: ChannelId) -> bool:
    return _CHANNEL.fullmatch(channel) is not None


def is_group(group: GroupId) -> bool:
    return _GROUP.fullmatch(group) is not None


def about_reason_pattern(pattern: str) -> str:
    """What is wrong with it, or nothing."""
    if not pattern:
        return "`matching=` takes a regular expression, such as `matching=INC-\\d+`."
    if len(pattern) > REASON_PATTERN_MAX:
        return f"A pattern for reasons has {REASON_PATTERN_MAX} characters at most."
    try:
        compiled(pattern)
    except re2.error as error:
        # re2 explains itself in bytes.
        why = error.args[0].decode() if isinstance(error.args[0], bytes) else error.args[0]
        return f"{pattern!r} is not a valid regular expression (RE2 says: {why})."
    return ""


def compiled(reason_pattern: str) -> Any:
    """RE2's, not Python's: whatever pattern an admin wrote, a search takes time in proportion to the reason."""
    options = re2.Options()
    options.log_errors = False  # re2 would write to stderr what the exception says
    return re2.compile(reason_pattern, options)
