"""The simulators alone, for any other client."""

import json
import signal
import socket

import httpx
import pytest

from tests.ports import free_port
from tests.processes.world import running

pytestmark = pytest.mark.anyio

COMMAND = ("-m", "bot.simulator")


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
async def test_it_prints_one_line_and_serves_until_it_is_told_to_stop(tmp_path, ending):
    """The line is JSON with two addresses that answer; nothing else is ever printed, and the end is a good one."""
    async with running(*COMMAND, folder=tmp_path, settings={}) as process, httpx.AsyncClient() as client:
        addresses = json.loads(await process.first_line())
        assert addresses.keys() == {"feldera", "slack"}
        pipelines = (await client.get(f"{addresses['feldera']}/v0/pipelines?selector=status")).json()
        states = {each["name"]: (each["deployment_status"], each["storage_status"]) for each in pipelines}
        assert states == {
            "archive": ("Stopped", "Cleared"),
            "broken": ("Stopped", "InUse"),
            "orders": ("Stopped", "InUse"),
            "payments": ("Running", "InUse"),
            "reports": ("Stopped", "Cleared"),
            "sessions": ("Stopped", "InUse"),
        }
        token = {"Authorization": "Bearer xoxb-simulated-bot"}
        message = {"channel": "ops", "text": "hello"}
        posted = await client.post(f"{addresses['slack']}chat.postMessage", headers=token, json=message)
        assert posted.json()["ok"] is True
        assert await process.stops(ending) == 0
        assert await process.rest_of_output() == ""
        assert process.stderr == ""


async def test_it_serves_on_the_ports_it_is_told(tmp_path):
    ports = free_port(), free_port()
    command = (*COMMAND, "--feldera-port", str(ports[0]), "--slack-port", str(ports[1]))
    async with running(*command, folder=tmp_path, settings={}) as process:
        assert json.loads(await process.first_line()) == {
            "feldera": f"http://127.0.0.1:{ports[0]}",
            "slack": f"http://127.0.0.1:{ports[1]}/api/",
        }


async def test_a_port_that_is_taken_is_said(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        async with running(*COMMAND, "--slack-port", str(port), folder=tmp_path, settings={}) as process:
            assert await process.ends() == 2
    said = f"python -m bot.simulator: error: Cannot listen on port {port}: Address already in use."
    assert process.stderr.splitlines()[-1] == said
