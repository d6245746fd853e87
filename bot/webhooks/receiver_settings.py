"""The settings of one webhook receiver. Validated without a request.

The address can hold a token in its path or query, so that both it and the secret stay `SecretStr`, and an error never
repeats them.
"""

import base64
import binascii
import ipaddress
import re
import ssl
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Any

import httpx
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    FilePath,
    SecretStr,
    field_validator,
)
from pydantic_settings import NoDecode

from bot.domain.access.patterns import checked_anywhere
from bot.domain.errors import BadPattern
from bot.webhooks.event_details import PEOPLE, TEXT
from bot.webhooks.event_types import BY_NAME, PREFIX

SECRET_PREFIX = "whsec_"  # noqa: S105 - what each secret begins with
SECRET_BYTES = (24, 64)  # by Standard Webhooks
REDACTABLE = (TEXT, PEOPLE)
_EXAMPLE = "https://siem.example.com/hooks/pipeline-bot"
_SEPARATORS = re.compile(r"[\s,]+")


def words_of(value: Any) -> Any:
    """The words of a text, with spaces or commas between."""
    return [word for word in _SEPARATORS.split(value) if word] if isinstance(value, str) else value


def event_name(text: str) -> str:
    """A type of events without its prefix, such as `request.ended`.

    Raises:
        ValueError: there is none.
    """
    name = text.removeprefix(PREFIX)
    if name not in BY_NAME:
        raise ValueError(
            f"{text[:100]!r} is no type of events, such as request.ended: docs/events.md lists them"
        )
    return name


def pattern(text: str) -> str:
    """A pattern of pipelines, for any targets.

    Raises:
        ValueError: no pipeline could match it.
    """
    try:
        return checked_anywhere(text)
    except BadPattern as error:
        raise ValueError(error.message) from None


def redactable(text: str) -> str:
    """Raises ValueError unless it is something that can be left out."""
    if text not in REDACTABLE:
        raise ValueError(f"{text[:100]!r} cannot be left out: write {' or '.join(REDACTABLE)}, or both")
    return text


def _url(secret: SecretStr) -> SecretStr:
    try:
        url = httpx.URL(secret.get_secret_value())
    except httpx.InvalidURL:
        raise ValueError(f"must be a URL such as {_EXAMPLE}") from None
    if url.scheme not in {"http", "https"} or not url.host:
        raise ValueError(f"must be a URL such as {_EXAMPLE}")
    if url.scheme == "http" and not _is_this_machine(url.host):
        raise ValueError("must begin with https://: http:// is for this machine alone")
    if url.userinfo:
        raise ValueError("must have no user and no password: the receiver knows the bot by its signature")
    if url.fragment:
        raise ValueError("must end before any #")
    return secret


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _secrets(secret: SecretStr) -> SecretStr:
    """One secret, or two while it is replaced: both sign."""
    secrets = words_of(secret.get_secret_value())
    least, most = SECRET_BYTES
    if not secrets or not all(_is_secret(each) for each in secrets):
        raise ValueError(
            f"must be {SECRET_PREFIX} and {least} to {most} bytes in base64, such as `echo "
            f'"{SECRET_PREFIX}$(head -c 32 /dev/urandom | base64)"` prints; while you replace one, the new and the old one'
        )
    return secret


def _is_secret(text: str) -> bool:
    encoded = text.removeprefix(SECRET_PREFIX)
    try:
        key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except (binascii.Error, ValueError):
        return False
    return text != encoded and SECRET_BYTES[0] <= len(key) <= SECRET_BYTES[1]


def tls_context(certificate: Path | None) -> ssl.SSLContext:
    """What verifies a receiver: the usual certificates, and this one.

    Raises:
        ValueError: the file cannot be read as PEM.
    """
    context = httpx.create_ssl_context()
    if certificate is not None:
        try:
            context.load_verify_locations(cafile=certificate)
        except OSError as error:  # ssl.SSLError is one
            raise ValueError(f"{certificate} cannot be read: {error.strerror or error}") from error
    return context


class ReceiverSettings(BaseModel):
    """Where entries are sent, how they are signed, and which of them, and how much of each."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: Annotated[SecretStr, AfterValidator(_url)]
    secret: Annotated[SecretStr, AfterValidator(_secrets)]
    events: Annotated[
        tuple[Annotated[str, AfterValidator(event_name)], ...], NoDecode, BeforeValidator(words_of)
    ] = ()
    pipelines: Annotated[
        tuple[Annotated[str, AfterValidator(pattern)], ...], NoDecode, BeforeValidator(words_of)
    ] = ()
    redact: Annotated[
        frozenset[Annotated[str, AfterValidator(redactable)]], NoDecode, BeforeValidator(words_of)
    ] = frozenset()
    https_tls_cert: FilePath | None = None

    @field_validator("https_tls_cert")
    @classmethod
    def _is_read(cls, path: Path | None) -> Path | None:
        if path is not None:
            tls_context(path)
        return path

    @property
    def host(self) -> str:
        """The machine of the address: all of it that is ever shown."""
        return httpx.URL(self.url.get_secret_value()).host

    @property
    def secrets(self) -> Collection[str]:
        return [str(each) for each in words_of(self.secret.get_secret_value())]
