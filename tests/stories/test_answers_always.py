"""No command and no click goes without an answer, however slow Feldera is and however Slack is reached."""

import asyncio

import pytest

from tests.workspace import Workspace

LOOKING = "🔎 Looking at `orders`…"


def test_a_slow_feldera_delays_no_acknowledgement(workspace, oli):
    """Slack wants its ack within three seconds: it does not wait longer for Feldera than it can."""
    workspace.bot.background_tasks.patience = 0.0
    workspace.feldera.hangs("GET")
    answer = workspace.run(oli.typing("/pipeline clear orders"))
    assert answer.error is None
    assert answer.text.startswith(LOOKING)
    workspace.feldera.lets_go()
    workspace.settles()
    looking, preview = oli.reads()
    assert looking.startswith(LOOKING)
    assert preview.startswith("*Clear `orders`?*")


def test_more_than_a_few_looks_wait_in_line(workspace, oli):
    """Everybody is acknowledged at once; eight are looked for at a time, and in the end all have their answer."""
    oli.asks("/pipeline status orders")  # who answers at this address is known from here on
    workspace.bot.background_tasks.patience = 0.0
    workspace.feldera.hangs("GET")
    before = len(workspace.feldera.requests)

    async def asked(at_least: int) -> int:
        async with asyncio.timeout(20):
            while len(workspace.feldera.requests) - before < at_least:  # noqa: ASYNC110 - nothing tells of it
                await asyncio.sleep(0)
        for _ in range(500):  # turns of the loop in which more could ask
            await asyncio.sleep(0)
        return len(workspace.feldera.requests) - before

    for _ in range(10):
        assert workspace.run(oli.typing("/pipeline status orders")).text.startswith(LOOKING)
    assert workspace.run(asked(at_least=8)) == 8
    workspace.feldera.lets_go()
    workspace.settles()
    assert sum(said.startswith("orders\n") for said in oli.reads()) == 10


@pytest.mark.parametrize("reason", ["warning", "refresh_requested", "too_many_websockets"])
def test_slack_renews_the_connection(workspace, oli, reason):
    """Slack asks for a new connection every few hours: what is typed afterwards arrives."""
    workspace.run(workspace.slack.disconnects(reason))
    workspace.run(workspace.slack.until(lambda: workspace.slack.connections >= 1))
    assert oli.asks("/pipeline clear orders").startswith("*Clear `orders`?*")


@pytest.mark.parametrize("over_http", [False, True])
def test_the_environment_of_another_app(monkeypatch, tmp_path, *, over_http):
    """`SLACK_CLIENT_ID` and its secret, which Bolt would take for a wish to install itself by OAuth, change nothing."""
    monkeypatch.setenv("SLACK_CLIENT_ID", "1.2")
    monkeypatch.setenv("SLACK_CLIENT_SECRET", "not-ours")
    workspace = Workspace(tmp_path, over_http=over_http)
    workspace.feldera.adds("orders")
    assert workspace.operator("oli").asks("/pipeline status orders").startswith("orders\n")
    workspace.closes()
