"""Checks that the shell alone can make: the settings as they are now, the running bot, and the app's WebSockets."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.config import Mode, Settings
from bot.diagnostics.checks import PROCESS, SETTINGS
from bot.diagnostics.slack_connections import CONNECTIONS, several
from bot.domain.diagnosis import CheckResult, failed, passed, unknown, warning
from bot.observability import tracing
from bot.private_files import is_open_to_others
from bot.proxy_routes import routes
from bot.slack.api.identity import SlackRefused, SlackUnavailable, can_open_sockets
from bot.slack.transport.socket_connection import NoHello, others_connected
from bot.slack.transport.socket_transport import OPENS_WITHIN, why_not_opened
from bot.store.connection.lease import is_held, running_bot


def setup(settings: Settings | None, misfits: list[str], env_file: Path) -> Iterator[CheckResult]:
    if settings is not None and settings.traces_endpoint is not None and not tracing.is_installed():
        yield failed(SETTINGS, tracing.NOT_INSTALLED, tracing.INSTALL_IT)
    elif settings is not None:
        over = "Socket Mode" if settings.mode is Mode.SOCKET else "HTTP"
        yield passed(SETTINGS, " ".join([f"Complete, for {over}.", *routes(settings)]))
    for sentence in misfits:
        yield failed(SETTINGS, sentence)
    if is_open_to_others(env_file):
        readable = f"Other users of this machine can read {env_file}, which holds secrets."
        yield warning(SETTINGS, readable, f"Run `chmod 600 {env_file}`.")


def process(database: Path) -> CheckResult:
    bot = running_bot(database)
    if bot is not None:
        return passed(PROCESS, f"One runs on this database ({bot}).")
    if is_held(database):
        return passed(PROCESS, "One is starting on this database.")
    return warning(PROCESS, "None runs on this database.", "Start it: `pipeline-bot run`.")


async def socket_connections(client: AsyncWebClient, settings: Settings, app_token: str) -> list[CheckResult]:
    """By a connection of its own, which is closed at once; only while no bot runs that knows the number."""
    try:
        url = await can_open_sockets(client, app_token)
        async with asyncio.timeout(OPENS_WITHIN):
            others = await others_connected(url, settings.proxies.of(url))
    except (SlackUnavailable, SlackRefused) as error:
        return [failed(CONNECTIONS, error.message)]
    except NoHello as refused:
        return [failed(CONNECTIONS, f"{refused}.")]
    except (aiohttp.ClientError, OSError) as error:
        return [failed(CONNECTIONS, why_not_opened(error))]
    if others > 1:
        return [several(others)]
    if others == 1:
        return [
            warning(
                CONNECTIONS,
                "A bot uses this app token, but not this database.",
                "Do not start a second one: it would get only some of the commands and clicks.",
            )
        ]
    return [passed(CONNECTIONS, "The app token opens connections, and no other program uses it.")]


def not_counted(why: str) -> list[CheckResult]:
    return [unknown(CONNECTIONS, why)]
