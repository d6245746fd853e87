"""Nobody can prove what became of a request: a human is called, the pipeline stays held, and a word of theirs ends it."""

import pytest
from inline_snapshot import snapshot

from tests.workspace import Teammate, Workspace

CLOSED = "☑️ The request to clear `orders` was closed by @{}, who confirms that nothing is under way in Feldera. Whether it was cleared is not recorded here. To request it again, type `/pipeline clear orders`: it first shows what would be deleted."


@pytest.fixture
def stuck(workspace: Workspace, oli: Teammate) -> Workspace:
    """Oli's clear of `orders` got no answer three times, and needs attention."""
    workspace.feldera_drops(3)
    oli.clears("orders", "schema change")
    workspace.passes(minutes=2)
    assert "⚠️ Needs attention: " in workspace.card()
    assert "⚠️ Needs attention: the clear of `orders`." in workspace.thread()
    return workspace


def closes(person: Teammate, workspace: Workspace) -> None:
    """They press *Close*, and clear it themselves."""
    person.clicks("Close request")
    assert "Close it only if you have looked in Feldera and are sure that no clear is under way." in str(
        person.last_confirm
    )
    assert person.reads() == [
        "☑️ Closed: @oli's request to clear `orders`. To request it again, type `/pipeline clear orders`: it first shows what would be deleted."
    ]
    workspace.passes(seconds=5)
    assert workspace.thread()[-1] == f"{CLOSED.format(person.name)} @oli"
    card = workspace.card()
    person.clears("orders")
    workspace.passes(seconds=10)
    assert workspace.cards()[0] == card
    assert "✅ Cleared after" in workspace.cards()[-1]
    assert workspace.thread()[-1] == f"✅ Cleared `orders` after 2 seconds. @{person.name}"


def test_closed_on_its_card(stuck: Workspace) -> None:
    """Whoever may clear the pipeline may say that nothing is under way; the card keeps who did, and a new clear may start."""
    ben = stuck.operator("ben")
    closes(ben, stuck)
    assert stuck.cards()[0] == snapshot("""\
Clear orders
☑️ Closed by @ben, who confirms that nothing is under way in Feldera · some time ago (Mar 2, 2026 at 3:02 AM).
Whether it was cleared is not recorded here. To request it again, type `/pipeline clear orders`.
Requested by @oli: `schema change`
Id `ID1`\
""")


def test_closed_by_somebody_who_wanted_to_clear(stuck: Workspace, oli: Teammate) -> None:
    """It holds the pipeline, hours later too; who is told so may end it right there, if they may clear it."""
    stuck.leaps(hours=5)  # a confirmation is good for four; no later limit follows
    held = snapshot("""\
✋ Another request is open on `orders`: @oli requested a clear some time ago (Mar 2, 2026 at 3:00 AM). Follow it in its thread. It needs attention: its card says what to look at.
[Close request]\
""")
    ben = stuck.operator("ben")
    assert [person.asks("/pipeline clear orders") for person in (oli, ben)] == [held, held]
    assert "⚠️ Needs attention: the clear of `orders`." in stuck.thread()
    assert len(stuck.sent) == 3
    closes(ben, stuck)


def test_closing_takes_the_same_right_as_clearing(stuck: Workspace) -> None:
    """Everybody in the channel sees the button; a viewer, a stranger and an external person are told no, each alone."""
    vera, sam = stuck.viewer("vera"), stuck.adds_person("sam")
    eve, olga = stuck.adds_person("eve", team="T99OTHER"), stuck.operator("olga", "payments-*")
    told = [said for person in (vera, sam, eve, olga) for said in person.told("Close request")]
    role = "you need the role *operator* on `orders`. No admin in Slack can grant it: ask the person who runs the bot to run this on the bot's server:"
    assert told == [
        f"🚫 You may not close a clear of `orders`: {why}"
        for why in (
            f"{role} `pipeline-bot grant {vera.id} operator orders`.",
            f"{role} `pipeline-bot grant {sam.id} operator orders`.",
            "you are not a full member of this Slack workspace, and only full members can use this bot.",
            f"{role} `pipeline-bot grant {olga.id} operator orders`.",
        )
    ]
    stuck.passes(minutes=1)
    assert "⚠️ Needs attention: " in stuck.card()


def test_closed_twice(stuck: Workspace) -> None:
    """The second of two people who close it at once hears that it is over."""
    oli, ben = stuck.operator("anna"), stuck.operator("ben")
    stuck.at_once(oli.clicking("Close request"), ben.clicking("Close request"))
    late, closed = sorted([*oli.reads(), *ben.reads()])
    assert (
        closed
        == "☑️ Closed: @oli's request to clear `orders`. To request it again, type `/pipeline clear orders`: it first shows what would be deleted."
    )
    assert late.startswith(
        "This ended some time ago (Mar 2, 2026 at 3:02 AM). ☑️ The request to clear `orders` was closed by @"
    )
    stuck.passes(seconds=5)
    assert stuck.thread()[-1] in {f"{CLOSED.format(name)} @oli" for name in ("anna", "ben")}
    assert "☑️ Closed by @" in stuck.card()


def test_the_request_arrives_after_all(stuck: Workspace) -> None:
    """The bot keeps looking, once a minute: when Feldera shows the clear under way, no human is needed any more."""
    stuck.feldera.sticks_clearing("orders")
    stuck.feldera.someone_clears("orders")
    stuck.passes(seconds=61)
    assert "\n⏳ Clearing, began some time ago (Mar 2, 2026 at 3:02 AM).\n" in stuck.card()
    assert "human" not in stuck.card()
    stuck.feldera.unsticks("orders")
    stuck.passes(minutes=2)
    assert stuck.thread()[-2:] == [
        "⏳ Feldera is already clearing `orders`. I send nothing, and watch.",
        "✅ Cleared `orders` after 2 minutes and 35 seconds. @oli",
    ]
    assert "✅ Cleared after" in stuck.card()
    assert (
        "\nDeleted, as Feldera reports: the storage, which held 3 checkpoints (7.0 MiB) at the preview.\n"
        in stuck.card()
    )
    assert len(stuck.sent) == 3


def test_it_turns_out_to_be_cleared(stuck: Workspace) -> None:
    """A human cleared it by other means: the look that shows it settles the operation."""
    stuck.feldera.someone_clears("orders")
    stuck.passes(minutes=2)
    assert stuck.thread()[-1] == "✅ Cleared `orders` after 2 minutes and 15 seconds. @oli"
    assert "✅ Cleared after" in stuck.card()


def test_a_feldera_without_a_usable_answer_is_asked_once_a_minute(stuck: Workspace) -> None:
    """As is one with an answer: it may stay so for days, and only a human can do something about it."""
    asked = len(stuck.feldera.requests)
    stuck.feldera.proxy_fails(times=100)
    stuck.passes(minutes=10)
    assert 9 <= len(stuck.feldera.requests[asked:]) <= 11
    assert "It needs attention as before." in stuck.thread()[-1]
    stuck.card()


def test_feldera_goes_away_while_a_human_is_wanted(stuck: Workspace) -> None:
    stuck.feldera_goes_down()
    stuck.passes(minutes=10)
    assert stuck.thread()[-1] == snapshot(
        "🔌 I cannot reach Feldera (`No connection to Feldera at feldera.example.`). It needs attention as before. I keep trying."
    )
    away = "⚠️ Needs attention: Feldera never confirmed it · some time ago (Mar 2, 2026 at 3:00 AM). Feldera became unreachable some time ago (Mar 2, 2026 at 3:02 AM).\n"
    assert away in stuck.card()
    assert "\nKnown: the clear was sent to Feldera 3 times" in stuck.card()
    stuck.feldera_comes_back()
    stuck.passes(minutes=2)
    assert stuck.thread()[-1].startswith("🔌 Feldera answers again, after ")
    assert (
        "⚠️ Needs attention: Feldera never confirmed it · some time ago (Mar 2, 2026 at 3:00 AM).\n"
        in stuck.card()
    )
