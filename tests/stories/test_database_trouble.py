"""The bot's database is broken, lost, or on a full disk: whoever asks for something reads what is wrong, in words."""

import sqlite3

import aiohttp
import pytest

from bot.engine.ports import StoreUnavailable
from tests.stories.decided import approved
from tests.workspace import Workspace

BROKEN = "💥 I failed before I could answer; the error is in my log. Type `/pipeline status NAME` to see the request and its state; if it is not there, nothing was sent to Feldera."
FULL = "⚠️ I could not do that: The disk that the database is on is full. Nothing was changed."
TWO_NAMES = (
    "🛑 I can do nothing any more: The file of the bot's database has a second name (a hard link). "
    "The person who runs me has to look at my database and start me again."
)


def grants_cannot_be_read(workspace):
    """From now on a query of grants fails in a way that the bot does not know."""
    with sqlite3.connect(workspace.database) as connection:
        connection.execute("ALTER TABLE grants RENAME TO mislaid")
        connection.execute("CREATE VIEW grants AS SELECT * FROM mislaid WHERE json('{') IS NULL")
    connection.close()


def refuses(workspace, verb):
    """From now on the database takes no such change of an operation."""
    with sqlite3.connect(workspace.database) as connection:
        connection.execute(
            f"CREATE TRIGGER full BEFORE {verb} ON operations BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )
    connection.close()


def test_broken_at_a_command(workspace, oli):
    """A fault of the bot's own is told at once, without its details, and logged."""
    workspace.expected_errors.add("listener_failed")
    grants_cannot_be_read(workspace)
    assert oli.types("/pipeline clear orders") == BROKEN


def test_broken_at_a_preview(workspace, oli):
    """In the ack, or after it if that could not wait: the person who waits for the preview hears."""
    workspace.expected_errors |= {"listener_failed", "errand_failed"}
    refuses(workspace, "INSERT")
    assert oli.asks("/pipeline clear orders") == BROKEN
    workspace.bot.background_tasks.patience = 0.0
    assert oli.types("/pipeline clear orders").startswith("🔎 Looking at `orders`…")
    assert oli.reads() == [BROKEN]


def test_broken_at_a_click(workspace, oli):
    """It is answered beside the preview, which can be used again."""
    workspace.expected_errors.add("listener_failed")
    oli.asks("/pipeline clear orders")
    refuses(workspace, "UPDATE")
    assert oli.told("Clear orders") == [BROKEN]
    assert workspace.feldera.clears["orders"] == 0


def test_a_full_disk_at_a_preview_and_at_clicks(workspace, ana, ben):
    """With room on the disk all goes on as if nothing had been: what was clicked stays for then."""
    workspace.disk_fills_up()
    assert ana.asks("/pipeline clear orders") == FULL
    workspace.disk_has_room_again()
    ana.asks("/pipeline clear orders")
    for person, label, done in (
        (ana, "Ask for approval", "🙋 Requested. Follow the clear of `orders` in its thread."),
        (ben, "Approve", approved()),
    ):
        workspace.disk_fills_up()
        assert person.told(label) == [FULL]
        workspace.disk_has_room_again()
        assert person.told(label) == [done]
    workspace.passes(seconds=10)
    assert workspace.follows() == "✅ Cleared"


def test_a_disk_that_takes_nothing_repeats_nothing(workspace, oli):
    """What Slack has taken and the store has not is not said again, however often it is tried."""
    oli.clears("orders")
    workspace.slack.rate_limits("chat.postMessage", retry_after=30)
    workspace.passes(seconds=10)
    workspace.disk_takes_nothing()
    for _ in range(3):
        with pytest.raises(StoreUnavailable):
            workspace.passes(minutes=1)
    workspace.disk_takes_all_again()
    workspace.passes(minutes=1)
    assert "✅ Cleared after" in workspace.card()
    assert [line[0] for line in workspace.thread()] == ["📤", "⏳", "✅"]


@pytest.mark.parametrize(
    "command",
    [
        "grant @admin viewer orders",
        "freeze orders for 1h audit",
        "rule orders approvals=2",
        "clear orders",  # the refusal is on the record, too, or it is not given
    ],
)
def test_a_command_on_a_full_disk(workspace, command):
    admin = workspace.admin("admin")
    workspace.disk_fills_up()
    assert admin.types(f"/pipeline {command}") == FULL
    workspace.disk_has_room_again()


def test_a_modal_and_a_form_on_a_full_disk_turn_into_the_answer(workspace, ana, ben, oli):
    ana.requests("orders")
    ben.opens("Deny…")
    oli.opens_form()
    oli.chooses("orders")
    workspace.disk_fills_up()
    assert FULL in ben.submits("not now")
    assert FULL in oli.submits(Reason="schema change")
    workspace.disk_has_room_again()
    assert "🙋 Waiting for approval, requested" in workspace.card()


def test_health_and_answers_of_a_bot_that_lost_its_database(tmp_path):
    """Until it ends: `/healthz` is 503 with the reason, and commands and clicks are answered in words."""
    workspace = Workspace(tmp_path, over_http=True)
    workspace.feldera.adds("orders")
    oli = workspace.operator("oli")
    oli.asks("/pipeline clear orders")
    link = workspace.database.with_name("second.db")
    link.hardlink_to(workspace.database)

    async def story() -> tuple[int, object]:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://{workspace.bot.transport.address}/healthz") as page,
        ):
            health = page.status, await page.json()
        await oli.typing("/pipeline rules")
        await oli.clicking("Clear orders")
        await workspace.bot.background_tasks.finished()
        return health

    why = "The file of the bot's database has a second name (a hard link)."
    assert workspace.run(story()) == (503, {"status": "unavailable", "reasons": [why]})
    assert oli.reads() == [TWO_NAMES, TWO_NAMES]
    link.unlink()
    workspace.dies()
    assert workspace.sent == []
    workspace.closes()
