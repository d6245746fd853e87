"""What the service manager is told, on a real socket, and that nothing which is wrong with that socket disturbs the bot."""

import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.systemd import ALIVE, READY, ServiceManager

PID = 4711


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        name = str(tmp_path / "notify")
        listening.bind(name if request.param == "path" else f"\0{name}")
        listening.setblocking(False)
        yield listening


def address_of(listening: socket.socket) -> str:
    name = listening.getsockname()
    return name if isinstance(name, str) else f"@{name[1:].decode()}"


def of(**environment: str) -> ServiceManager:
    return ServiceManager.of(environment, PID)


def test_it_is_told_over_a_path_and_an_abstract_name(manager):
    told = of(NOTIFY_SOCKET=address_of(manager))
    told.tell(READY)
    told.tell(ALIVE, "The bot is not\nconnected to Slack.")
    assert manager.recv(4096) == b"READY=1"
    assert manager.recv(4096) == b"WATCHDOG=1\nSTATUS=The bot is not connected to Slack."


@pytest.mark.parametrize("address", ["", "vsock:2:1234", "relative"])
def test_where_nobody_listens_nothing_is_sent(address):
    with capture_logs() as logged:
        of(NOTIFY_SOCKET=address, WATCHDOG_USEC="1000").tell(READY)
    assert of(NOTIFY_SOCKET=address, WATCHDOG_USEC="1000") == ServiceManager()
    assert logged == []


@pytest.mark.parametrize(
    ("environment", "within"),
    [
        ({"WATCHDOG_USEC": "60000000"}, timedelta(minutes=1)),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": str(PID)}, timedelta(minutes=1)),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({}, None),
    ],
)
def test_how_often_it_wants_to_hear(environment, within):
    assert of(NOTIFY_SOCKET="/run/notify", **environment).alive_within == within


def test_a_service_manager_that_reads_nothing_delays_nothing(manager):
    """Its queue is full after some hundred datagrams; a send that blocks would hang this test."""
    told = of(NOTIFY_SOCKET=address_of(manager))
    with capture_logs() as logged:
        while not logged:
            told.tell(ALIVE)
    assert logged[0] == {
        "event": "service_manager_not_told",
        "state": ALIVE,
        "why": "Resource temporarily unavailable",
        "log_level": "warning",
    }


def test_a_service_manager_that_is_gone_is_logged(tmp_path):
    with capture_logs() as logged:
        of(NOTIFY_SOCKET=str(tmp_path / "gone")).tell(READY)
    assert [line["why"] for line in logged] == ["No such file or directory"]
