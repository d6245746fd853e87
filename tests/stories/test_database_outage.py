"""Feldera's database is down: an outage, with a key and without, whatever is asked. It is waited for, and said as it is."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from tests.workspace import Workspace

KEY = "apikey:k1"
CREDENTIALS = "check its"
NONSENSE = "makes no sense"


@pytest.fixture(params=[None, KEY], ids=["without a key", "with a key"])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workspace]:
    workspace = Workspace(tmp_path, feldera_key=request.param)
    workspace.feldera.adds("orders", clear_takes=20.0)
    yield workspace
    workspace.closes()


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Workspace]:
    workspace = Workspace(tmp_path, feldera_key=KEY)
    workspace.feldera.adds("orders")
    yield workspace
    workspace.closes()


@pytest.mark.parametrize("command", ["clear orders", "status orders", "list"])
def test_nobody_who_asks_is_sent_to_the_credentials(either: Workspace, command: str) -> None:
    """Neither while `/healthz` still says that all is well, nor after."""
    ana = either.operator("ana")
    either.passes(seconds=1)
    either.feldera.loses_its_database()
    for _ in range(8):
        said = ana.asks(f"/pipeline {command}")
        assert "its database" in said
        assert "in a minute" in said
        assert CREDENTIALS not in said
        assert NONSENSE not in said
        assert "Postgres" not in said
        either.passes(seconds=2)
    either.feldera.finds_its_database()
    assert "its database" not in ana.asks(f"/pipeline {command}")


def test_what_people_read_without_a_key(workspace: Workspace) -> None:
    ana = workspace.operator("ana")
    workspace.feldera.loses_its_database()
    assert ana.asks("/pipeline clear orders") == snapshot(
        "❌ I cannot look at `orders` now: Feldera cannot reach its database. Try again in a minute. Nothing has been changed."
    )


def test_what_people_read_with_a_key(guarded: Workspace) -> None:
    """First what is known: a rejection that may be either. Then what `/healthz` says."""
    ana = guarded.operator("ana")
    guarded.passes(seconds=1)
    guarded.feldera.loses_its_database()
    assert ana.asks("/pipeline clear orders") == snapshot(
        "❌ I cannot look at `orders` now: Feldera rejects the bot's credentials (401), which it also does while it cannot reach its database. Try again in a minute. Nothing has been changed."
    )
    guarded.passes(seconds=5)
    assert ana.asks("/pipeline clear orders") == snapshot(
        "❌ I cannot look at `orders` now: Feldera cannot reach its database. Try again in a minute. Nothing has been changed."
    )


def test_a_clear_that_is_under_way_is_waited_for(either: Workspace) -> None:
    ana = either.operator("ana")
    ana.clears("orders")
    either.passes(seconds=6)
    either.feldera.loses_its_database()
    either.passes(minutes=30)
    either.feldera.finds_its_database()
    either.passes(minutes=1)
    assert either.timed_thread() == snapshot(
        [
            "0:00:01  📤 Sent the request to Feldera, Mar 2, 2026 at 3:00:00 AM.",
            "0:00:01  ⏳ Feldera accepted it, Mar 2, 2026 at 3:00:00 AM: the storage is being cleared. From here it cannot be cancelled.",
            "0:00:11.500000  🔌 I cannot ask Feldera (`Feldera cannot reach its database.`). The clear goes on without me. I keep trying.",
            "0:30:17.875000  🔌 Feldera answers again, after 30 minutes and 11 seconds.",
            "0:30:17.875000  🐌 This takes unusually long: 30 minutes and 18 seconds so far. Feldera's runner says it is healthy. Feldera repeats a clear until it succeeds, and it cannot be cancelled; I keep watching. @ana",
            "0:30:32.875000  ✅ Cleared `orders` after 30 minutes and 33 seconds. @ana",
        ]
    )
    assert "✅ Cleared." in either.card()
    assert either.feldera.clears["orders"] == 1


def test_a_clear_that_was_confirmed_is_sent_afterwards(either: Workspace) -> None:
    """It is not ended for credentials that are good, however often they are rejected meanwhile."""
    ana = either.operator("ana")
    ana.asks("/pipeline clear orders")
    either.passes(seconds=1)
    either.feldera.loses_its_database()
    ana.clicks("Clear orders")
    ana.reads()
    either.passes(minutes=10)
    either.feldera.finds_its_database()
    either.passes(minutes=1)
    assert either.timed_thread() == snapshot(
        [
            "0:00:05  🔌 I cannot ask Feldera (`Feldera cannot reach its database.`). The request has not been sent yet. I keep trying.",
            "0:10:11.375000  🔌 Feldera answers again, after 10 minutes and 11 seconds.",
            "0:10:11.375000  📤 Sent the request to Feldera, Mar 2, 2026 at 3:10:12 AM.",
            "0:10:11.375000  ⏳ Feldera accepted it, Mar 2, 2026 at 3:10:12 AM: the storage is being cleared. From here it cannot be cancelled.",
            "0:10:31.875000  ✅ Cleared `orders` after 20 seconds. @ana",
        ]
    )
    assert "✅ Cleared." in either.card()
    assert either.feldera.clears["orders"] == 1


def test_an_answer_of_the_database_to_the_request_itself_tells_nothing(workspace: Workspace) -> None:
    """It may have been committed: the bot looks before it repeats, and says what was wrong without its details."""
    ana = workspace.operator("ana")
    failed = {
        "message": "Unexpected Postgres error: 'connection to postgres.internal:5432 closed'",
        "error_code": "PostgresError",
        "details": {"error": "connection closed", "backtrace": "at src/secret.rs"},
    }
    workspace.feldera.answers_next(500, body=failed, method="POST")
    ana.clears("orders")
    workspace.passes(minutes=1)
    assert workspace.thread() == snapshot(
        [
            "📤 Sent the request to Feldera, Mar 2, 2026 at 3:00:00 AM.",
            "❔ No usable answer came (`Feldera cannot reach its database.`). I look at the pipeline before I do anything else.",
            "📤 Sent the request again, Mar 2, 2026 at 3:00:15 AM: so far it had had no effect.",
            "⏳ Feldera accepted it, Mar 2, 2026 at 3:00:15 AM: the storage is being cleared. From here it cannot be cancelled.",
            "✅ Cleared `orders` after 2 seconds. @ana",
        ]
    )
    assert "✅ Cleared." in workspace.card()
    assert workspace.feldera.clears["orders"] == 1


def test_a_key_that_is_rejected_for_long_by_a_healthy_feldera_is_a_wrong_one(guarded: Workspace) -> None:
    """The probe has looked several times by then: now people are sent to the credentials."""
    ana = guarded.operator("ana")
    guarded.feldera.someone_deletes_the_key(KEY)
    assert CREDENTIALS not in ana.asks("/pipeline status orders")
    guarded.passes(seconds=16)
    assert ana.asks("/pipeline status orders") == snapshot(
        "❌ I cannot look at `orders` now: Feldera does not let this bot in (`Feldera does not accept the bot's credentials (401).`). Whoever runs the bot should check its credentials. Nothing has been changed."
    )
