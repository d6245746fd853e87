"""Slack lookups of the people behind the grants, for the linter, as far as the shell can make them."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from bot import logs
from bot.cli.settings_and_database import load_settings
from bot.config import BadSettings, SlackSettings
from bot.domain.access.lint.findings import Roster
from bot.domain.access.permissions import Grant
from bot.domain.access.rules import Rule
from bot.domain.errors import UserError


def roster_of(grants: Sequence[Grant], rules: Sequence[Rule], now: datetime) -> tuple[Roster, str]:
    """What Slack says of them, and, if it could not be asked, why: then the roster is empty."""
    try:
        settings = load_settings(SlackSettings)
    except BadSettings as error:
        return Roster(), "; ".join(line.rstrip(".") for line in error.message.splitlines())
    try:
        with logs.writing(quiet=True):
            return asyncio.run(_asked(settings, grants, rules, now)), ""
    except UserError as error:
        return Roster(), error.message.rstrip(".")


async def _asked(
    settings: SlackSettings, grants: Sequence[Grant], rules: Sequence[Rule], now: datetime
) -> Roster:
    from bot.clock import SystemClock  # noqa: PLC0415
    from bot.composition_root import slack_client  # noqa: PLC0415 - most commands start without loading Bolt
    from bot.engine.principal_lookup import survey  # noqa: PLC0415
    from bot.slack.api.directory import PeopleDirectory  # noqa: PLC0415
    from bot.slack.api.identity import who_are_we  # noqa: PLC0415

    client = slack_client(settings)
    workspace = await who_are_we(client)
    return await survey(PeopleDirectory(client, SystemClock(), workspace.team), grants, rules, now)
