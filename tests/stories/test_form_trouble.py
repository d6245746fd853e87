"""A form while Feldera is slow or away: it is honest about what it cannot show, and nobody waits in vain."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from inline_snapshot import snapshot

from tests.workspace import Workspace


@pytest.fixture(params=["over Socket Mode", "over HTTP"])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workspace]:
    """The usual team, by one transport and by the other: options come as a request of their own."""
    workspace = Workspace(tmp_path, over_http=request.param == "over HTTP")
    workspace.feldera.adds("orders")
    yield workspace
    workspace.closes()


def while_feldera_hangs(
    workspace: Workspace, work: Callable[[], Coroutine[Any, Any, Any]], *, until: Callable[[], bool]
) -> None:
    """Feldera answers nothing until this is so; then it answers all."""

    async def story() -> None:
        workspace.feldera.hangs()
        async with asyncio.TaskGroup() as group:
            group.create_task(work())
            await workspace.slack.until(until)
            workspace.feldera.lets_go()

    workspace.does(story())


def test_from_the_shortcut_to_the_last_line(either: Workspace) -> None:
    """The same, word for word, whichever way Slack reaches the bot."""
    ana = either.requester("ana")
    ben = either.approver("ben")
    ana.uses_shortcut("Clear a pipeline")
    assert ana.looks_for("ord") == ["orders"]
    assert "Who may approve: @ben." in ana.picks("orders")
    assert ana.submits(Reason="schema change") == snapshot("""\
Answer
🙋 Asked. Follow `orders` in its thread.
[Close]\
""")
    assert "🙋 Waiting for approval." in either.card(ana.dm)
    ben.types(f"/pipeline approve {either.request()}")
    either.passes(seconds=10)
    assert either.thread(ana.dm)[-1] == snapshot(
        "✅ Cleared `orders` after 2 seconds. @ana (approved by @ben)"
    )


def test_feldera_is_down(either: Workspace) -> None:
    """The menu is empty, and the form says why; once Feldera is back, the menu has all again."""
    ana = either.operator("ana")
    either.feldera_goes_down()
    assert ana.opens_form() == snapshot("""\
Clear a pipeline
Pipeline: ____
In the same request: ☐ Stop it first ☐ Start it afterwards
🔌 I cannot list the pipelines (`No connection to Feldera at feldera.example.`). Try again in a minute, or type `/pipeline clear NAME reason…`.
Reason: ____
(It is shown on the card.)
[Never mind] [Clear]\
""")
    assert ana.looks_for("ord") == []
    either.feldera_comes_back()
    assert ana.looks_for("ord") == ["orders"]
    assert "🔌" not in ana.picks("orders")


def test_feldera_goes_down_with_the_form_open(either: Workspace) -> None:
    """The form that was opened in time says so when the menu is asked."""
    ana = either.operator("ana")
    ana.opens_form()
    either.passes(seconds=6)
    either.feldera_goes_down()
    assert ana.looks_for("ord") == []
    assert ana.screen == snapshot("""\
Clear a pipeline
Pipeline: ____
In the same request: ☐ Stop it first ☐ Start it afterwards
🔌 I cannot list the pipelines (`No connection to Feldera at feldera.example.`). Try again in a minute, or type `/pipeline clear NAME reason…`.
Reason: ____
(It is shown on the card.)
[Never mind] [Clear]\
""")


def test_feldera_is_slow_to_list(either: Workspace) -> None:
    """Slack waits three seconds for a menu: the form says that it is still loading, and when the menu has it all."""
    ana = either.operator("ana")
    seen = []
    while_feldera_hangs(
        either,
        lambda: ana.person.types("/pipeline clear", channel="ops"),
        until=lambda: "⏳" in ana.screen and not seen.append(ana.screen),
    )
    assert seen[0] == snapshot("""\
Clear a pipeline
Pipeline: ____
In the same request: ☐ Stop it first ☐ Start it afterwards
⏳ Still loading the pipelines. This line says when the menu has them; `/pipeline clear NAME reason…` works at once.
Reason: ____
(It is shown on the card.)
[Never mind] [Clear]\
""")
    assert ana.screen == snapshot("""\
Clear a pipeline
Pipeline: ____
In the same request: ☐ Stop it first ☐ Start it afterwards
✅ The pipelines are loaded: choose one from the menu.
Reason: ____
(It is shown on the card.)
[Never mind] [Clear]\
""")
    assert ana.looks_for("ord") == ["orders"]
    assert len([each for each in either.feldera.requests if each.path == "/v0/pipelines"]) == 1


def test_a_list_that_takes_longer_than_it_is_kept(workspace: Workspace) -> None:
    """Its age counts from the answer: the menu has what was waited for, and Feldera is not asked again for it."""
    ana = workspace.operator("ana")
    found = []

    async def story() -> None:
        workspace.feldera.hangs()
        await ana.person.types("/pipeline clear", channel="ops")
        await workspace.slack.until(lambda: "⏳" in ana.screen)
        workspace.clock.passes(seconds=20)
        workspace.feldera.lets_go()
        await workspace.slack.until(lambda: "✅" in ana.screen)
        workspace.feldera.hangs()
        found.append(await ana.looking_for("ord"))
        assert len(lists()) == 1
        workspace.clock.passes(seconds=6)
        found.append(await ana.looking_for("ord"))
        workspace.feldera.lets_go()

    def lists() -> list[Any]:
        return [each for each in workspace.feldera.requests if each.path == "/v0/pipelines"]

    workspace.does(story())
    assert [each.labels for each in found] == [("orders",), ("orders",)]
    assert len(lists()) == 2, "while it is asked again, what was told before is better than nothing"


def test_a_list_that_is_waited_for_in_vain(workspace: Workspace) -> None:
    """Then the form says why the menu is empty."""
    ana = workspace.operator("ana")

    async def story() -> None:
        workspace.feldera.hangs()
        await ana.person.types("/pipeline clear", channel="ops")
        await workspace.slack.until(lambda: "⏳" in ana.screen)
        await workspace.feldera.goes_down()

    workspace.does(story())
    assert "🔌 I cannot list the pipelines" in ana.screen
    workspace.feldera_comes_back()


def test_feldera_is_slow_to_show_the_choice(workspace: Workspace) -> None:
    """What was chosen is named at once, and what was said of another choice is gone."""
    ana = workspace.operator("ana")
    workspace.feldera.adds("users", checkpoints=())
    ana.opens_form()
    ana.chooses("users")
    ana.looks_for("")
    seen = []
    while_feldera_hangs(
        workspace,
        lambda: ana.picking("orders"),
        until=lambda: "Looking at" in ana.screen and not seen.append(ana.screen),
    )
    assert seen[0] == snapshot("""\
Clear a pipeline
Pipeline: orders
In the same request: ☐ Stop it first ☐ Start it afterwards
Nothing happens unless you press the button below. Only you see this.
🔎 Looking at `orders`… If nothing more comes within a minute, choose it again.
Reason: ____
(It is shown on the card.)
[Never mind] [Clear]\
""")
    assert "7.0 MiB" in ana.screen


def test_feldera_is_away_at_the_choice(workspace: Workspace) -> None:
    """The form says so, and nothing can be submitted that was not seen."""
    ana = workspace.operator("ana")
    ana.opens_form()
    ana.looks_for("")
    workspace.feldera_goes_down()
    assert ana.picks("orders") == snapshot("""\
Clear a pipeline
Pipeline: orders
In the same request: ☐ Stop it first ☐ Start it afterwards
Nothing happens unless you press the button below. Only you see this.
❌ I cannot look at `orders` now: Feldera does not answer (`No connection to Feldera at feldera.example.`). Try again in a minute. Nothing has been changed.
Reason: ____
(It is shown on the card.)
[Never mind] [Clear]\
""")
    assert ana.submits().split("\n")[2] == snapshot(
        "⚠ ❌ I cannot look at orders now: Feldera does not answer (No connection to Feldera at feldera.example.). Try again in a minute. Nothing has been changed."
    )
    assert workspace.record() == []


def test_feldera_is_away_at_the_press(workspace: Workspace) -> None:
    """What was seen is asked for all the same, as when a preview is confirmed, and sent when Feldera is back."""
    ana = workspace.operator("ana")
    ana.opens_form()
    ana.chooses("orders")
    workspace.feldera_goes_down()
    assert ana.submits() == snapshot("""\
Answer
⏳ Confirmed. Follow `orders` in its thread.
[Close]\
""")
    workspace.passes(minutes=5)
    workspace.feldera_comes_back()
    workspace.passes(minutes=5)
    assert workspace.feldera.clears["orders"] == 1
    workspace.card()
    workspace.thread()


def test_feldera_is_silent_at_the_press(workspace: Workspace) -> None:
    """The same, within the three seconds that Slack waits."""
    ana = workspace.operator("ana")
    ana.opens_form()
    ana.chooses("orders")
    while_feldera_hangs(workspace, ana.person.submits, until=lambda: "Answer" in ana.screen)
    assert "⏳ Confirmed." in ana.screen
    workspace.passes(minutes=1)
    assert workspace.feldera.clears["orders"] == 1
    workspace.card()
    workspace.thread()


def test_what_was_seen_half_an_hour_ago(workspace: Workspace) -> None:
    """While Feldera is away it is not trusted any more."""
    ana = workspace.operator("ana")
    ana.opens_form()
    ana.chooses("orders")
    workspace.passes(minutes=31)
    workspace.feldera_goes_down()
    assert ana.submits().split("\n")[2] == snapshot(
        "⚠ ❌ I cannot look at orders now: Feldera does not answer (No connection to Feldera at feldera.example.). Try again in a minute. Nothing has been changed."
    )
    assert workspace.record() == []


def test_feldera_is_away_after_a_restart(workspace: Workspace) -> None:
    """Nobody remembers what was on the form: it can be pressed again when Feldera is back."""
    ana = workspace.operator("ana")
    ana.opens_form()
    ana.chooses("orders")
    workspace.restarts()
    workspace.feldera_goes_down()
    assert ana.submits().split("\n")[2] == snapshot(
        "⚠ ❌ I cannot look at orders now: Feldera does not answer (No connection to Feldera at feldera.example.). Try again in a minute. Nothing has been changed."
    )
    workspace.feldera_comes_back()
    ana.submits()
    workspace.passes(seconds=10)
    assert workspace.feldera.clears["orders"] == 1
    workspace.card()
    workspace.thread()


def test_slack_and_feldera_are_slow_at_the_press(workspace: Workspace) -> None:
    """Whatever takes too long is done all the same, and told in the place of the form."""
    ana = workspace.operator("ana")
    ana.opens_form()
    ana.chooses("orders")
    screens: list[str] = []

    async def story() -> None:
        workspace.feldera.hangs()
        workspace.slack.hangs("users.info", times=2)
        await ana.person.submits()
        screens.append(ana.screen)
        workspace.slack.lets_go()
        workspace.feldera.lets_go()

    workspace.passes(minutes=2)
    workspace.does(story())
    assert screens == snapshot(
        [
            """\
Answer
⏳ This takes longer than usual. The answer comes here; if you close this, `/pipeline status NAME` shows whether it was begun.
[Close]\
"""
        ]
    )
    assert ana.screen == snapshot("""\
Answer
⏳ Confirmed. Follow `orders` in its thread.
[Close]\
""")
    workspace.cards()
