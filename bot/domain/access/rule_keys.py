"""The table of rule keys: how each is typed, which of several values is the strictest, and which value is looser.

Parsing, writing, storage, help, requirements and the comparison of rules derive from it. A new key is a row here, a
field of `Rule` and of `Requirements` (both in `rules.py`), and the check that reads it. Pure.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, TypeVar

from bot.domain.access.rule_values import (
    CHANNELS,
    GROUPS,
    LENGTHS,
    TEXTS,
    Values,
    about_reason_pattern,
    choice,
    complaint_unless,
    digits,
    is_channel,
    is_group,
    is_length,
    no_complaint,
)
from bot.domain.ids import ChannelId, GroupId

APPROVALS_MAX = 5
STOP_WINDOW_MAX = timedelta(seconds=60)
APPROVE_WITHIN = timedelta(hours=1)  # where no rule says otherwise
APPROVE_WITHIN_MAX = timedelta(days=7)

_T = TypeVar("_T")


# Without slots: a frozen class that has them cannot be called as `RuleKey[int](…)` before Python 3.12.
@dataclass(frozen=True)
class RuleKey(Generic[_T]):
    """One key.

    `name` is what people type, `field` its field of `Rule`, and `in_requirements` that of `Requirements`. `complaint`
    returns what is wrong with a value, or an empty text. `strictest` chooses among the values of several rules. `looser`
    tells whether the second value in place of the first could ever ask less of somebody; None means that a rule does not
    have the key. A key that `is_about_loss` applies only to plans that lose data.
    """

    name: str
    field: str
    in_requirements: str
    values: Values[_T]
    complaint: Callable[[_T], str]
    strictest: Callable[[list[_T]], Any]
    looser: Callable[[_T | None, _T | None], bool]
    is_about_loss: bool
    example: str
    help: str
    shell_example: str = ""  # where the shell takes other words than Slack, or names the choice
    in_slack: str = ""  # what to do instead where there is a list to pick from
    old_name: str = ""  # read as `name`, never written: people's files and the database have it


def _distinct(values: list[Any]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(values))


def _requires_nothing(_before: object, _after: object) -> bool:
    """Where and when somebody is asked takes nothing away from what is asked."""
    return False


def _is_less(before: Any, after: Any) -> bool:
    return before is not None and (after is None or after < before)


def _is_fewer(before: int | None, after: int | None) -> bool:
    """Zero, too, is fewer than what is asked of a requester where no rule says how many."""
    return (before is None and after == 0) or _is_less(before, after)


def _is_longer(before: timedelta | None, after: timedelta | None) -> bool:
    """Whether an approval may come later; unsaid, it may come as late as another rule lets it."""
    if after is None:
        return before is not None
    return after > (APPROVE_WITHIN if before is None else before)


def _is_waived(before: Any, after: Any) -> bool:
    return bool(before) and not after


def _is_another(before: str | None, after: str | None) -> bool:
    """Which of two expressions takes more reasons is hard to tell."""
    return before is not None and after != before


def _is_allowed(before: Any, after: Any) -> bool:
    """Allowed now, or no longer forbidden: then another rule may allow it."""
    return (before is not True and after is True) or (before is False and after is None)


RULE_KEYS: tuple[RuleKey[Any], ...] = (
    RuleKey[int](
        name="approvals",
        field="approvals",
        in_requirements="approvals",
        values=digits(f"`approvals` is a number from 0 to {APPROVALS_MAX}."),
        complaint=complaint_unless(
            lambda number: 0 <= number <= APPROVALS_MAX, f"approvals is 0 to {APPROVALS_MAX}, not {{value}}."
        ),
        strictest=max,
        looser=_is_fewer,
        is_about_loss=True,
        example="approvals=2",
        help="how many other people must approve, 0 to 5",
    ),
    RuleKey[ChannelId](
        name="channel",
        field="ask_channel",
        in_requirements="ask_channels",
        values=CHANNELS,
        complaint=complaint_unless(is_channel, "`channel` is a channel's id, such as C0123ABCD."),
        in_slack="Type # and pick the channel from Slack's list.",
        strictest=_distinct,
        looser=_requires_nothing,
        is_about_loss=False,
        example="channel=#ops",
        shell_example="channel=C0123ABCD",
        help="the channel in which requests are shown",
    ),
    RuleKey[GroupId](
        name="group",
        field="ask_group",
        in_requirements="ask_groups",
        values=GROUPS,
        complaint=complaint_unless(is_group, "`group` is a user group's id, such as S0123ABCD."),
        in_slack="Type @ and pick the group from Slack's list.",
        strictest=_distinct,
        looser=_requires_nothing,
        is_about_loss=False,
        example="group=@oncall",
        shell_example="group=S0123ABCD",
        help="the user group that is notified of requests",
    ),
    RuleKey[timedelta](
        name="within",
        field="approve_within",
        in_requirements="approve_within",
        values=LENGTHS,
        complaint=complaint_unless(
            is_length(timedelta(minutes=1), APPROVE_WITHIN_MAX), "within is 1m to 7d."
        ),
        strictest=min,
        looser=_is_longer,
        is_about_loss=False,
        example="within=2h",
        help="how long a request waits for approval; by default 1h",
    ),
    RuleKey[timedelta](
        name="remind",
        field="remind_after",
        in_requirements="remind_after",
        values=LENGTHS,
        complaint=complaint_unless(
            is_length(timedelta(minutes=1), APPROVE_WITHIN_MAX), "remind is 1m to 7d."
        ),
        strictest=min,
        looser=_requires_nothing,
        is_about_loss=False,
        example="remind=30m",
        help="after how long approvers are reminded; by default after half of `within`",
    ),
    RuleKey[bool](
        name="reason",
        field="reason_required",
        in_requirements="reason_required",
        values=choice("required", "optional"),
        complaint=no_complaint,
        strictest=any,
        looser=_is_waived,
        is_about_loss=True,
        example="reason=required",
        shell_example="reason=required|optional",
        help="whether a request must give a reason",
    ),
    RuleKey[timedelta](
        name="cancel-window",
        old_name="stop",
        field="stop_window",
        in_requirements="stop_window",
        values=LENGTHS,
        complaint=complaint_unless(is_length(timedelta(0), STOP_WINDOW_MAX), "cancel-window is 0s to 60s."),
        strictest=max,
        looser=_is_less,
        is_about_loss=True,
        example="cancel-window=30s",
        help="how long a clear or a stop can be cancelled before it is sent: 0s to 60s; by default 0s",
    ),
    RuleKey[bool](
        name="break-glass",
        field="break_glass",
        in_requirements="break_glass",
        values=choice("allowed", "forbidden"),
        complaint=no_complaint,
        strictest=all,
        looser=_is_allowed,
        is_about_loss=False,
        example="break-glass=allowed",
        shell_example="break-glass=allowed|forbidden",
        help="whether a responder may run without approval in an emergency, `allowed` or `forbidden`; by default forbidden",
    ),
    RuleKey[str](
        name="matching",
        field="reason_pattern",
        in_requirements="reason_patterns",
        values=TEXTS,
        complaint=about_reason_pattern,
        strictest=_distinct,
        looser=_is_another,
        is_about_loss=True,
        example="matching=INC-\\d+",
        help="a regular expression; the reason must contain something that matches it. Write it last: all that follows is part of it",
    ),
)
BY_NAME = {key.name: key for key in RULE_KEYS}
OLD_NAMES = {key.old_name: key.name for key in RULE_KEYS if key.old_name}
LAST = RULE_KEYS[-1]  # its value is all that follows it, with the spaces in it
