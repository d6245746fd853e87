"""`access export` and `access import`: grants and rules as one file that a team keeps in git."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click

from bot.cli.access import access_file
from bot.cli.access.access_file_writer import as_document, written
from bot.cli.access.import_report import ImportReport
from bot.cli.access.principal_check import roster_of
from bot.cli.current_time import clock_of
from bot.cli.errors import DIFFERS
from bot.cli.options import ShellGroup, json_flag
from bot.cli.output import as_json, counted, shell_user
from bot.cli.settings_and_database import creating, database_path, load_settings, path_of, reading
from bot.clock import SteadyClock
from bot.config import ShellSettings
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
from bot.domain.access.lint.findings import Finding
from bot.domain.access.lint.linter import lint
from bot.domain.access.lint.principals import TO_COME
from bot.domain.access.permissions import Grant
from bot.domain.access.rules import Freeze, Rule
from bot.domain.errors import UserError, WrongInput
from bot.domain.ids import TeamId
from bot.domain.pipelines.targets import Targets
from bot.store.errors import DatabaseMissing
from bot.store.shell_store import Administration

FILE_MAX = 4 * 2**20  # bytes: thousands of grants


@click.group(cls=ShellGroup)
def access() -> None:
    """Keep grants and rules in a file: export it, keep it in git, import it."""


@access.command("export")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@json_flag
def export(file: Path | None, *, wants_json: bool) -> None:
    """Write the grants in force and the rules to FILE, or to standard output, as YAML.

    The same access is always the same text. Freezes are left out: they end by themselves.
    """
    with reading(database_path()) as administration:
        now, home = clock_of(administration).now(), administration.team()
        current = as_it_stands(administration.grants(), administration.rules(), now)
    text = f"{as_json(as_document(current, home))}\n" if wants_json else written(current, home)
    if file is None or str(file) == "-":
        click.echo(text, nl=False)
        return
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserError(f"The file {file} cannot be written: {error.strerror}.") from error
    grants, rules = len(current.grants or ()), len(current.rules or ())
    click.echo(f"Wrote {file}: {counted(grants, 'grant')}, {counted(rules, 'rule')}.")


@access.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Apply the changes, all at once. Without it they are only shown.")
@click.option("--check", is_flag=True, help="Change nothing; exit with status 3 if there is a difference.")
@json_flag
def import_(file: Path, *, yes: bool, check: bool, wants_json: bool) -> None:
    """Make grants and rules those of FILE (`-` for standard input): YAML, as `access export` writes it, or JSON.

    Shows what is removed (-) and added (+), and problems of the result. With --yes the changes are made, in one
    transaction, and recorded. Grants and rules that FILE does not list are removed; a part that FILE does not have
    (`grants`, `rules`) is left as it is, and so are freezes.
    """
    if yes and check:
        raise click.UsageError("--yes and --check exclude each other. Give one of them.")
    text, settings = _text_of(file), load_settings(ShellSettings)
    noticed: list[str] = []
    with _to_compare_with(settings, yes=yes) as administration:
        home = None if administration is None else administration.team()
        clock = SteadyClock.of_this_machine() if administration is None else clock_of(administration)
        now = clock.now()
        try:
            wanted = access_file.read(text, home, settings.targets, notice=noticed.append)
        except access_file.BadAccessFile as error:
            raise access_file.BadAccessFile(f"{file}: {error.message}") from error
        expired = len(wanted.grants or ()) - len(wanted.at(now).grants or ())
        arrangement = _Arrangement(wanted.at(now), now, home)
        if administration is None:
            arrangement((), ())
        elif yes:
            administration.rearrange(arrangement, by=shell_user(), now=now)
        else:
            arrangement(administration.grants(), administration.rules())
        known = () if administration is None else administration.grants()
        freezes = () if administration is None else administration.freezes(now)
    if expired:
        noticed.append(f"{counted(expired, 'grant')} of the file expired already and had no effect.")
    if administration is None:
        noticed.append(f"There is no database at {path_of(settings)} yet.")
    findings, left_out = _findings(
        arrangement.outcome, known, freezes, now, home=home, targets=settings.targets
    )
    if left_out:
        noticed.append(left_out)
    report = ImportReport(arrangement.lines, findings, tuple(noticed), is_applied=yes)
    report.print(wants_json=wants_json)
    if check and report.changes:
        sys.exit(DIFFERS)


@contextmanager
def _to_compare_with(settings: ShellSettings, *, yes: bool) -> Iterator[Administration | None]:
    """The current store; None if there is no database yet, which only a change creates."""
    path = path_of(settings)
    if yes:
        with creating(path, settings.targets) as administration:
            yield administration
        return
    with ExitStack() as opened:
        try:
            found = opened.enter_context(reading(path))
        except DatabaseMissing:
            yield None
            return
        yield found


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


def _findings(  # noqa: PLR0913 - all that is looked over
    outcome: DesiredAccess,
    known: Iterable[Grant],
    freezes: Iterable[Freeze],
    now: datetime,
    *,
    home: TeamId | None,
    targets: Targets,
) -> tuple[tuple[Finding, ...], str]:
    """What the linter finds in the outcome, and a sentence about people who were not looked up."""
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
    left_out = f"People were not looked up in Slack: {why}." if why else roster.left_out()
    return lint(grants, rules, roster, now, targets, freezes=freezes), left_out


def _text_of(file: Path) -> str:
    try:
        raw = sys.stdin.buffer.read(FILE_MAX + 1) if str(file) == "-" else _bytes_of(file)
        text = raw.decode("utf-8-sig")
    except OSError as error:
        raise UserError(f"The file {file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise WrongInput(f"The file {file} cannot be read: it is not text in UTF-8.") from error
    if len(raw) > FILE_MAX:
        raise WrongInput(f"The file {file} is longer than {FILE_MAX // 2**20} MiB.")
    return text


def _bytes_of(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(FILE_MAX + 1)
