"""`grant`, `revoke` and `grants`: who may do what, from the shell. They work beside a running bot, from its next decision on."""

import asyncio
import contextlib
import getpass
import json
import os
import re
from collections.abc import Sequence
from datetime import datetime, timedelta

import click
from tabulate import tabulate

from bot.clock import SystemClock
from bot.config import SlackSettings, StoreSettings, load
from bot.domain.access import Grant, Role
from bot.domain.errors import UserError
from bot.domain.names import Actor, TeamId, UserId
from bot.store.administration import Administration

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DURATION = re.compile(r"(\d{1,4})([mhdw])")
_TEAM = re.compile(r"T[A-Z0-9]+")
_USER = re.compile(rf"(?:(?P<team>{_TEAM.pattern})/)?(?P<user>[UW][A-Z0-9]+)")


def _duration(text: str) -> timedelta:
    """`30m`, `12h`, `7d`, `2w`."""
    match = _DURATION.fullmatch(text)
    if match is None or int(match[1]) == 0:
        raise click.BadParameter(f"{text!r} is no duration; write 30m, 12h, 7d or 2w.")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


_a_role = click.argument("role", metavar="ROLE", type=click.Choice([role.value for role in Role]))


@click.command()
@click.argument("user")
@_a_role
@click.argument("pattern")
@click.option(
    "--for",
    "lasts",
    type=_duration,
    metavar="DURATION",
    help="How long, such as 12h or 7d; without it, until revoked.",
)
@click.option("--note", default="", help="Why, for whoever reads the list later.")
@click.option("--team", help="Slack workspace id (T…); by default the bot's own.")
def grant(  # noqa: PLR0913 - a grant's fields, from the command line
    user: str, role: str, pattern: str, *, lasts: timedelta | None, note: str, team: str | None
) -> None:
    """Give a person a ROLE on the pipelines that match PATTERN.

    USER is a Slack user id such as U0123ABCD (in Slack: profile, ⋮, Copy member ID). ROLE is viewer (status) or
    operator (clear, too). PATTERN is a pipeline's name or a glob such as 'orders-*'; quote it, so that the shell
    leaves it alone.
    """
    now = SystemClock().now()
    with Administration.open(load(StoreSettings).pipeline_bot_database) as administration:
        principal = _principal(user, team, administration)
        before = {known.id for known in administration.grants(principal)}
        given = administration.grant(
            principal,
            Role(role),
            pattern=pattern,
            granted_by=_shell_user(),
            now=now,
            expires_at=None if lasts is None else now + lasts,
            note=note,
        )
    done = "Already granted" if given.id in before else "Granted"
    click.echo(f"{done}: {_in_words(given)} (number {given.id}).")


@click.command()
@click.argument("user")
@_a_role
@click.argument("pattern")
@click.option("--team", help="Slack workspace id (T…); by default the bot's own.")
def revoke(user: str, role: str, pattern: str, *, team: str | None) -> None:
    """Take a grant away, written as it was given."""
    with _existing_administration() as administration:
        principal = _principal(user, team, administration)
        meant = [
            known.id
            for known in administration.grants(principal)
            if known.role is Role(role) and known.pattern == pattern
        ]
        revoked = administration.revoke(meant, revoked_by=_shell_user(), now=SystemClock().now())
    if not revoked:
        raise UserError(
            f"There is no such grant: {principal.user} has no {role} on {pattern}. `pipeline-bot grants` lists them."
        )
    for known in revoked:
        click.echo(f"Revoked: {_in_words(known)}.")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="A JSON array, for programs.")
def grants(*, as_json: bool) -> None:
    """List the grants, the lapsed ones too."""
    with _existing_administration() as administration:
        known = administration.grants()
    now = SystemClock().now()
    if as_json:
        click.echo(json.dumps([_as_json(one, now) for one in known], indent=2))
    elif not known:
        click.echo("No grants: nobody may do anything yet. Give the first with `pipeline-bot grant`.")
    else:
        click.echo(_table(known, now))


def _existing_administration() -> Administration:
    """Of a database that is there: an empty one, made at a mistyped path, would say that nobody has any grant."""
    path = load(StoreSettings).pipeline_bot_database
    with contextlib.suppress(PermissionError):  # opening it says so
        if not path.exists():
            raise UserError(
                f"There is no database {path} yet. The first `pipeline-bot grant` creates it, or the bot's first run; "
                "PIPELINE_BOT_DATABASE says where."
            )
    return Administration.open(path)


def _principal(user: str, team: str | None, administration: Administration) -> Actor:
    match = _USER.fullmatch(user)
    if match is None:
        raise UserError(
            f"{user!r} is no Slack user id: it looks like U0123ABCD "
            "(in Slack: the person's profile, ⋮, Copy member ID)."
        )
    if team is not None and not _TEAM.fullmatch(team):
        raise UserError(f"{team!r} is no Slack workspace id: it looks like T0123ABCD.")
    if team is not None and match["team"] not in {None, team}:
        raise UserError(f"{user} and --team {team} name two workspaces: leave one of them out.")
    home = team or match["team"] or administration.team() or _ask_slack_for_the_team(administration)
    return Actor(TeamId(home), UserId(match["user"]))


def _ask_slack_for_the_team(administration: Administration) -> TeamId:
    """The bot's workspace, before its first run: the one its token belongs to."""
    from bot.bootstrap import slack_client  # noqa: PLC0415 - only the first grant needs Slack
    from bot.slack.identity import who_are_we  # noqa: PLC0415

    try:
        workspace = asyncio.run(who_are_we(slack_client(load(SlackSettings))))
    except UserError as error:
        raise UserError(
            f"{error.message}\nThe workspace is not known yet, and Slack did not tell it: "
            "set SLACK_BOT_TOKEN, or name the workspace with --team T0123ABCD."
        ) from error
    administration.remember_team(workspace.team)
    return workspace.team


def _shell_user() -> str:
    try:
        return f"shell:{getpass.getuser()}"
    except (KeyError, OSError):  # KeyError until Python 3.12: in a container, a uid may have no name
        return f"shell:uid:{os.getuid()}"


def _in_words(grant: Grant) -> str:
    until = "until revoked" if grant.expires_at is None else f"until {_moment(grant.expires_at)}"
    return f"{grant.principal.user} is {grant.role.value} on {grant.pattern}, {until}"


def _as_json(grant: Grant, now: datetime) -> dict[str, object]:
    return {
        "id": grant.id,
        "team": grant.principal.team,
        "user": grant.principal.user,
        "role": grant.role.value,
        "pattern": grant.pattern,
        "expires_at": None if grant.expires_at is None else grant.expires_at.isoformat(),
        "is_current": grant.is_current(now),
        "granted_by": grant.granted_by,
        "granted_at": grant.granted_at.isoformat(),
        "note": grant.note,
    }


_COLUMNS = ("NUMBER", "TEAM", "USER", "ROLE", "PATTERN", "UNTIL", "GRANTED BY", "GRANTED AT", "NOTE")


def _table(known: Sequence[Grant], now: datetime) -> str:
    rows = [
        (
            str(one.id),
            one.principal.team,
            one.principal.user,
            one.role.value,
            one.pattern,
            _until(one, now),
            one.granted_by,
            _moment(one.granted_at),
            one.note,
        )
        for one in known
    ]
    return tabulate(rows, headers=_COLUMNS, tablefmt="plain", disable_numparse=True)


def _until(grant: Grant, now: datetime) -> str:
    if grant.expires_at is None:
        return "no end"
    return _moment(grant.expires_at) if grant.is_current(now) else f"lapsed {_moment(grant.expires_at)}"


def _moment(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC")
