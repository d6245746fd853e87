"""mrkdwn as Slack's client shows it, and nothing more: *bold*, _italic_, ~strike~, `code`, ```blocks```, > quotes, `<…>`.

There are no headings, no lists and no [links](…). A mark counts only in pairs on one line, with no space inside and no
letter, digit, mark of its kind or wide sign outside: `a*b*c`, `2 * 3` and `**x**` stay as they are. In code nothing is
formatted, but a `<…>` is still what it names. Entities are read once. Whatever it is given, it never raises, and
what it shows is text. A plain_text object is not for this module: nothing in it is markup, its emoji
shortcodes (`:tada:`) included, which stay text everywhere here. So do bare domains, which Slack may link.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Literal

from bot.simulator.slack.rendering.mrkdwn_tokens import TOKEN, unescape
from bot.simulator.slack.rendering.spans import (
    BLOCKS,
    Reader,
    Span,
    Tag,
    joined,
    line_break,
    link_span,
    marked,
    token_span,
)

_TAGS: dict[str, Tag] = {"*": "strong", "_": "em", "~": "s"}
_URL_ENDS = ".,;:!?'\"*_~)]}…"
"""What may end a sentence around an address is not part of it."""
_AMPERSAND = "&amp;"
_NEXT = re.compile(
    rf"""
      (?P<block>```\n?(?P<in_block>.+?)\n?```(?!`))
    | (?P<code>`(?P<in_code>[^`\n]+)`)
    | {TOKEN.pattern.replace("(", "(?P<token>", 1)}
    | (?P<url>https?://(?:(?!&[lg]t;)[^\s<>|])+)
    | (?P<quote>^(?:(?P<rest>(?:&gt;|>){{3}})|&gt;|>)[ ]?)
    | (?P<mark>[*_~])
    | (?P<line>\n)
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class _Piece:
    """`raw` is how it was written: its ends decide whether a mark beside it has an effect."""

    kind: Literal["shown", "mark", "line", "quote", "rest"]
    raw: str
    span: Span = ""


def mrkdwn(text: str, reader: Reader, *, verbatim: bool = False) -> list[Span]:
    """The text as `reader` sees it; `verbatim` leaves bare addresses alone."""
    return _stacked(_quoting(_rows(_pieces(text, reader, verbatim=verbatim))))


def _pieces(text: str, reader: Reader, *, verbatim: bool) -> Iterator[_Piece]:
    end = 0
    while match := _NEXT.search(text, end):
        kind = str(match.lastgroup)
        start, stop = match.span()
        if start > end:
            yield _text(text[end:start])
        if kind in {"block", "code"} and not _stands_free(text, start, stop):
            # These backticks open nothing; one of the next may.
            stop = start + (3 if kind == "block" else 1)
            yield _text(text[start:stop])
        elif kind == "url":
            stop = start + len(_address(match["url"]))
            yield _bare(text[start:stop], reader, verbatim=verbatim)
        else:
            yield _piece(kind, match, reader)
        end = stop
    if end < len(text):
        yield _text(text[end:])


def _piece(kind: str, match: re.Match[str], reader: Reader) -> _Piece:
    match kind:
        case "block":
            return _Piece("shown", match[0], marked("pre", _in_code(match["in_block"], reader)))
        case "code":
            return _Piece("shown", match[0], marked("code", _in_code(match["in_code"], reader)))
        case "token":
            return _Piece("shown", match[0], token_span(match["token"], reader))
        case "quote":
            return _Piece("rest" if match["rest"] else "quote", match[0])
        case "mark":
            return _Piece("mark", match[0], match[0])
        case _:
            return _Piece("line", "\n")


def _text(raw: str) -> _Piece:
    return _Piece("shown", raw, unescape(raw))


def _bare(raw: str, reader: Reader, *, verbatim: bool) -> _Piece:
    address = unescape(raw)
    return _Piece("shown", raw, address if verbatim else link_span(address, address, reader))


def _address(raw: str) -> str:
    end = len(raw)
    while raw[end - 1] in _URL_ENDS and not raw.endswith(_AMPERSAND, 0, end):
        end -= 1
    # (see https://example.org/a_(b)): a bracket that the address opened is its own.
    if raw.startswith(")", end) and raw.count("(", 0, end) > raw.count(")", 0, end):
        end += 1
    return raw[:end]


def _in_code(text: str, reader: Reader) -> list[Span]:
    def spans() -> Iterator[Span]:
        end = 0
        for match in TOKEN.finditer(text):
            yield unescape(text[end : match.start()])
            yield token_span(match[1], reader)
            end = match.end()
        yield unescape(text[end:])

    return joined(spans())


def _rows(pieces: Iterator[_Piece]) -> Iterator[list[_Piece]]:
    row: list[_Piece] = []
    for piece in pieces:
        if piece.kind == "line":
            yield row
            row = []
        else:
            row.append(piece)
    yield row


def _quoting(rows: Iterator[list[_Piece]]) -> Iterator[tuple[bool, list[Span]]]:
    """Each line and whether it is quoted; three signs quote all that follows."""
    to_the_end = False
    for row in rows:
        sign = row[0].kind if row else "line"
        is_signed = sign in {"quote", "rest"}
        to_the_end = to_the_end or sign == "rest"
        yield to_the_end or is_signed, joined(_emphasized(row[1:] if is_signed else row))


def _emphasized(row: Sequence[_Piece]) -> Iterator[Span]:
    """The spans of a line; the text between two marks is inside their span."""
    unpaired: set[str] = set()
    at = 0
    while at < len(row):
        mark = row[at].raw
        close = None
        if mark not in unpaired and _opens(row, at):
            close = next((end for end in range(at + 2, len(row)) if _closes(row, end, mark)), None)
            if close is None:
                # No later one has a partner either: without this, a line of marks takes the square of its length.
                unpaired.add(mark)
        if close is None:
            yield row[at].span
            at += 1
        else:
            yield marked(_TAGS[mark], joined(_emphasized(row[at + 1 : close])))
            at = close + 1


def _opens(row: Sequence[_Piece], at: int) -> bool:
    if row[at].kind != "mark" or at + 1 == len(row):
        return False
    before = row[at - 1].raw[-1] if at else ""
    after = row[at + 1].raw[0]
    return _is_edge(before) and not after.isspace() and row[at].raw not in {before, after}


def _closes(row: Sequence[_Piece], at: int, mark: str) -> bool:
    if row[at].kind != "mark" or row[at].raw != mark:
        return False
    before = row[at - 1].raw[-1]
    after = row[at + 1].raw[0] if at + 1 < len(row) else ""
    return _is_edge(after) and not before.isspace() and mark not in {before, after}


def _stands_free(text: str, start: int, stop: int) -> bool:
    return _is_edge(text[start - 1 : start]) and _is_edge(text[stop : stop + 1])


def _is_edge(neighbor: str) -> bool:
    """Whether a mark beside this character (or beside none) has an effect in Slack."""
    if not neighbor or neighbor in _TAGS:
        return True
    if unicodedata.category(neighbor)[0] in "LMN":
        return False
    return unicodedata.east_asian_width(neighbor) not in "WF"


def _stacked(rows: Iterator[tuple[bool, list[Span]]]) -> list[Span]:
    """The lines below each other, quoted ones that follow each other in one quote."""
    stacks = [
        (is_quoted, _below_each_other(spans for _, spans in group))
        for is_quoted, group in groupby(rows, key=itemgetter(0))
    ]
    return _below_each_other(
        [marked("blockquote", spans)] if is_quoted else spans for is_quoted, spans in stacks
    )


def _below_each_other(rows: Iterator[list[Span]]) -> list[Span]:
    """A block ends the line before it and its own."""
    result = list(next(rows))
    for row in rows:
        if not (_is_block(result[-1:]) or _is_block(row[:1])):
            result.append(line_break())
        result += row
    return result


def _is_block(spans: Sequence[Span]) -> bool:
    return any(not isinstance(span, str) and span["tag"] in BLOCKS for span in spans)
