"""Feldera is away for a while: that changes no outcome, and is said once when it begins and once when it ends."""

from collections.abc import Callable

import pytest
from inline_snapshot import snapshot

from bot.domain.events import EventKind
from tests.workspace import Teammate, Workspace

AWAY = "🔌 I cannot reach Feldera (`No connection to Feldera at feldera.example.`). {}"
NOT_SENT = "The clear of `{}` has not been sent yet. I keep trying until the request expires."
IN_DOUBT = "Whether what I sent took effect shows once it answers. I keep trying."
UNDER_WAY = "The clear goes on without me. I keep trying."


def before_the_request(workspace: Workspace, oli: Teammate) -> None:
    oli.asks("/pipeline clear sales")
    workspace.feldera_goes_down()
    oli.clicks("Clear sales")


def with_the_request_in_its_hands(workspace: Workspace, oli: Teammate) -> None:
    """Undone: a look shows that an hour later, and it is sent again."""
    oli.asks("/pipeline clear sales")
    workspace.feldera.hangs("POST")
    workspace.feldera_falls_during(oli.clicking("Clear sales"))


def with_the_answer_in_its_hands(workspace: Workspace, oli: Teammate) -> None:
    """Done: nothing is sent again."""
    oli.asks("/pipeline clear sales")
    workspace.feldera.hangs("POST", once_processed=True)
    workspace.feldera_falls_during(oli.clicking("Clear sales"))


def while_it_clears(workspace: Workspace, oli: Teammate) -> None:
    """Feldera's runner goes on without its API: what it did meanwhile is seen afterwards."""
    oli.clears("sales")
    workspace.passes(seconds=10)
    workspace.feldera_goes_down()


@pytest.mark.parametrize(
    ("it_falls", "meanwhile", "signs"),
    [
        (before_the_request, NOT_SENT, "🔌🔌📤⏳✅"),
        (with_the_request_in_its_hands, IN_DOUBT, "📤❔🔌🔌📤⏳✅"),
        (with_the_answer_in_its_hands, IN_DOUBT, "📤❔🔌🔌✅"),
        (while_it_clears, UNDER_WAY, "📤⏳🔌🔌✅"),
    ],
)
def test_an_hour(
    workspace: Workspace,
    oli: Teammate,
    it_falls: Callable[[Workspace, Teammate], None],
    meanwhile: str,
    signs: str,
) -> None:
    """What was to be sent waits, what may have arrived is looked at, and nothing is sent that has had its effect."""
    workspace.feldera.adds("sales", clear_takes=30)
    it_falls(workspace, oli)
    oli.reads()
    workspace.passes(seconds=6)
    assert workspace.thread()[-1] == AWAY.format(meanwhile.format("sales"))
    workspace.passes(minutes=5)
    assert " Feldera became unreachable some time ago (Mar 2, 2026 at 3:00 AM)." in workspace.card()
    workspace.leaps(minutes=55)
    workspace.feldera_comes_back()
    workspace.passes(minutes=1)
    lines = workspace.thread()
    assert "".join(line[0] for line in lines) == signs
    (back,) = (line for line in lines if line.startswith("🔌 Feldera answers again"))
    assert back.startswith("🔌 Feldera answers again, after 1 hour and ")
    assert "✅ Cleared after" in workspace.card()
    assert workspace.feldera.clears["sales"] == 1
    assert len(workspace.sent) == signs.count("📤")


def test_more_than_four_hours_before_the_request_is_sent(workspace: Workspace, oli: Teammate) -> None:
    """A confirmation is good for four hours: what could not be sent by then is not sent in the next shift."""
    oli.asks("/pipeline clear orders")
    workspace.feldera_goes_down()
    oli.clicks("Clear orders")
    oli.reads()
    workspace.passes(minutes=5)
    workspace.leaps(hours=3, minutes=54)
    assert "not sent yet" in workspace.card()
    workspace.passes(minutes=2)
    workspace.feldera_comes_back()
    workspace.passes(minutes=1)
    away, over = workspace.thread()
    assert away == AWAY.format(NOT_SENT.format("orders"))
    assert over == snapshot(
        "❌ Expired: `orders` was not cleared. The clear could not be sent within 4 hours after @oli confirmed it (`No connection to Feldera at feldera.example.`). Nothing was sent to Feldera. To request it again, type `/pipeline clear orders`: it first shows what would be deleted. @oli"
    )
    assert "\n❌ Expired, not cleared: " in workspace.card()
    assert (
        "\nNothing was sent to Feldera. To request it again, type `/pipeline clear orders`.\n"
        in workspace.card()
    )
    assert workspace.sent == []


def test_blips(workspace: Workspace, oli: Teammate) -> None:
    """One look that fails, or two in a row, are nothing to speak of."""
    workspace.feldera.adds("payments", clear_takes=25.0)
    oli.clears("payments")
    workspace.passes(seconds=5)
    workspace.feldera.proxy_fails(2)
    workspace.passes(seconds=10)
    workspace.feldera.drops_the_next_request("GET")
    workspace.passes(minutes=1)
    assert "".join(line[0] for line in workspace.thread()) == "📤⏳✅"
    assert "✅ Cleared after" in workspace.card()


def test_an_outage_of_several_operations(workspace: Workspace, oli: Teammate) -> None:
    workspace.feldera.adds("payments")
    for name in ("orders", "payments"):
        workspace.feldera.sticks_clearing(name)
        oli.clears(name)
        workspace.passes(seconds=5)
    workspace.feldera_goes_down()
    workspace.passes(minutes=2)
    workspace.feldera_comes_back()
    for name in ("orders", "payments"):
        workspace.feldera.unsticks(name)
    workspace.passes(minutes=1)
    assert all("✅ Cleared after" in card for card in workspace.cards())
    for thread in workspace.threads():
        away, back = (line for line in thread if "🔌" in line)
        assert away == AWAY.format(UNDER_WAY)
        assert back.startswith("🔌 Feldera answers again, after 2 minutes")
        assert thread[-1].startswith("✅ Cleared")


def test_a_list_that_is_no_use(workspace: Workspace, oli: Teammate, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two clears at once do not need it: each pipeline is looked at by itself then."""
    monkeypatch.setattr("bot.feldera.client.LIST_MAX", 10)
    for name in ("sales", "payments"):
        workspace.feldera.adds(name, clear_takes=25.0)
        oli.clears(name)
    workspace.passes(seconds=90)
    assert (workspace.feldera.clears["sales"], workspace.feldera.clears["payments"]) == (1, 1)
    assert all("Cleared" in card for card in workspace.cards())
    oli.reads()
    for thread in workspace.threads():
        assert "Cleared" in thread[-1]
    assert not workspace.record(EventKind.UNREACHABLE)
