"""Rule syntax: `approvals=2 within=2h reason=required`, the same in Slack's command and in the shell's."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from bot.domain.access.rules import Rule
from bot.domain.commands.durations import span
from bot.domain.commands.tokens import quoted
from bot.domain.errors import BadRule
from bot.domain.ids import ChannelId, GroupId

_CHANNEL = re.compile(r"[CG][A-Z0-9]{2,}")
_GROUP = re.compile(r"S[A-Z0-9]{2,}")


def rule_of(pattern: str, said: str) -> Rule:
    """The rule on `pattern` that `said` describes: words `key=value`; for `matching=…`, all the text after it.

    Raises:
        BadRule: with what to write instead.
    """
    values: dict[str, str] = {}
    before, separator, expression = said.partition("matching=")
    if separator and (not before or before.endswith(" ")):
        values[_MATCHING] = _whole(expression.strip())
    else:
        before = said
    for word in before.split():
        key, separator, value = word.partition("=")
        if key.lower() not in RULE_KEYS or not separator:
            raise BadRule(f"I do not know `{quoted(word)}`. A rule is made of {EXAMPLES}.")
        if key.lower() in values:
            raise BadRule(f"`{key.lower()}` is there twice.")
        values[key.lower()] = value
    return rule_from(pattern, values)


def _whole(expression: str) -> str:
    """The expression, if nothing in it looks like another value of the rule, which would be ignored."""
    for word in expression.split()[1:]:
        key, separator, _ = word.partition("=")
        if separator and key.lower() in RULE_KEYS:
            raise BadRule(f"`matching=…` takes all that follows it: write `{quoted(word)}` before it.")
    return expression


def rule_from(pattern: str, values: Mapping[str, str]) -> Rule:
    """The rule on `pattern` with these values, each under one of `RULE_KEYS` and as people type it.

    Raises:
        BadRule: with what to write instead.
    """
    if values.get(_MATCHING) == "":
        raise BadRule("`matching=` takes a regular expression, such as `matching=INC-\\d+`.")
    read = {_KEYS[key][0]: _KEYS[key][1](value) for key, value in values.items() if key != _MATCHING}
    return Rule(pattern=pattern, reason_pattern=values.get(_MATCHING), **read)


def _approvals(value: str) -> int:
    if not value.isascii() or not value.isdigit() or len(value) > 1:
        raise BadRule("`approvals` is a number from 0 to 5.")
    return int(value)


def _span(value: str) -> Any:
    read = span(value)
    if read is None:
        raise BadRule(f"`{quoted(value)}` is no length of time: write 30s, 45m, 2h or 1d.")
    return read


def _choice(yes: str, no: str) -> Callable[[str], bool]:
    def read(value: str) -> bool:
        if value.lower() not in {yes, no}:
            raise BadRule(f"`{quoted(value)}` is neither `{yes}` nor `{no}`.")
        return value.lower() == yes

    return read


def _channel(value: str) -> ChannelId:
    if not _CHANNEL.fullmatch(value):
        raise BadRule(
            "`channel` is a channel's id, such as C0123ABCD.",
            in_slack="Pick the channel from Slack's list with #.",
        )
    return ChannelId(value)


def _group(value: str) -> GroupId:
    if not _GROUP.fullmatch(value):
        raise BadRule(
            "`group` is a user group's id, such as S0123ABCD.",
            in_slack="Pick the group from Slack's list with @.",
        )
    return GroupId(value)


_KEYS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "approvals": ("approvals", _approvals),
    "channel": ("ask_channel", _channel),
    "group": ("ask_group", _group),
    "within": ("approve_within", _span),
    "remind": ("remind_after", _span),
    "reason": ("reason_required", _choice("required", "optional")),
    "stop": ("stop_window", _span),
    "break-glass": ("break_glass", _choice("allowed", "forbidden")),
}
_MATCHING = "matching"
RULE_KEYS = (*_KEYS, _MATCHING)
EXAMPLES = (
    "`approvals=2` `channel=#ops` `group=@oncall` `within=2h` `remind=30m` `reason=required` "
    "`stop=30s` `break-glass=allowed` and, last, `matching=INC-\\d+`"
)
