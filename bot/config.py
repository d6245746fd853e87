"""Settings, read once from the environment and a `.env` file. All errors in them are reported at once.

All of the bot's settings are loaded here. Secrets are `SecretStr`, so that no log or traceback shows one. It checks
what it can without a network call: whether a token works is checked at startup.
"""

import os
from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self, TypeVar

from dotenv import dotenv_values
from pydantic import (
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.admin_settings import AdminSettings
from bot.doctor_settings import DoctorSettings
from bot.domain.errors import WrongInput
from bot.domain.pipelines.targets import DEFAULT, ONE, TARGET_NAME_MAX, TargetName, Targets, is_target_name
from bot.feldera.http.address import REQUEST_TIMEOUT
from bot.feldera.target_settings import Certificate, Command, FelderaSettings, Host, Key, Tenant, Timeout
from bot.proxy_settings import ProxySettings
from bot.setting_types import ApiUrl, AppToken, BotToken, Channel, ListenAddress, SigningSecret, host_and_port
from bot.settings_source import SettingsSource
from bot.tracing_settings import TracingSettings
from bot.variables import misspelled, unreadable_lines
from bot.webhook_settings import WEBHOOKS, WebhookSettings, misfits_of_webhooks

TARGETS = "PIPELINE_BOT_TARGETS"
DELIMITER = "__"  # between the parts of a nested setting: PIPELINE_BOT_TARGETS__PROD__HOST


class BadSettings(WrongInput):
    """Missing or malformed settings, one line each."""

    hint = "Settings come from the environment and from .env, or the file of --env-file; docs/settings.md lists them."


class Mode(StrEnum):
    SOCKET = "socket"
    HTTP = "http"


class _Settings(BaseSettings):
    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", env_nested_delimiter=DELIMITER)

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
        """Errors in how settings combine, one sentence each; each setting alone may be valid."""
        return []


class StoreSettings(_Settings):
    """The database's path."""

    pipeline_bot_database: Path = Path("pipeline-bot.db")


class ShellSettings(StoreSettings):
    """For shell commands that change access: the database, and which Felderas there are, even misconfigured ones."""

    feldera_host: str | None = None
    pipeline_bot_targets: Annotated[dict[str, Any], NoDecode] = {}

    @property
    def targets(self) -> Targets:
        keys = [*([] if self.feldera_host is None else [DEFAULT]), *sorted(self.pipeline_bot_targets)]
        return targets_of(keys)


class SlackSettings(ProxySettings, _Settings):
    """For calls of Slack's Web API."""

    slack_bot_token: BotToken
    slack_api_url: ApiUrl = "https://slack.com/api/"


class KeySettings(_Settings):
    """The API key of a Feldera whose address is given elsewhere."""

    feldera_api_key: Key | None = None


class FelderasSettings(ProxySettings, _Settings):
    """Where each Feldera is, and the bot's credentials there."""

    pipeline_bot_targets: Annotated[dict[str, FelderaSettings], NoDecode] = {}
    feldera_host: Annotated[Host | None, Field(validate_default=True)] = None
    feldera_api_key: Key | None = None
    feldera_auth_token_command: Command | None = None
    feldera_tenant: Tenant | None = None
    feldera_https_tls_cert: Certificate | None = None
    feldera_tls_insecure: bool = False
    feldera_request_timeout: Timeout = REQUEST_TIMEOUT

    @field_validator("feldera_host")
    @classmethod
    def _there_is_a_feldera(cls, host: str | None, known: ValidationInfo) -> str | None:
        if host is None and known.data.get("pipeline_bot_targets") == {}:
            raise PydanticCustomError("missing", "Field required")
        return host

    @property
    def felderas(self) -> Mapping[TargetName, FelderaSettings]:
        """Each Feldera by its target's name; the name of a single one does not matter."""
        named = {
            target_named(key): self.pipeline_bot_targets[key] for key in sorted(self.pipeline_bot_targets)
        }
        return named if self.feldera_host is None else {DEFAULT: self._default(self.feldera_host), **named}

    @property
    def targets(self) -> Targets:
        return targets_of(self.felderas)

    def _default(self, host: str) -> FelderaSettings:
        return FelderaSettings(
            host=host,
            api_key=self.feldera_api_key,
            auth_token_command=self.feldera_auth_token_command,
            tenant=self.feldera_tenant,
            https_tls_cert=self.feldera_https_tls_cert,
            tls_insecure=self.feldera_tls_insecure,
            request_timeout=self.feldera_request_timeout,
        )

    @classmethod
    def misfits(cls, values: Mapping[str, Any]) -> list[str]:
        given = {key.lower() for key in values}
        found = list(_misfits_of_targets(given, values.get("pipeline_bot_targets", {})))
        if {"feldera_api_key", "feldera_auth_token_command"} <= given:
            found.append(
                "FELDERA_API_KEY and FELDERA_AUTH_TOKEN_COMMAND exclude each other: set one of them."
            )
        return found


class ReceiversSettings(WebhookSettings, StoreSettings):
    """For shell commands about webhooks: the receivers, and the database with their cursors."""


class Settings(
    AdminSettings,
    DoctorSettings,
    TracingSettings,
    WebhookSettings,
    FelderasSettings,
    StoreSettings,
    SlackSettings,
):
    """Everything `pipeline-bot run` needs. The fields are the variables, in lower case."""

    slack_app_token: AppToken | None = None
    slack_signing_secret: SigningSecret | None = None
    pipeline_bot_mode: Mode | None = None
    pipeline_bot_listen: ListenAddress = "127.0.0.1:3000"
    pipeline_bot_audit_channel: Channel | None = None

    @property
    def mode(self) -> Mode:
        if self.pipeline_bot_mode is not None:
            return self.pipeline_bot_mode
        return Mode.HTTP if self.slack_app_token is None else Mode.SOCKET

    @property
    def listen(self) -> tuple[str, int]:
        return host_and_port(self.pipeline_bot_listen)

    @classmethod
    def misfits(cls, values: Mapping[str, Any]) -> list[str]:
        given = {key.lower() for key in values}
        mode = str(values.get("pipeline_bot_mode", "")).lower()
        found = [*super().misfits(values), *misfits_of_webhooks(values.get("pipeline_bot_webhooks"))]
        match mode, "slack_app_token" in given, "slack_signing_secret" in given:
            case _, False, False if mode not in {Mode.SOCKET, Mode.HTTP}:
                found.append(
                    "SLACK_APP_TOKEN (for Socket Mode) or SLACK_SIGNING_SECRET (for HTTP) is missing: set one of them."
                )
            case "", True, True:
                found.append(
                    "PIPELINE_BOT_MODE is missing: set it to socket or http, "
                    "since SLACK_APP_TOKEN and SLACK_SIGNING_SECRET are both set."
                )
            case Mode.SOCKET, False, _:
                found.append("SLACK_APP_TOKEN is missing: PIPELINE_BOT_MODE=socket needs it.")
            case Mode.HTTP, _, False:
                found.append("SLACK_SIGNING_SECRET is missing: PIPELINE_BOT_MODE=http needs it.")
        return found


def _misfits_of_targets(given: Collection[str], targets: Any) -> Iterator[str]:
    keys = sorted(targets) if isinstance(targets, Mapping) else []
    if keys and "feldera_host" not in given:
        for variable in sorted(key.upper() for key in given if key.startswith("feldera_")):
            yield f"{variable} is without effect: FELDERA_HOST is not set, and each target has its own settings."
    seen = {DEFAULT: "FELDERA_HOST"} if "feldera_host" in given else {}
    for key in keys:
        variable, name = f"{TARGETS}{DELIMITER}{key}".upper(), target_named(key)
        if not is_target_name(name):
            yield (
                f"{variable}: a target's name has letters, digits and, between them, _ (which becomes a dash), and "
                f"at most {TARGET_NAME_MAX} characters."
            )
        elif name in seen:
            yield f"{variable}: the target name {name} is already used by {seen[name]}. Choose another name."
        seen[name] = variable


def target_named(key: str) -> TargetName:
    """The target that a variable names: in most shells, a variable cannot contain the dash that a target may."""
    return TargetName(key.lower().replace("_", "-"))


def targets_of(keys: Collection[str]) -> Targets:
    """The targets with these keys; a single Feldera has no visible name."""
    return Targets(tuple(map(target_named, keys))) if len(keys) > 1 else ONE


_S = TypeVar("_S", bound=_Settings)
_DEFAULT_SOURCE = SettingsSource()


def load(kind: type[_S], source: SettingsSource = _DEFAULT_SOURCE) -> _S:
    """The settings of this kind, from the environment and the source's file.

    Raises:
        BadSettings: lists everything missing, malformed or, for the complete `Settings`, misspelled.
    """
    try:
        slips = list(_slips(source.env_file)) if issubclass(kind, Settings) else []
        return _made(kind, source, slips)
    except UnicodeDecodeError:
        raise BadSettings(f"The file {source.env_file} cannot be read: it is not text in UTF-8.") from None
    except OSError as error:
        raise BadSettings(f"The file {source.env_file} cannot be read: {error.strerror}.") from error


def _made(kind: type[_S], source: SettingsSource, slips: list[str]) -> _S:
    typed: dict[str, Any] = {} if source.database is None else {"pipeline_bot_database": source.database}
    try:
        settings = kind(_env_file=source.env_file, **typed)
    except BadSettings as error:
        raise BadSettings("\n".join([error.message, *slips])) from None
    if slips:
        raise BadSettings("\n".join(slips))
    return settings


def _slips(file: Path) -> Iterator[str]:
    """Misspelled variables and unreadable lines, which would otherwise be ignored silently."""
    known = {field.upper() for field in Settings.model_fields}
    given = {name.upper() for name, value in os.environ.items() if value}
    yield from misspelled(given, known, "in the environment")
    if file.is_file():
        yield from unreadable_lines(file.read_text(encoding="utf-8"), str(file))
        in_file = {name.upper() for name, value in dotenv_values(file, encoding="utf-8").items() if value}
        yield from misspelled(in_file, known, f"in {file}")


def _in_words(detail: ErrorDetails) -> str:
    parts = [
        part for part in detail["loc"] if isinstance(part, str)
    ]  # a number is the place of a word in a value
    variable = DELIMITER.join(parts).upper() or "The settings"
    if detail["type"] == "missing":
        return f"{variable} is missing."
    nested, first = (WEBHOOKS, "URL") if variable.startswith(WEBHOOKS) else (TARGETS, "HOST")
    if detail["type"] == "extra_forbidden":
        return f"{variable}: there is no such setting of a {'webhook' if nested == WEBHOOKS else 'target'}."
    if variable.startswith(nested) and detail["type"] in {"dict_type", "model_type"}:
        return f"{variable} has no value of its own. Set {nested}{DELIMITER}NAME{DELIMITER}{first} and so on."
    # The message of our own checks; never the input, which may be a secret.
    message = str(detail.get("ctx", {}).get("error") or detail["msg"]).rstrip(".")
    return f"{variable}: {message[0].lower() if message.startswith('Input ') else message[0]}{message[1:]}."
