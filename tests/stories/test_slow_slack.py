"""Slack is slow to tell who somebody is: every command and click is acknowledged in time all the same, and answered.

An ack waits for two seconds of real time. These stories do not: in them it waits for none at all, and what is looked up
hangs until it is let go.
"""

import sqlite3
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest
from inline_snapshot import snapshot

from bot.slack.api.directory import ANSWERED_WITHIN
from tests.stories.decided import approved
from tests.workspace import Teammate, Workspace

WHO = "users.info"
LONGER = "⏳ This is taking longer than usual. I will tell you the result. If no result follows within a few minutes, do it again."
TOO_LATE = "The form could not be opened in time."


@pytest.fixture
def ben(workspace: Workspace) -> Teammate:
    """An approver, and somebody asked for a clear."""
    ben = workspace.approver("ben")
    workspace.requester("ana").requests("orders")
    workspace.thread()
    return ben


@pytest.fixture
def rio(workspace: Workspace) -> Teammate:
    """A responder who is about to break the glass."""
    workspace.rules("orders", "approvals=1 break-glass=allowed")
    rio = workspace.responder("rio")
    rio.asks("/pipeline clear orders --break-glass INC-123 lag alarm at night")
    return rio


def slowly(workspace: Workspace, deed: Coroutine[Any, Any, Any], *look_ups: int) -> None:
    """Somebody does something that needs so many look-ups at once, one after the other; it is acknowledged before that."""
    workspace.bot.background_tasks.patience = 0.0
    rounds = look_ups or (1,)
    workspace.slack.hangs(WHO, times=sum(rounds))

    async def done() -> None:
        await deed
        for number in rounds:
            await workspace.slack.until(lambda: workspace.slack.hanging == number)  # noqa: B023 - awaited here
            workspace.slack.lets_go()

    workspace.does(done())


def test_who_is_not_known_yet_takes_no_turn_of_a_look(workspace: Workspace) -> None:
    """Eight looks go to a Feldera at once: eight commands of somebody whom Slack does not tell about are none of them."""
    olaf, eve = workspace.operator("olaf"), workspace.adds_person("eve")
    olaf.asks("/pipeline status orders")
    workspace.bot.background_tasks.patience = 0.0
    workspace.slack.hangs(WHO)

    async def at_once() -> None:
        for _ in range(8):
            await eve.typing("/pipeline status orders")
        await workspace.slack.until(lambda: workspace.slack.hanging == 1)
        told = len(olaf.person.ephemerals)
        await olaf.typing("/pipeline status orders")
        await workspace.slack.until(lambda: len(olaf.person.ephemerals) == told + 2)
        assert len(eve.person.ephemerals) == 8, "they were only told that it is looked up"
        workspace.slack.lets_go()

    workspace.does(at_once())
    assert olaf.reads()[-1].startswith("orders\n")
    said = eve.reads()
    assert [each[0] for each in said] == ["🔎"] * 8 + ["🚫"] * 8, said


def test_an_approval(workspace: Workspace, ben: Teammate) -> None:
    """It counts, and ben hears of it twice: that it takes longer, and what came of it."""
    slowly(workspace, ben.clicking("Approve"))
    assert ben.reads() == [LONGER, approved()]
    workspace.passes(seconds=10)
    assert workspace.thread()[-1].startswith("✅ Cleared")


def test_an_approval_by_command(workspace: Workspace, ben: Teammate) -> None:
    """Its confirm step follows, and works like any other."""
    slowly(workspace, ben.typing(f"/pipeline approve {workspace.request()}"))
    longer, question = ben.reads()
    assert longer == LONGER
    assert question.startswith("*Approve the clear of `orders`?*")
    workspace.bot.background_tasks.patience = 2.0
    assert ben.told("Approve") == [approved()]
    workspace.passes(seconds=10)
    assert workspace.thread()[-1].startswith("✅ Cleared")


def test_the_last_of_several_approvals(workspace: Workspace) -> None:
    """Whoever may approve has everybody who did looked up again, at the same moment: it takes no longer than one more."""
    workspace.rules("orders", "approvals=4")
    workspace.requester("ana").requests("orders")
    for name in ("bea", "bob", "bix"):
        workspace.approver(name).told("Approve")
    ben = workspace.approver("ben")
    slowly(workspace, ben.clicking("Approve"), 1, 3)
    assert ben.reads()[-1] == approved(4)
    workspace.thread()


def test_a_confirmation(workspace: Workspace) -> None:
    ana = workspace.requester("ana")
    ana.asks("/pipeline clear orders")
    slowly(workspace, ana.clicking("Ask for approval"))
    workspace.passes(seconds=5)
    assert ana.reads() == ["🙋 Requested. Follow the clear of `orders` in its thread.", LONGER]
    workspace.card()


def test_a_command_that_looks(workspace: Workspace) -> None:
    """It says that it looks, as ever; whether they may is part of the looking, and no more is said to whoever may not."""
    ana, eve, dan = workspace.requester("ana"), workspace.adds_person("eve"), workspace.adds_person("dan")
    slowly(workspace, ana.typing("/pipeline status orders"))
    first, second = ana.reads()
    assert first.startswith("🔎 Looking at `orders`…")
    assert second.startswith("orders\n*Deployment*")
    slowly(workspace, eve.typing("/pipeline clear orders"))
    assert eve.reads()[0].startswith("🔎 Looking at `orders`…")
    assert eve.hears().startswith("🚫 You may not clear `orders`:")
    slowly(workspace, dan.typing("/pipeline list"))
    assert dan.reads()[-1].startswith("🚫 There is no pipeline that you are allowed to see:")


def test_a_denial(workspace: Workspace, ben: Teammate) -> None:
    """Slack lets a modal open within three seconds of the click: later, the click has to be made again."""
    workspace.passes(minutes=2)
    slowly(workspace, ben.clicking("Deny…"))
    assert ben.reads() == [f"{TOO_LATE} Nothing was denied: press *Deny…* again."]
    workspace.bot.background_tasks.patience = 2.0
    ben.opens("Deny…")
    slowly(workspace, ben.submitting("not today"))
    assert ben.screen == snapshot("""\
Deny clear
❌ You denied the clear of `orders` requested by @ana. Nothing was sent to Feldera; @ana is told why. See its thread.
[Close]\
""")
    ben.closes_modal()
    workspace.passes(seconds=5)
    assert workspace.thread() == [
        "❌ The clear of `orders` was denied by @ben: `not today`. Nothing was sent to Feldera. @ana"
    ]


def test_a_modal_that_was_closed_meanwhile(workspace: Workspace, ben: Teammate) -> None:
    """The denial counts; that it does is told in the thread."""
    ben.opens("Deny…")

    async def submits_and_closes() -> None:
        await ben.submitting("not today")
        await ben.person.closes_modal()

    slowly(workspace, submits_and_closes())
    workspace.passes(seconds=5)
    assert "not today" in workspace.thread()[-1]


def test_a_press_on_home(workspace: Workspace, ben: Teammate) -> None:
    """It is acknowledged in time like any other. The screen says that the answer follows, and so it does."""
    ben.opens_home()
    slowly(workspace, ben.pressing(ben.finds_on_home("Approve")))
    assert ben.screen == f"Approve request\n{LONGER}\n[Close]"
    assert ben.dms() == [approved()]
    workspace.passes(seconds=10)
    assert "[Approve]" not in ben.home()
    workspace.thread()


def test_a_press_on_home_that_changes_nothing(workspace: Workspace, ben: Teammate) -> None:
    """No form opens that late, as on a card; where the right was lost meanwhile, the reason follows, too."""
    ben.opens_home()
    workspace.bot.background_tasks.patience = 0.0
    ben.clicks_home("Deny…")
    assert ben.screen == f"Deny request\n{TOO_LATE} Nothing was denied: press *Deny…* again.\n[Close]"
    ben.closes_modal()
    workspace.revokes(ben)
    ben.clicks_home("Approve")
    assert LONGER in ben.screen
    assert ben.dms()[0].startswith("🚫 You may not approve a clear of `orders`")
    assert "🙋 Waiting for approval, requested" in workspace.card()


def test_the_form_of_a_broken_glass(workspace: Workspace, rio: Teammate) -> None:
    workspace.bot.background_tasks.patience = 0.0
    assert rio.told("Run as break-glass…") == [
        f"{TOO_LATE} Nothing was sent to Feldera: press *Run as break-glass…* again."
    ]
    workspace.bot.background_tasks.patience = 2.0
    rio.opens("Run as break-glass…")
    slowly(workspace, rio.submitting("order"))
    assert (
        "Type the pipeline's name exactly as it is written here: `orders`. Nothing was sent to Feldera."
        in rio.screen
    )
    rio.closes_modal()
    assert workspace.sent == []


def test_a_broken_glass(workspace: Workspace, rio: Teammate) -> None:
    rio.opens("Run as break-glass…")
    slowly(workspace, rio.submitting("orders"))
    assert (
        "⏳ Posting the request to clear `orders` in #ops. When the message is visible there, the clear is sent to Feldera."
        in rio.screen
    )
    rio.closes_modal()
    workspace.passes(seconds=10)
    rio.reads()
    workspace.thread()


def test_a_slow_database_is_not_blamed_on_slack(workspace: Workspace, ben: Teammate) -> None:
    """Another process holds the database: whoever clicks hears only that it takes longer, and then what came of it."""
    workspace.bot.background_tasks.patience = 0.0
    other = sqlite3.connect(workspace.database, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")

    async def done() -> None:
        await ben.clicking("Approve")
        other.close()

    workspace.does(done())
    assert ben.reads() == [LONGER, approved()]
    workspace.thread()


def test_slack_tells_nothing_at_all(workspace: Workspace, ben: Teammate) -> None:
    """In real time: the look-up is given up within what an ack may take, and the click is refused with the reason."""
    workspace.looks_people_up_within(ANSWERED_WITHIN)
    workspace.slack.hangs(WHO)
    assert ben.told("Approve") == [
        "🚫 You may not approve a clear of `orders`: your account cannot be checked right now (`Slack did not answer in time`). Try again in a minute."
    ]
    workspace.slack.lets_go()


def test_no_ack_in_time_is_no_other_button(tmp_path: Path) -> None:
    """In real time: Slack complains, and what the button is for is done; nothing says that it is from another time."""
    workspace = Workspace(tmp_path, slack_waits=3.0)
    workspace.feldera.adds("orders")
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    workspace.expected_complaints = 1
    ana.requests("orders")
    workspace.bot.background_tasks.patience = 60.0
    workspace.looks_people_up_within(60.0)
    workspace.slack.hangs(WHO)

    async def clicks_in_vain() -> None:
        assert (await ben.person.clicks("Approve")).error is not None
        workspace.slack.lets_go()

    workspace.does(clicks_in_vain())
    assert ben.reads() == [approved()]
    workspace.thread()
    workspace.closes()
