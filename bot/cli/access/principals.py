"""People and user groups in shell arguments: by Slack id, in a workspace that is known or looked up."""

import asyncio
import re

from bot.cli.settings_and_database import load_settings
from bot.config import SlackSettings
from bot.domain.access.permissions import Group, Principal
from bot.domain.errors import UserError, WrongInput
from bot.domain.ids import Actor, GroupId, TeamId, UserId
from bot.store.shell_store import Administration

TEAM = re.compile(r"T[A-Z0-9]+")
_PRINCIPAL = re.compile(rf"(?:(?P<team>{TEAM.pattern})/)?(?P<id>[UWS][A-Z0-9]+)")


def principal_of(text: str, team: TeamId) -> Principal | None:
    """`U…`, `W…` or `S…`, of this workspace or, as `T…/U…`, of another; None if it is no such id."""
    match = _PRINCIPAL.fullmatch(text)
    return None if match is None else _principal(match["id"], TeamId(match["team"] or team))


def names_somebody(text: str) -> bool:
    """Whether it is a Slack id. A pipeline could be named like one, but for the digits that every id has."""
    return _PRINCIPAL.fullmatch(text) is not None and any(char.isdigit() for char in text)


def named(text: str, team: str | None, administration: Administration) -> Principal:
    """The principal that the operator means.

    Raises:
        UserError: it is no id, or the workspace is not known.
    """
    match = _PRINCIPAL.fullmatch(text)
    if match is None:
        raise WrongInput(
            f"{text!r} is not a valid Slack id. A person's looks like U0123ABCD (in Slack: the person's profile, ⋮, "
            "Copy member ID), a user group's like S0123ABCD (the group, ⋮, Copy group ID)."
        )
    if team is not None and not TEAM.fullmatch(team):
        raise WrongInput(f"{team!r} is not a valid Slack workspace id. It looks like T0123ABCD.")
    if team is not None and match["team"] not in {None, team}:
        raise WrongInput(f"{text} and --team {team} name two workspaces. Leave one of them out.")
    return _principal(match["id"], TeamId(team or match["team"] or home_team(administration)))


def home_team(administration: Administration) -> TeamId:
    """The bot's workspace; before its first run, the one its token belongs to.

    Raises:
        UserError: Slack has to be asked, and the call fails.
    """
    return administration.team() or _ask_slack_for_the_team(administration)


def _principal(known: str, team: TeamId) -> Principal:
    return Group(team, GroupId(known)) if known.startswith("S") else Actor(team, UserId(known))


def _ask_slack_for_the_team(administration: Administration) -> TeamId:
    from bot.composition_root import slack_client  # noqa: PLC0415 - only the first grant needs Slack
    from bot.slack.api.identity import who_are_we  # noqa: PLC0415

    try:
        workspace = asyncio.run(who_are_we(slack_client(load_settings(SlackSettings))))
    except UserError as error:
        kind = WrongInput if isinstance(error, WrongInput) else UserError
        why = " ".join(error.message.splitlines())
        raise kind(
            f"The Slack workspace is not known. {why} To do without Slack, name the workspace: --team T0123ABCD."
        ) from error
    administration.remember_team(workspace.team)
    return workspace.team
