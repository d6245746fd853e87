"""Cleans untrusted text for one line of a chat message or a log.

Text from Feldera, or from a server in its place, is not trusted: not its length, its line breaks or its characters.
Escaping for Slack is not done here; the package that writes to Slack does that.
"""

import re
import unicodedata
from typing import TypeGuard

LINES_MAX = 12  # of a compiler's output: the first lines name the mistake
LINE_MAX = 160  # characters
SENTENCE_MAX = 300  # characters; Feldera's own messages can hold a whole compiler log
WORD_MAX = 64  # characters; Feldera's longest codes and status words stay well below


def one_line(text: str, limit: int = SENTENCE_MAX) -> str:
    """`text` without control, bidirectional and unprintable characters, on one line, in at most `limit` characters."""
    start = text[: 4 * limit]  # enough to fill the line, however much of it is white space
    printable = "".join(" " if unicodedata.category(char).startswith("C") else char for char in start)
    line = " ".join(printable.split())
    if len(line) <= limit:
        return line
    return line[: limit - 1].rstrip() + "…"


_WORD = re.compile(rf"[ -~]{{1,{WORD_MAX}}}")


def is_word(text: object) -> TypeGuard[str]:
    """Whether it can be one of Feldera's codes, ids or status words."""
    return isinstance(text, str) and _WORD.fullmatch(text) is not None


_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def is_uuid(text: object) -> TypeGuard[str]:
    """Whether it can be the id of a pipeline. Another text would look like the id of another pipeline."""
    return isinstance(text, str) and _UUID.fullmatch(text) is not None


def first_lines(text: str, lines: int = LINES_MAX) -> str:
    """The first lines of a longer text that are not blank, each cleaned as by `one_line`, indentation kept."""
    found = []
    for line in text[: 4 * LINES_MAX * LINE_MAX].splitlines():
        indent = len(line) - len(line.lstrip(" "))
        said = one_line(line, LINE_MAX)
        if said:
            found.append(" " * min(indent, 40) + said)
    return "\n".join([*found[:lines], "…"] if len(found) > lines else found)
