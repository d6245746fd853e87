"""Where the focus is, what the keys do there, and how the panes stand beside each other: nothing is lost by opening one."""

import re

import pytest
from playwright.async_api import expect

pytestmark = pytest.mark.anyio


async def test_a_modal_gives_the_focus_back_to_what_opened_it(desk):
    """Though the card was rendered again while the modal was open: the button in its place has it then."""
    rae = await desk.seat("rae")
    ben, cleo = await desk.seat("ben", "approvals"), await desk.seat("cleo", "approvals")
    await rae.asks_to_clear("prod-ledger")
    await ben.clicks("Deny…")
    await expect(ben.modal.get_by_role("textbox")).to_be_focused()
    await cleo.clicks("Approve", confirms="Approve")
    await ben.reads("1 of 2")
    await ben.page.keyboard.press("Escape")
    await expect(ben.modal).not_to_be_visible()
    await expect(ben.place.get_by_role("button", name="Deny…", exact=True)).to_be_focused()


async def test_a_button_that_goes_away_leaves_the_focus_on_its_message(desk):
    """What is done takes the buttons off the card; Tab goes on from there."""
    rae, ben = await desk.seat("rae"), await desk.seat("ben", "approvals")
    await rae.asks_to_clear("sales")
    await ben.place.get_by_role("button", name="Approve", exact=True).press("Enter")
    await ben.confirm.get_by_role("button", name="Approve", exact=True).press("Enter")
    await ben.reads("✅ Cleared after")
    await expect(ben.messages.filter(has_text="Clear sales")).to_be_focused()


async def test_keys_go_from_pane_to_pane_and_from_message_to_message(desk):
    """F6 in the order in which they stand, and round; arrows up from the newest message, and among the places."""
    ana = await desk.seat("ana")
    press, log = ana.page.keyboard.press, ana.place.get_by_role("log")
    for number, text in enumerate(("first", "second"), start=1):
        await ana.types(text)
        await expect(ana.messages).to_have_count(number)
    await ana.line.focus()
    here = ana.places.get_by_role("link", name="ops")
    for pane in (ana.people.get_by_role("link", name="ana"), here, log, ana.line):
        await press("F6")
        await expect(pane).to_be_focused()
    await press("Shift+F6")
    await expect(log).to_be_focused()
    for key, number in (("ArrowUp", 1), ("ArrowUp", 0), ("ArrowDown", 1), ("Home", 0)):
        await press(key)
        await expect(ana.messages.nth(number)).to_be_focused()
    await here.focus()
    await press("ArrowUp")
    await press("Enter")
    await expect(ana.page).to_have_url(f"{desk.url}?as=ana&in=approvals")


async def test_what_goes_wrong_with_a_pipeline_is_chosen_at_its_row(desk):
    """Its menu, by keys alone; what lasts is said in the row and ends when it is chosen again; Escape closes one thing."""
    ana = await desk.seat("ana")
    await ana.opens_the_controls()
    row = ana.controls.get_by_role("row", name=re.compile("^orders "))
    menu = row.get_by_role("button", name="Simulate on orders")
    press = ana.page.keyboard.press
    await menu.press("Enter")
    await expect(ana.controls.get_by_role("button", name="Another user starts it")).to_be_focused()
    stuck = ana.controls.get_by_role("button", name="Stuck in Clearing")
    await expect(stuck).to_have_attribute("aria-pressed", "false")
    for _ in range(20):
        if await stuck.evaluate("button => button === document.activeElement"):
            break
        await press("ArrowDown")
    await press("Enter")
    await expect(row.get_by_role("rowheader")).to_contain_text("Stuck in Clearing")
    await expect(menu).to_be_focused()
    await press("Enter")
    await expect(stuck).to_have_attribute("aria-pressed", "true")
    await press("Escape")
    await expect(menu).to_be_focused()
    await menu.click()
    await stuck.click()
    await expect(row.get_by_role("rowheader")).not_to_contain_text("Stuck in Clearing")
    await press("Escape")
    await expect(ana.controls).not_to_be_visible()
    await expect(ana.place.get_by_role("button", name="Simulation controls")).to_be_focused()


async def test_the_newest_message_stays_in_sight_while_panes_open(desk):
    """A list that becomes narrower or lower stays at its end, the drawer's log as well; who reads further up stays there."""
    ana = await desk.seat("ana")
    await ana.types("/pipeline help")
    await ana.clears("orders")
    await ana.opens_the_thread()
    await ana.opens_the_controls()
    await expect(ana.messages.last.locator(".replies")).to_be_in_viewport(ratio=1)
    await expect(ana.controls.get_by_role("listitem").last).to_be_in_viewport()
    log, newer = ana.place.get_by_role("log"), ana.place.get_by_role("button", name="New messages")
    await log.evaluate("log => log.scrollTo(0, 0)")
    await ana.clicks("Close simulation controls", within=ana.controls)
    desk.world.people["rae"].says("is it done?", channel="ops")
    await expect(newer).to_be_visible()
    assert await log.evaluate("log => log.scrollTop") == 0
    await newer.click()
    await expect(ana.messages.last).to_be_in_viewport(ratio=1)
    await expect(newer).not_to_be_visible()


async def test_news_in_a_thread_shows_at_the_link_to_it(desk):
    """What calls for somebody is in a thread that they have not opened: the message above it says so, until they look."""
    ana = await desk.seat("ana")
    await ana.clears("orders")
    link = ana.messages.last.locator(".replies")
    await expect(link).to_have_accessible_name(re.compile(r"^\d repl\w+ new "))
    await ana.opens_the_thread()
    await expect(ana.thread.locator(".count")).to_have_text(re.compile(r"^\d repl"))
    await expect(link).not_to_have_accessible_name(re.compile("new"))


async def test_a_link_in_a_form_leads_there_and_closes_the_form(desk):
    """Nobody is left before a form that hides where its link led; and a form is closed once."""
    rae, told = await desk.seat("rae"), []
    rae.page.on("request", lambda request: request.method == "POST" and told.append(request.post_data_json))
    await rae.asks_to_clear("orders")
    await rae.reads("Waiting for approval")
    await rae.opens_form("ord")
    await rae.modal.get_by_role("link", name="its thread").click()
    await expect(rae.thread).to_contain_text("Clear orders")
    await expect(rae.modal).not_to_be_visible()
    await rae.types("thank you")
    await rae.reads("thank you")
    assert [each["do"] for each in told].count("closes") == 1


async def test_the_actual_state_and_the_traffic_are_shown(desk):
    """Also what happened while the drawer was closed: the pipeline's real state, the bot's requests and Slack's."""
    ana = await desk.seat("ana")
    await ana.opens_the_controls()
    await ana.clicks("Close simulation controls", within=ana.controls)
    await expect(ana.page.get_by_role("button", name="Simulation controls")).to_be_focused()
    await ana.clears("orders")
    await ana.reads("✅ Cleared after")
    await ana.opens_the_controls()
    row = ana.controls.get_by_role("row", name=re.compile("orders Stopped Cleared Success 1"))
    await expect(row).to_be_visible()
    command = "/pipeline clear orders schema change"
    for said in ("POST /v0/pipelines/orders/clear", command, "chat.postMessage"):
        await expect(ana.controls.get_by_text(said).last).to_be_attached()
    await ana.controls.get_by_role("switch", name="Down", exact=True).check()
    await ana.types("/pipeline status orders")
    await ana.reads("No connection to Feldera")
