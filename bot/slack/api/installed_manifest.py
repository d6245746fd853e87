"""The manifest of the installed app, as far as the bot depends on it.

Slack exports it for an app configuration token alone, which a person makes in the app's settings and which ends after 12
hours: the bot's own tokens cannot read it.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.api.web_api import CallRefused, CallSucceeded, Outcome, ask, in_words

_UNREADABLE = "Slack's answer makes no sense."


class _Part(BaseModel):
    """Slack leaves out what is not set, and has more than the bot depends on."""

    model_config = ConfigDict(frozen=True)


class _Home(_Part):
    home_tab_enabled: bool = False
    messages_tab_enabled: bool = False


class _Command(_Part):
    command: str
    should_escape: bool = False


class _Shortcut(_Part):
    callback_id: str


class _Features(_Part):
    app_home: _Home = _Home()
    slash_commands: tuple[_Command, ...] = ()
    shortcuts: tuple[_Shortcut, ...] = ()


class _Scopes(_Part):
    bot: frozenset[str] = frozenset()


class _OAuth(_Part):
    scopes: _Scopes = _Scopes()


class _Events(_Part):
    bot_events: frozenset[str] = frozenset()


class _Interactivity(_Part):
    is_enabled: bool = False


class _Settings(_Part):
    event_subscriptions: _Events = _Events()
    interactivity: _Interactivity = _Interactivity()
    socket_mode_enabled: bool = False


class Manifest(_Part):
    features: _Features = _Features()
    oauth_config: _OAuth = _OAuth()
    settings: _Settings = Field(default=_Settings())

    @property
    def parts(self) -> frozenset[str]:
        """Everything in it that the bot depends on, but for the connection mode, in words."""
        home = self.features.app_home
        return frozenset(
            [
                *(f"the command {each.command}" for each in self.features.slash_commands),
                *(
                    f"escaped names in {each.command}"
                    for each in self.features.slash_commands
                    if each.should_escape
                ),
                *(f"the shortcut {each.callback_id}" for each in self.features.shortcuts),
                *(["the Home tab"] if home.home_tab_enabled else []),
                *(["the Messages tab"] if home.messages_tab_enabled else []),
                *(f"the scope {each}" for each in self.oauth_config.scopes.bot),
                *(f"the event {each}" for each in self.settings.event_subscriptions.bot_events),
                *(["interactivity"] if self.settings.interactivity.is_enabled else []),
            ]
        )

    @property
    def uses_sockets(self) -> bool:
        return self.settings.socket_mode_enabled


async def installed_manifest(client: AsyncWebClient, config_token: str, bot_id: str) -> Manifest | str:
    """The installed app's manifest; otherwise why it cannot be read, as a sentence."""
    answer = await ask(client.bots_info(bot=bot_id))
    app_id = _app_id(answer.said.get("bot")) if isinstance(answer, CallSucceeded) else None
    if app_id is None:
        return _why(answer, client)
    exported = await ask(client.apps_manifest_export(app_id=app_id, token=config_token))
    if isinstance(exported, CallRefused):
        return f"SLACK_CONFIG_TOKEN: Slack answers {exported.error}."
    if not isinstance(exported, CallSucceeded):
        return _why(exported, client)
    try:
        return Manifest.model_validate(exported.said.get("manifest"))
    except ValidationError:
        return _UNREADABLE


def _app_id(bot: Any) -> str | None:
    app_id = bot.get("app_id") if isinstance(bot, dict) else None
    return app_id if isinstance(app_id, str) else None


def _why(answer: Outcome, client: AsyncWebClient) -> str:
    return _UNREADABLE if isinstance(answer, CallSucceeded) else in_words(answer, client.base_url)
