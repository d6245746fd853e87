"""When a Home is published: for those who look, when something on it changed, at Slack's pace, whatever Slack does."""

import asyncio
from collections.abc import Callable

import pytest

from tests.workspace import Teammate, Workspace


def published(workspace: Workspace) -> int:
    """How often Slack was asked to publish a Home."""
    return len([call for call in workspace.slack.calls if call.method == "views.publish"])


def test_for_an_hour_after_it_was_opened(workspace: Workspace, ana: Teammate, ben: Teammate) -> None:
    """Then it stays as it is, and costs nothing, until it is opened again."""
    ben.opens_home()
    workspace.passes(minutes=59)
    ana.requests("orders")
    workspace.passes(seconds=5)
    assert "Clear orders" in ben.home()
    workspace.passes(minutes=2)
    calls = len(workspace.slack.calls)
    ana.types(f"/pipeline withdraw {workspace.request()}")
    workspace.passes(hours=5)
    assert "Clear orders" in ben.home()
    called = {call.method for call in workspace.slack.calls[calls:]}
    assert called <= {"chat.postMessage", "chat.update", "users.info"}
    assert "Nothing is waiting for you." in ben.opens_home()
    ana.reads()
    workspace.threads()


def test_a_press_counts_as_looking(workspace: Workspace, ana: Teammate, ben: Teammate) -> None:
    """Whoever presses a button has the page before them for another hour."""
    workspace.rules("orders", "within=4h")
    ana.requests("orders")
    ben.opens_home()
    workspace.passes(minutes=50)
    ben.opens_from_home("Deny…")
    ben.closes_modal()
    workspace.passes(minutes=50)
    ana.types(f"/pipeline withdraw {workspace.request()}")
    workspace.passes(seconds=5)
    assert "*Clear orders*: ↩️ Withdrawn by @ana" in ben.home()
    workspace.threads()


def test_nobody_looked(workspace: Workspace, ana: Teammate, ben: Teammate) -> None:
    """Without a reader no Home is published, whatever happens; nor for whoever opens the tab of messages."""
    workspace.run(ben.person.opens_home("messages"))
    ana.requests("orders")
    ben.told("Approve")
    workspace.passes(minutes=5)
    assert published(workspace) == 0
    workspace.threads()


def asks_to_wait(workspace: Workspace) -> None:
    workspace.slack.rate_limits("views.publish", retry_after=30)


def takes_no_page(workspace: Workspace) -> None:
    workspace.expected_errors.add("slack_refused")
    workspace.slack.fails_next("views.publish", "invalid_arguments")


@pytest.mark.parametrize(("slack", "seconds"), [(asks_to_wait, 30), (takes_no_page, 60)])
def test_slack_does_not_publish_for_a_while(
    workspace: Workspace, ana: Teammate, ben: Teammate, slack: Callable[[Workspace], None], seconds: int
) -> None:
    """It is asked again after that, for the page as things are, and the clear was not kept waiting."""
    ben.opens_home()
    slack(workspace)
    ana.requests("orders")
    workspace.passes(seconds=2)
    ben.told("Approve")
    workspace.passes(seconds=20)
    assert "Lately" not in ben.home()
    assert workspace.feldera.clears["orders"] == 1
    calls = published(workspace)
    workspace.passes(seconds=seconds - 20)
    assert published(workspace) == calls + 1
    assert "*Clear orders*: ✅ Cleared after" in ben.home()
    workspace.threads()


@pytest.mark.parametrize("trouble", ["loses_the_next_reply", "drops_the_next_request", "answers_500"])
def test_slack_does_not_answer(workspace: Workspace, ana: Teammate, ben: Teammate, trouble: str) -> None:
    """It is published again, also over what a lost answer may have left there."""
    ben.opens_home()
    getattr(workspace.slack, trouble)("views.publish")
    ana.requests("orders")
    workspace.passes(seconds=2)
    ana.types(f"/pipeline withdraw {workspace.request()}")
    workspace.passes(seconds=10)
    assert "*Clear orders*: ↩️ Withdrawn by @ana" in ben.home()
    assert "[Approve]" not in ben.home()
    calls = published(workspace)
    workspace.passes(minutes=10)
    assert published(workspace) == calls
    ana.reads()
    workspace.threads()


def test_something_else_stands_there(workspace: Workspace, ana: Teammate, ben: Teammate) -> None:
    """An older page that arrived late, or another bot's, is found out by its hash, and replaced."""
    ben.opens_home()
    odd = {"type": "home", "blocks": [{"type": "divider"}]}
    workspace.run(workspace.bot.homes.tabs.client.views_publish(user_id=ben.id, view=odd))
    ana.requests("orders")
    workspace.passes(seconds=5)
    assert "Clear orders" in ben.home()
    workspace.run(workspace.bot.homes.tabs.client.views_publish(user_id=ben.id, view=odd))
    workspace.passes(seconds=5)
    assert ben.home() == "———"
    ben.opens_home()
    workspace.passes(seconds=1)
    assert "Clear orders" in ben.home()
    workspace.card()


def test_slack_is_silent(workspace: Workspace, ana: Teammate, ben: Teammate) -> None:
    """A publication that hangs keeps nobody waiting: what was asked for is shown, approved and done."""
    ben.opens_home()
    workspace.slack.hangs("views.publish")
    workspace.passes(seconds=1)

    async def goes_on() -> None:
        workspace.bot.homes.looked_at_by(ben.actor)
        workspace.bot.homes.tabs.found(ben.actor.user, None)
        publishing = asyncio.create_task(workspace.bot.homes.tick())
        await workspace.slack.until(lambda: workspace.slack.hanging == 1)
        for _ in range(3):
            await workspace.bot.driver.tick()
            await workspace.bot.announcements.tick()
        assert not publishing.done()
        workspace.slack.lets_go()
        await publishing

    ana.asks("/pipeline clear orders")
    workspace.run(ana.clicking("Ask for approval"))
    workspace.run(goes_on())
    workspace.passes(seconds=2)
    assert "Clear orders" in ben.home()
    assert ana.reads() == ["🙋 Requested. Follow the clear of `orders` in its thread."]
    workspace.card()


def test_whatever_is_written_wakes_it(workspace: Workspace, ana: Teammate) -> None:
    """A press, a card that stands now, and what Feldera told: nobody waits for the next minute."""
    bot, ben = workspace.bot, workspace.approver("ben")
    woken: dict[str, bool] = {}

    async def wakes(what: str) -> None:
        await bot.background_tasks.finished()
        woken[what] = bot.homes.wake.is_set()
        bot.homes.wake.clear()

    async def goes_on() -> None:
        await wakes("asked")
        await bot.announcements.tick()
        await wakes("card")
        await ben.clicking("Approve")
        await wakes("approved")
        await bot.driver.tick()
        await bot.driver.finished()
        await wakes("sent")

    ana.asks("/pipeline clear orders")
    bot.homes.wake.clear()
    workspace.run(ana.clicking("Ask for approval"))
    workspace.run(goes_on())
    assert woken == {"asked": True, "card": True, "approved": True, "sent": True}
    workspace.passes(seconds=10)
    ana.reads()
    ben.reads()
    workspace.threads()


def test_opened_twice_at_once_and_while_the_bot_is_down(
    workspace: Workspace, ana: Teammate, ben: Teammate
) -> None:
    """Slack may deliver an event twice: one page. Without the bot it stays as it was; opened again, it is right."""
    workspace.slack.delivers_twice()
    ben.opens_home()
    workspace.passes(seconds=10)
    assert published(workspace) == 1
    workspace.expected_complaints = 1
    ana.requests("orders")
    workspace.dies()
    ben.opens_home()
    workspace.starts()
    assert "Clear orders" in ben.opens_home()
    ana.reads()
    workspace.card()
