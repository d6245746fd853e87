"""A full disk, or a database that is lost: whoever asks for something reads what is wrong, in words."""

from collections.abc import Callable, Iterator
from pathlib import Path

import aiohttp
import pytest
from inline_snapshot import snapshot

from bot.engine.ports import StoreUnavailable
from tests.workspace import Teammate, Workspace

FULL = "⚠️ I could not do that: The disk that the database is on is full. Nothing was changed."
TWO_NAMES = (
    "🛑 I can do nothing any more: The file of the bot's database has a second name (a hard link). "
    "Whoever runs me has to look at my database and start me again."
)


@pytest.fixture
def over_http(tmp_path: Path) -> Iterator[Workspace]:
    workspace = Workspace(tmp_path, over_http=True)
    workspace.feldera.adds("orders")
    yield workspace
    workspace.closes()


def test_a_preview_on_a_full_disk(workspace: Workspace) -> None:
    """It looks at Feldera first, so the answer follows; with room on the disk all goes on as if nothing had been."""
    ana = workspace.operator("ana")
    workspace.disk_fills_up()
    ana.types("/pipeline clear orders")
    assert ana.reads() == [FULL]
    workspace.disk_has_room_again()
    assert ana.clears("orders") == snapshot(["⏳ Confirmed. Follow `orders` in its thread."])
    workspace.passes(seconds=10)
    assert "✅ Cleared." in workspace.card()
    assert workspace.thread()[-1] == snapshot("✅ Cleared `orders` after 2 seconds. @ana")


def test_a_click_on_a_full_disk(workspace: Workspace) -> None:
    """A preview's button, and a card's: the message that was clicked stays, for when there is room."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.types("/pipeline clear orders")
    ana.reads()
    workspace.disk_fills_up()
    ana.clicks("Ask for approval")
    assert ana.reads() == [FULL]
    workspace.disk_has_room_again()
    ana.clicks("Ask for approval")
    ana.reads()
    workspace.disk_fills_up()
    assert ben.told("Approve") == [FULL]
    workspace.disk_has_room_again()
    assert ben.told("Approve") == snapshot(["👍 Approved: 1 of 1."])
    workspace.passes(seconds=10)
    assert "✅ Cleared." in workspace.card()
    assert "✅ Cleared `orders`" in workspace.thread()[-1]


def test_a_disk_that_takes_nothing_repeats_nothing(workspace: Workspace) -> None:
    """What Slack has taken and the store has not is not said again, however often it is tried."""
    ana = workspace.operator("ana")
    assert "Confirmed." in ana.clears("orders")[0]
    workspace.slack.rate_limits("chat.postMessage", retry_after=30)
    workspace.passes(seconds=10)
    workspace.disk_takes_nothing()
    for _ in range(3):
        with pytest.raises(StoreUnavailable):
            workspace.passes(minutes=1)
    workspace.disk_takes_all_again()
    workspace.passes(minutes=1)
    assert "✅ Cleared." in workspace.card()
    assert workspace.thread() == snapshot(
        [
            "📤 Sent the request to Feldera, Mar 2, 2026 at 3:00:00 AM.",
            "⏳ Feldera accepted it, Mar 2, 2026 at 3:00:00 AM: the storage is being cleared. From here it cannot be cancelled.",
            "✅ Cleared `orders` after 2 seconds. @ana",
        ]
    )


def grants(admin: Teammate) -> str:
    return admin.types("/pipeline grant @admin viewer orders")


def freezes(admin: Teammate) -> str:
    return admin.types("/pipeline freeze orders for 1h audit")


def rules(admin: Teammate) -> str:
    return admin.types("/pipeline rule orders approvals=2")


def is_denied(admin: Teammate) -> str:
    """The refusal is on the record, too, or it is not given."""
    return admin.types("/pipeline clear orders")


@pytest.mark.parametrize("command", [grants, freezes, rules, is_denied])
def test_a_command_on_a_full_disk(workspace: Workspace, command: Callable[[Teammate], str]) -> None:
    admin = workspace.admin("admin")
    workspace.disk_fills_up()
    assert command(admin) == FULL
    workspace.disk_has_room_again()


def test_a_modal_on_a_full_disk(workspace: Workspace) -> None:
    """It turns into the answer."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    ben.opens("Deny")
    workspace.disk_fills_up()
    assert FULL in ben.submits("not now")
    workspace.disk_has_room_again()
    assert "🙋 Waiting for approval." in workspace.card()


def test_a_form_on_a_full_disk(workspace: Workspace) -> None:
    ana = workspace.operator("ana")
    ana.opens_form()
    ana.looks_for("ord")
    ana.picks("orders")
    workspace.disk_fills_up()
    assert FULL in ana.submits(Reason="schema change")
    workspace.disk_has_room_again()


def test_health_and_answers_of_a_bot_that_lost_its_database(over_http: Workspace) -> None:
    """Until it ends: `/healthz` is 503 with the reason, and commands and clicks are answered in words."""
    ana = over_http.operator("ana")
    ana.types("/pipeline clear orders")
    ana.reads()
    link = over_http.database.with_name("second.db")
    link.hardlink_to(over_http.database)

    async def story() -> tuple[int, object]:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://{over_http.bot.transport.address}/healthz") as page,
        ):
            health = page.status, await page.json()
        await ana.typing("/pipeline rules")
        await ana.clicking("Clear orders")
        await over_http.bot.background_tasks.finished()
        return health

    assert over_http.run(story()) == (
        503,
        {
            "status": "unavailable",
            "reasons": ["The file of the bot's database has a second name (a hard link)."],
        },
    )
    assert ana.reads() == [TWO_NAMES, TWO_NAMES]
    link.unlink()
    over_http.dies()
    assert over_http.sent == []
