"""TLS in front of something that speaks plain HTTP, with a certificate that only whoever is given it trusts."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import trustme

from tests.streams import listening, passes

NAME = "feldera.example"
"""The name that the certificate is for: no resolver knows it, a proxy may."""


@dataclass(frozen=True)
class Encrypted:
    """Where it listens (host:port), and the certificate to trust, as a PEM file."""

    address: str
    certificate: Path


@asynccontextmanager
async def encrypted(url: str, folder: Path) -> AsyncIterator[Encrypted]:
    """The server at `url` (http), over TLS as well, on another port."""
    authority = trustme.CA()
    certificate = folder / "ca.pem"
    authority.cert_pem.write_to_path(certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(NAME, "127.0.0.1").configure_cert(context)
    target = urlsplit(url)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, here = await asyncio.open_connection(target.hostname, target.port)
        await asyncio.gather(passes(reader, here), passes(there, writer))

    async with listening(serve, context) as port:
        yield Encrypted(f"127.0.0.1:{port}", certificate)
