"""The settings and the database of the bot that a command is about, as its options `--env-file` and `--database` say.

Reading creates nothing, and names the file on standard error, so that output can be piped. So does a change that
creates the database: in a wrong folder it would go unnoticed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import click

from bot.cli.options import first_grant, settings_source
from bot.config import (
    FelderasSettings,
    KeySettings,
    ReceiversSettings,
    Settings,
    ShellSettings,
    SlackSettings,
    StoreSettings,
    load,
)
from bot.domain.pipelines.targets import ONE, Targets
from bot.store.errors import DatabaseMissing
from bot.store.shell_store import Administration

_S = TypeVar(
    "_S",
    Settings,
    SlackSettings,
    ShellSettings,
    StoreSettings,
    KeySettings,
    FelderasSettings,
    ReceiversSettings,
)


def load_settings(kind: type[_S]) -> _S:
    """Settings of this kind, from where the command that runs reads them.

    Raises:
        BadSettings: as `load` does.
    """
    return load(kind, settings_source())


def database_path() -> Path:
    return path_of(load_settings(StoreSettings))


def path_of(settings: StoreSettings) -> Path:
    """Absolute, so that every message names the file, whatever folder its reader is in."""
    return settings.pipeline_bot_database.absolute()


@contextmanager
def reading(path: Path) -> Iterator[Administration]:
    """The database, to read it.

    Raises:
        DatabaseMissing: there is none.
        DatabaseUnusable: as `Administration.reading` does.
    """
    with _told_what_to_do():
        opened = Administration.reading(path)
    with opened as administration:
        name_database(path)
        yield administration


@contextmanager
def changing(path: Path, targets: Targets = ONE) -> Iterator[Administration]:
    """The database, to change what is in it.

    Raises:
        DatabaseMissing: there is none.
        DatabaseUnusable: as `Administration.changing` does.
    """
    with _told_what_to_do():
        opened = Administration.changing(path, targets)
    with opened as administration:
        yield administration


@contextmanager
def creating(path: Path, targets: Targets = ONE) -> Iterator[Administration]:
    """The database, to change it; it is created if there is none.

    Raises:
        DatabaseUnusable: as `Administration.open` does.
    """
    is_new = not path.exists()
    with Administration.open(path, targets) as administration:
        yield administration
    if is_new:
        click.echo(f"Created the database {path}.", err=True)


@contextmanager
def _told_what_to_do() -> Iterator[None]:
    try:
        yield
    except DatabaseMissing as error:
        raise DatabaseMissing(
            f"{error.message} Name another with --database or PIPELINE_BOT_DATABASE, or create it by the first grant, "
            f"such as `{first_grant(settings_source())}`."
        ) from error


def name_database(path: Path) -> None:
    click.echo(click.style(f"Database: {path}", dim=True), err=True)
