"""Slack does not tell who people are, for a while: what was approved waits for it, and nobody's approval is lost."""

import pytest

from bot.domain.access.permissions import Role
from tests.stories.decided import approved, approved_first
from tests.workspace import Teammate, Workspace


@pytest.fixture
def ana(workspace: Workspace) -> Teammate:
    """She asks for a clear that can be cancelled for 30 seconds."""
    workspace.rules("orders", "approvals=1 cancel-window=30s")
    ana = workspace.requester("ana")
    ana.requests("orders")
    return ana


@pytest.fixture
def ben(workspace: Workspace) -> Teammate:
    """He approves the clear that ana has asked for."""
    ben = workspace.approver("ben")
    ben.told("Approve")
    workspace.passes(seconds=10)
    return ben


def waits(why: str) -> str:
    return f"⏸️ I cannot check right now whether the requester and the approvers still have their roles (`{why}`). The clear of `orders` is not sent until I can; I keep trying until the request expires."


@pytest.mark.usefixtures("ana", "ben")
def test_it_waits_until_slack_tells(workspace: Workspace) -> None:
    """Nothing is sent meanwhile, which the thread says once; then it goes on by itself."""
    workspace.slack.fails_next("users.info", "internal_error", times=20)
    workspace.passes(minutes=2)
    assert workspace.sent == []
    assert workspace.timed_thread()[1:] == [f"0:00:30  {waits('Slack is in trouble')}"]
    workspace.passes(minutes=1)
    assert workspace.thread()[2] == "📤 Sent the clear of `orders` to Feldera at 3:03:00 AM."
    assert workspace.thread()[-1].startswith("✅ Cleared")
    assert len(workspace.sent) == 1


@pytest.mark.usefixtures("ana", "ben")
def test_slack_wants_quiet(workspace: Workspace) -> None:
    """It is not asked again before it wants to be, however often the bot looks."""
    workspace.slack.rate_limits("users.info", retry_after=180, times=2)
    asked = [call.error for call in workspace.slack.calls if call.method == "users.info"]
    workspace.passes(minutes=3)
    later = [call.error for call in workspace.slack.calls if call.method == "users.info"][len(asked) :]
    assert later == ["ratelimited"] * 2, "ana and ben, once"
    workspace.passes(minutes=1)
    assert workspace.thread()[1] == waits("Slack rate-limited me; retry in 180 s")
    assert workspace.timed_thread()[2].startswith("0:03:30  📤")
    assert workspace.thread()[-1].startswith("✅ Cleared")


@pytest.mark.usefixtures("ana", "ben")
def test_slack_never_tells(workspace: Workspace) -> None:
    """After four hours it is too late, as for anything that was confirmed."""
    workspace.slack.rate_limits("users.info", retry_after=3600, times=8)
    workspace.passes(minutes=10)
    workspace.leaps(hours=3, minutes=45)
    workspace.passes(minutes=10)
    assert workspace.sent == []
    assert workspace.thread()[1] == waits("Slack rate-limited me; retry in 3600 s")
    assert workspace.thread()[2:] == [
        "❌ Expired: `orders` was not cleared. The clear could not be sent within 4 hours after the last approval (roles could not be checked). Nothing was sent to Feldera. To request it again, type `/pipeline clear orders`: it first shows what would be deleted. @ana (approved by @ben)"
    ]


def test_a_broken_glass(workspace: Workspace) -> None:
    """An emergency does not end over one answer that Slack owes: it waits, and nobody has to type it all again."""
    workspace.rules("orders", "approvals=1 break-glass=allowed")
    rio = workspace.responder("rio")
    workspace.slack.rate_limits("chat.postMessage", retry_after=5)
    rio.breaks_glass("orders")
    workspace.slack.rate_limits("users.info", retry_after=5)
    workspace.passes(minutes=1)
    assert workspace.thread()[1] == waits("Slack rate-limited me; retry in 5 s")
    assert [line.split()[0] for line in workspace.thread()] == ["🚨", "⏸️", "📤", "⏳", "✅"]
    rio.reads()


def test_it_can_be_stopped_meanwhile(workspace: Workspace, ana: Teammate, ben: Teammate) -> None:
    """Of ben nothing is told, of ana all: she may stop it as before, and nothing was sent."""
    workspace.slack.answers_500("users.info", times=20, about=ben.id)
    workspace.passes(minutes=1)
    assert workspace.thread()[-1].startswith(
        "⏸️ I cannot check right now whether the requester and the approvers still have their roles"
    )
    assert ana.told("Cancel request") == ["↩️ Cancelled: the clear of `orders` was not sent."]
    workspace.passes(minutes=1)
    assert workspace.sent == []
    assert workspace.thread()[-1].startswith(
        "↩️ The clear of `orders` was cancelled by @ana before it was sent"
    )


@pytest.mark.usefixtures("ana")
def test_who_left_meanwhile(workspace: Workspace, ben: Teammate) -> None:
    """A definite no ends it, as soon as it is known: ben's account was deactivated while Slack said nothing."""
    workspace.slack.rate_limits("users.info", retry_after=120, times=2)
    workspace.passes(minutes=1)
    ben.profile.deactivated = True
    workspace.passes(minutes=3)
    assert workspace.sent == []
    _, waited, ended = workspace.thread()
    assert waited == waits("Slack rate-limited me; retry in 120 s")
    assert ended.startswith("❌ `orders` was not cleared: there are no longer enough approvals")


@pytest.mark.usefixtures("ana")
def test_a_group_that_cannot_be_read(workspace: Workspace) -> None:
    dan = workspace.adds_person("dan")
    workspace.grants_group(workspace.user_group("leads", dan), Role.APPROVER)
    dan.told("Approve")
    workspace.passes(seconds=10)
    workspace.slack.answers_500("usergroups.users.list", times=2)
    workspace.passes(minutes=2)
    lines = workspace.timed_thread()
    assert lines[1] == f"0:00:30  {waits('Slack is in trouble')}"
    assert lines[2].startswith("0:01:00  📤")
    assert lines[-1].endswith("✅ Cleared `orders` after 2 seconds. @ana (approved by @dan)")


@pytest.mark.parametrize(
    ("slack_says", "answer"),
    [
        ("nothing of ben", approved(3)),
        ("that ben has left", approved_first(2, 3)),
    ],
)
def test_a_glitch_takes_nobodys_approval(workspace: Workspace, slack_says: str, answer: str) -> None:
    """While bob approves: what Slack does tell of ben holds at once, and is said; otherwise his approval stays."""
    workspace.rules("orders", "approvals=3")
    workspace.requester("ana").requests("orders")
    ben, bea, bob = (workspace.approver(name) for name in ("ben", "bea", "bob"))
    ben.told("Approve")
    bea.told("Approve")
    if slack_says == "nothing of ben":
        workspace.slack.answers_500("users.info", about=ben.id)
    else:
        ben.person.is_deactivated()
    assert bob.told("Approve") == [answer]
    workspace.passes(minutes=1)
    assert workspace.thread()[-1] == (
        "✅ Cleared `orders` after 2 seconds. @ana (approved by @ben @bea @bob)"
        if slack_says == "nothing of ben"
        else "👍 @bob approved the clear of `orders` (2 of 3). @ana Not counted any more, since they may no longer approve this: @ben."
    )
