"""What goes on while something is open: another person's page, a world begun anew, a bot that is gone, another pane."""

import asyncio
import re
from itertools import groupby

import pytest
from playwright.async_api import expect

from tests.browser.seat import PATIENCE_S

pytestmark = pytest.mark.anyio


async def test_nobody_says_yes_to_what_another_person_was_asked(desk):
    """Back makes the page somebody else's again: the question goes with whom it was for."""
    ben = await desk.seat("ben")
    await ben.becomes("rae")
    rae = ben
    await rae.types("/pipeline clear orders bad backfill")
    await rae.clicks("Ask for approval")
    await expect(rae.confirm).to_be_visible()
    await rae.page.go_back()
    await expect(ben.page).to_have_title(re.compile(r"\bben · "))
    await expect(ben.confirm).not_to_be_visible()


async def test_a_form_that_closes_tells_nobody_what_was_typed(desk):
    """Escape takes the focus from a text, which was never left: no error comes of it (the desk looks for complaints)."""
    ana = await desk.seat("ana")
    await ana.types("/pipeline clear")
    await ana.modal.get_by_role("combobox").press_sequentially("orders")
    await ana.modal.get_by_role("option", name="orders", exact=True).click()
    await ana.modal.get_by_label("Reason").press_sequentially("schema change")
    await ana.page.keyboard.press("Escape")
    await expect(ana.modal).not_to_be_visible()
    await ana.types("/pipeline whoami")
    await ana.reads("Only visible to you")


async def test_a_form_is_told_things_in_their_order(desk):
    """A text that is left and a form that is closed right after: on the way the first request is slower than the second."""
    ana = await desk.seat("ana")
    verbs = []
    is_closed = asyncio.Event()

    async def delays(route):
        verb = route.request.post_data_json["do"]
        if verb == "fills":
            await ana.page.evaluate("new Promise((later) => setTimeout(later, 300))")
        verbs.append(verb)
        await route.continue_()
        if verb == "closes":
            is_closed.set()

    await ana.types("/pipeline clear")
    await ana.modal.get_by_role("combobox").press_sequentially("orders")
    await ana.modal.get_by_role("option", name="orders", exact=True).click()
    await ana.reads("3 checkpoints", within=ana.modal)
    await ana.page.route("**/do", delays)
    # Where the form is drawn again while she types, the browser tells of the text then, and not when she leaves it.
    await ana.modal.get_by_label("Reason").press_sequentially("schema change")
    await ana.page.keyboard.press("Tab")
    await ana.page.keyboard.press("Escape")
    await expect(ana.modal).not_to_be_visible()
    await asyncio.wait_for(is_closed.wait(), PATIENCE_S)
    assert [verb for verb, _ in groupby(verbs)] == ["fills", "closes"]


async def test_home_is_there_again_when_all_began_anew(desk):
    """The app is told that Home is open once there is an app again."""
    ana = await desk.seat("ana", "home")
    await ana.reads("Waiting for you")
    await ana.opens_the_world()
    await ana.clicks("Begin anew", within=ana.world)
    await ana.confirm.get_by_role("button", name="Begin anew").click()
    await ana.reads("The app has not published anything here yet.")
    await ana.reads("Waiting for you")


async def test_a_menu_that_could_not_be_filled_says_so_until_it_can(desk):
    """It does not say that nothing matches: nobody looked."""
    ana = await desk.seat("ana")
    await ana.types("/pipeline clear")
    menu = ana.modal.get_by_role("combobox")
    await expect(menu).to_be_visible()
    await desk.world.bot.is_killed()
    await menu.press_sequentially("ord")
    await ana.reads("The options could not be loaded", within=ana.modal)
    await expect(ana.modal.get_by_role("option")).to_have_count(0)
    await desk.world.bot.starts()
    await desk.until_connected()
    await menu.press_sequentially("e")
    await expect(ana.modal.get_by_role("option").first).to_be_visible()
    await expect(ana.modal.locator(".trouble")).to_be_empty()


async def test_what_a_phone_does_not_show_is_not_read(desk):
    """With the channels before them, a person sees that somebody called; the messages count as read once they are there."""
    rae = await desk.seat("rae", viewport={"width": 390, "height": 844}, has_touch=True)
    await rae.clicks("Back to the channels")
    desk.world.people["ana"].says("@rae look here", channel="ops")
    link = rae.places.get_by_role("link", name="ops")
    await expect(link).to_have_accessible_name("#ops, 1 unread")
    await link.click()
    await expect(rae.place.get_by_role("article").last).to_contain_text("look here")
    await rae.clicks("Back to the channels")
    await expect(link).to_have_accessible_name("#ops")
