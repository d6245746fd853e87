"""The panes beside each other: what stays where it is, what leads from one to another, and what each says of the rest."""

import re

import pytest
from playwright.async_api import expect

pytestmark = pytest.mark.anyio


async def test_the_newest_message_stays_in_sight_while_panes_open(desk):
    """A list that becomes narrower or lower stays at its end, the drawer's log as well; who reads further up stays there."""
    ana = await desk.seat("ana")
    await ana.types("/pipeline help")
    await ana.clears("orders")
    await ana.opens_the_thread()
    await ana.opens_the_world()
    newest = ana.place.get_by_role("article").last.locator(".replies")
    await expect(newest).to_be_in_viewport()
    await expect(ana.world.get_by_role("listitem").last).to_be_in_viewport()
    log = ana.place.get_by_role("log")
    await log.evaluate("log => log.scrollTo(0, 0)")
    await ana.clicks("Close the outside world", within=ana.world)
    await ana.types("/pipeline whoami")
    await expect(ana.place.get_by_role("button", name="New messages")).to_be_visible()
    assert await log.evaluate("log => log.scrollTop") == 0
    await ana.clicks("New messages")
    await expect(ana.place.get_by_role("article").last).to_be_in_viewport()


async def test_news_in_a_thread_shows_at_the_link_to_it(desk):
    """What calls for somebody is in a thread that they have not opened: the message above it says so, until they look."""
    ana = await desk.seat("ana")
    await ana.clears("orders")
    link = ana.place.get_by_role("article").last.locator(".replies")
    await expect(link).to_have_accessible_name(re.compile(r"^\d repl\w+ new "))
    await ana.opens_the_thread()
    await expect(ana.thread.locator(".count")).to_have_text(re.compile(r"^\d repl"))
    await expect(link).not_to_have_accessible_name(re.compile("new"))


async def test_a_link_in_a_form_leads_there_and_closes_the_form(desk):
    """Nobody is left before a form that hides where its link led; and a form is closed once."""
    rae = await desk.seat("rae")
    told = []
    rae.page.on(
        "request", lambda request: told.append(request.post_data_json) if request.method == "POST" else None
    )
    await rae.asks_to_clear("orders")
    await rae.reads("Waiting for approval")
    await rae.types("/pipeline clear")
    await rae.modal.get_by_role("combobox").press_sequentially("ord")
    await rae.modal.get_by_role("option").first.click()
    await rae.modal.get_by_role("link", name="its thread").click()
    await expect(rae.thread).to_contain_text("Clear orders")
    await expect(rae.modal).not_to_be_visible()
    await rae.types("thank you")
    await rae.reads("thank you")
    assert [each["do"] for each in told].count("closes") == 1


async def test_what_goes_wrong_with_a_pipeline_is_chosen_at_its_row(desk):
    """Its menu, by keys alone; what lasts is said in the row and ticked in the menu, and ends when it is chosen again."""
    ana = await desk.seat("ana")
    await ana.opens_the_world()
    row = ana.world.get_by_role("row", name=re.compile("^orders "))
    menu = row.get_by_role("button", name="What happens to orders")
    keyboard = ana.page.keyboard
    await menu.focus()
    await keyboard.press("Enter")
    stuck = ana.world.get_by_role("button", name="Stuck clearing")
    await expect(stuck).to_have_attribute("aria-pressed", "false")
    for _ in range(20):
        if await stuck.evaluate("button => button === document.activeElement"):
            break
        await keyboard.press("ArrowDown")
    await keyboard.press("Enter")
    await expect(row.get_by_role("rowheader")).to_contain_text("Stuck clearing")
    await expect(menu).to_be_focused()
    await keyboard.press("Enter")
    await expect(stuck).to_have_attribute("aria-pressed", "true")
    await keyboard.press("Escape")
    await expect(ana.world).to_be_visible()
    await menu.click()
    await stuck.click()
    await expect(row.get_by_role("rowheader")).not_to_contain_text("Stuck clearing")


async def test_the_drawer_opens_on_how_things_are(desk):
    """What happened while it was closed is there when it opens, and goes on changing."""
    ana = await desk.seat("ana")
    await ana.opens_the_world()
    await ana.clicks("Close the outside world", within=ana.world)
    await expect(ana.page.get_by_role("button", name="The outside world")).to_be_focused()
    await ana.clears("orders")
    await ana.opens_the_world()
    await expect(ana.world.get_by_role("row", name=re.compile("orders Stopped Cleared"))).to_be_visible()
    await ana.world.get_by_role("switch", name="Down", exact=True).check()
    await ana.types("/pipeline status orders")
    await ana.reads("No connection to Feldera")
