"""HTTP proxy selection: one rule for Slack, Feldera and webhook receivers, from the usual variables.

The libraries would read the variables themselves, each by its own rules; so they are configured not to, and to use the
proxy chosen here. Pure: it reads nothing. A password in a proxy's URL is used, and shown nowhere.
"""

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

DEFAULT_PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443}
_ENCRYPTED = frozenset({"https", "wss"})
_NAME = re.compile(r"(\*?\.)?(?P<name>[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*)\.?(:(?P<port>\d{1,5}))?")
_ADDRESS = re.compile(
    r"(?P<v4>[\d.]+)(:(?P<port4>\d{1,5}))?|\[(?P<v6>[0-9a-fA-F:.]+)\](:(?P<port6>\d{1,5}))?"
)
_HOST = re.compile(r"[A-Za-z0-9_.:-]{1,253}")
_EXAMPLE = "http://proxy.example.com:3128"

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def proxy_url(text: str) -> str:
    """The URL, if it names a usable proxy.

    Raises:
        ValueError: it is not; the message does not repeat it, since it may hold a password.
    """
    scheme, found, _ = text.partition("://")
    if not found:
        raise ValueError(f"must begin with http://, such as {_EXAMPLE}")
    if scheme.lower().startswith("socks"):
        raise ValueError(f"must be an HTTP proxy, such as {_EXAMPLE}: SOCKS is not supported")
    if scheme.lower() not in {"http", "https"}:
        raise ValueError(f"must be an HTTP proxy, such as {_EXAMPLE}")
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError:
        raise ValueError("must end with a port from 1 to 65535, such as :3128") from None
    if port == 0:
        raise ValueError("must end with a port from 1 to 65535, such as :3128")
    if not _HOST.fullmatch(url.hostname or "") or not re.fullmatch(r"[!-~]+", text):
        raise ValueError(
            f"must name a machine, such as {_EXAMPLE}; in a user or password, encode @ / : # ? and the like as %40"
        )
    if url.path not in {"", "/"} or url.query or url.fragment:
        raise ValueError(
            "must end after the port; in a user or password, encode @ / : # ? and the like as %40"
        )
    return text


def without_password(url: str) -> str:
    """The proxy's host and port, and nothing else from its URL."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or DEFAULT_PORTS.get(parts.scheme.lower(), 80)
    return f"{f'[{host}]' if ':' in host else host}:{port}"


@dataclass(frozen=True, slots=True)
class _Exception:
    """One entry of NO_PROXY: a name with its subdomains, or addresses; on one port, or on any."""

    name: str = ""
    network: _Network | None = None
    port: int | None = None

    def matches(self, host: str, port: int | None) -> bool:
        if self.port not in {None, port}:
            return False
        if self.network is None:
            return self.name in {"*", host} or host.endswith(f".{self.name}")
        try:
            return ipaddress.ip_address(host) in self.network
        except ValueError:
            return False


def no_proxy(text: str) -> str:
    """The text, if every entry is valid.

    Raises:
        ValueError: names the first that is not.
    """
    _ = tuple(_exceptions(text))
    return text


def _exceptions(text: str) -> Iterator[_Exception]:
    for entry in re.split(r"[\s,]+", text.strip()):
        if entry:
            yield _exception(entry)


def _exception(entry: str) -> _Exception:
    if entry == "*":
        return _Exception("*")
    try:
        return _Exception(network=ipaddress.ip_network(entry.strip("[]"), strict=False))
    except ValueError:
        pass
    address = _ADDRESS.fullmatch(entry)
    name = _NAME.fullmatch(entry)
    try:
        if address is not None:
            network = ipaddress.ip_network(address["v4"] or address["v6"])
            return _Exception(network=network, port=_port(address["port4"] or address["port6"]))
        if name is not None:
            return _Exception(name["name"].lower(), port=_port(name["port"]))
    except ValueError:
        pass
    raise ValueError(
        f"has an entry that is not understood ({entry[:100]!r}): write host names, addresses and networks such as "
        "example.com, 10.1.2.3 or 10.0.0.0/8, with commas between them"
    )


def _port(text: str | None) -> int | None:
    return None if text is None else int(text)


@dataclass(frozen=True, slots=True)
class Proxies:
    """`http` and `https` are proxies for targets of these schemes, `all` for those without one.

    Each is a URL that `proxy_url` accepted, or empty; `bypass` is the text of NO_PROXY.
    """

    http: str = field(default="", repr=False)
    https: str = field(default="", repr=False)
    all: str = field(default="", repr=False)
    bypass: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.http or self.https or self.all)

    def of(self, target: str) -> str | None:
        """The URL of the proxy for `target`, a URL; None for a direct connection."""
        parts = urlsplit(target)
        proxy = (self.https if parts.scheme in _ENCRYPTED else self.http) or self.all
        return None if not proxy or self._is_bypassed(parts) else proxy

    def _is_bypassed(self, target: SplitResult) -> bool:
        host = (target.hostname or "").rstrip(".")
        port = target.port or DEFAULT_PORTS.get(target.scheme)
        return any(exception.matches(host, port) for exception in _exceptions(self.bypass))


DIRECTLY = Proxies()
