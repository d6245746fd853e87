"""`grant`, `revoke` and `grants`: grants from the shell. A running bot applies them from its next decision on."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import click

from bot.cli.access.principals import named, names_somebody
from bot.cli.access.undo_commands import did_you_mean, undo_lines
from bot.cli.current_time import clock_of
from bot.cli.options import ShellCommand, command_as_typed, first_grant, json_flag, settings_source
from bot.cli.output import as_json, moment, one_line, shell_user, table
from bot.cli.settings_and_database import changing, creating, database_path, load_settings, path_of, reading
from bot.config import ShellSettings
from bot.domain.access.authorization import id_of
from bot.domain.access.changes import GrantRole, RevokeRole
from bot.domain.access.lint.principals import NOBODY_IS_ADMIN
from bot.domain.access.near_matches import near_revocations
from bot.domain.access.patterns import checked_anywhere, checked_pattern, may_overlap
from bot.domain.access.permissions import Grant, Group, Role
from bot.domain.archived_entries import NO_ACCESS_DATA
from bot.domain.durations import span
from bot.domain.errors import UserError, WrongInput
from bot.domain.ids import Actor, TeamId
from bot.domain.pipelines.targets import Targets

ROLES = click.Choice([role.value for role in Role])


class Span(click.ParamType[timedelta]):
    """`30m`, `12h`, `7d`, `2w`."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        read = span(str(value))
        if not read:
            self.fail(f"{value!r} is not a valid duration. Write 30m, 12h, 7d or 2w.", param, ctx)
        return read


_ROLES = """\b
viewer     views a pipeline's state, requests and history
requester  views; requests a clear, a stop or a start, which needs approval
operator   views; clears, stops and starts without approval, unless a rule asks for one
approver   views; approves and denies requests of other people; reviews break-glass runs
responder  views; requests; runs as break-glass in an emergency, where a rule allows it
admin      changes grants, rules and freezes on the pattern, but cannot see, request or approve anything without another role
"""


@click.command(cls=ShellCommand, epilog=_ROLES)
@click.argument("who")
@click.argument("role", metavar="ROLE", type=ROLES)
@click.argument("pattern")
@click.argument("further", nargs=-1, metavar="")
@click.option(
    "--for", "lasts", type=Span(), help="How long, such as 12h or 7d; without it the grant has no expiry."
)
@click.option("--note", default="", help="Why, for readers of the list.")
@click.option("--team", help="Slack workspace id (T…), if it is not the bot's own.")
def grant(  # noqa: PLR0913 - a grant's fields, from the command line
    who: str,
    role: str,
    pattern: str,
    *,
    further: tuple[str, ...],
    lasts: timedelta | None,
    note: str,
    team: str | None,
) -> None:
    """Grant a ROLE on the pipelines that match PATTERN to a person or a user group.

    WHO is a Slack user id such as U0123ABCD (in Slack: profile, ⋮, Copy member ID) or a user group's id such as
    S0123ABCD. PATTERN is a pipeline's name or a glob such as 'orders-*'; quote it, so that the shell leaves it alone.
    """
    if further:
        raise WrongInput(_as_options(who, role, pattern, further, team))
    settings = load_settings(ShellSettings)
    with creating(path_of(settings), settings.targets) as administration:
        now = clock_of(administration).now()
        principal = named(who, team, administration)
        expires_at = None if lasts is None else now + lasts
        give = GrantRole(
            principal, Role(role), checked_pattern(pattern, settings.targets), expires_at, one_line(note)
        )
        made = administration.administer(give, by=shell_user(), now=now)
        given = next(each for each in reversed(administration.grants(principal)) if _says(each, give))
    said = "Granted" if made else "Already granted"
    click.echo(f"{said}: {id_of(principal)} is {role} on {pattern} ({_numbered(given)}).")


def _as_options(who: str, role: str, pattern: str, further: tuple[str, ...], team: str | None) -> str:
    """Arguments in Slack's syntax, as options of this command."""
    word, *rest = further
    length, note = (rest[0] if rest else "12h", rest[1:]) if word.lower() == "for" else (None, further)
    options = [
        *([] if length is None else ["--for", length]),
        *(["--note", " ".join(note)] if note else []),
        *([] if team is None else ["--team", team]),
    ]
    meant = command_as_typed("grant", who, role, pattern, options=options)
    return (
        f"Unexpected {' '.join(further)!r}: a duration and a note are options here. Did you mean `{meant}`?"
    )


@click.command(cls=ShellCommand)
@click.argument("who")
@click.argument("role", metavar="ROLE", type=ROLES)
@click.argument("pattern")
@click.option("--team", help="Slack workspace id (T…), if it is not the bot's own.")
def revoke(who: str, role: str, pattern: str, *, team: str | None) -> None:
    """Take a role on a pattern away from a person or a user group; all of them, if it was granted more than once."""
    with changing(database_path()) as administration:
        now = clock_of(administration).now()
        principal = named(who, team, administration)
        take_away = RevokeRole(principal, Role(role), pattern)
        held = administration.grants(principal)
        made = administration.administer(take_away, by=shell_user(), now=now)
        left, home = administration.grants(), administration.team()
    if not made:
        near = did_you_mean(
            near_revocations(left, take_away),
            now,
            home,
            otherwise=f"`{command_as_typed('grants')}` lists all.",
        )
        raise UserError(f"No such grant: {id_of(principal)} is not {role} on {pattern}. {near}")
    for known in held:
        if (known.role, known.pattern) == (take_away.role, pattern):
            click.echo(f"Revoked: {id_of(principal)} was {role} on {pattern} ({_numbered(known)}).")
    if take_away.role is Role.ADMIN and not any(
        one.role is Role.ADMIN and one.is_current(now) for one in left
    ):
        click.echo(NOBODY_IS_ADMIN)
    for line in undo_lines(take_away, made, home):
        click.echo(line)


@click.command(cls=ShellCommand)
@click.argument("wanted", required=False, metavar="[WHO|PATTERN]")
@json_flag
def grants(wanted: str | None, *, wants_json: bool) -> None:
    """List grants, expired ones too: all, those of one person or group, or those that may match a PATTERN."""
    settings = load_settings(ShellSettings)
    with reading(path_of(settings)) as administration:
        known = tuple(_wanted(administration.grants(), wanted, settings.targets))
        home, now = administration.team(), clock_of(administration).now()
        is_archive = administration.is_archive()
    if wants_json:
        click.echo(as_json([_as_json(one, now) for one in known]))
    elif known:
        click.echo(_table(known, home, now))
    elif is_archive:
        click.echo(NO_ACCESS_DATA)
    elif wanted is None:
        click.echo(
            f"No grants: no one has access yet. Grant the first role: `{first_grant(settings_source())}`."
        )
    elif names_somebody(wanted):
        click.echo(f"No grants to {wanted} directly.")
    else:
        click.echo(f"No grants on {wanted}.")


def _wanted(known: Iterable[Grant], wanted: str | None, targets: Targets) -> Iterable[Grant]:
    known = tuple(known)
    if wanted is None:
        return known
    held = [
        one
        for one in known
        if wanted in {id_of(one.principal), f"{one.principal.team}/{id_of(one.principal)}"}
    ]
    # A short id could be a pipeline's name, too; a principal with grants comes first.
    if held or names_somebody(wanted):
        return held
    # With targets, a grant without one is still listed: it may have to be revoked.
    pattern = checked_anywhere(wanted) if targets.names else checked_pattern(wanted)
    return [one for one in known if may_overlap(one.pattern, pattern)]


def _says(grant: Grant, give: GrantRole) -> bool:
    return (grant.role, grant.pattern, grant.expires_at, grant.note) == (
        give.role,
        give.pattern,
        give.expires_at,
        give.note,
    )


def _numbered(grant: Grant) -> str:
    expiry = "no expiry" if grant.expires_at is None else f"expires {moment(grant.expires_at)}"
    return f"grant #{grant.id}, {expiry}"


def _as_json(grant: Grant, now: datetime) -> dict[str, object]:
    principal = grant.principal
    return {
        "id": grant.id,
        "team": principal.team,
        "user": principal.user if isinstance(principal, Actor) else None,
        "group": principal.group if isinstance(principal, Group) else None,
        "role": grant.role.value,
        "pattern": grant.pattern,
        "expires_at": None if grant.expires_at is None else grant.expires_at.isoformat(),
        "is_current": grant.is_current(now),
        "granted_by": grant.granted_by,
        "granted_at": grant.granted_at.isoformat(),
        "note": grant.note,
    }


_COLUMNS = ("NUMBER", "WHO", "ROLE", "PATTERN", "EXPIRES", "GRANTED BY", "GRANTED AT", "NOTE")


def _table(known: Sequence[Grant], home: TeamId | None, now: datetime) -> str:
    """With a column for the workspace if any differs from the bot's own."""
    teams = {one.principal.team for one in known}
    rows = [_row(one, now) for one in known]
    if teams == {home} or (home is None and len(teams) == 1):
        return table(_COLUMNS, rows)
    with_teams = [
        (number, one.principal.team, *rest) for one, (number, *rest) in zip(known, rows, strict=True)
    ]
    return table(("NUMBER", "TEAM", *_COLUMNS[1:]), with_teams)


def _row(one: Grant, now: datetime) -> tuple[str, ...]:
    return (
        str(one.id),
        id_of(one.principal),
        one.role.value,
        one.pattern,
        _expiry(one, now),
        one.granted_by,
        moment(one.granted_at),
        one.note,
    )


def _expiry(grant: Grant, now: datetime) -> str:
    if grant.expires_at is None:
        return "never"
    return moment(grant.expires_at) if grant.is_current(now) else f"expired {moment(grant.expires_at)}"
