"""The bot over signed HTTP requests: what Slack sends works, and what anybody else sends changes nothing."""

import hashlib
import hmac
import json
import re
import time
from collections.abc import Mapping

import aiohttp
import pytest

from tests.forms import HELP_FORM
from tests.workspace import Teammate, Workspace

pytestmark = pytest.mark.parametrize("workspace", ["http"], indirect=True)

A_SLOW_MACHINE = 60  # seconds between signing and the answer, at most
UNSIGNED = {"Content-Type": "application/x-www-form-urlencoded"}


def test_a_clear_from_the_command_to_the_last_line(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As over Socket Mode; and though Bolt builds an OAuth flow as soon as it finds these two, for an app of no team."""
    monkeypatch.setenv("SLACK_CLIENT_ID", "1.2")
    monkeypatch.setenv("SLACK_CLIENT_SECRET", "s")
    workspace.restarts()
    oli = workspace.operator("oli")
    assert oli.types("/pipeline clear orders schema change").startswith("*Clear `orders`?*")
    oli.clicks("Clear orders")
    assert oli.reads() == ["⏳ Confirmed. Follow the clear of `orders` in its thread."]
    workspace.passes(seconds=10)
    assert [line[0] for line in workspace.thread()] == ["📤", "⏳", "✅"]
    assert "\n✅ Cleared after" in workspace.card()
    assert workspace.feldera.clears["orders"] == 1


def test_the_word_payload(workspace: Workspace, oli: Teammate) -> None:
    """A pipeline, a channel and a reason may have Bolt's magic word in them: commands and clicks still work."""
    alerts = workspace.slack.adds_channel("payload-alerts")
    workspace.feldera.adds("payload_x")
    assert oli.types("/pipeline", channel=alerts).startswith("✅ Nothing is waiting for you.")
    assert oli.asks("/pipeline status payload_x").startswith("payload_x\n")
    preview = oli.asks("/pipeline clear payload_x payload={} & payload=%7B%7D", channel=alerts)
    assert "\nReason: payload={} & payload=%7B%7D\n" in preview
    oli.clicks("Clear payload_x")
    oli.reads()
    workspace.passes(seconds=10)
    assert workspace.feldera.clears["payload_x"] == 1
    workspace.threads(alerts)


def test_slack_asks_whether_the_address_is_ours(workspace: Workspace) -> None:
    """Before it sends any event there: the challenge comes back, to Slack alone."""
    body = json.dumps({"type": "url_verification", "token": "t", "challenge": "3eZbrw1aB10FEMAGAZd4FyFQ"})
    headers = signed(workspace, body) | {"Content-Type": "application/json"}
    status, said = answers(workspace, body, headers)
    assert (status, json.loads(said)) == (200, {"challenge": "3eZbrw1aB10FEMAGAZd4FyFQ"})
    assert posts(workspace, body, headers | {"X-Slack-Signature": "v0=0"}) == 401


def test_another_apps_secret(workspace: Workspace, oli: Teammate) -> None:
    """A signature made with another secret is refused: Slack, if it were Slack, would complain to the person."""
    url = f"http://{workspace.bot.transport.address}/slack/events"
    workspace.slack.serves_over_http(url, signing_secret="another")
    workspace.expected_complaints = 1
    assert oli.types("/pipeline clear orders") == "dispatch_failed"
    assert oli.reads() == []
    assert workspace.feldera.requests == []


@pytest.mark.parametrize("seconds_ago", [3600, 301, -3600])
def test_a_stale_request_is_refused_and_the_clock_named(workspace: Workspace, seconds_ago: int) -> None:
    """A true signature ages. After a jump of the clock all are stale, or from the future: the secret is not to blame."""
    headers = signed(workspace, HELP_FORM, timestamp=str(int(time.time()) - seconds_ago))
    assert posts(workspace, HELP_FORM, headers) == 401
    (line,) = [line for line in workspace.logged if "request_refused" in line]
    assert "stale_request_refused" in line
    assert abs(int(re.findall(r"'signed_seconds_ago': (-?\d+)", line)[0]) - seconds_ago) <= A_SLOW_MACHINE
    assert "set the clock by NTP" in line


def test_what_slack_did_not_sign_is_refused(workspace: Workspace) -> None:
    """Quietly, before anything of it is read: whatever a scanner sends is not an error of ours."""
    true = signed(workspace, HELP_FORM)
    changed = HELP_FORM.replace("help", "clear")
    bodies: list[str | bytes] = [changed, "", "payload=", "payload=null", "{", "ssl_check=1", "%", b"\xff"]
    timestamps = ("", "now", "-1", "1.5", "²", "1" * 13, "1" * 5000, "\N{ARABIC-INDIC DIGIT ONE}")
    signatures = ("", "v0=", "é", "v1=abc")
    refused = [
        *((body, true) for body in bodies),
        *((HELP_FORM, signed(workspace, HELP_FORM, timestamp=timestamp)) for timestamp in timestamps),
        *((HELP_FORM, true | {"X-Slack-Signature": signature}) for signature in signatures),
        (HELP_FORM, UNSIGNED),
    ]
    assert [posts(workspace, *request) for request in refused] == [401] * len(refused)
    assert posts(workspace, HELP_FORM, true) == 200


def test_refused_requests_are_said_in_the_log(workspace: Workspace) -> None:
    """A wrong secret leaves a trace at once; a scanner's flood is a line a minute, with its number."""
    for seconds in (0, 1, 58, 1, 1, 3600):
        workspace.clock.passes(seconds=seconds)
        assert posts(workspace, HELP_FORM, UNSIGNED) == 401
    refused = [line for line in workspace.logged if "unsigned_request_refused" in line]
    assert [re.findall(r"'requests': (\d+)", line) for line in refused] == [["1"], ["3"], ["2"]]
    assert "is SLACK_SIGNING_SECRET right" in refused[0]


def test_the_health_page(workspace: Workspace) -> None:
    """It says that the bot serves, and a jump of the wall clock, until that is right again; a load balancer minds none."""
    assert health(workspace) == (200, {"status": "ok"})
    workspace.wall_clock_jumps(hours=-3)
    note = "The wall clock of this machine was set: the bot's own time is 3 h 0 min ahead of it."
    assert health(workspace) == (200, {"status": "ok", "reasons": [note]})
    workspace.wall_clock_jumps(hours=3)
    assert health(workspace) == (200, {"status": "ok"})


def health(workspace: Workspace) -> tuple[int, object]:
    async def asks() -> tuple[int, object]:
        url = f"http://{workspace.bot.transport.address}/healthz"
        async with aiohttp.ClientSession() as session, session.get(url) as response:
            return response.status, await response.json()

    return workspace.run(asks())


def signed(workspace: Workspace, body: str, *, timestamp: str | None = None) -> dict[str, str]:
    """The headers with which Slack signs `body`."""
    timestamp = str(int(time.time())) if timestamp is None else timestamp
    secret = workspace.slack.signing_secret.encode()
    signature = hmac.new(secret, f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return {**UNSIGNED, "X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={signature}"}


def posts(workspace: Workspace, body: str | bytes, headers: Mapping[str, str]) -> int:
    """Send it from somewhere; returns the HTTP status."""
    return answers(workspace, body, headers)[0]


def answers(workspace: Workspace, body: str | bytes, headers: Mapping[str, str]) -> tuple[int, str]:
    """The same, with what is answered."""

    async def sends() -> tuple[int, str]:
        url = f"http://{workspace.bot.transport.address}/slack/events"
        async with (
            aiohttp.ClientSession() as session,
            session.post(url, data=body, headers=headers) as response,
        ):
            return response.status, await response.text()

    return workspace.does(sends())
