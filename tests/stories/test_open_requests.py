"""Requests that are open already: nothing is asked twice, a person has five at most, and all can be listed."""

from inline_snapshot import snapshot

from bot.domain.access.permissions import Role
from tests.workspace import Teammate, Workspace

ASKED_BY_ANA = "🙋 @ana already requested the clear of `orders`, some time ago (Mar 2, 2026 at 3:00 AM). It waits for approval. Your request would be the same, so it was not added. Follow it in its thread."


def test_the_second_to_ask_for_the_same(workspace: Workspace, ana: Teammate) -> None:
    """An identical request is not duplicated: the second asker gets a link to it, also if both looked first."""
    ben = workspace.requester("ben")
    ben.asks("/pipeline clear orders")
    ana.requests("orders")
    assert ben.told("Ask for approval") == [ASKED_BY_ANA]
    assert ben.asks("/pipeline clear orders") == ASKED_BY_ANA
    assert ben.links() == [workspace.permalink()]
    assert ana.asks("/pipeline clear orders") == ASKED_BY_ANA
    assert len(workspace.cards()) == 1


def test_both_ask_at_once(workspace: Workspace, ana: Teammate) -> None:
    ben = workspace.requester("ben")
    for person in (ana, ben):
        person.asks("/pipeline clear orders")
    workspace.at_once(ana.clicking("Ask for approval"), ben.clicking("Ask for approval"))
    told = {person.name: person.reads()[-1] for person in (ana, ben)}
    (first,) = (name for name, line in told.items() if line.startswith("🙋 Requested."))
    (second,) = told.keys() - {first}
    assert told[second].startswith(f"🙋 @{first} already requested the ")
    assert len(workspace.cards()) == 1


def test_five_open_requests(workspace: Workspace, ana: Teammate) -> None:
    """A person may have five, whatever others have; the sixth is told what to do, and fits once one is taken back."""
    ben = workspace.requester("ben")
    for number in range(1, 8):
        workspace.feldera.adds(f"p{number}")
    ana.asks("/pipeline clear p6")
    late = ana.finds("Ask for approval")
    for number in range(1, 6):
        ana.requests(f"p{number}")
    ana.presses(late)
    too_many = snapshot(
        "✋ You have 5 requests that wait for approval, the most that one person may have. Your clear of `p6` was not requested. Withdraw one first: `/pipeline pending` lists them, `/pipeline withdraw ID` withdraws one."
    )
    assert ana.reads() == [too_many]
    assert ana.asks("/pipeline clear p6") == too_many
    assert ana.types("/pipeline can-i clear p6").split("\n")[:2] == snapshot(
        [
            "⛔ Not now: you have 5 requests that wait for approval, and `p6` would be one more.",
            "`/pipeline pending` lists them; `/pipeline withdraw ID` withdraws one.",
        ]
    )
    assert ben.requests("p7")[0].startswith("🙋 Posting the request to clear `p7`")
    ana.types(f"/pipeline withdraw {workspace.request('p1')}")
    ana.requests("p6")
    workspace.passes(seconds=10)
    ana.reads()
    ben.reads()
    assert len(workspace.cards()) == 7
    workspace.threads()


def test_asking_a_sixth_time_for_what_was_asked_for(workspace: Workspace, ana: Teammate) -> None:
    """That it waits already says more than that there are five."""
    for number in range(1, 6):
        workspace.feldera.adds(f"p{number}")
        ana.requests(f"p{number}")
    assert ana.asks("/pipeline clear p5").startswith("🙋 @ana already requested the clear of `p5`")
    ana.reads()
    workspace.cards()
    workspace.threads()


def test_what_waits(workspace: Workspace, ana: Teammate) -> None:
    """`pending` lists what the person may see, with the ids to type and links to the cards; the status shows it too."""
    ben = workspace.approver("ben", pattern="orders")
    workspace.feldera.adds("payments")
    assert (
        ben.types("/pipeline pending") == "Nothing that you can see waits: you have a role on `orders` only."
    )
    ana.requests("orders")
    ana.requests("payments")
    workspace.passes(seconds=5)
    ana.reads()
    heading, orders, payments = ana.types("/pipeline pending").split("\n")
    assert heading == "*Requests that wait for approval or review*"
    assert orders == snapshot(
        "🙋 Waiting for approval: clear of `orders` (`ID1`), requested by @ana some time ago (Mar 2, 2026 at 3:00 AM), 0 of 1 approvals, expires in 59 min (Mar 2, 2026 at 4:00 AM) · Thread"
    )
    assert payments.startswith("🙋 Waiting for approval: clear of `payments` (`ID2`), ")
    assert ben.types("/pipeline pending") == f"{heading}\n{orders}"
    status = ana.asks("/pipeline status orders").splitlines()
    assert status[5:7] == snapshot(
        [
            "*Request*",
            "🙋 Waiting for approval: clear (id `ID1`), requested by @ana some time ago (Mar 2, 2026 at 3:00 AM), 0 of 1 approvals, expires in 59 min (Mar 2, 2026 at 4:00 AM) · Thread",
        ]
    )
    assert len(workspace.cards()) == 2


def test_ten_requests_in_ten_minutes(workspace: Workspace, ana: Teammate) -> None:
    """Whoever asks and withdraws in turn is told when to ask again, in words; by then they can."""
    for _ in range(10):
        ana.requests("orders")
        ana.types(f"/pipeline withdraw {workspace.request()}")
        workspace.passes(seconds=10)
        ana.reads()
    assert ana.asks("/pipeline clear orders") == snapshot(
        "✋ You made 10 requests within 10 minutes, the most that one person may make. Your clear of `orders` was not requested. You can ask again Mar 2, 2026 at 3:10 AM."
    )
    workspace.passes(minutes=8, seconds=19)
    assert ana.asks("/pipeline clear orders").startswith("✋ You made 10 requests within 10 minutes")
    workspace.passes(seconds=2)
    assert ana.requests("orders") == ["🙋 Requested. Follow the clear of `orders` in its thread."]
    workspace.threads()


def test_ten_previews_at_once(workspace: Workspace, ana: Teammate) -> None:
    """What counts is what was asked for when the button is pressed, and only what others have to approve."""
    workspace.grants(ana, Role.OPERATOR, "mine-*")
    buttons = []
    for number in range(11):
        workspace.feldera.adds(f"p{number}")
        ana.asks(f"/pipeline clear p{number}")
        buttons.append(ana.finds("Ask for approval"))
    for number, button in enumerate(buttons[:10]):
        ana.presses(button)
        ana.types(f"/pipeline withdraw {workspace.request(f'p{number}')}")
    ana.reads()
    ana.presses(buttons[10])
    assert ana.reads()[0].startswith("✋ You made 10 requests within 10 minutes")
    workspace.feldera.adds("mine-1")
    assert ana.clears("mine-1")[0].startswith("⏳ Posting the request to clear `mine-1`")
    workspace.passes(minutes=1)
    ana.reads()
    assert "clear mine-1" in workspace.cards()[-1].lower()
    workspace.threads()
