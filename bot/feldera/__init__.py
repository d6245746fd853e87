"""Feldera over HTTP: the only package that knows its URLs, JSON and status codes."""

from bot.feldera.client import FelderaClient
from bot.feldera.http.address import FelderaAddress
from bot.feldera.http.credentials import ApiKey, Credentials, NoCredentials, TokenCommand

__all__ = ["ApiKey", "Credentials", "FelderaAddress", "FelderaClient", "NoCredentials", "TokenCommand"]
