"""Ports for servers whose address is known before they listen."""

import random
import socket
from pathlib import Path

_OUTGOING = Path("/proc/sys/net/ipv4/ip_local_port_range")
_PRIVILEGED = 1024


def free_port() -> int:
    """A port of this machine on which nothing listens.

    It is none of those that the kernel gives to outgoing connections, unless those are all: another test's connection would
    take it before the server does.
    """
    first, last = map(int, _OUTGOING.read_text().split())
    others = [*range(_PRIVILEGED, first), *range(last + 1, 2**16)]
    for port in random.SystemRandom().sample(others, len(others)):
        if _is_free(port):
            return port
    with socket.socket() as any_other:
        any_other.bind(("127.0.0.1", 0))
        port = any_other.getsockname()[1]
        assert isinstance(port, int)
        return port


def _is_free(port: int) -> bool:
    with socket.socket() as candidate:
        try:
            candidate.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
