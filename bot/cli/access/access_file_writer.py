"""The access file's writer: the same access is always the same text, so that git shows only what changed."""

from datetime import UTC, datetime
from typing import Any

import yaml

from bot.domain.access.authorization import id_of
from bot.domain.access.changes import GrantRole
from bot.domain.access.diff import DesiredAccess, grant_key
from bot.domain.access.permissions import Group
from bot.domain.access.rules import Rule
from bot.domain.ids import TeamId

_HEADING = (
    "# Grants and rules. `pipeline-bot access import FILE` shows what it would change; --yes applies it.\n"
)


class _Dumper(yaml.SafeDumper):
    """Writes unprintable characters as escapes: PyYAML itself loses some line breaks otherwise."""

    def represent_text(self, text: str) -> yaml.Node:
        style = None if text.isprintable() else '"'
        return self.represent_scalar("tag:yaml.org,2002:str", text, style)


_Dumper.add_representer(str, _Dumper.represent_text)


def written(current: DesiredAccess, home: TeamId | None) -> str:
    """The file's text. `home` is the workspace of every principal that names no other."""
    document = as_document(current, home)
    return _HEADING + yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000)


def as_document(current: DesiredAccess, home: TeamId | None) -> dict[str, Any]:
    document: dict[str, Any] = {} if home is None else {"team": str(home)}
    document["grants"] = [
        _grant_as_written(give, home) for give in sorted(current.grants or (), key=grant_key)
    ]
    document["rules"] = [
        rule_as_written(rule) for rule in sorted(current.rules or (), key=lambda rule: rule.pattern)
    ]
    return document


def rule_as_written(rule: Rule) -> dict[str, str | int]:
    """Its keys and values as people type them; what is typed as nothing but a number as a number."""
    numbers = {
        key.name: value
        for key, value in rule.said
        if type(value) is int and key.values.write(value) == str(value)
    }
    return {"pattern": rule.pattern, **rule.as_typed, **numbers}


def _grant_as_written(give: GrantRole, home: TeamId | None) -> dict[str, Any]:
    principal = give.principal
    said: dict[str, Any] = {"pattern": give.pattern, "role": give.role.value}
    said["group" if isinstance(principal, Group) else "user"] = str(id_of(principal))
    if principal.team != home:
        said["team"] = str(principal.team)
    if give.expires_at is not None:
        said["until"] = _until(give.expires_at)
    if give.note:
        said["note"] = give.note
    return said


def _until(end: datetime) -> datetime | str:
    """As short as possible with the same meaning."""
    in_utc = end.astimezone(UTC)
    is_whole = in_utc.second == 0 and in_utc.microsecond == 0
    return in_utc.replace(tzinfo=None).isoformat(timespec="minutes") if is_whole else end
