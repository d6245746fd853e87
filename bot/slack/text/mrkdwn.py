"""Slack's mrkdwn, and the only module that makes text from a person or an API safe for it.

Everything interpolated goes through `plain` (for `plain_text` objects), `escaped` (for mrkdwn and `text`) or `code`.
Each strips what could mislead, escapes, and only then cuts, so the result always fits and never ends in half an
entity.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta

import humanize

from bot.domain.ids import ChannelId, UserId

TEXT_MAX = 3000  # characters of a text object
SENTENCE_SHOWN = 300
BLOCK_SHOWN = 1500  # of a code block: a compiler's first errors, and room for the sentence around it
LIST_SHOWN = 900
_MARKUP = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_LAST_ENTITY = re.compile(r"&[a-z]*\Z")
_HIDDEN = frozenset({"Cf", "Cs", "Co", "Cn"})  # zero-width and bidirectional controls, and noncharacters
_SPACES = frozenset({"Cc", "Zl", "Zp", "Zs"})


def plain(text: str, limit: int) -> str:
    """`text` on one line, without characters that hide or reorder others, cut to `limit` with an ellipsis."""
    shown = " ".join("".join(_shown(char) for char in text).split())
    return shown if len(shown) <= limit else f"{shown[: limit - 1].rstrip()}…"


def escaped(text: str, limit: int = SENTENCE_SHOWN) -> str:
    """`text` for mrkdwn: no mention, link or entity of its own survives. `limit` counts what Slack counts."""
    marked = plain(text, max(limit, 1)).translate(_MARKUP)
    if len(marked) <= limit:
        return marked
    return f"{_LAST_ENTITY.sub('', marked[: limit - 1])}…"


def either(choices: Sequence[str]) -> str:
    """`a`, `a or b`, `a, b or c`: markup of ours, joined."""
    *first, last = choices
    return f"{', '.join(first)} or {last}" if first else last


def some_of(choices: Sequence[str], joint: str = ", ") -> str:
    """Markup of ours, joined: as many as leave room in a text for another such list, and how many more there are."""
    shown: list[str] = []
    room = LIST_SHOWN
    for choice in choices:
        room -= len(choice) + len(joint)
        if room < 0:
            break
        shown.append(choice)
    left = len(choices) - len(shown)
    return joint.join([*shown, f"{left} more"] if left else shown)


def code(text: str, limit: int = SENTENCE_SHOWN) -> str:
    """`text` as a code span: its own formatting does not apply."""
    return f"`{escaped(text, limit - 2).replace('`', 'ˋ') or ' '}`"


def code_block(text: str, limit: int = BLOCK_SHOWN) -> str:
    """Several lines as they are, line breaks kept: their own formatting does not apply, and none can end the block."""
    lines = ["".join(_shown(char) for char in line).rstrip() for line in text.split("\n")]
    marked = "\n".join(lines).replace("`", "ˋ").translate(_MARKUP)
    if len(marked) > limit:
        marked = f"{_LAST_ENTITY.sub('', marked[: limit - 1])}…"
    return f"```{marked or ' '}```"


def mention(user: UserId) -> str:
    return f"<@{user}>"


def mention_any(some_id: str) -> str:
    """A person (`U…`) or a user group (`S…`), by id."""
    return f"<!subteam^{some_id}>" if some_id.startswith("S") else f"<@{some_id}>"


def channel(channel_id: ChannelId) -> str:
    return f"<#{channel_id}>"


def link(url: str, label: str) -> str:
    return f"<{url}|{escaped(label)}>"


def at(moment: datetime) -> str:
    """A moment in the reader's own time zone; Slack itself says "today" or "yesterday"."""
    fallback = moment.strftime("%Y-%m-%d %H:%M:%S UTC")
    return f"<!date^{int(moment.timestamp())}^{{date_short_pretty}} at {{time_secs}}|{fallback}>"


def duration(seconds: int) -> str:
    """`8 seconds`, `2 minutes and 5 seconds`, `1 hour and 10 minutes`."""
    return humanize.precisedelta(timedelta(seconds=seconds), format="%d")


def size(count: int) -> str:
    """Bytes as people say them: `512 Bytes`, `1.5 MiB`."""
    return humanize.naturalsize(count, binary=True)


def _shown(char: str) -> str:
    category = unicodedata.category(char)
    if category in _SPACES:
        return " "
    return "" if category in _HIDDEN else char
