"""The settings, read once from the environment and a `.env` file: everything wrong with them is said at once.

The only place that reads the environment. Secrets are `SecretStr`, so that no log or traceback shows one. It checks
what can be checked without asking anybody: whether a token works is proved at start-up.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self, TypeVar

from pydantic import AfterValidator, Field, FilePath, SecretStr, ValidationError, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.domain.errors import UserError
from bot.domain.names import ChannelId
from bot.feldera.address import FelderaAddress
from bot.feldera.credentials import ApiKey, TokenCommand

LEAST_REQUEST_TIMEOUT = (
    15.0  # seconds: Feldera may wait 10 s for a row lock, and answers one request at a time
)


class BadSettings(UserError):  # noqa: N818 - named for what happened, like every other outcome
    """Settings that are missing or malformed, a line each."""


class Mode(StrEnum):
    SOCKET = "socket"
    HTTP = "http"


_ONE_WORD = re.compile(r"[!-~]+")  # what can stand in a header as it is


def _token(*prefixes: str) -> AfterValidator:
    def check(secret: SecretStr) -> SecretStr:
        token = secret.get_secret_value()
        if not token.startswith(prefixes):
            raise ValueError(f"must begin with {' or '.join(prefixes)}")
        if not _ONE_WORD.fullmatch(token):
            raise ValueError("must be one word of plain characters")
        return secret

    return AfterValidator(check)


def _api_url(url: str) -> str:
    if not re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", url):
        raise ValueError("must be a URL such as https://slack.com/api/")
    return url if url.endswith("/") else f"{url}/"


_LISTEN = re.compile(r"(?P<host>[^\s:]+|\[[0-9a-fA-F:]+\]):(?P<port>\d{1,5})")
_PORT_MAX = 65_535


def _listen(text: str) -> str:
    match = _LISTEN.fullmatch(text)
    if match is None or int(match["port"]) > _PORT_MAX:
        raise ValueError("must be HOST:PORT, such as 127.0.0.1:3000")
    return text


def _channel(text: str) -> ChannelId:
    if not re.fullmatch(r"[CG][A-Z0-9]{2,}", text):
        raise ValueError(
            "must be a channel's id, such as C0123ABCD (in Slack: the channel's details, at the end)"
        )
    return ChannelId(text)


def _feldera_host(text: str) -> str:
    FelderaAddress(host=text)
    return text


def _tenant(text: str) -> str:
    FelderaAddress(host="localhost", tenant=text)
    return text


def _tls_cert(path: Path) -> Path:
    FelderaAddress(host="localhost", tls_cert=path).tls_context()
    return path


def _api_key(secret: SecretStr) -> SecretStr:
    ApiKey(secret)
    return secret


def _token_command(text: str) -> str:
    TokenCommand(text)
    return text


class _Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore")

    @model_validator(mode="wrap")
    @classmethod
    def _all_at_once(cls, values: Any, handler: Any) -> Self:
        misfits = cls.misfits(values if isinstance(values, Mapping) else {})
        try:
            settings: Self = handler(values)
        except ValidationError as error:
            misfits = [*(_in_words(detail) for detail in error.errors()), *misfits]
        if misfits:
            raise BadSettings("\n".join(misfits))
        return settings

    @classmethod
    def misfits(cls, _values: Mapping[str, Any]) -> list[str]:
        """What is wrong with settings that may each be right, a sentence each."""
        return []


class StoreSettings(_Settings):
    """What the shell's own commands need: where the database is."""

    pipeline_bot_database: Path = Path("pipeline-bot.db")


class SlackSettings(_Settings):
    """What it takes to ask Slack who we are."""

    slack_bot_token: Annotated[SecretStr, _token("xoxb-", "xoxe.xoxb-")]
    slack_api_url: Annotated[str, AfterValidator(_api_url)] = "https://slack.com/api/"


class Settings(SlackSettings, StoreSettings):
    """Everything `pipeline-bot run` needs. The fields are the variables, in lower case."""

    slack_app_token: Annotated[SecretStr, _token("xapp-")] | None = None
    slack_signing_secret: SecretStr | None = None
    pipeline_bot_mode: Mode | None = None
    pipeline_bot_listen: Annotated[str, AfterValidator(_listen)] = "127.0.0.1:3000"
    pipeline_bot_audit_channel: Annotated[ChannelId, AfterValidator(_channel)] | None = None

    feldera_host: Annotated[str, AfterValidator(_feldera_host)]
    feldera_api_key: Annotated[SecretStr, AfterValidator(_api_key)] | None = None
    feldera_auth_token_command: Annotated[str, AfterValidator(_token_command)] | None = None
    feldera_tenant: Annotated[str, AfterValidator(_tenant)] | None = None
    feldera_https_tls_cert: Annotated[FilePath, AfterValidator(_tls_cert)] | None = None
    feldera_tls_insecure: bool = False
    feldera_request_timeout: Annotated[float, Field(ge=LEAST_REQUEST_TIMEOUT, le=600)] = 30.0

    @property
    def mode(self) -> Mode:
        if self.pipeline_bot_mode is not None:
            return self.pipeline_bot_mode
        return Mode.HTTP if self.slack_app_token is None else Mode.SOCKET

    @property
    def listen(self) -> tuple[str, int]:
        host, _, port = self.pipeline_bot_listen.rpartition(":")
        return host.strip("[]"), int(port)

    @classmethod
    def misfits(cls, values: Mapping[str, Any]) -> list[str]:
        given = {key.lower() for key in values}
        mode = str(values.get("pipeline_bot_mode", "")).lower()
        found = []
        match mode, "slack_app_token" in given, "slack_signing_secret" in given:
            case _, False, False if mode not in {Mode.SOCKET, Mode.HTTP}:
                found.append(
                    "SLACK_APP_TOKEN (for Socket Mode) or SLACK_SIGNING_SECRET (for HTTP) is missing: set one of them."
                )
            case "", True, True:
                found.append(
                    "PIPELINE_BOT_MODE is missing: it must say socket or http, "
                    "since SLACK_APP_TOKEN and SLACK_SIGNING_SECRET are both set."
                )
            case Mode.SOCKET, False, _:
                found.append("SLACK_APP_TOKEN is missing: PIPELINE_BOT_MODE=socket needs it.")
            case Mode.HTTP, _, False:
                found.append("SLACK_SIGNING_SECRET is missing: PIPELINE_BOT_MODE=http needs it.")
        if {"feldera_api_key", "feldera_auth_token_command"} <= given:
            found.append(
                "FELDERA_API_KEY and FELDERA_AUTH_TOKEN_COMMAND exclude each other: set one of them."
            )
        return found


_S = TypeVar("_S", bound=_Settings)


def load(kind: type[_S]) -> _S:
    """The settings of this kind, from the environment and `.env` in the current directory.

    Raises:
        BadSettings: with everything that is missing or malformed.
    """
    try:
        return kind()
    except UnicodeDecodeError:
        raise BadSettings("The file .env cannot be read: it is not text in UTF-8.") from None
    except OSError as error:
        raise BadSettings(f"The file .env cannot be read: {error.strerror}.") from error


def _in_words(detail: ErrorDetails) -> str:
    variable = str(detail["loc"][0]).upper() if detail["loc"] else "The settings"
    if detail["type"] == "missing":
        return f"{variable} is missing."
    # The message of our own checks; never the input, which may be a secret.
    message = str(detail.get("ctx", {}).get("error") or detail["msg"]).rstrip(".")
    return f"{variable}: {message[0].lower() if message.startswith('Input ') else message[0]}{message[1:]}."
