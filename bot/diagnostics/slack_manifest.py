"""The check of the installed app's manifest, against the one that comes with this version of the bot."""

from pathlib import Path

import yaml

from bot.config import Mode
from bot.diagnostics.context import CheckContext, NoAnswer
from bot.domain.diagnosis import CheckResult, failed, passed, unknown, warning
from bot.slack.api.installed_manifest import Manifest, installed_manifest

MANIFEST = "slack manifest"
PATH = Path(__file__).parent / "app_manifest.yml"
"""A link to the one at the top of the repository; in an installed package, that file."""

_FIX = "Change it under App Manifest, in the app's settings, as in app_manifest.yml, and reinstall the app."


async def manifest(context: CheckContext) -> list[CheckResult]:
    """Slack tells a bot's own tokens the scopes of the installed app, and nothing else of its manifest."""
    config_token = context.config_token
    if config_token is None:
        return [
            unknown(
                MANIFEST,
                "Commands, shortcuts, events and tabs of the installed app cannot be read with the bot's tokens.",
                "After an upgrade, compare the app's manifest (App Manifest, in the app's settings) with app_manifest.yml, or run `pipeline-bot "
                "doctor` with an app configuration token in SLACK_CONFIG_TOKEN.",
            )
        ]
    app = await context.app()
    if context.client is None or context.settings is None or isinstance(app, NoAnswer):
        return [unknown(MANIFEST, "Slack was not asked.")]
    installed = await installed_manifest(context.client, config_token, app.workspace.bot_id)
    if isinstance(installed, str):
        return [unknown(MANIFEST, installed)]
    return _compared(installed, expected(), context.settings.mode)


def expected() -> Manifest:
    return Manifest.model_validate(yaml.safe_load(PATH.read_text(encoding="utf-8")))


def _compared(installed: Manifest, wanted: Manifest, mode: Mode) -> list[CheckResult]:
    found = []
    missing, more = wanted.parts - installed.parts, installed.parts - wanted.parts
    if missing:
        found.append(failed(MANIFEST, f"The installed app lacks {', '.join(sorted(missing))}.", _FIX))
    if installed.uses_sockets is not (mode is Mode.SOCKET):
        state = "on" if installed.uses_sockets else "off"
        found.append(
            failed(MANIFEST, f"Socket Mode is {state} in the app, and not in the bot's settings.", _FIX)
        )
    if more:
        found.append(
            warning(
                MANIFEST,
                f"The installed app has what the bot does not need: {', '.join(sorted(more))}.",
                _FIX,
            )
        )
    return found or [passed(MANIFEST, "The installed app has all that app_manifest.yml has.")]
