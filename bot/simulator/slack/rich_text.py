"""rich_text blocks as Slack's client shows them: the same pieces as of mrkdwn, but told one by one instead of marked.

Nothing in them is read as markup. What it does not know is left to the text it carries, if any; emoji stay shortcodes.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from bot.simulator.slack.mrkdwn import CROWDS
from bot.simulator.slack.spans import (
    Reader,
    Span,
    Tag,
    date_span,
    joined,
    lines,
    link_span,
    marked,
    mention_span,
)

_STYLES: tuple[tuple[str, Tag], ...] = (
    ("code", "code"),
    ("strike", "s"),
    ("italic", "em"),
    ("bold", "strong"),
)
"""The innermost first."""
_CONTAINERS: dict[str, Tag] = {"rich_text_quote": "blockquote", "rich_text_preformatted": "pre"}


def rich_text(elements: Sequence[Any], reader: Reader) -> list[Span]:
    return joined(span for each in elements if isinstance(each, dict) for span in _container(each, reader))


def _container(element: dict[str, Any], reader: Reader) -> Iterator[Span]:
    kind, parts = str(element.get("type")), element.get("elements", [])
    if kind == "rich_text_list":
        items: list[Span] = [marked("li", rich_text([part], reader)) for part in parts]
        yield marked("ol" if element.get("style") == "ordered" else "ul", items)
    elif kind in _CONTAINERS:
        yield marked(_CONTAINERS[kind], _inline(parts, reader))
    else:
        yield from _inline(parts, reader)


def _inline(parts: Sequence[Any], reader: Reader) -> list[Span]:
    return joined(span for part in parts if isinstance(part, dict) for span in _styled(part, reader))


def _styled(part: dict[str, Any], reader: Reader) -> list[Span]:
    spans, styles = _piece(part, reader), part.get("style")
    for style, tag in _STYLES:
        if spans and isinstance(styles, dict) and styles.get(style):
            spans = [marked(tag, spans)]
    return spans


def _piece(part: dict[str, Any], reader: Reader) -> list[Span]:
    names = reader.names
    match part:
        case {"type": "link", "url": str(url)}:
            return [link_span(url, str(part.get("text") or url), reader)]
        case {"type": "user", "user_id": str(some_id)}:
            return [mention_span("user", some_id, f"@{names.get(some_id, some_id)}", reader)]
        case {"type": "usergroup", "usergroup_id": str(some_id)}:
            return [mention_span("group", some_id, f"@{names.get(some_id, some_id)}", reader)]
        case {"type": "channel", "channel_id": str(some_id)}:
            return [mention_span("channel", some_id, f"#{names.get(some_id, some_id)}", reader)]
        case {"type": "broadcast", "range": str(crowd)} if crowd in CROWDS:
            return [mention_span("everyone", crowd, f"@{crowd}", reader)]
        case {"type": "emoji", "name": str(name)}:
            return [f":{name}:"]
        case {"type": "date", "timestamp": int(timestamp), "format": str(date_format)}:
            fallback = str(part.get("fallback") or date_format)
            return [date_span(f"!date^{timestamp}^{date_format}^{part.get('url', '')}", fallback, reader)]
        case _:
            return lines(str(part.get("text", "")))
