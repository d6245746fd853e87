"""How often somebody may ask for access: rarely, whatever is pressed and whatever fails."""

from dataclasses import replace

import pytest
from inline_snapshot import snapshot

from bot.domain.events import EventKind
from tests.stories.test_ask_for_access import ASKED, CLEAR, TRIED
from tests.workspace import Teammate, Workspace


@pytest.fixture
def ada(workspace: Workspace) -> Teammate:
    return workspace.admin("ada", "ord*")


@pytest.fixture
def eve(workspace: Workspace) -> Teammate:
    """Somebody without any grant."""
    return workspace.adds_person("eve")


def test_once_an_hour_for_one_role(workspace, ada, eve):
    """Whatever pipeline it is about, and across a restart; then again."""
    eve.types(CLEAR)
    eve.clicks("Ask for access")
    eve.reads()
    workspace.passes(minutes=10)
    workspace.restarts()
    before = snapshot(
        "⏳ You already asked for the role *requester* on `orders`, some time ago (Mar 2, 2026 at 3:00 AM): I wrote to @ada. You can ask again Mar 2, 2026 at 4:00 AM, or write to an admin now."
    )
    for typed in (CLEAR, "/pipeline stop orders", "/pipeline clear orders-eu"):
        eve.types(typed)
        assert eve.told("Ask for access") == [before]
    assert len(ada.dms()) == 1
    workspace.passes(minutes=50)
    eve.types("/pipeline stop orders")
    assert eve.told("Ask for access")[0].startswith("📨 Asked @ada to let you request a stop of `orders`.")
    assert len(workspace.record(EventKind.ACCESS_REQUESTED)) == 2
    assert [said.split(",")[0] for said in ada.dms()] == [
        "🔑 @eve tried to clear `orders`",
        "🔑 @eve tried to stop `orders`",
    ]


def test_two_clicks_at_once_ask_once(workspace, ada, eve):
    eve.types(CLEAR)
    button = eve.finds("Ask for access")
    workspace.at_once(eve.pressing(button), eve.pressing(button))
    first, second = sorted(eve.reads(), reverse=True)
    assert first == ASKED
    assert second.startswith("⏳ You already asked for the role *requester* on `orders`")
    assert ada.dms() == [TRIED]
    assert len(workspace.record(EventKind.ACCESS_REQUESTED)) == 1


def test_a_few_an_hour_for_all_roles(workspace, ada, eve):
    """Nobody is pestered by one person, however many roles there are to lack."""
    workspace.rules("orders", "break-glass=allowed")
    told = []
    for typed in (CLEAR, "/pipeline status orders", f"{CLEAR} --break-glass INC-1 lag"):
        eve.types(typed)
        told += eve.told("Ask for access")
        workspace.passes(minutes=1)
    assert [said[0] for said in told] == ["📨"] * 3
    ben = workspace.requester("ben")
    ben.requests("orders")
    (denied,) = eve.told("Approve")
    assert "[Ask for access]" in denied
    assert eve.told("Ask for access") == snapshot(
        [
            "⏳ You asked for access 3 times within an hour, the most that one person may ask. You can ask again Mar 2, 2026 at 4:00 AM, or write to an admin now."
        ]
    )
    assert len(ada.dms()) == 3
    workspace.card()


def test_a_message_that_slack_refuses_does_not_count(workspace, ada, eve):
    eve.types(CLEAR)
    workspace.slack.fails_next("chat.postMessage", "messages_tab_disabled")
    assert eve.told("Ask for access") == snapshot(
        [
            "❌ Nobody was asked: my message to @ada could not be delivered (`messages_tab_disabled`). Press the button again in a minute, or write to them yourself."
        ]
    )
    assert workspace.record(EventKind.ACCESS_REQUESTED) == []
    workspace.passes(seconds=2)
    assert eve.told("Ask for access") == [ASKED]
    assert ada.dms() == [TRIED]


def test_a_message_in_doubt_counts(workspace, ada, eve):
    """Slack has it, but its answer is lost: it is not sent twice."""
    eve.types(CLEAR)
    workspace.slack.loses_the_next_reply("chat.postMessage")
    assert eve.told("Ask for access") == snapshot(
        [
            "❔ I tried to ask the admins to let you request a clear of `orders`. I do not know whether my message reached @ada: write to them if you hear nothing."
        ]
    )
    assert ada.dms() == [TRIED]
    assert eve.told("Ask for access")[0].startswith("⏳ You already asked")


def test_a_forged_button(ada, eve):
    """Its value is checked like typed text, and weighed for whoever sends it."""
    eve.types(CLEAR)
    button = eve.finds("Ask for access")
    for forged in ("", "administer - - *", "clear clear - <!channel>", "clear boil - orders", "x" * 2000):
        eve.presses(replace(button, element={**button.element, "value": forged}))
        assert eve.reads() == [
            "This button is too old to work, so pressing it did nothing. `/pipeline pending` lists the requests that wait for approval or review."
        ]
    assert ada.dms() == []


def test_some_messages_are_refused(workspace, ada, eve):
    """Whoever was reached is named, and it counts."""
    bob = workspace.admin("bob")
    workspace.slack.refuses("chat.postMessage", "user_not_found", lambda said: said["channel"] == bob.id)
    eve.types(CLEAR)
    assert eve.told("Ask for access") == [f"{ASKED} My message did not reach @bob."]
    assert len(ada.dms()) == 1
    assert eve.told("Ask for access")[0].startswith("⏳ You already asked")


def test_a_full_disk(workspace, ada, eve):
    """What was sent counts, though it cannot be recorded."""
    eve.types(CLEAR)
    button = eve.finds("Ask for access")
    workspace.disk_takes_nothing()
    eve.presses(button)
    assert eve.reads() == [ASKED]
    eve.presses(button)
    assert eve.reads()[-1].startswith("⏳ You already asked for the role *requester*")
    workspace.disk_takes_all_again()
    assert ada.dms() == [TRIED]
