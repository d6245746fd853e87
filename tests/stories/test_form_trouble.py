"""A form while Feldera is slow or away: it is honest about what it cannot show, and nobody waits in vain."""

import asyncio

import pytest
from inline_snapshot import snapshot

from tests.workspace import Workspace

CONFIRMED = "Clear a pipeline\n⏳ Confirmed. Follow the clear of `orders` in its thread.\n[Close]"
AWAY = "⚠ ❌ I cannot look at orders now: Feldera does not answer (No connection to Feldera at feldera.example.). Try again in a minute. Nothing was sent to Feldera."
NO_LIST = "🔌 I cannot list the pipelines (`No connection to Feldera at feldera.example.`). Try again in a minute, or type `/pipeline clear NAME reason…`."


def while_feldera_hangs(workspace, work, *, until):
    """Feldera answers nothing until this is so; then it answers all."""

    async def story() -> None:
        workspace.feldera.hangs()
        async with asyncio.TaskGroup() as group:
            group.create_task(work())
            await workspace.slack.until(until)
            workspace.feldera.lets_go()

    workspace.does(story())


@pytest.mark.parametrize("over_http", [False, True], ids=["over Socket Mode", "over HTTP"])
def test_whichever_way_slack_reaches_the_bot(tmp_path, *, over_http):
    """Options come as a request of their own. Feldera is down, and back; then from the shortcut to the last line."""
    workspace = Workspace(tmp_path, over_http=over_http)
    workspace.feldera.adds("orders")
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    workspace.feldera_goes_down()
    assert ana.opens_form().splitlines()[3] == NO_LIST
    assert ana.looks_for("ord") == []
    workspace.feldera_comes_back()
    ana.uses_shortcut("Clear a pipeline")
    assert ana.looks_for("ord") == ["orders"]
    shown = ana.picks("orders")
    assert "Who may approve: @ben." in shown
    assert "🔌" not in shown
    assert ana.submits(Reason="schema change") == CONFIRMED.replace("⏳ Confirmed", "🙋 Requested")
    assert "🙋 Waiting for approval, requested" in workspace.card(ana.dm)
    ben.approves(workspace.request())
    workspace.passes(seconds=10)
    assert workspace.thread(ana.dm)[-1].endswith("@ana (approved by @ben)")
    workspace.closes()


def test_feldera_goes_down_with_the_form_open(workspace, oli):
    """The form that was opened in time says so when the menu is asked."""
    oli.opens_form()
    workspace.passes(seconds=6)
    workspace.feldera_goes_down()
    assert oli.looks_for("ord") == []
    assert oli.screen.splitlines()[3] == NO_LIST


def test_feldera_is_slow_to_list(workspace, oli):
    """Slack waits three seconds for a menu: the form says that it is still loading, and when the menu has it all."""
    seen = []
    while_feldera_hangs(
        workspace,
        lambda: oli.typing("/pipeline clear"),
        until=lambda: "⏳" in oli.screen and not seen.append(oli.screen),
    )
    assert seen[0].splitlines()[3] == snapshot(
        "⏳ Still loading the pipelines. This line says when the menu has them; `/pipeline clear NAME reason…` works at once."
    )
    assert oli.screen.splitlines()[3] == "✅ The pipelines are loaded: choose one from the menu."
    assert oli.looks_for("ord") == ["orders"]
    assert len(lists(workspace)) == 1


def test_a_list_that_takes_longer_than_it_is_kept(workspace, oli):
    """Its age counts from the answer: the menu has what was waited for, and Feldera is not asked again for it."""
    found = []

    async def story() -> None:
        workspace.feldera.hangs()
        await oli.typing("/pipeline clear")
        await workspace.slack.until(lambda: "⏳" in oli.screen)
        workspace.clock.passes(seconds=20)
        workspace.feldera.lets_go()
        await workspace.slack.until(lambda: "✅" in oli.screen)
        workspace.feldera.hangs()
        found.append(await oli.looking_for("ord"))
        assert len(lists(workspace)) == 1
        workspace.clock.passes(seconds=6)
        found.append(await oli.looking_for("ord"))
        workspace.feldera.lets_go()

    workspace.does(story())
    assert [each.labels for each in found] == [("orders",), ("orders",)]
    assert len(lists(workspace)) == 2, "while it is asked again, what was told before is better than nothing"


def test_a_list_that_is_waited_for_in_vain(workspace, oli):
    """Then the form says why the menu is empty."""

    async def story() -> None:
        workspace.feldera.hangs()
        await oli.typing("/pipeline clear")
        await workspace.slack.until(lambda: "⏳" in oli.screen)
        await workspace.feldera.goes_down()

    workspace.does(story())
    assert "🔌 I cannot list the pipelines" in oli.screen
    workspace.feldera_comes_back()


def test_feldera_is_slow_to_show_the_choice(workspace, form):
    """What was chosen is named at once, and what was said of another choice is gone."""
    workspace.feldera.adds("users", checkpoints=())
    workspace.passes(seconds=6)
    form.looks_for("")
    seen = []
    while_feldera_hangs(
        workspace,
        lambda: form.picking("users"),
        until=lambda: "Looking at" in form.screen and not seen.append(form.screen),
    )
    assert seen[0].splitlines()[4:6] == snapshot(
        ["🔎 Looking at `users`… If nothing more comes within a minute, choose it again.", "Reason: ____"]
    )
    assert "no checkpoints" in form.screen


def test_feldera_is_away_at_the_choice(workspace, oli):
    """The form says so, and nothing can be submitted that was not seen."""
    oli.opens_form()
    oli.looks_for("")
    workspace.feldera_goes_down()
    assert "\n❌ I cannot look at `orders` now: Feldera does not answer (`" in oli.picks("orders")
    assert oli.submits().split("\n")[2] == AWAY
    assert workspace.record() == []


def test_feldera_is_away_at_the_press(workspace, form):
    """What was seen is asked for all the same, as when a preview is confirmed, and sent when Feldera is back."""
    workspace.feldera_goes_down()
    assert form.submits() == CONFIRMED
    workspace.passes(minutes=5)
    workspace.feldera_comes_back()
    workspace.passes(minutes=5)
    assert workspace.feldera.clears["orders"] == 1
    assert workspace.follows() == "✅ Cleared"


def test_feldera_is_silent_at_the_press(workspace, form):
    """The same, within the three seconds that Slack waits."""
    while_feldera_hangs(workspace, form.person.submits, until=lambda: "⏳" in form.screen)
    assert "⏳ Confirmed." in form.screen
    workspace.passes(minutes=1)
    assert workspace.feldera.clears["orders"] == 1
    assert workspace.follows() == "✅ Cleared"


def test_what_was_seen_half_an_hour_ago_is_not_trusted_while_feldera_is_away(workspace, form):
    workspace.passes(minutes=31)
    workspace.feldera_goes_down()
    assert form.submits().split("\n")[2] == AWAY
    assert workspace.record() == []


def test_feldera_is_away_after_a_restart(workspace, form):
    """Nobody remembers what was on the form: it can be pressed again when Feldera is back."""
    workspace.restarts()
    workspace.feldera_goes_down()
    assert form.submits().split("\n")[2] == AWAY
    workspace.feldera_comes_back()
    form.submits()
    workspace.passes(seconds=10)
    assert workspace.feldera.clears["orders"] == 1
    assert workspace.follows() == "✅ Cleared"


def test_slack_and_feldera_are_slow_at_the_press(workspace, form):
    """Whatever takes too long is done all the same, and told in the place of the form."""
    screens: list[str] = []

    async def story() -> None:
        workspace.feldera.hangs()
        workspace.slack.hangs("users.info", times=2)
        await form.person.submits()
        screens.append(form.screen)
        workspace.slack.lets_go()
        workspace.feldera.lets_go()

    workspace.passes(minutes=2)
    workspace.does(story())
    (screen,) = screens
    assert screen.startswith(
        "Clear a pipeline\n⏳ This takes longer than usual. The answer comes here; if you"
    )
    assert form.screen == CONFIRMED
    workspace.cards()


def lists(workspace):
    """The times that Feldera was asked for all of its pipelines."""
    return [each for each in workspace.feldera.requests if each.path == "/v0/pipelines"]
