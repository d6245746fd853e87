"""Rule syntax: `approvals=2 within=2h reason=required`, the same in Slack's command and in the shell's."""

from collections.abc import Mapping
from typing import Any

from bot.domain.access.rule_edits import RuleEdit
from bot.domain.access.rule_keys import BY_NAME, LAST, OLD_NAMES
from bot.domain.access.rules import Rule
from bot.domain.commands.tokens import quoted
from bot.domain.errors import BadRule

_KEYS = ", ".join(f"`{name}`" for name in BY_NAME)


def rule_of(pattern: str, said: str) -> Rule:
    """The rule on `pattern` that `said` describes: words `key=value`; for `matching=…`, all the text after it.

    Raises:
        BadRule: with what to write instead.
    """
    values = _values(said)
    if LAST.name in values:
        values[LAST.name] = _whole(values[LAST.name])
    return rule_from(pattern, values)


def rule_edit_of(pattern: str, said: str) -> RuleEdit:
    """The edit of the rule on `pattern`: `key=value` sets a key, and `key=` alone removes it.

    Raises:
        BadRule: with what to write instead.
    """
    values = _values(said)
    if LAST.name in values:
        values[LAST.name] = _whole(values[LAST.name])
    removed = frozenset(BY_NAME[name].field for name, value in values.items() if not value)
    return RuleEdit(rule_from(pattern, {name: value for name, value in values.items() if value}), removed)


def rule_from_words(pattern: str, words: str) -> Rule:
    """The rule on `pattern` that `Rule.in_words` wrote as `words`: exactly, whatever the expression in it looks like.

    Raises:
        BadRule: they are not what it would write.
    """
    return rule_from(pattern, _values(words))


def _values(said: str) -> dict[str, str]:
    """What is said under each key."""
    values: dict[str, str] = {}
    before, separator, expression = said.partition(f"{LAST.name}=")
    if separator and (not before or before.endswith(" ")):
        values[LAST.name] = expression
    else:
        before = said
    for word in before.split():
        key, separator, value = word.partition("=")
        name = OLD_NAMES.get(key.lower(), key.lower())
        if name not in BY_NAME:
            raise BadRule(f"Unknown key `{quoted(key)}`. Allowed keys: {_KEYS}.")
        if not separator:
            raise BadRule(f"`{name}` needs a value, such as `{BY_NAME[name].example}`.")
        if name in values:
            raise BadRule(f"`{name}` is given twice.")
        values[name] = value
    return values


def _whole(expression: str) -> str:
    """The expression, if nothing in it looks like another value of the rule, which would be ignored.

    Its own first word may look like one; after a space, it is the next value behind a key that is removed.
    """
    for word in expression.split()[0 if expression.startswith(" ") else 1 :]:
        key, separator, _ = word.partition("=")
        if separator and OLD_NAMES.get(key.lower(), key.lower()) in BY_NAME:
            raise BadRule(
                f"`{LAST.name}=…` takes everything that follows it: write `{quoted(word)}` before it."
            )
    return expression.strip()


def rule_from(pattern: str, values: Mapping[str, str]) -> Rule:
    """The rule on `pattern` with these values, each under the name of one of `RULE_KEYS` and as people type it.

    Raises:
        BadRule: with what to write instead.
    """
    read: dict[str, Any] = {}
    for name, value in values.items():
        key = BY_NAME[name]
        read[key.field] = key.values.read(value)
        if read[key.field] is None:
            raise BadRule(key.values.unreadable.format(said=quoted(value)))
    return Rule(pattern, **read)
