"""`rule`, `rules`, `freeze` and `unfreeze`: rules for clears, and freezes, from the shell."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

import click

from bot.cli.access.access_file_writer import rule_as_written
from bot.cli.access.undo_commands import did_you_mean, undo_lines
from bot.cli.current_time import clock_at, clock_of
from bot.cli.options import ShellCommand, command_as_typed, json_flag
from bot.cli.output import as_json, moment, one_line, shell_user, table
from bot.cli.settings_and_database import changing, creating, database_path, load_settings, path_of, reading
from bot.config import ShellSettings
from bot.domain import durations
from bot.domain.access.changes import DropRule, EditRule, RemoveFreeze, SetFreeze
from bot.domain.access.near_matches import near_patterns
from bot.domain.access.patterns import checked_anywhere, checked_pattern
from bot.domain.access.rule_edits import RuleEdit, key_changes, unchanged_keys
from bot.domain.access.rule_keys import RULE_KEYS
from bot.domain.access.rules import Freeze, Rule
from bot.domain.archived_entries import NO_ACCESS_DATA
from bot.domain.audit_values import PreviousFreeze, previous_in, rule_in
from bot.domain.commands.freeze_ends import end_of_freeze
from bot.domain.commands.rule_syntax import rule_edit_of
from bot.domain.errors import BadRule, UserError, WrongInput
from bot.domain.events import Event

_KEYS = "\b\n" + "\n".join(
    f"{key.shell_example or key.example:<28} {key.help}".rstrip() for key in RULE_KEYS
)  # `\b` keeps click from joining the lines


@click.command(cls=ShellCommand, epilog=_KEYS, context_settings={"ignore_unknown_options": True})
@click.argument("pattern")
@click.argument("said", nargs=-1, required=True, metavar="KEY=[VALUE]…|off")
def rule(pattern: str, said: tuple[str, ...]) -> None:
    """Set approval rules for the pipelines that match PATTERN.

    Each KEY=VALUE sets that key and leaves the others as they are; KEY= alone removes the key, and `off` the rule. Where
    several rules match, the strictest value of each key wins. Without any rule a requester or responder needs 1 approval, and an
    operator none.
    """
    words, settings = " ".join(said), load_settings(ShellSettings)
    change = (
        DropRule(checked_anywhere(pattern)) if words.lower() == "off" else EditRule(_edit(pattern, words))
    )
    removes = isinstance(change, DropRule) or change.edit.values.says_nothing
    if not removes:
        checked_pattern(pattern, settings.targets)
    opened = changing if removes else creating
    with opened(path_of(settings), settings.targets) as administration:
        made = administration.administer(change, by=shell_user(), now=clock_of(administration).now())
        known, now = administration.rules(), clock_of(administration).now()
    standing = next((each for each in known if each.pattern == pattern), None)
    if made:
        click.echo(_rule_changed(pattern, made[0]))
    elif standing is None:
        patterns = near_patterns((each.pattern for each in known), pattern)
        near = did_you_mean((_on(change, each) for each in patterns), now, None, otherwise=_listed())
        raise UserError(f"There is no rule on {pattern}. {near}")
    else:
        click.echo(f"Nothing to change: the rule on {pattern} is already {standing.in_words}.")


def _listed() -> str:
    return f"`{command_as_typed('rules')}` lists rules and freezes."


def _rule_changed(pattern: str, event: Event) -> str:
    before, after = previous_in(event), rule_in(event)
    if after is None:
        undo = undo_lines(DropRule(pattern), [event], None)
        return "\n".join([f"Removed the rule on {pattern}{_before([event])}.", *undo])
    if not isinstance(before, Rule):
        return f"New rule on {pattern}: {after.in_words}."
    changes = ", ".join(
        f"{change.name} {change.before or 'not set'} → {change.after or 'not set'}"
        for change in key_changes(before, after)
    )
    same = unchanged_keys(before, after).in_words
    return f"Changed the rule on {pattern}: {changes}.{f' Unchanged: {same}.' if same else ''}"


def _on(change: DropRule | EditRule, pattern: str) -> DropRule | EditRule:
    if isinstance(change, DropRule):
        return DropRule(pattern)
    return EditRule(replace(change.edit, values=replace(change.edit.values, pattern=pattern)))


def _edit(pattern: str, words: str) -> RuleEdit:
    if not words.isprintable():
        raise WrongInput("A rule may have printable characters only.")
    try:
        return rule_edit_of(checked_anywhere(pattern), words)
    except BadRule as error:
        # Written for Slack, with code in backticks.
        raise WrongInput(
            f"{error.message.replace('`', '')} `pipeline-bot rule --help` explains each key."
        ) from error


@click.command(cls=ShellCommand)
@json_flag
def rules(*, wants_json: bool) -> None:
    """List rules, and the freezes in force."""
    with reading(database_path()) as administration:
        now = clock_of(administration).now()
        known, frozen = administration.rules(), administration.freezes(now)
        is_archive = administration.is_archive()
    if wants_json:
        freezes = [_freeze_as_json(one) for one in frozen]
        click.echo(as_json({"rules": [rule_as_written(one) for one in known], "freezes": freezes}))
        return
    if known:
        click.echo(table(("PATTERN", "RULE"), [(one.pattern, one.in_words) for one in known]))
    elif is_archive:
        click.echo(NO_ACCESS_DATA)
    else:
        click.echo(
            "No rules: a requester or responder needs 1 approval, an operator none. `pipeline-bot rule --help` explains each key."
        )
    if frozen:
        rows = [(one.pattern, moment(one.until), one.by, one.reason) for one in frozen]
        click.echo(f"\n{table(('FROZEN', 'UNTIL', 'BY', 'REASON'), rows)}")


@click.command(cls=ShellCommand)
@click.argument("pattern")
@click.argument("how", type=click.Choice(["for", "until"]), metavar="for|until")
@click.argument("when")
@click.argument("reason", nargs=-1, required=True)
def freeze(pattern: str, how: str, when: str, reason: tuple[str, ...]) -> None:
    """Block clears, stops and starts of the pipelines that match PATTERN, for 4h or until 18:00 or 2026-11-25T08:00 (UTC).

    Approved requests wait for its end, or expire; what was sent already continues. It replaces a freeze of the same pattern.
    """
    settings, why = load_settings(ShellSettings), one_line(" ".join(reason))
    checked, said = checked_pattern(pattern, settings.targets), _end(how, when)
    if not why:
        raise WrongInput("Give a reason: everyone it blocks will see it.")
    now = clock_at(path_of(settings)).now()
    change = SetFreeze(checked, end_of_freeze(said, now), why)
    with creating(path_of(settings), settings.targets) as administration:
        made = administration.administer(change, by=shell_user(), now=now)
    before = _before(made)
    replaced = f" It replaces a freeze{before}." if before else ""
    click.echo(
        f"Frozen: no clear, stop or start on {pattern} until {moment(change.until)}, not even break-glass: {change.reason}.{replaced}"
    )


@click.command(cls=ShellCommand)
@click.argument("pattern")
def unfreeze(pattern: str) -> None:
    """Remove the freeze on a pattern."""
    with changing(database_path()) as administration:
        now = clock_of(administration).now()
        change = RemoveFreeze(checked_anywhere(pattern))
        made = administration.administer(change, by=shell_user(), now=now)
        frozen = administration.freezes(now)
    if not made:
        near = map(RemoveFreeze, near_patterns((each.pattern for each in frozen), pattern))
        raise UserError(
            f"There is no freeze on {pattern}. {did_you_mean(near, now, None, otherwise=_listed())}"
        )
    click.echo(f"Removed the freeze on {pattern}{_before(made)}.")
    for line in undo_lines(change, made, None):
        click.echo(line)


def _end(how: str, when: str) -> timedelta | datetime | time:
    said = (durations.span(when) or None) if how == "for" else durations.moment(when)
    if said is None and how == "for":
        raise WrongInput(f"{when!r} is not a valid duration. Write 30m, 4h or 2d.")
    if said is None:
        raise WrongInput(f"{when!r} is not a valid time. Write 18:00 or 2026-11-25T08:00, in UTC.")
    return said


def _before(made: Sequence[Event]) -> str:
    """What the change replaced or removed, to follow its name; empty if nothing."""
    match previous_in(made[0]) if made else None:
        case Rule() as rule:
            return f" ({one_line(rule.in_words)})" if rule.in_words else ""
        case PreviousFreeze(until=until, by=by, reason=reason):
            return f" (until {moment(until)}, by {one_line(by)}: {one_line(reason)})"
        case _:
            return ""


def _freeze_as_json(one: Freeze) -> dict[str, str]:
    return {
        "pattern": one.pattern,
        "until": one.until.isoformat(),
        "reason": one.reason,
        "by": one.by,
        "at": one.at.isoformat(),
    }
