"""No command and no click goes without an answer, whatever happens inside or on the way."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from tests.workspace import Workspace


def test_a_slow_feldera_delays_no_acknowledgement(workspace: Workspace) -> None:
    """Slack wants its ack within three seconds: the first answer does not wait for Feldera."""
    ana = workspace.operator("ana")
    workspace.feldera.hangs("GET")
    answer = workspace.run(ana.typing("/pipeline clear orders"))
    assert answer.error is None
    assert answer.text.startswith("🔎 Looking at `orders`…")
    workspace.feldera.lets_go()
    workspace.settles()
    looking, preview = ana.reads()
    assert looking.startswith("🔎 Looking")
    assert preview.startswith("*Clear `orders`?*")


def test_more_than_a_few_looks_wait_in_line(workspace: Workspace) -> None:
    """Everybody is acknowledged at once; eight are looked for at a time, and in the end all have their answer."""
    ana = workspace.operator("ana")
    ana.asks("/pipeline status orders")  # who answers at this address is known from here on
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
        assert workspace.run(ana.typing("/pipeline status orders")).text.startswith("🔎 Looking at `orders`…")
    assert workspace.run(asked(at_least=8)) == 8
    workspace.feldera.lets_go()
    workspace.settles()
    assert sum(said.startswith("orders\n") for said in ana.reads()) == 10


def test_the_database_is_broken_at_a_command(workspace: Workspace) -> None:
    """A fault of the bot's own is told at once, without its details, and logged."""
    ana = workspace.operator("ana")
    workspace.expected_errors.add("listener_failed")
    grants_cannot_be_read(workspace)
    assert ana.types("/pipeline clear orders") == snapshot(
        "💥 Something broke on my side before I could answer; it is in my log. `/pipeline status NAME` shows whether an operation is running; if none is, nothing was changed."
    )


def test_the_database_is_broken_at_a_preview(workspace: Workspace) -> None:
    """The same after the acknowledgement: the person who waits for the preview hears."""
    ana = workspace.operator("ana")
    workspace.expected_errors.add("errand_failed")
    refuses(workspace, "INSERT")
    ana.types("/pipeline clear orders")
    assert ana.reads() == snapshot(
        [
            "💥 Something broke on my side before I could answer; it is in my log. `/pipeline status NAME` shows whether an operation is running; if none is, nothing was changed."
        ]
    )


def test_the_database_is_broken_at_a_click(workspace: Workspace) -> None:
    """A click that broke is answered beside the preview, which can be used again."""
    ana = workspace.operator("ana")
    workspace.expected_errors.add("listener_failed")
    ana.asks("/pipeline clear orders")
    refuses(workspace, "UPDATE")
    ana.clicks("Clear orders")
    assert ana.reads() == snapshot(
        [
            "💥 Something broke on my side before I could answer; it is in my log. `/pipeline status NAME` shows whether an operation is running; if none is, nothing was changed."
        ]
    )
    assert workspace.feldera.clears["orders"] == 0


@pytest.mark.parametrize("reason", ["warning", "refresh_requested", "too_many_websockets"])
def test_slack_renews_the_connection(workspace: Workspace, reason: str) -> None:
    """Slack asks for a new connection every few hours: what is typed afterwards arrives."""
    ana = workspace.operator("ana")
    workspace.run(workspace.slack.disconnects(reason))
    workspace.run(workspace.slack.until(lambda: workspace.slack.connections >= 1))
    assert ana.asks("/pipeline clear orders").startswith("*Clear `orders`?*")


@pytest.mark.parametrize("over_http", [False, True])
def test_the_environment_of_another_app(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, over_http: bool
) -> None:
    """`SLACK_CLIENT_ID` and its secret, which Bolt would take for a wish to install itself by OAuth, change nothing."""
    monkeypatch.setenv("SLACK_CLIENT_ID", "1.2")
    monkeypatch.setenv("SLACK_CLIENT_SECRET", "not-ours")
    workspace = Workspace(tmp_path, over_http=over_http)
    workspace.feldera.adds("orders")
    ana = workspace.operator("ana")
    assert ana.asks("/pipeline status orders").startswith("orders\n")
    workspace.closes()


def grants_cannot_be_read(workspace: Workspace) -> None:
    """From now on a query of grants fails in a way that the bot does not know."""
    with sqlite3.connect(workspace.database) as connection:
        connection.execute("ALTER TABLE grants RENAME TO mislaid")
        connection.execute("CREATE VIEW grants AS SELECT * FROM mislaid WHERE json('{') IS NULL")
    connection.close()


def refuses(workspace: Workspace, verb: str) -> None:
    """From now on the database takes no such change of an operation, as with a full disk."""
    with sqlite3.connect(workspace.database) as connection:
        connection.execute(
            f"CREATE TRIGGER full BEFORE {verb} ON operations BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )
    connection.close()
