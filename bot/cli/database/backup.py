"""`pipeline-bot backup`: a verified copy of the database, also while the bot runs."""

import sys
from datetime import datetime
from pathlib import Path

import click
import humanize

from bot.cli.audit.archived_text import counted_entries
from bot.cli.audit.verification_report import head_as_typed
from bot.cli.audit.verification_state import reading_progress
from bot.cli.current_time import clock_at, clock_of
from bot.cli.errors import FAILED, print_error
from bot.cli.options import ShellCommand
from bot.cli.settings_and_database import database_path, name_database
from bot.domain.audit_chain import Broken
from bot.domain.errors import UserError
from bot.store.backup.backup import back_up
from bot.store.backup.backup_time import BACKUP
from bot.store.shell_store import Administration


@click.command(cls=ShellCommand)
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> None:
    """Copy the database to FILE, which must not exist yet. The bot can run meanwhile, and is not delayed.

    The copy is complete as of one moment, is for its owner alone (mode 0600), and gets its name only after it was verified:
    SQLite's integrity check, and the whole audit log. The database notes when that was, for `doctor`.

    Exit status 1 if the copy could not be made, or if it was made and the audit log in it is broken.
    """
    path = database_path()
    at = _bots_time(path)
    verified = back_up(path, file, reading_progress, at=at)
    name_database(path)
    size = humanize.naturalsize(verified.bytes)
    logged = counted_entries(verified.head[0], verified.archived, "audit log entry", "audit log entries")
    click.echo(f"Backed up to {file} ({size}): {logged}.")
    if verified.head[0]:
        click.echo(f"Head: {head_as_typed(verified.head)}")
    _note_time(path, at)
    if verified.broken is not None:
        print_error(f"The backup was made. {broken_log(verified.broken)}")
        sys.exit(FAILED)


def _bots_time(path: Path) -> datetime | None:
    """None if the database cannot tell it."""
    try:
        return clock_at(path).now()
    except UserError:
        return None


def _note_time(path: Path, at: datetime | None) -> None:
    """For `doctor`, which says how old the last backup is. The backup is good whatever comes of this."""
    try:
        with Administration.changing(path) as administration:
            administration.done(BACKUP, clock_of(administration).now() if at is None else at)
    except UserError as error:
        click.echo(f"warning: `doctor` will not know of this backup: {error.message}", err=True)


def broken_log(broken: Broken) -> str:
    return f"The audit log in it is broken at entry {broken.id}, which {broken.why}."
