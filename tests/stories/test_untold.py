"""Slack does not tell who people are, for a while: what was approved waits for it, and nobody's approval is lost."""

import pytest
from inline_snapshot import snapshot

from bot.domain.access.permissions import Role
from tests.workspace import Teammate, Workspace


@pytest.fixture
def ana(workspace: Workspace) -> Teammate:
    """She has asked for a clear, ben has approved it, and it can be stopped for 30 seconds."""
    workspace.rules("orders", "approvals=1 stop=30s")
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    ben.told("Approve")
    workspace.passes(seconds=10)
    return ana


def id_of(workspace: Workspace, name: str) -> str:
    return next(key for key, shown in workspace.slack.names.items() if shown == name)


@pytest.mark.usefixtures("ana")
def test_it_waits_until_slack_tells(workspace: Workspace) -> None:
    """Nothing is sent meanwhile, which the thread says once; then it goes on by itself."""
    workspace.slack.fails_next("users.info", "internal_error", times=20)
    workspace.passes(minutes=2)
    assert workspace.sent == []
    assert workspace.timed_thread() == snapshot(
        [
            "0:00:01  👍 @ben approved (1 of 1). @ana",
            "0:00:30  ⏸️ Slack did not tell whether the people behind this may still do it (`Slack is in trouble`). Nothing is sent until it does; I keep asking.",
        ]
    )
    workspace.passes(minutes=1)
    assert workspace.thread()[2:] == snapshot(
        [
            "📤 Sent the request to Feldera, Mar 2, 2026 at 3:03:00 AM.",
            "⏳ Feldera accepted it, Mar 2, 2026 at 3:03:00 AM: the storage is being cleared. From here it cannot be cancelled.",
            "✅ Cleared `orders` after 2 seconds. @ana (approved by @ben)",
        ]
    )
    assert "✅ Cleared." in workspace.card()
    assert len(workspace.sent) == 1


@pytest.mark.usefixtures("ana")
def test_slack_is_away(workspace: Workspace) -> None:
    """The same when it is gone altogether: all of it is told afterwards."""
    workspace.slack_goes_down()
    workspace.passes(minutes=2)
    assert workspace.sent == []
    workspace.slack_comes_back()
    workspace.passes(minutes=1)
    assert workspace.thread() == snapshot(
        [
            "👍 @ben approved (1 of 1). @ana",
            "⏸️ Slack did not tell whether the people behind this may still do it (`Slack cannot be reached`). Nothing is sent until it does; I keep asking.",
            "📤 Sent the request to Feldera, Mar 2, 2026 at 3:02:15 AM.",
            "⏳ Feldera accepted it, Mar 2, 2026 at 3:02:15 AM: the storage is being cleared. From here it cannot be cancelled.",
            "✅ Cleared `orders` after 2 seconds. @ana (approved by @ben)",
        ]
    )
    assert "✅ Cleared." in workspace.card()


@pytest.mark.usefixtures("ana")
def test_slack_wants_quiet(workspace: Workspace) -> None:
    """It is not asked again before it wants to be, however often the bot looks."""
    workspace.slack.rate_limits("users.info", retry_after=180, times=2)
    asked = [call.error for call in workspace.slack.calls if call.method == "users.info"]
    workspace.passes(minutes=3)
    later = [call.error for call in workspace.slack.calls if call.method == "users.info"][len(asked) :]
    assert later == ["ratelimited"] * 2, "ana and ben, once"
    workspace.passes(minutes=1)
    assert workspace.timed_thread()[1:] == snapshot(
        [
            "0:00:30  ⏸️ Slack did not tell whether the people behind this may still do it (`Slack is asked too often and wants 180 s of quiet`). Nothing is sent until it does; I keep asking.",
            "0:03:30  📤 Sent the request to Feldera, Mar 2, 2026 at 3:03:30 AM.",
            "0:03:30  ⏳ Feldera accepted it, Mar 2, 2026 at 3:03:30 AM: the storage is being cleared. From here it cannot be cancelled.",
            "0:03:32.500000  ✅ Cleared `orders` after 2 seconds. @ana (approved by @ben)",
        ]
    )
    assert "✅ Cleared." in workspace.card()


@pytest.mark.usefixtures("ana")
def test_slack_never_tells(workspace: Workspace) -> None:
    """After four hours it is too late, as for anything that was confirmed."""
    workspace.slack.rate_limits("users.info", retry_after=3600, times=8)
    workspace.passes(minutes=10)
    workspace.leaps(hours=3, minutes=45)
    workspace.passes(minutes=10)
    assert workspace.sent == []
    assert workspace.thread() == snapshot(
        [
            "👍 @ben approved (1 of 1). @ana",
            "⏸️ Slack did not tell whether the people behind this may still do it (`Slack is asked too often and wants 3600 s of quiet`). Nothing is sent until it does; I keep asking.",
            "❌ Not cleared: the request could not be sent within 4 hours of the confirmation. Nothing was sent. Type `/pipeline clear orders` to look again. @ana (approved by @ben)",
        ]
    )
    workspace.card()


def test_a_broken_glass(workspace: Workspace) -> None:
    """An emergency does not end over one answer that Slack owes: it waits, and nobody has to type it all again."""
    workspace.rules("orders", "approvals=1 break-glass=allowed")
    rio, ben = workspace.responder("rio"), workspace.approver("ben")
    workspace.slack.rate_limits("chat.postMessage", retry_after=5)
    rio.breaks_glass("orders")
    workspace.slack.rate_limits("users.info", retry_after=5)
    workspace.passes(minutes=1)
    assert workspace.thread() == snapshot(
        [
            "🚨 @rio broke the glass for `INC-123`: `lag alarm at night`. It runs at once. One of you has to look at it afterwards and sign it off. @ben",
            "⏸️ Slack did not tell whether the people behind this may still do it (`Slack is asked too often and wants 5 s of quiet`). Nothing is sent until it does; I keep asking.",
            "📤 Sent the request to Feldera, Mar 2, 2026 at 3:00:20 AM.",
            "⏳ Feldera accepted it, Mar 2, 2026 at 3:00:20 AM: the storage is being cleared. From here it cannot be cancelled.",
            "✅ Cleared `orders` after 2 seconds. @rio",
        ]
    )
    assert ben.told("Sign off") == snapshot(
        ["🔏 Signed off: the broken glass of `orders` needs nobody any more."]
    )
    assert workspace.thread()[-1].startswith("🔏 @ben signed it off")
    rio.reads()
    workspace.card()


def test_it_can_be_stopped_meanwhile(workspace: Workspace, ana: Teammate) -> None:
    """Of ben nothing is told, of ana all: she may stop it as before, and nothing was sent."""
    workspace.slack.answers_500("users.info", times=20, about=id_of(workspace, "ben"))
    workspace.passes(minutes=1)
    assert workspace.thread()[-1].startswith("⏸️ Slack did not tell")
    assert ana.told("Stop") == snapshot(["🛑 Stopped in time: nothing was sent, and `orders` is as it was."])
    workspace.passes(minutes=1)
    assert workspace.sent == []
    assert workspace.thread()[-1] == snapshot(
        "↩️ Stopped by @ana in time: nothing was sent. @ana (approved by @ben)"
    )
    workspace.card()


@pytest.mark.usefixtures("ana")
def test_who_left_meanwhile(workspace: Workspace) -> None:
    """A definite no ends it, as soon as it is known: ben's account was deactivated while Slack said nothing."""
    workspace.slack.rate_limits("users.info", retry_after=120, times=2)
    workspace.passes(minutes=1)
    workspace.slack.workspace.people[id_of(workspace, "ben")].deactivated = True
    workspace.passes(minutes=3)
    assert workspace.sent == []
    assert workspace.thread()[1:] == snapshot(
        [
            "⏸️ Slack did not tell whether the people behind this may still do it (`Slack is asked too often and wants 120 s of quiet`). Nothing is sent until it does; I keep asking.",
            "❌ Not cleared: the approvals do not suffice any more (a rule was tightened, or an approver lost the right). Nothing was sent. Type `/pipeline clear orders` to ask again. @ana (approved by @ben)",
        ]
    )
    workspace.card()


def test_a_group_that_cannot_be_read(workspace: Workspace) -> None:
    """Who approved as one of a group is waited for as long as the group cannot be read."""
    workspace.rules("orders", "approvals=1 stop=30s")
    ana, dan = workspace.requester("ana"), workspace.stranger("dan")
    workspace.grants_group(workspace.user_group("leads", dan), Role.APPROVER)
    ana.requests("orders")
    dan.told("Approve")
    workspace.passes(seconds=10)
    workspace.slack.answers_500("usergroups.users.list", times=2)
    workspace.passes(minutes=2)
    assert workspace.timed_thread() == snapshot(
        [
            "0:00:01  👍 @dan approved (1 of 1). @ana",
            "0:00:30  ⏸️ Slack did not tell whether the people behind this may still do it (`Slack is in trouble`). Nothing is sent until it does; I keep asking.",
            "0:01:00  📤 Sent the request to Feldera, Mar 2, 2026 at 3:01:00 AM.",
            "0:01:00  ⏳ Feldera accepted it, Mar 2, 2026 at 3:01:00 AM: the storage is being cleared. From here it cannot be cancelled.",
            "0:01:02.500000  ✅ Cleared `orders` after 2 seconds. @ana (approved by @dan)",
        ]
    )
    workspace.card()


def test_a_glitch_takes_nobodys_approval(workspace: Workspace) -> None:
    """While bob approves, Slack says nothing of ben: his approval stays, and he is asked after again at the end."""
    workspace.rules("orders", "approvals=3")
    ana = workspace.requester("ana")
    ben, bea, bob = (workspace.approver(name) for name in ("ben", "bea", "bob"))
    ana.requests("orders")
    ben.told("Approve")
    bea.told("Approve")
    workspace.slack.answers_500("users.info", about=ben.id)
    assert bob.told("Approve") == snapshot(["👍 Approved: 3 of 3."])
    workspace.passes(minutes=1)
    assert workspace.thread() == snapshot(
        [
            "👍 @ben approved (1 of 3). @ana",
            "👍 @bea approved (2 of 3). @ana",
            "👍 @bob approved (3 of 3). @ana",
            "📤 Sent the request to Feldera, Mar 2, 2026 at 3:00:00 AM.",
            "⏳ Feldera accepted it, Mar 2, 2026 at 3:00:00 AM: the storage is being cleared. From here it cannot be cancelled.",
            "✅ Cleared `orders` after 2 seconds. @ana (approved by @ben @bea @bob)",
        ]
    )
    workspace.card()


def test_who_is_known_to_have_left_counts_no_more(workspace: Workspace) -> None:
    """What Slack does tell holds at once, and is said."""
    workspace.rules("orders", "approvals=3")
    ana = workspace.requester("ana")
    ben, bea, bob = (workspace.approver(name) for name in ("ben", "bea", "bob"))
    ana.requests("orders")
    ben.told("Approve")
    bea.told("Approve")
    ben.person.is_deactivated()
    assert bob.told("Approve") == snapshot(["👍 Approved: 2 of 3."])
    workspace.passes(seconds=5)
    assert workspace.thread()[-1] == snapshot(
        "👍 @bob approved (2 of 3). @ana Not counted any more, since they may no longer approve this: @ben."
    )
    workspace.card()
