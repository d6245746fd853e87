"""The bot over signed HTTP requests: what Slack sends works, and what anybody else sends changes nothing."""

import hashlib
import hmac
import json
import re
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import aiohttp
import pytest
from inline_snapshot import snapshot

from tests.forms import HELP_FORM
from tests.workspace import Workspace

A_SLOW_MACHINE = 60  # seconds between signing and the answer, at most


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """The usual team, with Slack delivering over HTTP."""
    workspace = Workspace(tmp_path, over_http=True)
    workspace.feldera.adds("orders")
    yield workspace
    workspace.closes()


def test_a_clear_from_the_command_to_the_last_line(workspace: Workspace) -> None:
    """The same as over Socket Mode, word for word."""
    ana = workspace.operator("ana")
    assert ana.types("/pipeline clear orders schema change") == snapshot(
        "🔎 Looking at `orders`… If nothing more comes within a few minutes, type it again: nothing has been changed."
    )
    assert ana.reads()[0].startswith("*Clear `orders`?*")
    ana.clicks("Clear orders")
    assert ana.reads() == snapshot(["⏳ Confirmed. Follow `orders` in its thread."])
    workspace.passes(seconds=10)
    assert workspace.thread() == snapshot(
        [
            "📤 Sent the request to Feldera, Mar 2, 2026 at 3:00:00 AM.",
            "⏳ Feldera accepted it, Mar 2, 2026 at 3:00:00 AM: the storage is being cleared. From here it cannot be cancelled.",
            "✅ Cleared `orders` after 2 seconds. @ana",
        ]
    )
    assert "\n✅ Cleared.\n" in workspace.card()
    assert workspace.feldera.clears["orders"] == 1


def test_the_word_payload(workspace: Workspace) -> None:
    """A pipeline, a channel and a reason may have Bolt's magic word in them: commands and clicks still work."""
    ana = workspace.operator("ana")
    alerts = workspace.slack.adds_channel("payload-alerts")
    workspace.feldera.adds("payload_x")
    assert ana.types("/pipeline", channel=alerts).startswith("*What I can do with pipelines*")
    assert ana.asks("/pipeline status payload_x").startswith("payload_x\n")
    preview = ana.asks("/pipeline clear payload_x payload={} & payload=%7B%7D", channel=alerts)
    assert "\nReason: payload={} & payload=%7B%7D\n" in preview
    ana.clicks("Clear payload_x")
    assert ana.reads() == snapshot(["⏳ Confirmed. Follow `payload_x` in its thread."])
    workspace.passes(seconds=10)
    assert workspace.feldera.clears["payload_x"] == 1
    workspace.card(alerts)
    workspace.thread(alerts)


def test_slack_asks_whether_the_address_is_ours(workspace: Workspace) -> None:
    """Before it sends any event there: the challenge comes back, to Slack alone."""
    body = json.dumps({"type": "url_verification", "token": "t", "challenge": "3eZbrw1aB10FEMAGAZd4FyFQ"})
    headers = signed(workspace, body) | {"Content-Type": "application/json"}
    status, said = answers(workspace, body, headers)
    assert (status, json.loads(said)) == (200, {"challenge": "3eZbrw1aB10FEMAGAZd4FyFQ"})
    assert posts(workspace, body, headers | {"X-Slack-Signature": "v0=0"}) == 401


def test_another_apps_secret(workspace: Workspace) -> None:
    """A signature made with another secret is refused: Slack, if it were Slack, would complain to the person."""
    ana = workspace.operator("ana")
    url = f"http://{workspace.bot.transport.address}/slack/events"
    workspace.slack.serves_over_http(url, signing_secret="another")
    workspace.expected_complaints = 1
    assert ana.types("/pipeline clear orders") == "dispatch_failed"
    assert ana.reads() == []
    assert workspace.feldera.requests == []


def test_a_request_that_is_not_replayed(workspace: Workspace) -> None:
    """The right secret and a fresh timestamp: let in."""
    assert posts(workspace, HELP_FORM, signed(workspace, HELP_FORM)) == 200


def test_a_replayed_request(workspace: Workspace) -> None:
    """A true signature does not age well: after five minutes it is refused."""
    headers = signed(workspace, HELP_FORM, timestamp=str(int(time.time()) - 301))
    assert posts(workspace, HELP_FORM, headers) == 401


@pytest.mark.parametrize("seconds_ago", [3600, -3600])
def test_a_wall_clock_that_is_wrong_is_said(workspace: Workspace, seconds_ago: int) -> None:
    """After a jump all of Slack's requests are stale by it, or from the future: the log names the clock, not the secret."""
    headers = signed(workspace, HELP_FORM, timestamp=str(int(time.time()) - seconds_ago))
    assert posts(workspace, HELP_FORM, headers) == 401
    (line,) = [line for line in workspace.logged if "request_refused" in line]
    assert "stale_request_refused" in line
    assert abs(int(re.findall(r"'signed_seconds_ago': (-?\d+)", line)[0]) - seconds_ago) <= A_SLOW_MACHINE
    assert "set the clock by NTP" in line


def test_a_jump_of_the_wall_clock_is_noted_on_the_health_page(workspace: Workspace) -> None:
    """The bot is well, and says what a load balancer does not mind; the note goes once the clock is right again."""
    workspace.wall_clock_jumps(hours=-3)
    note = "The wall clock of this machine was set: the bot's own time is 3 h 0 min ahead of it."
    assert health(workspace) == (200, {"status": "ok", "reasons": [note]})
    workspace.wall_clock_jumps(hours=3)
    assert health(workspace) == (200, {"status": "ok"})


def test_a_body_that_was_changed(workspace: Workspace) -> None:
    """The signature is for this body and no other."""
    headers = signed(workspace, HELP_FORM)
    assert posts(workspace, HELP_FORM.replace("help", "clear"), headers) == 401


@pytest.mark.parametrize(
    "timestamp",
    [
        "",
        "now",
        "-1",
        "1e9",
        "²",
        "12345678901234567890123",
        "1.5",
        "1" * 5000,
        " ",
        "\N{ARABIC-INDIC DIGIT ONE}",
    ],
)
def test_a_malformed_timestamp(workspace: Workspace, timestamp: str) -> None:
    """Whatever a scanner sends is refused quietly: it is not an error of ours."""
    assert posts(workspace, HELP_FORM, signed(workspace, HELP_FORM, timestamp=timestamp)) == 401


@pytest.mark.parametrize("signature", ["", "v0=", "v0", "é", "v1=abc"])
def test_a_malformed_signature(workspace: Workspace, signature: str) -> None:
    """The same for a signature."""
    headers = signed(workspace, HELP_FORM) | {"X-Slack-Signature": signature}
    assert posts(workspace, HELP_FORM, headers) == 401


def test_a_request_without_a_signature(workspace: Workspace) -> None:
    """And for none at all."""
    assert posts(workspace, HELP_FORM, {"Content-Type": "application/x-www-form-urlencoded"}) == 401


@pytest.mark.parametrize(
    "body", ["", "payload=", "payload=null", "payload=[]", "{", "ssl_check=1", "%", b"\xff"]
)
def test_nonsense_that_nobody_signed(workspace: Workspace, body: str | bytes) -> None:
    """The signature is asked for before anything is read: a scanner's nonsense is refused like the rest."""
    headers = signed(workspace, "something else")
    assert posts(workspace, body, headers) == 401


def test_refused_requests_are_said_in_the_log(workspace: Workspace) -> None:
    """A wrong secret leaves a trace at once; a scanner's flood is a line a minute, with its number."""
    unsigned = {"Content-Type": "application/x-www-form-urlencoded"}
    for seconds in (0, 1, 58, 1, 1, 3600):
        workspace.clock.passes(seconds=seconds)
        assert posts(workspace, HELP_FORM, unsigned) == 401
    assert posts(workspace, HELP_FORM, signed(workspace, HELP_FORM)) == 200
    refused = [line for line in workspace.logged if "unsigned_request_refused" in line]
    assert [re.findall(r"'requests': (\d+)", line) for line in refused] == [["1"], ["3"], ["2"]]
    assert "is SLACK_SIGNING_SECRET right" in refused[0]


def test_the_health_page(workspace: Workspace) -> None:
    """`/healthz` tells a load balancer that the bot serves and its database answers."""
    assert health(workspace) == (200, {"status": "ok"})


def health(workspace: Workspace) -> tuple[int, object]:
    """What the page answers."""

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
    return {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": f"v0={signature}",
    }


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


def test_variables_of_an_app_that_is_installed_by_oauth_change_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bolt builds an OAuth flow as soon as it finds these two; whose bot a request is for stays the bot's own word."""
    monkeypatch.setenv("SLACK_CLIENT_ID", "1.2")
    monkeypatch.setenv("SLACK_CLIENT_SECRET", "s")
    workspace = Workspace(tmp_path, over_http=True)
    workspace.feldera.adds("orders")
    ana = workspace.operator("ana")
    ana.clears("orders")
    workspace.passes(seconds=10)
    assert workspace.thread()[-1].startswith("✅ Cleared `orders`")
    assert "✅ Cleared." in workspace.card()
    workspace.closes()
