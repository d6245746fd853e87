"""Nobody can prove what became of a request: a human is called, the pipeline stays held, and a word of theirs ends it."""

import pytest
from inline_snapshot import snapshot

from tests.workspace import Teammate, Workspace


@pytest.fixture
def ana(workspace: Workspace) -> Teammate:
    return workspace.operator("ana")


@pytest.fixture
def stuck(workspace: Workspace, ana: Teammate) -> Workspace:
    """Ana's clear of `orders` got no answer three times, and needs a human."""
    for _ in range(3):
        workspace.feldera.drops_the_next_request()
    ana.clears("orders", "schema change")
    workspace.passes(minutes=2)
    assert "⚠️ Needs a human." in workspace.card()
    assert "I need a human" in workspace.thread()[-1]
    return workspace


def starts_afresh(person: Teammate, workspace: Workspace) -> None:
    person.clears("orders")
    workspace.passes(seconds=10)
    assert "✅ Cleared." in workspace.cards()[-1]
    assert workspace.thread()[-1] == f"✅ Cleared `orders` after 2 seconds. @{person.name}"


def test_closed_on_its_card(stuck: Workspace) -> None:
    """Whoever may clear the pipeline may say that nothing is under way; the card keeps who did, and a new clear may start."""
    ben = stuck.operator("ben")
    ben.clicks("Close")
    assert ben.last_confirm == snapshot("""\
Close the clear of orders?
Only if you looked in Feldera and are sure that no clear is under way. Another one can be asked for then.
[Close] [Keep open]\
""")
    assert ben.reads() == snapshot(["☑️ Closed. `/pipeline clear orders` starts afresh."])
    stuck.passes(seconds=5)
    assert stuck.thread()[-1] == snapshot(
        "☑️ Closed by @ben, who looked: nothing is under way any more. `/pipeline clear orders` starts afresh. @ana"
    )
    assert stuck.card() == snapshot("""\
Clear orders
*State*
☑️ Closed by hand.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
Reason: schema change
✓ Confirmed by @ana · Mar 2, 2026 at 3:00:00 AM
✓ Request sent · Mar 2, 2026 at 3:00:30 AM
☑️ Storage cleared? A human has looked
☑️ Closed by @ben, who looked: nothing is under way any more. `/pipeline clear orders` starts afresh.
Id `ID1`\
""")
    starts_afresh(ben, stuck)


def test_closed_by_somebody_who_wanted_to_clear(stuck: Workspace) -> None:
    """Who is told that the pipeline is held may end it right there, if they may clear it."""
    ben = stuck.operator("ben")
    assert ben.asks("/pipeline clear orders") == snapshot("""\
✋ Another operation holds `orders`: @ana asked for a clear Mar 2, 2026 at 3:00:00 AM. Follow it in its thread. It needs a human: its card says what to look at.
[Close]\
""")
    ben.clicks("Close")
    assert ben.reads() == snapshot(["☑️ Closed. `/pipeline clear orders` starts afresh."])
    stuck.passes(seconds=5)
    assert stuck.thread()[-1] == snapshot(
        "☑️ Closed by @ben, who looked: nothing is under way any more. `/pipeline clear orders` starts afresh. @ana"
    )
    starts_afresh(ben, stuck)


def test_closing_takes_the_same_right_as_clearing(stuck: Workspace) -> None:
    """Everybody in the channel sees the button; a viewer, a stranger and an external person are told no, each alone."""
    told = []
    for person in (
        stuck.viewer("vera"),
        stuck.stranger("sam"),
        stuck.stranger("eve", team="T99OTHER"),
        stuck.operator("olga", "payments-*"),
    ):
        person.clicks("Close")
        told += person.reads()
    assert told == snapshot(
        [
            "🚫 You may not close a clear of `orders`: that takes the role *operator* on it. An admin of this bot can grant it. You are `U49VERA`.",
            "🚫 You may not close a clear of `orders`: that takes the role *operator* on it. An admin of this bot can grant it. You are `U50SAM`.",
            "🚫 You may not close a clear of `orders`: only members of this workspace may do anything here.",
            "🚫 You may not close a clear of `orders`: that takes the role *operator* on it. An admin of this bot can grant it. You are `U52OLGA`.",
        ]
    )
    stuck.passes(minutes=1)
    assert "⚠️ Needs a human." in stuck.card()


def test_closed_twice(stuck: Workspace) -> None:
    """The second of two people who close it at once hears that it is over."""
    ana, ben = stuck.operator("anna"), stuck.operator("ben")
    stuck.at_once(ana.clicking("Close"), ben.clicking("Close"))
    assert sorted([*ana.reads(), *ben.reads()]) == snapshot(
        [
            "This is over since Mar 2, 2026 at 3:02:00 AM. ☑️ Closed by @anna, who looked: nothing is under way any more. `/pipeline clear orders` starts afresh. See its thread.",
            "☑️ Closed. `/pipeline clear orders` starts afresh.",
        ]
    )
    stuck.passes(seconds=5)
    assert stuck.thread()[-1] in {
        f"☑️ Closed by @{name}, who looked: nothing is under way any more. `/pipeline clear orders` starts afresh. @ana"
        for name in ("anna", "ben")
    }
    assert "☑️ Closed by hand." in stuck.card()


def test_the_request_arrives_after_all(stuck: Workspace) -> None:
    """The bot keeps looking, once a minute: when Feldera shows the clear under way, no human is needed any more."""
    stuck.feldera.sticks_clearing("orders")
    stuck.feldera.someone_clears("orders")
    stuck.passes(seconds=61)
    assert stuck.card() == snapshot("""\
Clear orders
*State*
⏳ Clearing since Mar 2, 2026 at 3:02:45 AM.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
Reason: schema change
✓ Confirmed by @ana · Mar 2, 2026 at 3:00:00 AM
✓ Request sent · Mar 2, 2026 at 3:00:30 AM
⏳ Storage being cleared · Mar 2, 2026 at 3:02:45 AM
Id `ID1`\
""")
    stuck.feldera.unsticks("orders")
    stuck.passes(minutes=2)
    assert stuck.thread()[-2:] == snapshot(
        [
            "⏳ Feldera is clearing the storage already. I send nothing, and watch.",
            "✅ Cleared `orders` after 2 minutes and 35 seconds. @ana",
        ]
    )
    assert stuck.card() == snapshot("""\
Clear orders
*State*
✅ Cleared.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
Reason: schema change
✓ Confirmed by @ana · Mar 2, 2026 at 3:00:00 AM
✓ Request sent · Mar 2, 2026 at 3:00:30 AM
✓ Feldera reports the storage as cleared · Mar 2, 2026 at 3:03:05 AM
✅ Cleared `orders` after 2 minutes and 35 seconds.
Id `ID1`\
""")
    assert len(stuck.sent) == 3


def test_it_turns_out_to_be_cleared(stuck: Workspace) -> None:
    """A human cleared it by other means: the look that shows it settles the operation."""
    stuck.feldera.someone_clears("orders")
    stuck.passes(minutes=2)
    assert stuck.thread()[-1] == snapshot("✅ Cleared `orders` after 2 minutes and 15 seconds. @ana")
    assert "✅ Cleared." in stuck.card()


def test_the_pipeline_stays_held_until_then(stuck: Workspace, ana: Teammate) -> None:
    """Not even the requester can start another clear beside one whose outcome is not known, hours later neither."""
    stuck.leaps(hours=5)  # a confirmation is good for four; no later limit follows
    assert ana.asks("/pipeline clear orders") == snapshot("""\
✋ Another operation holds `orders`: @ana asked for a clear Mar 2, 2026 at 3:00:00 AM. Follow it in its thread. It needs a human: its card says what to look at.
[Close]\
""")
    assert "I need a human" in stuck.thread()[-1]
    assert len(stuck.sent) == 3


def test_feldera_goes_away_while_a_human_is_wanted(stuck: Workspace) -> None:
    """An outage is said here as well, and settles nothing."""
    stuck.feldera_goes_down()
    stuck.passes(minutes=30)
    assert stuck.thread()[-1] == snapshot(
        "🔌 I cannot ask Feldera (`No connection to Feldera at feldera.example.`). A human is needed as before. I keep trying."
    )
    assert stuck.card() == snapshot("""\
Clear orders
*State*
⚠️ Needs a human. I have not been able to ask Feldera since Mar 2, 2026 at 3:02:45 AM.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
Reason: schema change
✓ Confirmed by @ana · Mar 2, 2026 at 3:00:00 AM
✓ Request sent · Mar 2, 2026 at 3:00:30 AM
⚠️ Storage cleared? A human has to look
⚠️ I need a human. Known: the request was sent 3 times, Feldera never confirmed it, and `orders` is as it was. Not known: whether a request is still on its way. What to do: look at `orders` in Feldera; once you are sure that nothing is under way, press *Close*. Then `/pipeline clear orders` starts afresh.
Id `ID1`
[Close]\
""")
    stuck.feldera_comes_back()
    stuck.passes(minutes=2)
    assert stuck.thread()[-1] == snapshot("🔌 Feldera answers again, after 29 minutes and 26 seconds.")
    assert "⚠️ Needs a human." in stuck.card()
