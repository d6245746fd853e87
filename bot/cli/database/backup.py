"""`pipeline-bot backup`: a verified copy of the database, also while the bot runs."""

import sys
from pathlib import Path

import click
import humanize

from bot.cli.audit.verification_report import head_as_typed
from bot.cli.audit.verification_state import reading_progress
from bot.cli.errors import FAILED, print_error
from bot.cli.options import ShellCommand
from bot.cli.output import counted
from bot.cli.settings_and_database import database_path, name_database
from bot.domain.audit_chain import Broken
from bot.store.backup.backup import back_up


@click.command(cls=ShellCommand)
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> None:
    """Copy the database to FILE, which must not exist yet. The bot can run meanwhile, and is not delayed.

    The copy is complete as of one moment, is for its owner alone (mode 0600), and gets its name only after it was verified:
    SQLite's integrity check, and the whole audit log.

    Exit status 1 if the copy could not be made, or if it was made and the audit log in it is broken.
    """
    path = database_path()
    verified = back_up(path, file, reading_progress)
    name_database(path)
    size = humanize.naturalsize(verified.bytes)
    click.echo(
        f"Backed up to {file} ({size}): {counted(verified.head[0], 'audit log entry', 'audit log entries')}."
    )
    if verified.head[0]:
        click.echo(f"Head: {head_as_typed(verified.head)}")
    if verified.broken is not None:
        print_error(f"The backup was made. {broken_log(verified.broken)}")
        sys.exit(FAILED)


def broken_log(broken: Broken) -> str:
    return f"The audit log in it is broken at entry {broken.id}, which {broken.why}."
