"""Checks of Slack: the app's token and scopes, the clock beside Slack's, and Socket Mode."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.cli.doctor.check import Check, fine, note, wrong
from bot.config import Mode, Settings
from bot.slack.api.app_check import AppCheck
from bot.slack.api.identity import SlackRefused, SlackUnavailable, can_open_sockets
from bot.slack.transport.socket_connection import NoHello, others_connected
from bot.slack.transport.socket_transport import OPENS_WITHIN, why_not_opened
from bot.store.connection.lease import is_held

# Slack's signatures are valid for five minutes; approvals expire by our clock.
CLOCKS_AGREE = timedelta(seconds=30)


def app_checks(app: AppCheck | None) -> Iterator[Check]:
    if app is None:
        return
    yield fine(f"Slack: the bot token is for the workspace {app.workspace.name} ({app.workspace.team}).")
    if app.lacking is None:
        yield note("Slack: it did not report the scopes of the bot token.")
    elif app.lacking:
        yield wrong(
            f"Slack: the bot token lacks the scopes {', '.join(sorted(app.lacking))}. "
            "Add them to the app as in app_manifest.yml, and reinstall it."
        )
    else:
        yield fine("Slack: the bot token has all required scopes.")
    if app.ahead is None:
        yield note("Clock: Slack did not report the time, so this machine's clock was not checked.")
    elif abs(app.ahead) > CLOCKS_AGREE:
        seconds = round(app.ahead.total_seconds())
        yield wrong(
            f"Clock: this machine is {abs(seconds)} s {'ahead of' if seconds > 0 else 'behind'} Slack. "
            "Synchronize it by NTP: in HTTP mode, requests from Slack that are off by five minutes are refused, and after a "
            "reboot the bot takes the time from this clock."
        )
    else:
        yield fine("Clock: this machine agrees with Slack.")


async def socket_checks(
    client: AsyncWebClient | None, settings: Settings | None, app: AppCheck | None
) -> list[Check]:
    if client is None or settings is None or app is None:
        return []
    if settings.mode is not Mode.SOCKET or settings.slack_app_token is None:
        return []
    try:
        url = await can_open_sockets(client, settings.slack_app_token.get_secret_value())
        async with asyncio.timeout(OPENS_WITHIN):
            others = await others_connected(url, settings.proxies.of(url))
    except (SlackUnavailable, SlackRefused) as error:
        return [wrong(f"Socket Mode: {error.message}")]
    except NoHello as refused:
        return [wrong(f"Socket Mode: {refused}.")]
    except (aiohttp.ClientError, OSError) as error:
        return [wrong(f"Socket Mode: {why_not_opened(error)}")]
    works = fine("Socket Mode: the app token opens connections.")
    return [works, *_other_bots(others, runs_here=is_held(settings.pipeline_bot_database))]


def _other_bots(others: int, *, runs_here: bool) -> Iterator[Check]:
    """The bot has one connection of its own, and briefly two while Slack renews it."""
    if others > 1:
        yield wrong(
            f"Socket Mode: the app has {others} connections besides that of this check: more than one bot uses this app "
            "token, and each gets only some of the commands and clicks. Stop all but one, or give each its own app."
        )
    elif others == 1 and not runs_here:
        yield note(
            "Socket Mode: a bot uses this app token, but not this database. A second one would get only some of the "
            "commands and clicks."
        )
