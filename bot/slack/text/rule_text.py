"""Rule text: rules, and values before a change, with mentions of channels, groups and people, and local times.

The audit log keeps the store's text; what is parsed from it is only shown, and decides nothing. People's own text
stays code. Pure.
"""

import re
from datetime import datetime

from bot.domain.access.rules import Rule
from bot.domain.commands.rule_syntax import rule_of
from bot.domain.errors import BadRule
from bot.domain.ids import ChannelId, UserId
from bot.slack.text.mrkdwn import at, channel, code, escaped, mention, mention_any

_FREEZE = re.compile(r"until (?P<until>\S+) by (?P<by>.+?): (?P<reason>.*)")
_GRANT = re.compile(
    r"number (?P<number>\d+) by (?P<by>[^,]+), until (?P<until>\S+)(?: \((?P<note>.*?)\))?(?:; |\Z)"
)
_ACTOR = re.compile(r"T[A-Z0-9]+/(?P<user>[UW][A-Z0-9]+)")


def rule_in_text(rule: Rule) -> str:
    """`approvals=2 channel=#ops`, as it is read, not as it is typed."""
    return " ".join(f"{key}={_value(key, value)}" for key, value in rule.as_typed.items())


def rule_again(words: str) -> str:
    """A rule that is known only as text."""
    try:
        return rule_in_text(rule_of("*", words))
    except BadRule:
        return code(words, 500)


def before(words: str) -> str:
    """The rule, the freeze or the grants before a change, from the audit log's text."""
    freeze = _FREEZE.fullmatch(words)
    if freeze is not None:
        reason = code(freeze["reason"], 150)
        return f"until {moment_again(freeze['until'])} by {_whose(freeze['by'])}: {reason}"
    granted = list(_GRANT.finditer(words))
    if granted and "".join(each[0] for each in granted) == words:
        return "; ".join(map(_grant, granted))
    return rule_again(words)


def moment_again(words: str) -> str:
    try:
        return at(datetime.fromisoformat(words))
    except ValueError:
        return escaped(words)


def _grant(said: re.Match[str]) -> str:
    note = f" ({code(said['note'], 100)})" if said["note"] else ""
    return f"number {said['number']} by {_whose(said['by'])}, until {moment_again(said['until'])}{note}"


def _whose(by: str) -> str:
    actor = _ACTOR.fullmatch(by)
    return code(by, 60) if actor is None else mention(UserId(actor["user"]))


def _value(key: str, value: str) -> str:
    match key:
        case "channel":
            return channel(ChannelId(value))
        case "group":
            return mention_any(value)
        case "matching":
            return code(value, 150)
        case _:
            return escaped(value)
