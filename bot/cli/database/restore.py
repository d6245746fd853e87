"""`pipeline-bot restore`: a backup takes the place of the database, once somebody has seen what that undoes."""

import sys
from datetime import datetime
from pathlib import Path

import click

from bot.cli.audit import verification_state
from bot.cli.audit.verification_state import reading_progress
from bot.cli.current_time import clock_at
from bot.cli.database.restore_report import report
from bot.cli.options import ShellCommand, command_as_typed
from bot.cli.settings_and_database import database_path, name_database
from bot.clock import SteadyClock
from bot.domain.errors import UserError, WrongInput
from bot.store.backup.restore import Restoration, restoration


@click.command(cls=ShellCommand)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Restore without asking.")
def restore(file: Path, *, yes: bool) -> None:
    """Put the backup FILE in the place of the database, while no bot runs.

    FILE is verified first. What the restore undoes is shown: audit log entries, requests, and changes of access since the
    backup, above all grants that come into force again. The database that was there stays beside it, under another name.

    A backup of an older version of the bot is restored as it is: that version can use it, and `run` migrates it.
    """
    path = database_path()
    with restoration(path, file, _now(path), reading_progress) as ready:
        name_database(path)
        click.echo(report(ready, file))
        if not yes:
            _ask()
        kept = _applied(ready, path)
    if kept is not None:
        click.echo(f"The database that was there is now {kept}.")
    click.echo(f"Restored {file} to {path}. See who has access now: `{command_as_typed('grants')}`.")


def _applied(ready: Restoration, path: Path) -> Path | None:
    kept = ready.apply()
    verification_state.forget(path)
    return kept


def _ask() -> None:
    if not sys.stdin.isatty():
        raise WrongInput(
            "A restore needs a confirmation, and there is no terminal to ask on. Nothing was changed. Confirm with --yes."
        )
    if not click.confirm("Restore?", err=True):
        raise UserError("Nothing was changed.")


def _now(path: Path) -> datetime:
    """The bot's time, by which grants end; the wall clock where the database cannot tell it."""
    try:
        return clock_at(path).now()
    except UserError:
        return SteadyClock.of_this_machine().now()
