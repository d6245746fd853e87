"""Proxy settings, from the variables that most programs know; read once, at startup, for all connections.

An error names the variable alone: its value may hold a password.
"""

from typing import Annotated

from pydantic import AfterValidator, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource

from bot.proxies import Proxies, no_proxy, proxy_url


def _proxy(secret: SecretStr) -> SecretStr:
    proxy_url(secret.get_secret_value())
    return secret


_Proxy = Annotated[SecretStr, AfterValidator(_proxy)]


class ProxySettings(BaseSettings):
    """Part of the settings of everything that connects to Slack or Feldera."""

    http_proxy: _Proxy | None = None
    https_proxy: _Proxy | None = None
    all_proxy: _Proxy | None = None
    no_proxy: str | None = None

    @field_validator("no_proxy")
    @classmethod
    def _counts_beside_a_proxy(cls, text: str | None, known: ValidationInfo) -> str | None:
        """Not checked without a proxy: it has no effect then, and may be meant for other programs."""
        if text is not None and any(
            known.data.get(name) for name in ("http_proxy", "https_proxy", "all_proxy")
        ):
            no_proxy(text)
        return text

    @property
    def proxies(self) -> Proxies:
        http, https, everything = (
            "" if url is None else url.get_secret_value()
            for url in (self.http_proxy, self.https_proxy, self.all_proxy)
        )
        return Proxies(http, https, everything, self.no_proxy or "")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """If a variable is set in both spellings, the lower-case one wins, as in other programs."""
        lower_case = EnvSettingsSource(settings_cls, case_sensitive=True)
        return init_settings, lower_case, env_settings, dotenv_settings, file_secret_settings
