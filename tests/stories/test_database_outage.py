"""Feldera's database is down: an outage, with a key and without, whatever is asked. It is waited for, and said as it is."""

import pytest
from inline_snapshot import snapshot

from tests.workspace import Workspace

KEY = "apikey:k1"
CREDENTIALS = "check its"
SENT = "📤 Sent the clear of `orders` to Feldera"
NOT_NOW = "❌ I cannot look at `orders` now: {} Try again in a minute. Nothing was sent to Feldera."
DOWN = NOT_NOW.format("Feldera cannot reach its database.")
REJECTED = NOT_NOW.format(
    "Feldera rejects the bot's credentials (401), which it also does while it cannot reach its database."
)


@pytest.fixture(params=[None, KEY], ids=["without a key", "with a key"])
def either(request, tmp_path):
    workspace = Workspace(tmp_path, feldera_key=request.param)
    workspace.feldera.adds("orders", clear_takes=20.0)
    yield workspace
    workspace.closes()


@pytest.mark.parametrize("command", ["clear orders", "status orders", "list"])
def test_nobody_who_asks_is_sent_to_the_credentials(either, command):
    """Neither while `/healthz` still says that all is well, nor after: a rejection of a key may be either at first."""
    oli = either.operator("oli")
    either.passes(seconds=1)
    either.feldera.loses_its_database()
    told = []
    for _ in range(8):
        said = oli.asks(f"/pipeline {command}")
        assert "its database" in said
        assert "in a minute" in said
        assert not any(word in said for word in (CREDENTIALS, "makes no sense", "Postgres"))
        told.append(said)
        either.passes(seconds=2)
    if command == "clear orders":
        assert (told[0], told[-1]) == (REJECTED if either._feldera_key else DOWN, DOWN)
    either.feldera.finds_its_database()
    assert "its database" not in oli.asks(f"/pipeline {command}")


def test_a_clear_that_is_under_way_is_waited_for(either):
    either.operator("oli").clears("orders")
    either.passes(seconds=6)
    either.feldera.loses_its_database()
    either.passes(minutes=5)
    either.feldera.finds_its_database()
    either.passes(minutes=1)
    assert either.timed_thread()[2:] == snapshot(
        [
            "0:00:11.500000  🔌 Feldera gives me no usable answer (`Feldera cannot reach its database.`). The clear goes on without me. I keep trying.",
            "0:05:17.875000  🔌 Feldera answers again, after 5 minutes and 11 seconds.",
            "0:05:17.875000  🐌 The clear of `orders` is taking unusually long: 5 minutes and 18 seconds so far. Feldera reports that its runner is healthy. Feldera repeats a clear until it succeeds, and it cannot be cancelled. I keep watching. @oli",
            "0:05:32.875000  ✅ Cleared `orders` after 5 minutes and 33 seconds. @oli",
        ]
    )
    assert "✅ Cleared after" in either.card()
    assert either.feldera.clears["orders"] == 1


def test_a_clear_that_was_confirmed_is_sent_afterwards(either):
    """It is not ended for credentials that are good, however often they are rejected meanwhile."""
    oli = either.operator("oli")
    oli.asks("/pipeline clear orders")
    either.passes(seconds=1)
    either.feldera.loses_its_database()
    oli.told("Clear orders")
    either.passes(minutes=10)
    either.feldera.finds_its_database()
    either.passes(minutes=1)
    away, back, sent, _, cleared = either.timed_thread()
    assert away == snapshot(
        "0:00:05  🔌 Feldera gives me no usable answer (`Feldera cannot reach its database.`). The clear of `orders` has not been sent yet. I keep trying until the request expires."
    )
    assert back == "0:10:11.375000  🔌 Feldera answers again, after 10 minutes and 11 seconds."
    assert sent.startswith(f"0:10:11.375000  {SENT} at 3:10:12 AM.")
    assert cleared == "0:10:31.875000  ✅ Cleared `orders` after 20 seconds. @oli"
    either.card()
    assert either.feldera.clears["orders"] == 1


def test_an_answer_of_the_database_to_the_request_itself_tells_nothing(workspace):
    """It may have been committed: the bot looks before it repeats, and says what was wrong without its details."""
    failed = {
        "message": "Unexpected Postgres error: 'connection to postgres.internal:5432 closed'",
        "error_code": "PostgresError",
        "details": {"error": "connection closed", "backtrace": "at src/secret.rs"},
    }
    workspace.feldera.answers_next(500, body=failed, method="POST")
    workspace.operator("oli").clears("orders")
    workspace.passes(minutes=1)
    assert workspace.thread()[1:3] == snapshot(
        [
            "❔ Feldera gave no usable answer to the clear of `orders` (`Feldera cannot reach its database.`). I check whether it took effect before I send anything again.",
            "📤 Sent the clear of `orders` to Feldera again at 3:00:15 AM: the previous call has shown no effect.",
        ]
    )
    assert "✅ Cleared after" in workspace.card()
    assert workspace.feldera.clears["orders"] == 1


def test_a_key_that_is_rejected_for_long_by_a_healthy_feldera_is_a_wrong_one(tmp_path):
    """The probe has looked several times by then: now people are sent to the credentials."""
    guarded = Workspace(tmp_path, feldera_key=KEY)
    guarded.feldera.adds("orders")
    oli = guarded.operator("oli")
    guarded.feldera.someone_deletes_the_key(KEY)
    assert CREDENTIALS not in oli.asks("/pipeline status orders")
    guarded.passes(seconds=16)
    assert oli.asks("/pipeline status orders") == snapshot(
        "❌ I cannot look at `orders` now: Feldera does not let this bot in (`Feldera does not accept the bot's credentials (401).`). The person who runs the bot should check its credentials. Nothing was sent to Feldera."
    )
    guarded.closes()
