"""The service manager (systemd), told by the sd_notify protocol: that the bot serves, works, and stops.

systemd names its socket in `NOTIFY_SOCKET`; without it nobody listens, and nothing is sent. It never delays or ends the bot: a
datagram that cannot be sent at once is dropped. Protocol: the manual page sd_notify(3).
"""

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

import structlog

log = structlog.get_logger(__name__)

READY = "READY=1"
STOPPING = "STOPPING=1"
ALIVE = "WATCHDOG=1"
_ABSTRACT = "@"  # how the environment spells the zero byte of an abstract socket's name


@dataclass(frozen=True, slots=True)
class ServiceManager:
    """`alive_within` is how often it wants to hear `ALIVE` at least (`WatchdogSec`); None if never."""

    address: str | None = None
    alive_within: timedelta | None = None

    @classmethod
    def of(cls, environment: Mapping[str, str], pid: int) -> Self:
        """As `environment` of the process `pid` describes it. A path or an abstract name; systemd in a VM has others."""
        address = environment.get("NOTIFY_SOCKET", "")
        if not address.startswith(("/", _ABSTRACT)):
            return cls()
        within, whose = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID", str(pid))
        is_asked = within.isdecimal() and int(within) > 0 and whose == str(pid)
        return cls(address, timedelta(microseconds=int(within)) if is_asked else None)

    def tell(self, state: str, status: str = "") -> None:
        """`status` is the line that `systemctl status` shows."""
        if self.address is None:
            return
        said = "\n".join([state, f"STATUS={' '.join(status.split())}"] if status else [state])
        where = (
            self.address.replace(_ABSTRACT, "\0", 1) if self.address.startswith(_ABSTRACT) else self.address
        )
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as datagrams:
                datagrams.setblocking(False)
                datagrams.sendto(said.encode(), where)
        except OSError as error:
            log.warning("service_manager_not_told", state=state, why=os.strerror(error.errno or 0))
