"""Rules and freezes: what a clear needs beyond a role (approvals, reason, cancel window), and when none may run.

They apply to pipeline patterns. Where several match, the strictest value of each field wins. Pure.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any

import re2

from bot.domain.errors import BadRule
from bot.domain.ids import ChannelId, GroupId, PipelineName

APPROVALS_MAX = 5
STOP_WINDOW_MAX = timedelta(seconds=60)
APPROVE_WITHIN = timedelta(hours=1)  # unless a rule says otherwise
APPROVE_WITHIN_MAX = timedelta(days=7)
REQUESTER_APPROVALS = 1  # unless a rule says otherwise; an operator needs none
REASON_PATTERN_MAX = 100  # characters


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule for the pipelines that match `pattern`; a field that is None sets nothing. One rule per pattern."""

    pattern: str
    approvals: int | None = None
    ask_channel: ChannelId | None = None
    ask_group: GroupId | None = None
    approve_within: timedelta | None = None
    remind_after: timedelta | None = None
    reason_required: bool | None = None
    reason_pattern: str | None = None
    stop_window: timedelta | None = None
    break_glass: bool | None = None

    def __post_init__(self) -> None:
        """Raises BadRule: a value is out of range."""
        if self.approvals is not None and not 0 <= self.approvals <= APPROVALS_MAX:
            raise BadRule(f"approvals is 0 to {APPROVALS_MAX}, not {self.approvals}.")
        if self.stop_window is not None and not timedelta(0) <= self.stop_window <= STOP_WINDOW_MAX:
            raise BadRule(f"stop is 0s to {STOP_WINDOW_MAX.seconds}s.")
        for name, span in (("within", self.approve_within), ("remind", self.remind_after)):
            if span is not None and not timedelta(minutes=1) <= span <= APPROVE_WITHIN_MAX:
                raise BadRule(f"{name} is 1m to {APPROVE_WITHIN_MAX.days}d.")
        if self.reason_pattern is not None:
            _checked_reason_pattern(self.reason_pattern)

    @property
    def as_typed(self) -> dict[str, str]:
        """Its values by key, as people type them: `{"approvals": "2", "within": "2h"}`."""
        said = [(key, getattr(self, name)) for name, key in _KEYS.items()]
        return {key: _value(key, value) for key, value in said if value is not None}

    @property
    def in_words(self) -> str:
        """As people type it: `approvals=2 within=2h reason=required`."""
        return " ".join(f"{key}={value}" for key, value in self.as_typed.items())

    @property
    def says_nothing(self) -> bool:
        return all(getattr(self, each.name) is None for each in fields(self) if each.name != "pattern")


_KEYS = {
    "approvals": "approvals",
    "ask_channel": "channel",
    "ask_group": "group",
    "approve_within": "within",
    "remind_after": "remind",
    "reason_required": "reason",
    "stop_window": "stop",
    "break_glass": "break-glass",
    "reason_pattern": "matching",  # last: it takes all the text after it
}
_UNITS = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))


def _value(key: str, value: Any) -> str:
    match value:
        case bool():
            yes, no = ("required", "optional") if key == "reason" else ("allowed", "forbidden")
            return yes if value else no
        case timedelta():
            return span_in_words(value)
        case _:
            return str(value)


def span_in_words(span: timedelta) -> str:
    """`90m`, `12h`, `30s`: in the largest unit that gives a whole number."""
    seconds = int(span.total_seconds())
    unit, size = next((unit, size) for unit, size in _UNITS if seconds % size == 0)
    return f"{seconds // size}{unit if seconds else 's'}"


@dataclass(frozen=True, slots=True)
class Requirements:
    """What one person's plan on one pipeline requires. `rules`: the patterns of the rules that decided."""

    approvals: int
    approve_within: timedelta = APPROVE_WITHIN
    remind_after: timedelta | None = None
    ask_channels: tuple[ChannelId, ...] = ()
    ask_groups: tuple[GroupId, ...] = ()
    reason_required: bool = False
    reason_patterns: tuple[str, ...] = ()
    stop_window: timedelta = timedelta(0)
    break_glass: bool = False
    rules: tuple[str, ...] = ()

    def takes_reason(self, reason: str, incident: str = "") -> bool:
        """Whether the rules accept `reason`; the break-glass incident is part of it."""
        if (self.reason_required or self.reason_patterns) and not reason.strip():
            return False
        said = f"{incident} {reason}" if incident else reason
        return all(_reason_pattern(pattern).search(said) for pattern in self.reason_patterns)


def requirements_for(
    rules: Iterable[Rule], name: PipelineName, *, is_operator: bool, loses_data: bool = True
) -> Requirements:
    """The strictest value of each field of all rules on `name`; without any, a requester needs one approval.

    For a plan that loses no data, rules only say who is asked, where, and how long for.
    """
    matching = [rule for rule in rules if fnmatchcase(name, rule.pattern)]

    def strictest(field: str, choose: Callable[[list[Any]], Any], otherwise: Any) -> Any:
        said = [value for rule in matching if (value := getattr(rule, field)) is not None]
        return choose(said) if said else otherwise

    usual = 0 if is_operator else REQUESTER_APPROVALS
    if not loses_data:
        return Requirements(
            approvals=usual,
            approve_within=strictest("approve_within", min, APPROVE_WITHIN),
            remind_after=strictest("remind_after", min, None),
            ask_channels=strictest("ask_channel", _distinct, ()),
            ask_groups=strictest("ask_group", _distinct, ()),
            break_glass=strictest("break_glass", all, otherwise=False),
            rules=tuple(rule.pattern for rule in matching),
        )
    return Requirements(
        approvals=strictest("approvals", max, usual),
        approve_within=strictest("approve_within", min, APPROVE_WITHIN),
        remind_after=strictest("remind_after", min, None),
        ask_channels=strictest("ask_channel", _distinct, ()),
        ask_groups=strictest("ask_group", _distinct, ()),
        reason_required=strictest("reason_required", any, otherwise=False),
        reason_patterns=strictest("reason_pattern", _distinct, ()),
        stop_window=strictest("stop_window", max, timedelta(0)),
        break_glass=strictest("break_glass", all, otherwise=False),
        rules=tuple(rule.pattern for rule in matching),
    )


def is_looser(before: Rule | None, after: Rule | None) -> bool:
    """Whether replacing one rule with the other could ever require less of somebody. Hard cases: yes.

    A field that a rule leaves unset is set by another rule, or by none: then the defaults apply.
    """
    if after is None:
        return before is not None and not before.says_nothing
    before = before or Rule(after.pattern)
    return (
        (before.approvals is None and after.approvals == 0)
        or _less(before.approvals, after.approvals)
        or _less(before.stop_window, after.stop_window)
        or _is_longer(before.approve_within, after.approve_within)
        or (bool(before.reason_required) and not after.reason_required)
        or (before.reason_pattern is not None and after.reason_pattern != before.reason_pattern)
        or (before.break_glass is not True and after.break_glass is True)
        or (before.break_glass is False and after.break_glass is None)
    )


def _less(before: Any, after: Any) -> bool:
    return before is not None and (after is None or after < before)


def _is_longer(before: timedelta | None, after: timedelta | None) -> bool:
    """Whether an approval may come later; if unset, it may come as late as another rule allows."""
    if after is None:
        return before is not None
    return after > (APPROVE_WITHIN if before is None else before)


@dataclass(frozen=True, slots=True)
class Freeze:
    """A freeze: until `until`, nothing new starts on pipelines that match `pattern`."""

    id: int
    pattern: str
    until: datetime
    reason: str
    by: str
    at: datetime


def frozen(freezes: Iterable[Freeze], name: PipelineName, now: datetime) -> Freeze | None:
    """The freeze that lasts longest on this pipeline, if any."""
    holding = [freeze for freeze in freezes if now < freeze.until and fnmatchcase(name, freeze.pattern)]
    return max(holding, key=lambda freeze: freeze.until, default=None)


def _distinct(values: list[Any]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(values))


def _checked_reason_pattern(pattern: str) -> None:
    if len(pattern) > REASON_PATTERN_MAX:
        raise BadRule(f"A pattern for reasons has {REASON_PATTERN_MAX} characters at most.")
    try:
        _reason_pattern(pattern)
    except re2.error as error:
        # re2 returns its error message as bytes.
        why = error.args[0].decode() if isinstance(error.args[0], bytes) else error.args[0]
        raise BadRule(f"{pattern!r} is no regular expression (RE2 says: {why}).") from error


def _reason_pattern(pattern: str) -> Any:
    """RE2's, not Python's: whatever pattern an admin wrote, a search takes time proportional to the reason's length."""
    options = re2.Options()
    options.log_errors = False  # re2 would log to stderr what the exception says
    return re2.compile(pattern, options)
