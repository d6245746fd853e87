"""One pipeline about which Feldera does not answer: nobody else waits for it."""

import asyncio
from collections.abc import Callable

import pytest

from tests.workspace import Teammate, Workspace


@pytest.fixture
def ana(workspace: Workspace) -> Teammate:
    """Two of her clears are under way for a while."""
    ana = workspace.operator("ana")
    for name in ("orders", "silent"):
        if name != "orders":
            workspace.feldera.adds(name)
        workspace.feldera.sticks_clearing(name)
        ana.clears(name)
    workspace.passes(seconds=20)
    ana.reads()
    return ana


async def turns(workspace: Workspace, until: Callable[[], bool]) -> None:
    """The bot's loops go on beside what has not come back yet."""
    async with asyncio.timeout(10):
        while not until():
            workspace.bot.driver.wake.clear()
            await workspace.bot.driver.tick()
            await workspace.bot.announcements.tick()
            workspace.clock.passes(seconds=1)


@pytest.mark.usefixtures("ana")
def test_the_others_are_looked_at(workspace: Workspace) -> None:
    """From the first look in vain on, it has rounds of its own."""
    feldera = workspace.feldera
    feldera.pipeline("silent").error = {"message": "an error without a code"}
    workspace.passes(seconds=3)
    feldera.pipeline("silent").error = None

    async def story() -> None:
        feldera.hangs("GET", path="/v0/pipelines/silent")
        workspace.clock.passes(seconds=5)
        await workspace.bot.driver.tick()
        await feldera.until_it_hangs()
        feldera.unsticks("orders")
        await turns(workspace, lambda: "✅ Cleared." in workspace.cards()[0])
        assert "⏳ Clearing" in workspace.cards()[1]
        feldera.unsticks("silent")
        feldera.lets_go()

    workspace.does(story())
    workspace.passes(seconds=10)
    assert all("✅ Cleared." in card for card in workspace.cards())
    assert [thread[-1].startswith("✅ Cleared") for thread in workspace.threads()] == [True, True]


def test_what_is_ready_is_sent(workspace: Workspace, ana: Teammate) -> None:
    """Also beside the first round that waits for it."""
    feldera = workspace.feldera
    feldera.adds("users")
    ana.asks("/pipeline clear users")

    async def story() -> None:
        feldera.hangs("GET", path="/v0/pipelines/silent")
        workspace.clock.passes(seconds=5)
        await workspace.bot.driver.tick()
        await feldera.until_it_hangs()
        await ana.clicking("Clear users")
        await turns(workspace, lambda: feldera.clears["users"] == 1)
        feldera.lets_go()

    workspace.does(story())
    ana.reads()
    workspace.passes(seconds=5)
    assert "✅ Cleared." in workspace.cards()[2]
    assert workspace.threads()[2][-1].startswith("✅ Cleared `users`")
