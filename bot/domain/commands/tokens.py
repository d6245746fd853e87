"""Tokens: reads what a person meant to type. Undoes Slack's escapes and phone punctuation, and splits off words."""

import re
import unicodedata

QUOTED_MAX = 80  # characters of a person's input that a reply repeats


def first_word(text: str) -> tuple[str, str]:
    """The first word and the rest, either possibly empty."""
    word, _, rest = text.strip().partition(" ")
    return word, rest.strip()


def quoted(text: str) -> str:
    """A person's words, made safe to put between backticks."""
    text = text.replace("`", "'")
    return text if len(text) <= QUOTED_MAX else f"{text[: QUOTED_MAX - 1]}…"


_QUOTES = ("`", '"', "'")


def unquoted(word: str) -> str:
    is_quoted = len(word) > 1 and word[0] in _QUOTES and word[0] == word[-1]
    return word[1:-1] if is_quoted else word


# Characters that Unicode does not class as dashes, but people type as such.
_LIKE_DASHES = frozenset(
    "\N{MINUS SIGN}\N{HEAVY MINUS SIGN}\N{MODIFIER LETTER MINUS SIGN}\N{SUPERSCRIPT MINUS}\N{SUBSCRIPT MINUS}"
    "\N{COMMERCIAL MINUS SIGN}\N{HYPHEN BULLET}\N{BOX DRAWINGS LIGHT HORIZONTAL}\N{BOX DRAWINGS HEAVY HORIZONTAL}"
    "\N{KATAKANA-HIRAGANA PROLONGED SOUND MARK}\N{HALFWIDTH KATAKANA-HIRAGANA PROLONGED SOUND MARK}"
)
_AROUND = frozenset("`\"'*_~([{<")  # characters that people put around a word


def without_dashes(word: str) -> str | None:
    """What follows the dashes, of any kind, at the start of a word, in quotes or brackets too; None if it has none."""
    at = 0
    while at < len(word) and (word[at] in _AROUND or unicodedata.category(word[at]).startswith("M")):
        at += 1
    around, start = word[:at], at
    while at < len(word) and _is_dash(word[at]):
        at += 1
    if at == start:
        return None
    return word[at:].removesuffix(around) if around in _QUOTES else word[at:]


def _is_dash(char: str) -> bool:
    return unicodedata.category(char) == "Pd" or char in _LIKE_DASHES


# Slack's escapes (should_escape in the manifest): <@U1|ana> <#C1|general> <!subteam^S1|@oncall> <https://x|label>.
_ESCAPE = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")
_CROWDS = frozenset({"channel", "here", "everyone"})
_PUNCTUATION = str.maketrans(
    {
        **dict.fromkeys("\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}", "'"),
        **dict.fromkeys("\N{SINGLE LOW-9 QUOTATION MARK}\N{SINGLE HIGH-REVERSED-9 QUOTATION MARK}", "'"),
        **dict.fromkeys("\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}", '"'),
        **dict.fromkeys("\N{DOUBLE LOW-9 QUOTATION MARK}\N{DOUBLE HIGH-REVERSED-9 QUOTATION MARK}", '"'),
        **dict.fromkeys("\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{FIGURE DASH}\N{EN DASH}\N{MINUS SIGN}", "-"),
        **dict.fromkeys("\N{EM DASH}\N{HORIZONTAL BAR}", "--"),
    }
)


def plain(text: str, *, ids: bool = False) -> str:
    """What the person meant to type: Slack's escapes undone once, phone punctuation and spaces made plain.

    A mention becomes what its reader saw (`@ana`), or with `ids` the id it refers to (`U0123`). Invisible characters
    (zero-width, bidirectional controls) are dropped: they could only mislead.
    """
    text = _ESCAPE.sub(_as_id if ids else _unescaped, text)
    text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    text = text.translate(_PUNCTUATION)
    return " ".join("".join(_visible(char) for char in text).split())


def _unescaped(match: re.Match[str]) -> str:
    sigil, target, label = match.groups()
    shown = label or target
    if sigil == "!":
        return f"@{target}" if target in _CROWDS else shown
    return shown if not sigil or shown.startswith(sigil) else f"{sigil}{shown}"


_MENTION = re.compile(r"@[UW][A-Z0-9]+|#[CGD][A-Z0-9]+|!subteam\^S[A-Z0-9]+")


def _as_id(match: re.Match[str]) -> str:
    sigil, target, _ = match.groups()
    if _MENTION.fullmatch(f"{sigil}{target}"):
        return target.removeprefix("subteam^")
    return _unescaped(match)


def _visible(char: str) -> str:
    category = unicodedata.category(char)
    if category in {"Cc", "Zs", "Zl", "Zp"}:
        return " "
    return "" if category in {"Cf", "Cs", "Co", "Cn"} else char
