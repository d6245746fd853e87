"""Admin settings: where health, readiness and metrics are served."""

from collections.abc import Mapping
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
)

from bot.setting_types import OptionalListenAddress, host_and_port

FIELD = "pipeline_bot_admin_listen"


class AdminSettings(BaseSettings):
    """Part of the settings of `pipeline-bot run`."""

    pipeline_bot_admin_listen: OptionalListenAddress = "127.0.0.1:9090"

    @property
    def admin_listen(self) -> tuple[str, int] | None:
        """Host and port; None if nothing is served."""
        return host_and_port(self.pipeline_bot_admin_listen) if self.pipeline_bot_admin_listen else None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Any other variable that is set but empty counts as not set; this one turns the server off."""
        sources = super().settings_customise_sources(
            settings_cls, init_settings, env_settings, dotenv_settings, file_secret_settings
        )
        file = dotenv_settings.env_file if isinstance(dotenv_settings, DotEnvSettingsSource) else None
        environment = EnvSettingsSource(settings_cls, env_ignore_empty=False).env_vars
        in_file = DotEnvSettingsSource(settings_cls, env_file=file, env_ignore_empty=False).env_vars
        return (*sources, _EmptyAddress(settings_cls, environment, in_file))


class _EmptyAddress(PydanticBaseSettingsSource):
    """The empty address, if one of these has it. The last of the sources: an address that is not empty wins."""

    def __init__(self, settings_cls: type[BaseSettings], *variables: Mapping[str, str | None]) -> None:
        super().__init__(settings_cls)
        self._is_given = any(given.get(FIELD) == "" for given in variables)

    def get_field_value(self, _field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        return ("" if field_name == FIELD and self._is_given else None), field_name, False

    def __call__(self) -> dict[str, Any]:
        return {FIELD: ""} if self._is_given else {}
