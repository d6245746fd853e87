"""A person's membership, asked of Slack with the bot's token; without an answer, what is granted to them directly."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass

from bot import logs
from bot.cli.settings_and_database import load_settings
from bot.config import SlackSettings
from bot.domain.access.permissions import Group, Kind, Membership
from bot.domain.errors import UserError
from bot.domain.ids import Actor, TeamId

ANSWERED_WITHIN = 5.0  # seconds for each look-up in Slack


@dataclass(frozen=True, slots=True)
class Looked:
    """The membership, and a sentence about what Slack did not say of it; empty if it said all."""

    membership: Membership
    not_checked: str = ""


def membership_of(actor: Actor, groups: frozenset[Group], *, home: TeamId | None) -> Looked:
    """What Slack says of them, `groups` being the ones that matter.

    Where Slack cannot be asked, they are taken for a member who may or may not be in each group: then what is granted
    to them directly decides, and what is granted to a group is open.
    """
    if home is not None and actor.team != home:
        return Looked(Membership(actor, Kind.OUTSIDER))
    try:
        settings = load_settings(SlackSettings)
        with logs.writing(quiet=True):
            found = asyncio.run(_asked(settings, actor, groups, home))
    except UserError as error:
        return _unchecked(actor, groups, "; ".join(line.rstrip(".") for line in error.message.splitlines()))
    if found.kind is Kind.UNKNOWN:
        return _unchecked(actor, groups, found.why)
    if not found.unresolved_groups:
        return Looked(found)
    return Looked(found, f"Not checked in Slack: {_whether_in(found)} ({found.why}).")


def _unchecked(actor: Actor, groups: Collection[Group], why: str) -> Looked:
    theirs = frozenset(group.group for group in groups if group.team == actor.team)
    membership = Membership(actor, unresolved_groups=theirs, why=why)
    open_questions = [
        f"whether {actor.user} is an active member",
        *([_whether_in(membership)] if theirs else []),
    ]
    return Looked(membership, f"Not checked in Slack: {', and '.join(open_questions)} ({why}).")


def _whether_in(membership: Membership) -> str:
    return f"whether {membership.actor.user} is in {' or '.join(sorted(membership.unresolved_groups))}"


async def _asked(
    settings: SlackSettings, actor: Actor, groups: frozenset[Group], home: TeamId | None
) -> Membership:
    from bot.clock import SystemClock  # noqa: PLC0415
    from bot.composition_root import slack_client  # noqa: PLC0415 - most commands start without loading Bolt
    from bot.slack.api.directory import PeopleDirectory  # noqa: PLC0415
    from bot.slack.api.identity import who_are_we  # noqa: PLC0415

    client = slack_client(settings)
    workspace = await who_are_we(client)
    if home not in {None, workspace.team}:
        raise UserError(f"SLACK_BOT_TOKEN is of the workspace {workspace.team}, and the database of {home}")
    directory = PeopleDirectory(client, SystemClock(), workspace.team, within=ANSWERED_WITHIN)
    return (await directory.memberships([actor], groups))[actor]
