"""`rule`, `rules`, `freeze` and `unfreeze`: rules for clears, and freezes, from the shell."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

import click

from bot.cli.access.access_file import rule_as_written
from bot.cli.access.undo_commands import did_you_mean, undo_lines
from bot.cli.current_time import clock_at, clock_of
from bot.cli.output import as_json, json_flag, moment, one_line, shell_user, table
from bot.config import ShellSettings, StoreSettings, load
from bot.domain import durations
from bot.domain.access.changes import DropRule, EditRule, RemoveFreeze, SetFreeze
from bot.domain.access.near_matches import near_patterns
from bot.domain.access.patterns import checked_anywhere, checked_pattern
from bot.domain.access.rule_edits import RuleEdit, key_changes, unchanged_keys
from bot.domain.access.rule_keys import RULE_KEYS
from bot.domain.access.rules import Freeze, Rule
from bot.domain.audit_values import PreviousFreeze, previous_in, rule_in
from bot.domain.commands.freeze_ends import end_of_freeze
from bot.domain.commands.rule_syntax import rule_edit_of
from bot.domain.errors import BadRule, UserError
from bot.domain.events import Event
from bot.store.shell_store import Administration

_KEYS = "\b\n" + "\n".join(
    f"{key.shell_example or key.example:<28}{key.help}".rstrip() for key in RULE_KEYS
)  # `\b` keeps click from joining the lines

_LISTED = "`pipeline-bot rules` lists rules and freezes."


@click.command(epilog=_KEYS, context_settings={"ignore_unknown_options": True})
@click.argument("pattern")
@click.argument("said", nargs=-1, required=True, metavar="KEY=[VALUE]…|off")
def rule(pattern: str, said: tuple[str, ...]) -> None:
    """Set approval rules for the pipelines that match PATTERN.

    Each KEY=VALUE sets that key and leaves the others as they are; KEY= alone removes the key, and `off` the rule. Where
    several rules match, the strictest value of each key wins. Without any rule a requester needs 1 approval, and an
    operator none.
    """
    words, settings = " ".join(said), load(ShellSettings)
    change = (
        DropRule(checked_anywhere(pattern)) if words.lower() == "off" else EditRule(_edit(pattern, words))
    )
    removes = isinstance(change, DropRule) or change.edit.values.says_nothing
    if not removes:
        checked_pattern(pattern, settings.targets)
    opened = Administration.changing if removes else Administration.open
    with opened(settings.pipeline_bot_database, settings.targets) as administration:
        made = administration.administer(change, by=shell_user(), now=clock_of(administration).now())
        known, now = administration.rules(), clock_of(administration).now()
    standing = next((each for each in known if each.pattern == pattern), None)
    if made:
        click.echo(_rule_changed(pattern, made[0]))
    elif standing is None:
        patterns = near_patterns((each.pattern for each in known), pattern)
        near = did_you_mean((_on(change, each) for each in patterns), now, None, otherwise=_LISTED)
        raise UserError(f"There is no rule on {pattern}. {near}")
    else:
        click.echo(f"Nothing to change: the rule on {pattern} is {standing.in_words} already.")


def _rule_changed(pattern: str, event: Event) -> str:
    before, after = previous_in(event), rule_in(event)
    if after is None:
        undo = undo_lines(DropRule(pattern), [event], None)
        return "\n".join([f"No rule on {pattern} any more.{_before([event])}", *undo])
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
        raise UserError("A rule is made of plain characters.")
    try:
        return rule_edit_of(checked_anywhere(pattern), words)
    except BadRule as error:
        # Written for Slack, with code in backticks.
        raise UserError(
            f"{error.message.replace('`', '')} `pipeline-bot rule --help` has them all."
        ) from error


@click.command()
@json_flag
def rules(*, wants_json: bool) -> None:
    """List the rules, and the freezes in force."""
    with Administration.reading(load(StoreSettings).pipeline_bot_database) as administration:
        now = clock_of(administration).now()
        known, frozen = administration.rules(), administration.freezes(now)
    if wants_json:
        freezes = [_freeze_as_json(one) for one in frozen]
        click.echo(as_json({"rules": [rule_as_written(one) for one in known], "freezes": freezes}))
        return
    if known:
        click.echo(table(("PATTERN", "RULE"), [(one.pattern, one.in_words) for one in known]))
    else:
        click.echo(
            "No rules: a requester needs 1 approval, an operator none. `pipeline-bot rule --help` tells more."
        )
    if frozen:
        rows = [(one.pattern, moment(one.until), one.by, one.reason) for one in frozen]
        click.echo(f"\n{table(('FROZEN', 'UNTIL', 'BY', 'WHY'), rows)}")


@click.command()
@click.argument("pattern")
@click.argument("how", type=click.Choice(["for", "until"]), metavar="for|until")
@click.argument("when")
@click.argument("reason", nargs=-1, required=True)
def freeze(pattern: str, how: str, when: str, reason: tuple[str, ...]) -> None:
    """Let nothing new start on the pipelines that match PATTERN, for 4h or until 18:00 or 2026-11-25T08:00 (in UTC).

    What is ready waits or lapses; what has been sent goes on. A freeze of the same pattern takes the place of the last.
    """
    settings, why = load(ShellSettings), one_line(" ".join(reason))
    checked, said = checked_pattern(pattern, settings.targets), _end(how, when)
    if not why:
        raise UserError("Give a reason: everyone it blocks will see it.")
    now = clock_at(settings.pipeline_bot_database).now()
    change = SetFreeze(checked, end_of_freeze(said, now), why)
    with Administration.open(settings.pipeline_bot_database, settings.targets) as administration:
        made = administration.administer(change, by=shell_user(), now=now)
    click.echo(
        f"Frozen: no clear, stop or start on {pattern} until {moment(change.until)}, not even break-glass: {change.reason}.{_before(made)}"
    )


@click.command()
@click.argument("pattern")
def unfreeze(pattern: str) -> None:
    """Remove a freeze (same pattern)."""
    with Administration.changing(load(StoreSettings).pipeline_bot_database) as administration:
        now = clock_of(administration).now()
        change = RemoveFreeze(checked_anywhere(pattern))
        made = administration.administer(change, by=shell_user(), now=now)
        frozen = administration.freezes(now)
    if not made:
        near = map(RemoveFreeze, near_patterns((each.pattern for each in frozen), pattern))
        raise UserError(
            f"There is no freeze on {pattern}. {did_you_mean(near, now, None, otherwise=_LISTED)}"
        )
    click.echo(f"No freeze on {pattern} any more.{_before(made)}")
    for line in undo_lines(change, made, None):
        click.echo(line)


def _end(how: str, when: str) -> timedelta | datetime | time:
    said = (durations.span(when) or None) if how == "for" else durations.moment(when)
    if said is None:
        raise UserError(
            f"{when!r} is no "
            + (
                "length of time: write 30m, 4h or 2d."
                if how == "for"
                else "moment: write 18:00 or 2026-11-25T08:00, in UTC."
            )
        )
    return said


def _before(made: Sequence[Event]) -> str:
    """What the change replaced or removed, as a sentence."""
    match previous_in(made[0]) if made else None:
        case Rule() as rule:
            said = rule.in_words or "nothing"
        case PreviousFreeze(until=until, by=by, reason=reason):
            said = f"until {moment(until)} by {by}: {reason}"
        case _:
            return ""
    return f" Before: {one_line(said)}."


def _freeze_as_json(one: Freeze) -> dict[str, str]:
    return {
        "pattern": one.pattern,
        "until": one.until.isoformat(),
        "reason": one.reason,
        "by": one.by,
        "at": one.at.isoformat(),
    }
