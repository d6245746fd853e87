"""Typed changes: the `/pipeline` command that makes a change of access, complete, so that it can be pasted.

People, groups and channels are ids in it, since a name that is not picked from Slack's list is nobody. Pure.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import assert_never

from bot.domain.access.authorization import id_of
from bot.domain.access.changes import (
    DropRule,
    EditRule,
    GrantRole,
    RemoveFreeze,
    RevokeRole,
    SetFreeze,
    SetRule,
    WantedChange,
)
from bot.domain.access.rule_edits import RuleEdit
from bot.domain.access.rule_keys import RULE_KEYS
from bot.domain.access.rules import Rule
from bot.domain.commands.model import COMMAND
from bot.domain.commands.options import without_options
from bot.domain.commands.parsers import FOR
from bot.domain.commands.rule_syntax import rule_edit_of
from bot.domain.commands.tokens import first_word, plain
from bot.domain.durations import moment_as_typed, span_within
from bot.domain.errors import BadRule, Misunderstood

_WORDS_MAX = 300  # characters of a reason or a note: a command that a message would cut could not be pasted
_FOR_ANOTHER_REASON = "as before"  # a freeze needs one


def commands_for(changes: Iterable[WantedChange], now: datetime) -> tuple[str, ...]:
    """The command for each change that can be typed."""
    return tuple(command for change in changes if (command := command_for(change, now)))


def command_for(change: WantedChange, now: datetime) -> str | None:
    """The command that makes the change at `now`; None if none can be typed that says just this.

    A note that cannot be typed is left out, and a reason is replaced; long ones are cut.
    """
    typed = _typed(change, now)
    return None if typed is None or "`" in typed or plain(typed, ids=True) != typed else f"{COMMAND} {typed}"


def _typed(change: WantedChange, now: datetime) -> str | None:
    match change:
        case GrantRole(principal, role, pattern, expires_at, note):
            grant, lasts = f"grant {id_of(principal)} {role.value} {pattern}", None
            if expires_at is not None:
                lasts = span_within(expires_at - now)
                if lasts is None:
                    return None
            words = [grant, f"for {lasts}" if lasts else "", _cut(note) if _may_be_a_note(note) else ""]
            return " ".join(word for word in words if word)
        case RevokeRole(principal, role, pattern):
            return f"revoke {id_of(principal)} {role.value} {pattern}"
        case SetRule(rule):
            return f"rule {rule.pattern} {rule.in_words}" if _is_read_as(rule) else None
        case EditRule(edit):
            return f"rule {edit.pattern} {edit_as_typed(edit)}"
        case DropRule(pattern):
            return f"rule {pattern} off"
        case SetFreeze(pattern, until, reason):
            why = _cut(reason) if _can_be_typed(reason) else _FOR_ANOTHER_REASON
            return f"freeze {pattern} until {moment_as_typed(until)} {why}"
        case RemoveFreeze(pattern):
            return f"unfreeze {pattern}"
        case _:
            assert_never(change)


def _is_read_as(rule: Rule) -> bool:
    """Not if its expression begins with a space, say, as one from an access file may."""
    try:
        return rule_edit_of(rule.pattern, rule.in_words) == RuleEdit(rule)
    except BadRule:
        return False


def edit_as_typed(edit: RuleEdit) -> str:
    """`within= approvals=2`."""
    removed = [f"{key.name}=" for key in RULE_KEYS if key.field in edit.removed]
    return " ".join([*removed, edit.values.in_words]).strip()


def _cut(words: str) -> str:
    return words if len(words) <= _WORDS_MAX else f"{words[: _WORDS_MAX - 1]}…"


def _may_be_a_note(note: str) -> bool:
    word, _ = first_word(note)
    return FOR.fullmatch(word.partition("=")[0]) is None and _can_be_typed(note)


def _can_be_typed(text: str) -> bool:
    """Whether it is read as it stands, at the end of a command."""
    try:
        return "`" not in text and without_options(plain(text, ids=True), usage="") == text
    except Misunderstood:
        return False
