"""Settings that `doctor` alone uses."""

from pydantic_settings import BaseSettings

from bot.setting_types import ConfigToken


class DoctorSettings(BaseSettings):
    """Part of the settings of the bot, since they are in the same file."""

    slack_config_token: ConfigToken | None = None
