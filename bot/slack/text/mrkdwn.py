"""Slack's mrkdwn: what somebody typed, or an API said, made safe for it. Pure.

Each function strips what could mislead, escapes, and only then cuts, so the result always fits and never ends in half
an entity.
"""

import re
import unicodedata

TEXT_MAX = 3000  # characters of a text object
SENTENCE_SHOWN = 300
_MARKUP = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_LAST_ENTITY = re.compile(r"&[a-z]*\Z")
_HIDDEN = frozenset({"Cf", "Cs", "Co", "Cn"})  # zero-width and bidirectional controls, and noncharacters
_SPACES = frozenset({"Cc", "Zl", "Zp", "Zs"})


def plain(text: str, limit: int) -> str:
    """`text` on one line, without characters that hide or reorder others, cut to `limit` with an ellipsis."""
    shown = " ".join(_visible(text).split())
    return shown if len(shown) <= limit else f"{shown[: limit - 1].rstrip()}…"


def escaped(text: str, limit: int = SENTENCE_SHOWN) -> str:
    """`text` for mrkdwn: no mention, link or entity of its own survives. `limit` counts what Slack counts."""
    return fitted(entities(plain(text, max(limit, 1))), limit)


def escaped_lines(text: str, limit: int) -> str:
    """Several lines for a code block, which no backtick of theirs can end."""
    lines = [_visible(line).rstrip() for line in text.split("\n")]
    return fitted(entities("\n".join(lines).replace("`", "ˋ")), limit)


def entities(text: str) -> str:
    """`text` with the three characters that Slack reads as markup replaced."""
    return text.translate(_MARKUP)


def fitted(marked: str, limit: int) -> str:
    """Text with entities, cut to `limit` and never inside one."""
    return marked if len(marked) <= limit else f"{_LAST_ENTITY.sub('', marked[: limit - 1])}…"


def _visible(text: str) -> str:
    if text.isascii() and text.isprintable():  # most names and words: nothing to look for
        return text
    return "".join(_shown(char) for char in text)


def _shown(char: str) -> str:
    category = unicodedata.category(char)
    if category in _SPACES:
        return " "
    return "" if category in _HIDDEN else char
