"""`pipeline-bot archive`: old requests and their audit log entries move to a file of their own, also while the bot runs."""

import sys
from datetime import timedelta
from pathlib import Path

import click

from bot.cli.audit.archived_text import read_there
from bot.cli.audit.verification_report import head_as_typed
from bot.cli.audit.verification_state import entries, reading_progress
from bot.cli.current_time import clock_at
from bot.cli.errors import DIFFERS
from bot.cli.options import ShellCommand
from bot.cli.output import counted, moment, shell_user
from bot.cli.settings_and_database import database_path, name_database
from bot.domain import durations
from bot.domain.audit_chain import Head
from bot.slack.sentences.plan_text import action_name
from bot.store.archive.archiving import Order, Outcome, plan
from bot.store.archive.archiving import archive as archive_entries
from bot.store.archive.holds import Hold

OLDER_THAN_LEAST = timedelta(days=30)  # the bot itself looks back an hour at most; people, a few weeks


class _Age(click.ParamType[timedelta]):
    """`400d`."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        age = durations.span(str(value))
        if age is None:
            self.fail(f"{value!r} is not a valid duration, such as 400d.", param, ctx)
        if age < OLDER_THAN_LEAST:
            self.fail(f"{value!r} is too short: what is younger than 30d stays.", param, ctx)
        return age


@click.command(cls=ShellCommand)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--older-than",
    "age",
    type=_Age(),
    required=True,
    help="Archive what is older, such as 400d; at least 30d.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be archived, and change nothing.")
def archive(file: Path, *, age: timedelta, dry_run: bool) -> None:
    """Move requests that ended long ago, and their audit log entries, to FILE, so that the database stays small.

    FILE is a database of its own, for its owner alone (mode 0600); if it exists, it must be an archive that ends where the
    database begins, and is continued. Its entries are on the disk and verified before any is deleted here. The database
    keeps the hash of the last one, and the audit log says what was archived: `audit verify` proves both files. Every
    command that reads takes --database FILE.

    Only whole beginnings of the audit log move. A request that has not ended, or a break-glass run that was not reviewed,
    therefore keeps all later entries here; this is said, with what to do. Grants, rules and freezes stay.

    The bot can run meanwhile. If this command is killed, run it again.

    Exit status 0 if everything older was archived, 3 if something older had to stay, 1 if it failed.
    """
    path = database_path()
    now = clock_at(path).now()
    before = now - age
    if dry_run:
        outcome = plan(path, before)
    else:
        outcome = archive_entries(path, file, Order(before, now, shell_user()), reading_progress)
    name_database(path)
    for line in _said(outcome, file, age, dry_run=dry_run):
        click.echo(line)
    if outcome.hold is not None:
        click.echo(_stays(outcome.hold), err=True)
        sys.exit(DIFFERS)


def _said(outcome: Outcome, file: Path, age: timedelta, *, dry_run: bool) -> list[str]:
    last = outcome.last
    if last is None or outcome.newest_at is None:
        which = "No entry of the audit log" if outcome.hold is None else "Nothing that can be archived"
        return [f"{which} is older than {durations.span_in_words(age)}. Nothing was archived."]
    verb = "Would archive" if dry_run else "Archived"
    moved = (
        f"{verb} {entries(outcome.first, last[0])} of the audit log, up to {moment(outcome.newest_at)}, and "
        f"{counted(outcome.operations, 'request')} to {file}."
    )
    return [moved] if dry_run else [moved, *_proof(file, last)]


def _proof(file: Path, last: Head) -> list[str]:
    head = head_as_typed(last)
    return [f"Head: {head}", f"Verify it: {read_there('audit verify', str(file), '--head', head)}"]


def _stays(hold: Hold) -> str:
    first = f"Entry {hold.entry} and all later ones stay in the database"
    operation = hold.operation
    if operation is None:
        return f"{first}: {hold.why}."
    asked = operation.confirmed_at or operation.created_at
    return (
        f"{first}: the request {operation.short_id} ({action_name(operation.plan)} {operation.pipeline}) of "
        f"{moment(asked)} {hold.why}. End it, and archive again: `/pipeline list` in Slack shows it."
    )
