"""All checks of `doctor`, one after the other. Each is made against the real service, and none changes anything.

A check that cannot be made because of an earlier one is left out: that one says what to fix first.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from slack_sdk.web.async_client import AsyncWebClient

from bot.cli.doctor.access import access_checks
from bot.cli.doctor.check import Check, fine, note, wrong
from bot.cli.doctor.database import database_checks
from bot.cli.doctor.feldera import feldera_checks
from bot.cli.doctor.slack import app_checks, socket_checks
from bot.cli.proxy_routes import routes
from bot.composition_root import SLACK_TIMEOUT, slack_client
from bot.config import (
    BadSettings,
    Mode,
    Settings,
    ShellSettings,
    SlackSettings,
    StoreSettings,
    load,
)
from bot.domain.pipelines.targets import ONE
from bot.engine.ports import Clock
from bot.private_files import is_open_to_others
from bot.settings_source import SettingsSource
from bot.slack.api.app_check import AppCheck, checkup
from bot.slack.api.identity import SlackRefused, SlackUnavailable
from bot.slack.api.web_api import session

_S = TypeVar("_S", Settings, SlackSettings, ShellSettings, StoreSettings)


async def checks(clock: Clock, source: SettingsSource) -> AsyncIterator[Check]:
    """Every check that can be made, with its outcome."""
    settings, misfits = _loaded(Settings, source)
    if settings is not None:
        yield fine(f"Settings: complete, for {'Socket Mode' if settings.mode is Mode.SOCKET else 'HTTP'}.")
        for sentence in routes(settings):
            yield fine(sentence)
    for sentence in misfits:
        yield wrong(f"Settings: {sentence}")
    for check in _secrets(source.env_file):
        yield check
    path = load(StoreSettings, source).pipeline_bot_database.absolute()
    async with _slack(source) as client:
        app, refusal = await _asked(client, clock)
        if refusal is not None:
            yield refusal
        for check in (*app_checks(app), *await socket_checks(client, settings, app)):
            yield check
        for check in (*await feldera_checks(settings, clock), *database_checks(path, app, settings)):
            yield check
        shell, _ = _loaded(ShellSettings, source)
        targets = ONE if shell is None else shell.targets
        for check in await access_checks(path, clock, targets, client=client, app=app, source=source):
            yield check


@asynccontextmanager
async def _slack(source: SettingsSource) -> AsyncIterator[AsyncWebClient | None]:
    """A client of Slack's Web API, if there are settings for it."""
    settings, _ = _loaded(SlackSettings, source)
    if settings is None:
        yield None
        return
    async with session(SLACK_TIMEOUT) as connections:
        yield slack_client(settings, connections)


async def _asked(client: AsyncWebClient | None, clock: Clock) -> tuple[AppCheck | None, Check | None]:
    """What Slack reports about the app, or why the call failed."""
    if client is None:
        return None, None
    try:
        return await checkup(client, clock), None
    except (SlackUnavailable, SlackRefused) as error:
        return None, wrong(f"Slack: {error.message}")


def _loaded(kind: type[_S], source: SettingsSource) -> tuple[_S | None, list[str]]:
    try:
        return load(kind, source), []
    except BadSettings as error:
        return None, error.message.splitlines()


def _secrets(path: Path) -> Iterator[Check]:
    if is_open_to_others(path):
        yield note(
            f"Settings: other users of this machine can read {path}, which holds secrets. Run `chmod 600 {path}`."
        )
