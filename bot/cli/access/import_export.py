"""`access export` and `access import`: grants and rules as one file that a team keeps in git."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click

from bot.cli.access import access_file
from bot.cli.access.principal_check import roster_of
from bot.cli.current_time import clock_of
from bot.cli.output import one_line, shell_user
from bot.clock import SteadyClock
from bot.config import ShellSettings, StoreSettings, load
from bot.domain.access.changes import AccessChange
from bot.domain.access.diff import (
    DesiredAccess,
    as_it_stands,
    differences,
    given_as,
    grant_key,
    once_made,
    plan,
)
from bot.domain.access.lint.linter import lint
from bot.domain.access.lint.principals import TO_COME
from bot.domain.access.permissions import Grant
from bot.domain.access.rules import Freeze, Rule
from bot.domain.errors import UserError
from bot.domain.ids import TeamId
from bot.domain.pipelines.targets import Targets
from bot.store.errors import DatabaseMissing
from bot.store.shell_store import Administration

FILE_MAX = 4 * 2**20  # bytes: thousands of grants


@click.group()
def access() -> None:
    """Keep grants and rules in a file: export it, keep it in git, import it."""


@access.command("export")
@click.argument("file", type=click.Path(path_type=Path), required=False)
def export(file: Path | None) -> None:
    """Write the grants in force and the rules to FILE, or to standard output, as YAML.

    The same access is always the same text. Freezes are not in it: they pass.
    """
    with Administration.reading(load(StoreSettings).pipeline_bot_database) as administration:
        now = clock_of(administration).now()
        current = as_it_stands(administration.grants(), administration.rules(), now)
        text = access_file.written(current, administration.team())
    if file is None or str(file) == "-":
        click.echo(text, nl=False)
        return
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserError(f"The file {file} cannot be written: {error.strerror}.") from error
    grants, rules = len(current.grants or ()), len(current.rules or ())
    click.echo(f"Wrote {file}: {_counted(grants, 'grant')}, {_counted(rules, 'rule')}.")


@access.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--yes", is_flag=True, help="Make the changes, all of them at once. Without it they are only shown."
)
def import_(file: Path, *, yes: bool) -> None:
    """Make grants and rules what FILE says (`-` for standard input): YAML, as `access export` writes it, or JSON.

    Shows what goes (-) and what comes (+), and what would be wrong with the outcome. With --yes it is made, in one
    transaction and recorded. What FILE does not list goes; a part that is not in FILE at all (`grants`, `rules`) is
    left alone, and so are freezes.
    """
    text, settings = _text_of(file), load(ShellSettings)
    noticed: list[str] = []
    with _to_compare_with(settings, yes=yes) as administration:
        home = None if administration is None else administration.team()
        clock = SteadyClock.of_this_machine() if administration is None else clock_of(administration)
        now = clock.now()
        try:
            wanted = access_file.read(text, home, settings.targets, notice=noticed.append)
        except access_file.BadAccessFile as error:
            raise access_file.BadAccessFile(f"{file}: {error.message}") from error
        lapsed = len(wanted.grants or ()) - len(wanted.at(now).grants or ())
        arrangement = _Arrangement(wanted.at(now), now, home)
        if administration is None:
            arrangement((), ())
        elif yes:
            administration.rearrange(arrangement, by=shell_user(), now=now)
        else:
            arrangement(administration.grants(), administration.rules())
        known = () if administration is None else administration.grants()
        freezes = () if administration is None else administration.freezes(now)
    for line in arrangement.lines:
        click.echo(one_line(line))
    for notice in noticed:
        click.echo(f"notice: {one_line(notice)}", err=True)
    if lapsed:
        click.echo(f"Left out, since they have lapsed: {lapsed} of the file's grants.", err=True)
    if administration is None:
        click.echo(f"There is no database at {settings.pipeline_bot_database.absolute()} yet.", err=True)
    _print_problems(arrangement.outcome, known, freezes, now, home=home, targets=settings.targets)
    click.echo(_done(len(arrangement.lines), yes=yes), err=True)


@contextmanager
def _to_compare_with(settings: ShellSettings, *, yes: bool) -> Iterator[Administration | None]:
    """The current store; None if there is no database yet, which only a change creates."""
    path = settings.pipeline_bot_database
    if yes:
        with Administration.open(path, settings.targets) as administration:
            yield administration
        return
    try:
        reading = Administration.reading(path)
    except DatabaseMissing:
        yield None
        return
    with reading as administration:
        yield administration


class _Arrangement:
    """The plan, made from the grants and rules in the transaction that carries it out, and its outcome."""

    def __init__(self, wanted: DesiredAccess, now: datetime, home: TeamId | None) -> None:
        self._wanted = wanted
        self._now = now
        self._home = home
        self.lines: tuple[str, ...] = ()
        self.outcome = DesiredAccess()

    def __call__(self, grants: Iterable[Grant], rules: Iterable[Rule]) -> tuple[AccessChange, ...]:
        current = as_it_stands(grants, rules, self._now)
        self.lines = differences(current, self._wanted, self._home)
        self.outcome = once_made(current, self._wanted)
        return plan(current, self._wanted)


def _print_problems(  # noqa: PLR0913 - all that is looked over
    outcome: DesiredAccess,
    known: Iterable[Grant],
    freezes: Iterable[Freeze],
    now: datetime,
    *,
    home: TeamId | None,
    targets: Targets,
) -> None:
    numbers = {given_as(grant): grant.id for grant in known}
    grants = [
        Grant(
            numbers.get(give, TO_COME),
            give.principal,
            give.role,
            give.pattern,
            "",
            now,
            give.expires_at,
            give.note,
        )
        for give in sorted(outcome.grants or (), key=grant_key)
    ]
    rules = tuple(outcome.rules or ())
    roster, why = roster_of(grants, rules, now)
    roster = replace(roster, home=roster.home or home)
    for finding in lint(grants, rules, roster, now, targets, freezes=freezes):
        click.echo(f"{finding.severity.value}: {one_line(finding.sentence)}", err=True)
    if why:
        click.echo(f"Nobody was looked up in Slack: {why}.", err=True)


def _done(changes: int, *, yes: bool) -> str:
    if not changes:
        return "Nothing to change."
    count = _counted(changes, "change")
    return f"{count} made." if yes else f"{count} to make. Nothing was changed; --yes does."


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _text_of(file: Path) -> str:
    try:
        raw = sys.stdin.buffer.read(FILE_MAX + 1) if str(file) == "-" else _bytes_of(file)
        text = raw.decode("utf-8-sig")
    except OSError as error:
        raise UserError(f"The file {file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UserError(f"The file {file} cannot be read: it is not text in UTF-8.") from error
    if len(raw) > FILE_MAX:
        raise UserError(f"The file {file} is longer than {FILE_MAX // 2**20} MiB.")
    return text


def _bytes_of(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(FILE_MAX + 1)
