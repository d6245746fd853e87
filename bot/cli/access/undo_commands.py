"""Undo commands: the `pipeline-bot` commands that make changes of access, quoted for a shell, so that they can be pasted."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from bot.cli.options import command_as_typed
from bot.domain.access.authorization import id_of
from bot.domain.access.changes import (
    AccessChange,
    DropRule,
    GrantRole,
    RemoveFreeze,
    RevokeRole,
    SetFreeze,
    SetRule,
    WantedChange,
)
from bot.domain.audit_values import previous_in
from bot.domain.commands.typed_changes import edit_as_typed
from bot.domain.durations import moment_as_typed, span_within
from bot.domain.events import Event
from bot.domain.ids import TeamId
from bot.domain.undo import undo_of


def undo_lines(change: AccessChange, made: Iterable[Event], home: TeamId | None) -> Iterator[str]:
    """A line for each command that brings back what `change` removed."""
    for event in made:
        for undo in undo_of(change, previous_in(event), event.at):
            command = shell_command(undo, event.at, home)
            if command is not None:
                yield f"Undo: {command}"


def did_you_mean(near: Iterable[WantedChange], now: datetime, home: TeamId | None, *, otherwise: str) -> str:
    """A sentence that offers the commands for `near`; without any, `otherwise`."""
    commands = [command for change in near if (command := shell_command(change, now, home)) is not None]
    return f"Did you mean `{'` or `'.join(commands)}`?" if commands else otherwise


def shell_command(change: WantedChange, now: datetime, home: TeamId | None) -> str | None:
    """None where a grant would end at once. `home` is the workspace that a command need not name."""
    match change:
        case GrantRole(principal, role, pattern, expires_at, note):
            lasts = None if expires_at is None else span_within(expires_at - now)
            if expires_at is not None and lasts is None:
                return None
            options = [*_option("--for", lasts), *_option("--note", note), *_team(principal.team, home)]
            return command_as_typed("grant", id_of(principal), role.value, pattern, options=options)
        case RevokeRole(principal, role, pattern):
            options = _team(principal.team, home)
            return command_as_typed("revoke", id_of(principal), role.value, pattern, options=options)
        case SetRule(rule):
            return command_as_typed("rule", rule.pattern, *rule.in_words.split(" "))
        case DropRule(pattern):
            return command_as_typed("rule", pattern, "off")
        case SetFreeze(pattern, until, reason):
            return command_as_typed("freeze", pattern, "until", moment_as_typed(until), reason)
        case RemoveFreeze(pattern):
            return command_as_typed("unfreeze", pattern)
        case _:
            return command_as_typed("rule", change.edit.pattern, *edit_as_typed(change.edit).split(" "))


def _option(name: str, value: str | None) -> list[str]:
    return [name, value] if value else []


def _team(team: TeamId, home: TeamId | None) -> list[str]:
    return [] if team == home else ["--team", team]
