"""The settings of one target: the address of a Feldera and the bot's credentials. Validated without a request.

It does not know where settings are read from. Secrets stay `SecretStr`.
"""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, FilePath, SecretStr, model_validator

from bot.engine.ports import Clock
from bot.feldera.client import FelderaClient
from bot.feldera.http.address import REQUEST_TIMEOUT, FelderaAddress
from bot.feldera.http.credentials import ApiKey, Credentials, NoCredentials, TokenCommand
from bot.proxies import DIRECTLY, Proxies

LEAST_REQUEST_TIMEOUT = (
    15.0  # seconds: Feldera may wait 10 s for a row lock, and answers one request at a time
)


def _host(text: str) -> str:
    FelderaAddress(host=text)
    return text


def _tenant(text: str) -> str:
    FelderaAddress(host="localhost", tenant=text)
    return text


def _tls_cert(path: Path) -> Path:
    FelderaAddress(host="https://localhost", tls_cert=path).tls_context()
    return path


def _api_key(secret: SecretStr) -> SecretStr:
    ApiKey(secret)
    return secret


def _token_command(text: str) -> str:
    TokenCommand(text)
    return text


Host = Annotated[str, AfterValidator(_host)]
Key = Annotated[SecretStr, AfterValidator(_api_key)]
Command = Annotated[str, AfterValidator(_token_command)]
Tenant = Annotated[str, AfterValidator(_tenant)]
Certificate = Annotated[FilePath, AfterValidator(_tls_cert)]
Timeout = Annotated[float, Field(ge=LEAST_REQUEST_TIMEOUT, le=600)]


class FelderaSettings(BaseModel):
    """The settings of one Feldera."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: Host
    api_key: Key | None = None
    auth_token_command: Command | None = None
    tenant: Tenant | None = None
    https_tls_cert: Certificate | None = None
    tls_insecure: bool = False
    request_timeout: Timeout = REQUEST_TIMEOUT

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if self.api_key is not None and self.auth_token_command is not None:
            raise ValueError("API_KEY and AUTH_TOKEN_COMMAND exclude each other: set one of them")
        return self

    @property
    def url(self) -> str:
        return str(FelderaAddress(host=self.host).base_url)

    def client(self, clock: Clock, proxies: Proxies = DIRECTLY) -> FelderaClient:
        """An API client for it; to be closed.

        Raises:
            ValueError: the TLS certificate cannot be read.
        """
        address = replace(self._address, proxy=proxies.of(self.url))
        return FelderaClient(address, self._credentials(), clock=clock)

    @property
    def sends_secrets_in_the_clear(self) -> bool:
        """Whether the key, or the token, can be read in transit."""
        has_secret = self.api_key is not None or self.auth_token_command is not None
        return has_secret and self._address.is_in_the_clear

    @property
    def _address(self) -> FelderaAddress:
        return FelderaAddress(
            host=self.host,
            tenant=self.tenant,
            tls_cert=self.https_tls_cert,
            tls_insecure=self.tls_insecure,
            request_timeout=self.request_timeout,
        )

    def _credentials(self) -> Credentials:
        if self.auth_token_command is not None:
            return TokenCommand(self.auth_token_command)
        return NoCredentials() if self.api_key is None else ApiKey(self.api_key)
