"""Rules and freezes: what a clear needs beyond a role (approvals, reason, cancel window), and when none may run.

They apply to pipeline patterns. Where several match, the strictest value of each field wins. Pure.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any

from bot.domain.access.rule_keys import APPROVE_WITHIN, RULE_KEYS, RuleKey
from bot.domain.access.rule_values import compiled
from bot.domain.errors import BadRule
from bot.domain.ids import ChannelId, GroupId, PipelineName

REQUESTER_APPROVALS = 1  # where no rule says otherwise; an operator needs none


@dataclass(frozen=True, slots=True)
class Rule:
    """What holds for the pipelines that match `pattern`; a field that is None says nothing. One rule a pattern.

    Each field but the pattern is that of one key in `rule_keys`.
    """

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
        """Raises BadRule: a value is outside what it may be."""
        for key, value in self.said:
            complaint = key.complaint(value)
            if complaint:
                raise BadRule(complaint, in_slack=key.in_slack)

    @property
    def said(self) -> Iterator[tuple[RuleKey[Any], Any]]:
        """Each key of which it says something, and what, in the order in which they are written."""
        for key in RULE_KEYS:
            value = getattr(self, key.field)
            if value is not None:
                yield key, value

    @property
    def as_typed(self) -> dict[str, str]:
        """What it says, key by key, as people type it: `{"approvals": "2", "within": "2h"}`."""
        return {key.name: key.values.write(value) for key, value in self.said}

    @property
    def in_words(self) -> str:
        """As people type it: `approvals=2 within=2h reason=required`."""
        return " ".join(f"{name}={value}" for name, value in self.as_typed.items())

    @property
    def says_nothing(self) -> bool:
        return not self.as_typed


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
        return not self.patterns_missing_in(reason, incident)

    def patterns_missing_in(self, reason: str, incident: str = "") -> tuple[str, ...]:
        """The patterns that neither the reason nor the break-glass incident contains."""
        said = f"{incident} {reason}" if incident else reason
        return tuple(pattern for pattern in self.reason_patterns if not compiled(pattern).search(said))


def requirements_for(
    rules: Iterable[Rule], name: PipelineName, *, is_operator: bool, loses_data: bool = True
) -> Requirements:
    """The strictest value of each field of all rules on `name`; without any, a requester needs one approval.

    Of values that can only follow one another, such as channels, those of the longest pattern come first: it is the
    narrowest as a rule.

    For a plan that loses no data, rules only say who is asked, where, and how long for.
    """
    holding = sorted(
        (rule for rule in rules if fnmatchcase(name, rule.pattern)),
        key=lambda rule: (-len(rule.pattern), rule.pattern),
    )
    return strictest(holding, approvals=0 if is_operator else REQUESTER_APPROVALS, loses_data=loses_data)


def strictest(holding: Collection[Rule], *, approvals: int, loses_data: bool = True) -> Requirements:
    """What these rules say together; `approvals` where none of them says how many."""
    found: dict[str, Any] = {"approvals": approvals}
    for key in RULE_KEYS:
        if key.is_about_loss and not loses_data:
            continue
        said = [value for rule in holding if (value := getattr(rule, key.field)) is not None]
        if said:
            found[key.in_requirements] = key.strictest(said)
    return Requirements(**found, rules=tuple(rule.pattern for rule in holding))


def is_looser(before: Rule | None, after: Rule | None) -> bool:
    """Whether replacing one rule with the other could ever require less of somebody. Hard cases: yes.

    A field that a rule leaves unset is set by another rule, or by none: then the defaults apply.
    """
    if after is None:
        return before is not None and not before.says_nothing
    before = before or Rule(after.pattern)
    return any(key.looser(getattr(before, key.field), getattr(after, key.field)) for key in RULE_KEYS)


@dataclass(frozen=True, slots=True)
class Freeze:
    """A freeze: until `until`, no plan runs on pipelines that match `pattern`, not even as break-glass."""

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
