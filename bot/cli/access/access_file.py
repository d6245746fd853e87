"""The access file, which a team keeps in git: grants and rules, in YAML, of which JSON is a part.

Writing is stable: the same access is the same text. Reading is strict, so that a mistake is an error with its line and
never an unintended grant: every value is taken as it is written, and anything unknown is rejected.
"""

import re
from collections.abc import Callable, Collection, Iterator
from datetime import datetime

import yaml

from bot.cli.access.principals import TEAM, principal_of
from bot.domain.access.changes import GrantRole
from bot.domain.access.diff import DesiredAccess
from bot.domain.access.patterns import checked_pattern
from bot.domain.access.permissions import Group, Principal, Role
from bot.domain.access.rule_keys import OLD_NAMES, RULE_KEYS
from bot.domain.access.rules import Rule
from bot.domain.commands.rule_syntax import rule_from
from bot.domain.durations import moment, span
from bot.domain.errors import BadPattern, BadRule, WrongInput
from bot.domain.ids import TeamId
from bot.domain.pipelines.targets import ONE, Targets

_TOP = ("team", "grants", "rules")
_GRANT = ("pattern", "role", "user", "group", "until", "note", "team")
_RULE = ("pattern", *(key.name for key in RULE_KEYS))


class BadAccessFile(WrongInput):
    """The file says something invalid; the message names the line."""


def _unheard(_sentence: str) -> None:
    return None


def read(
    text: str,
    home: TeamId | None,
    targets: Targets = ONE,
    *,
    notice: Callable[[str], None] = _unheard,
) -> DesiredAccess:
    """The access that the file wants, for a bot with these targets. A part that it does not have stays unchanged.

    `home` is the workspace of principals for which neither they nor the file name one. `notice` is called with
    warnings that are no errors.

    Raises:
        BadAccessFile: with the line, and what to write instead.
    """
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line if mark else 0
        meant = _unquoted(text.splitlines()[line]) if line < len(text.splitlines()) else ""
        why = (
            f"quote it: {_quoted(meant)}"
            if meant
            else f"this is not valid YAML: {error.problem or error.context}"
        )
        raise BadAccessFile(f"Line {line + 1}: {why}.") from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise BadAccessFile(f"This is not valid YAML: {str(error).splitlines()[0]}.") from error
    if root is None:
        raise BadAccessFile(
            "The file is empty. To remove every grant and rule, write `grants: []` and `rules: []`."
        )
    top = _mapping(root, _TOP, "the file")
    if "grants" not in top and "rules" not in top:
        raise _bad(root, "there is neither `grants` nor `rules`")
    team = _team(top["team"]) if "team" in top else home
    return DesiredAccess(
        _each_once(_grants(top["grants"], team, targets), notice) if "grants" in top else None,
        frozenset(_rules(top["rules"], targets)) if "rules" in top else None,
    )


def _each_once(
    listed: Iterator[tuple[int, GrantRole]], notice: Callable[[str], None]
) -> frozenset[GrantRole]:
    lines: dict[GrantRole, int] = {}
    for line, give in listed:
        if give in lines:
            notice(f"Line {line}: this grant is already in line {lines[give]}. Remove one of them.")
        lines.setdefault(give, line)
    return frozenset(lines)


def _grants(node: yaml.Node, home: TeamId | None, targets: Targets) -> Iterator[tuple[int, GrantRole]]:
    for entry in _entries(node, "grants"):
        said = _mapping(entry, _GRANT, "a grant")
        yield (
            _line(entry),
            GrantRole(
                _principal(entry, said, home),
                _role(_needed(entry, said, "role", "A grant")),
                _pattern(_needed(entry, said, "pattern", "A grant"), targets),
                _moment(said["until"]) if "until" in said else None,
                _text(said["note"]) if "note" in said else "",
            ),
        )


def _rules(node: yaml.Node, targets: Targets) -> Iterator[Rule]:
    seen: set[str] = set()
    for entry in _entries(node, "rules"):
        said = _mapping(entry, _RULE, "a rule")
        pattern = _pattern(_needed(entry, said, "pattern", "A rule"), targets)
        if pattern in seen:
            raise _bad(entry, f"there is already a rule on {pattern}. Merge them")
        seen.add(pattern)
        values = {key: value for key, value in said.items() if key != "pattern"}
        for key, value in values.items():
            _check(pattern, key, value)
        rule = rule_from(pattern, {key: _text(value) for key, value in values.items()})
        if rule.says_nothing:
            raise _bad(entry, f"the rule on {pattern} sets nothing. Remove it")
        yield rule


def _check(pattern: str, key: str, value: yaml.Node) -> None:
    """Check each value by itself, so that an error has its own line: no value of a rule depends on another."""
    try:
        rule_from(pattern, {key: _text(value)})
    except BadRule as error:
        raise BadAccessFile(f"Line {_line(value)}: {error.message}") from error


def _principal(entry: yaml.Node, said: dict[str, yaml.Node], home: TeamId | None) -> Principal:
    named = [said[key] for key in ("user", "group") if key in said]
    if len(named) != 1:
        raise _bad(entry, "a grant is to one `user: U…` or one `group: S…`")
    team = _team(said["team"]) if "team" in said else home
    if team is None:
        raise _bad(entry, "the workspace is not known. Write it at the top of the file, as `team: T0123ABCD`")
    principal = principal_of(_text(named[0]), team)
    if principal is None or isinstance(principal, Group) is ("user" in said):
        like = "a user id such as U0123ABCD" if "user" in said else "a user group's id such as S0123ABCD"
        raise _bad(named[0], f"{_text(named[0])!r} is not {like}")
    return principal


def _team(node: yaml.Node) -> TeamId:
    if not TEAM.fullmatch(_text(node)):
        raise _bad(node, f"{_text(node)!r} is not a valid Slack workspace id, such as T0123ABCD")
    return TeamId(_text(node))


def _role(node: yaml.Node) -> Role:
    if _text(node) not in set(Role):
        raise _bad(node, f"{_text(node)!r} is not a role. Roles: {', '.join(Role)}")
    return Role(_text(node))


def _pattern(node: yaml.Node, targets: Targets) -> str:
    try:
        return checked_pattern(_text(node), targets)
    except BadPattern as error:
        raise BadAccessFile(f"Line {_line(node)}: {error.message}") from error


def _moment(node: yaml.Node) -> datetime:
    read = moment(_text(node))
    if span(_text(node)) is not None:
        raise _bad(
            node,
            f"{_text(node)!r} is a duration, and a file needs a time, such as 2026-11-25T08:00, in UTC",
        )
    if not isinstance(read, datetime):
        raise _bad(node, f"{_text(node)!r} is not a valid time. Write it as 2026-11-25T08:00, in UTC")
    return read


def _needed(entry: yaml.Node, said: dict[str, yaml.Node], key: str, whose: str) -> yaml.Node:
    if key not in said:
        raise _bad(entry, f"{whose} needs `{key}`")
    return said[key]


def _entries(node: yaml.Node, what: str) -> list[yaml.Node]:
    if not isinstance(node, yaml.SequenceNode):
        raise _bad(node, f"`{what}` is a list: each begins with a dash")
    return list(node.value)


def _mapping(node: yaml.Node, known: Collection[str], what: str) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        raise _bad(node, f"{what} consists of lines `key: value`, with the keys {', '.join(known)}")
    said: dict[str, yaml.Node] = {}
    for key_node, value in node.value:
        key = _text(key_node)
        if known is _RULE:
            key = OLD_NAMES.get(key, key)
        if key not in known:
            raise _bad(key_node, f"`{key}` is not a key of {what}. Keys: {', '.join(known)}")
        if key in said:
            raise _bad(key_node, f"`{key}` is given twice")
        said[key] = value
    return said


def _text(node: yaml.Node) -> str:
    """The value as it is written: `no`, `1e3` and dates stay text."""
    if not isinstance(node, yaml.ScalarNode):
        meant = str(node.start_mark.buffer or "")[node.start_mark.pointer : node.end_mark.pointer]
        is_short = meant.startswith(("[", "{")) and meant.isprintable()
        hint = f". If it is one, quote it: {_quoted(meant)}" if is_short else ""
        raise _bad(node, f"a single value is expected here{hint}")
    text = str(node.value)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise _bad(node, "this is not valid text: half a character") from None
    return text


_UNQUOTED = re.compile(rf"\b(?:{'|'.join((*_GRANT, *_RULE))}):\s+([*&!%@`\[].*)")


def _unquoted(line: str) -> str:
    """The value in this line of invalid YAML that was probably meant as text; empty if there is none."""
    match = _UNQUOTED.search(line)
    if match is None:
        return ""
    is_in_braces = "{" in line[: match.start()]
    return (re.split(r"[,}]", match[1])[0] if is_in_braces else match[1]).strip()


def _quoted(text: str) -> str:
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


def _bad(node: yaml.Node, what: str) -> BadAccessFile:
    return BadAccessFile(f"Line {_line(node)}: {what}.")


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
