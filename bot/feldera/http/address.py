"""Feldera's address: the host as people configure it, parsed into one base URL and one TLS context.

It rejects what it would have to guess (a password in the address, a query), and never repeats a rejected address in
full, since it may hold a password. It trusts the operator who wrote the settings, and the system's certificates.
"""

import ipaddress
import re
import ssl
from dataclasses import dataclass, field
from pathlib import Path

import httpx

REQUEST_TIMEOUT = (
    30.0  # seconds; Feldera answers all requests one after another, and one may wait 10 s for a lock
)
_PORT_MAX = 65_535
_HOST_NAME = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*\.?")
_HEADER_VALUE = re.compile(r"[!-~]([ -~]*[!-~])?")  # visible ASCII, spaces inside


@dataclass(frozen=True, slots=True)
class FelderaAddress:
    """Feldera's host and the settings of a connection to it.

    `host` may have a scheme (without one: `http` on this machine, `https` elsewhere), a path prefix and a `/v0`;
    `tls_cert` is a PEM file trusted besides the usual certificates; `request_timeout` is how many seconds Feldera
    may stay silent; `proxy` is the URL of an HTTP proxy, and may hold a password.

    Raises:
        ValueError: a setting cannot be used; the message says which and why.
    """

    host: str
    tenant: str | None = None
    tls_cert: Path | None = None
    tls_insecure: bool = False
    request_timeout: float = REQUEST_TIMEOUT
    proxy: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        _ = self.base_url
        if self.tenant is not None and not _HEADER_VALUE.fullmatch(self.tenant):
            raise ValueError("Feldera's tenant must be a name or an id of printable ASCII characters.")
        if not 0 < self.request_timeout < float("inf"):
            raise ValueError("Feldera's request timeout must be a positive number of seconds.")

    @property
    def base_url(self) -> httpx.URL:
        """The URL that `/v0/…` is appended to; no trailing slash, no user, no query."""
        text = self.host.strip()
        if "://" not in text:
            text = f"{_usual_scheme(text)}://{text}"
        try:
            url = httpx.URL(text)
        except httpx.InvalidURL:
            raise ValueError("Feldera's host is not a URL.") from None
        if url.scheme not in {"http", "https"}:
            raise ValueError("Feldera's host must begin with http:// or https://.")
        if url.userinfo:
            raise ValueError("Feldera's host must not hold a user or password; use an API key.")
        if url.query or url.fragment:
            raise ValueError("Feldera's host must end before any ? or #.")
        machine = url.raw_host.decode("ascii")
        if not (_is_ip(machine) or _HOST_NAME.fullmatch(machine)):
            raise ValueError("Feldera's host names no machine.")
        if url.port is not None and not 1 <= url.port <= _PORT_MAX:
            raise ValueError(f"Feldera's host has a port outside 1 to {_PORT_MAX}.")
        return url.copy_with(path=url.path.rstrip("/").removesuffix("/v0").rstrip("/"))

    @property
    def is_in_the_clear(self) -> bool:
        """Whether traffic to it can be read in transit: plain HTTP to another machine."""
        return self.base_url.scheme == "http" and not _is_this_machine(self.base_url.host)

    def tls_context(self) -> ssl.SSLContext:
        """The context that verifies Feldera's certificate. For plain HTTP, it trusts no certificate.

        Raises:
            ValueError: the certificate file cannot be read as PEM.
        """
        if self.base_url.scheme == "http":
            return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # without the system's certificates, slow to read
        if self.tls_insecure:
            return httpx.create_ssl_context(verify=False)
        context = httpx.create_ssl_context()
        if self.tls_cert is not None:
            try:
                context.load_verify_locations(cafile=self.tls_cert)
            except OSError as error:  # ssl.SSLError is one
                raise ValueError(
                    f"Feldera's TLS certificate {self.tls_cert} cannot be read: {error.strerror or error}."
                ) from error
        return context


def _usual_scheme(host_and_path: str) -> str:
    """`http` for this machine; otherwise `https`, so that a guess never sends a key in the clear."""
    bracketed = re.match(r"\[([^\]]*)\]", host_and_path)
    host = bracketed[1] if bracketed else re.split(r"[:/?#]", host_and_path, maxsplit=1)[0]
    return "http" if _is_this_machine(host) else "https"


def _is_this_machine(host: str) -> bool:
    return host.lower() == "localhost" or (_is_ip(host) and ipaddress.ip_address(host).is_loopback)


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
