"""`grant`, `revoke` and `grants`: grants from the shell. A running bot applies them from its next decision on."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import click

from bot.cli.access.principals import named, names_somebody
from bot.cli.access.undo_commands import did_you_mean, undo_lines
from bot.cli.current_time import clock_of
from bot.cli.output import as_json, json_flag, moment, one_line, shell_user, table
from bot.config import ShellSettings, StoreSettings, load
from bot.domain.access.authorization import id_of
from bot.domain.access.changes import GrantRole, RevokeRole
from bot.domain.access.lint.principals import NOBODY_IS_ADMIN
from bot.domain.access.near_matches import near_revocations
from bot.domain.access.patterns import checked_anywhere, checked_pattern, may_overlap
from bot.domain.access.permissions import Grant, Group, Role
from bot.domain.durations import span
from bot.domain.errors import UserError
from bot.domain.ids import Actor, TeamId
from bot.domain.pipelines.targets import Targets
from bot.store.shell_store import Administration

ROLES = click.Choice([role.value for role in Role])


class Span(click.ParamType[timedelta]):
    """`30m`, `12h`, `7d`, `2w`."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        read = span(str(value))
        if not read:
            self.fail(f"{value!r} is not a valid length of time: write 30m, 12h, 7d or 2w.", param, ctx)
        return read


_ROLES = """\b
viewer     status
requester  viewer, and requests what others approve
operator   requester, and needs no approval where no rule asks for one
approver   viewer, and approves requests of other people
responder  requester, and runs as break-glass where a rule allows it
admin      changes grants, rules and freezes in Slack; nothing on pipelines
"""


@click.command(epilog=_ROLES)
@click.argument("who")
@click.argument("role", metavar="ROLE", type=ROLES)
@click.argument("pattern")
@click.argument("further", nargs=-1, metavar="")
@click.option("--for", "lasts", type=Span(), help="How long, such as 12h or 7d; without it, until revoked.")
@click.option("--note", default="", help="Why, for whoever reads the list later.")
@click.option("--team", help="Slack workspace id (T…); by default the bot's own.")
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
    """Give a person or a user group a ROLE on the pipelines that match PATTERN.

    WHO is a Slack user id such as U0123ABCD (in Slack: profile, ⋮, Copy member ID) or a user group's id such as
    S0123ABCD. PATTERN is a pipeline's name or a glob such as 'orders-*'; quote it, so that the shell leaves it alone.
    """
    if further:
        raise click.UsageError(_as_options(further))
    settings = load(ShellSettings)
    with Administration.open(settings.pipeline_bot_database, settings.targets) as administration:
        now = clock_of(administration).now()
        principal = named(who, team, administration)
        expires_at = None if lasts is None else now + lasts
        give = GrantRole(
            principal, Role(role), checked_pattern(pattern, settings.targets), expires_at, one_line(note)
        )
        made = administration.administer(give, by=shell_user(), now=now)
        given = next(each for each in reversed(administration.grants(principal)) if _says(each, give))
    said = "Granted" if made else "Granted before"
    click.echo(f"{said}: {_in_words(given)} (number {given.id}).")


def _as_options(further: tuple[str, ...]) -> str:
    """Arguments in Slack's syntax, as options of this command."""
    word, *rest = further
    if word.lower() != "for":
        return f"{' '.join(further)!r} is too much here. A note is written --note {' '.join(further)!r}."
    length, *note = rest or ["12h"]
    return f"Write --for {length}{' --note ' + repr(' '.join(note)) if note else ''}."


@click.command()
@click.argument("who")
@click.argument("role", metavar="ROLE", type=ROLES)
@click.argument("pattern")
@click.option("--team", help="Slack workspace id (T…); by default the bot's own.")
def revoke(who: str, role: str, pattern: str, *, team: str | None) -> None:
    """Take a grant away, written as it was given; all of them, if it was given more than once."""
    with Administration.changing(load(StoreSettings).pipeline_bot_database) as administration:
        now = clock_of(administration).now()
        principal = named(who, team, administration)
        take_away = RevokeRole(principal, Role(role), pattern)
        held = administration.grants(principal)
        made = administration.administer(take_away, by=shell_user(), now=now)
        left, home = administration.grants(), administration.team()
    if not made:
        near = did_you_mean(
            near_revocations(left, take_away), now, home, otherwise="`pipeline-bot grants` lists them."
        )
        raise UserError(f"There is no such grant: {id_of(principal)} has no {role} on {pattern}. {near}")
    for known in held:
        if (known.role, known.pattern) == (take_away.role, pattern):
            ended = "" if known.expires_at is None else f", until {moment(known.expires_at)}"
            click.echo(
                f"Revoked: {id_of(principal)} was {known.role.value} on {known.pattern}{ended} (number {known.id})."
            )
    if take_away.role is Role.ADMIN and not any(
        one.role is Role.ADMIN and one.is_current(now) for one in left
    ):
        click.echo(NOBODY_IS_ADMIN)
    for line in undo_lines(take_away, made, home):
        click.echo(line)


@click.command()
@click.argument("wanted", required=False, metavar="[WHO|PATTERN]")
@json_flag
def grants(wanted: str | None, *, wants_json: bool) -> None:
    """List the grants, the lapsed ones too: all, or those of one person or group, or those that may concern a PATTERN."""
    settings = load(ShellSettings)
    with Administration.reading(settings.pipeline_bot_database) as administration:
        known = tuple(_wanted(administration.grants(), wanted, settings.targets))
        home, now = administration.team(), clock_of(administration).now()
    if wants_json:
        click.echo(as_json([_as_json(one, now) for one in known]))
    elif known:
        click.echo(_table(known, home, now))
    elif wanted is None:
        click.echo("No grants: nobody may do anything yet. Give the first with `pipeline-bot grant`.")
    elif names_somebody(wanted):
        click.echo(f"Nothing is granted to {wanted} directly.")
    else:
        click.echo(f"No grants for {wanted}.")


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


def _in_words(grant: Grant) -> str:
    until = "until revoked" if grant.expires_at is None else f"until {moment(grant.expires_at)}"
    return f"{id_of(grant.principal)} is {grant.role.value} on {grant.pattern}, {until}"


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


_COLUMNS = ("NUMBER", "WHO", "ROLE", "PATTERN", "UNTIL", "GRANTED BY", "GRANTED AT", "NOTE")


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
        _until(one, now),
        one.granted_by,
        moment(one.granted_at),
        one.note,
    )


def _until(grant: Grant, now: datetime) -> str:
    if grant.expires_at is None:
        return "until revoked"
    return moment(grant.expires_at) if grant.is_current(now) else f"lapsed {moment(grant.expires_at)}"
