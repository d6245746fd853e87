"""Feldera over HTTP: the one room that knows its URLs, its JSON and its status codes."""

from bot.feldera.client import FelderaClient
from bot.feldera.http.address import FelderaAddress
from bot.feldera.http.credentials import ApiKey, Credentials, NoCredentials, TokenCommand

__all__ = ["ApiKey", "Credentials", "FelderaAddress", "FelderaClient", "NoCredentials", "TokenCommand"]
