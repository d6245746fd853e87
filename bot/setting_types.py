"""Types for Slack's settings and our own: the form of each value, checked without a network call."""

import re
from typing import Annotated

from pydantic import AfterValidator, SecretStr

from bot.domain.ids import ChannelId

_ONE_WORD = re.compile(r"[!-~]+")  # what a header can carry as it is


def _one_word(secret: SecretStr) -> SecretStr:
    if not _ONE_WORD.fullmatch(secret.get_secret_value()):
        raise ValueError("must be one word of printable ASCII characters")
    return secret


def _token(*prefixes: str) -> AfterValidator:
    def check(secret: SecretStr) -> SecretStr:
        if not secret.get_secret_value().startswith(prefixes):
            raise ValueError(f"must begin with {' or '.join(prefixes)}")
        return _one_word(secret)

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


def _optional_listen(text: str) -> str:
    return _listen(text) if text else text


def host_and_port(address: str) -> tuple[str, int]:
    """The parts of a `ListenAddress`."""
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)


def _channel(text: str) -> ChannelId:
    if not re.fullmatch(r"[CG][A-Z0-9]{2,}", text):
        raise ValueError(
            "must be a channel's id, such as C0123ABCD (in Slack: the channel's details, at the end)"
        )
    return ChannelId(text)


BotToken = Annotated[SecretStr, _token("xoxb-", "xoxe.xoxb-")]
AppToken = Annotated[SecretStr, _token("xapp-")]
ConfigToken = Annotated[SecretStr, _token("xoxe.xoxp-", "xoxe.xoxb-")]
SigningSecret = Annotated[SecretStr, AfterValidator(_one_word)]
ApiUrl = Annotated[str, AfterValidator(_api_url)]
ListenAddress = Annotated[str, AfterValidator(_listen)]
OptionalListenAddress = Annotated[str, AfterValidator(_optional_listen)]
Channel = Annotated[ChannelId, AfterValidator(_channel)]
