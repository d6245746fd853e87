"""Slack's `<…>` tokens: how the client writes what a person typed, and which tokens would notify people.

Slack allows any `<` in mrkdwn; so does this module. It only tells which tokens nobody should have let through.
"""

import re
from collections.abc import Callable, Iterator, Mapping

TOKEN = re.compile(r"<([@#!][^<>\n]+|[a-z][a-z0-9+.-]*:[^<>\s|]+(?:\|[^<>\n]*)?)>")
"""A mention, a command (`!date^…`) or a link; anything else in angle brackets is just text."""
CROWDS = frozenset({"channel", "here", "everyone", "group"})
"""The names that notify everybody in a channel."""
_BROADCAST = re.compile(rf"!({'|'.join(sorted(CROWDS))})(\|.*)?")
_USER_GROUP = re.compile(r"!subteam\^([A-Z0-9]+)(\|.*)?")
_USER = re.compile(r"@([UW][A-Z0-9]+)(\|.*)?")
_CHANNEL = re.compile(r"#([CGD][A-Z0-9]+)(\|.*)?")
_TYPED = re.compile(
    r"(?P<url>\bhttps?://[^\s<>]+)|(?<![\w@#])(?P<sigil>[@#])(?P<name>[\w.-]*\w)|(?P<special>[&<>])"
)
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def unescape(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def label_of(token: str, names: Mapping[str, str]) -> str:
    """What the client shows for the inside of a `<…>` that is no date: a name by `names` (by id), a label, an address."""
    target, _, label = token.partition("|")
    sigil, rest = target[:1], target[1:]
    if sigil in {"@", "#"}:
        return f"{sigil}{names.get(rest) or unescape(label) or rest}"
    if target.startswith("!subteam^"):
        group_id = target.removeprefix("!subteam^")
        return f"@{names[group_id]}" if group_id in names else unescape(label) or f"@{group_id}"
    if sigil == "!":
        return f"@{rest}"
    return unescape(label or target)


def mentions_in(text: str) -> Iterator[str]:
    """The ids of the people and groups that `text` mentions, and `here`, `channel` or `everyone`."""
    for match in TOKEN.finditer(text):
        token = match[1]
        if found := _USER.fullmatch(token) or _USER_GROUP.fullmatch(token) or _BROADCAST.fullmatch(token):
            yield found[1]


def suspicious_tokens(text: str, exists: Callable[[str], bool]) -> list[str]:
    """The tokens in `text` that notify a whole channel, or mention an unknown person, group or channel.

    `exists` takes an id.
    """
    found = []
    for match in TOKEN.finditer(text):
        token = match[1]
        mention = _USER.fullmatch(token) or _CHANNEL.fullmatch(token) or _USER_GROUP.fullmatch(token)
        if _BROADCAST.fullmatch(token) or (mention and not exists(mention[1])):
            found.append(match[0])
    return found


def as_typed(
    text: str,
    *,
    people: Mapping[str, str],
    groups: Mapping[str, str],
    channels: Mapping[str, tuple[str, bool]],
) -> str:
    """What Slack sends for typed text when the command has `should_escape`.

    `people` and `groups` map names to ids, `channels` names to (id, is public). Mentions and links become tokens,
    and every other `&`, `<` and `>` is escaped.
    """

    def written(match: re.Match[str]) -> str:
        if match["special"]:
            return _ENTITIES[match["special"]]
        if match["url"]:
            return f"<{match['url'].replace('&', '&amp;')}>"
        name = match["name"]
        if match["sigil"] == "@" and name in people:
            return f"<@{people[name]}|{name}>"
        if match["sigil"] == "@" and name in groups:
            return f"<!subteam^{groups[name]}|@{name}>"
        if match["sigil"] == "@" and name in {"channel", "here", "everyone"}:
            return f"<!{name}>"
        if match["sigil"] == "#" and name in channels:
            channel_id, is_public = channels[name]
            return f"<#{channel_id}|{name if is_public else ''}>"
        return match[0]

    return _TYPED.sub(written, text)
