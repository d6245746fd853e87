"""Where the focus is, and what the keys do there: it is never lost, and whatever opens gives it back."""

import pytest
from playwright.async_api import expect

pytestmark = pytest.mark.anyio


async def test_a_modal_gives_the_focus_back_to_what_opened_it(desk):
    """Though the card was drawn anew while the modal was open: the button in its place has it then."""
    rae, ben, cleo = (
        await desk.seat("rae"),
        await desk.seat("ben", "approvals"),
        await desk.seat("cleo", "approvals"),
    )
    await rae.types("/pipeline clear prod-ledger bad backfill")
    await rae.clicks("Ask for approval", confirms="Ask")
    await ben.clicks("Deny")
    await expect(ben.modal.get_by_role("textbox")).to_be_focused()
    await cleo.clicks("Approve", confirms="Approve")
    await ben.reads("1 of 2")
    await ben.page.keyboard.press("Escape")
    await expect(ben.modal).not_to_be_visible()
    await expect(ben.place.get_by_role("button", name="Deny", exact=True)).to_be_focused()


async def test_a_button_that_goes_away_leaves_the_focus_on_its_message(desk):
    """What is done takes the buttons off the card; Tab goes on from there."""
    rae, ben = await desk.seat("rae"), await desk.seat("ben", "approvals")
    await rae.types("/pipeline clear sales bad backfill")
    await rae.clicks("Ask for approval", confirms="Ask")
    await ben.place.get_by_role("button", name="Approve", exact=True).press("Enter")
    await ben.confirm.get_by_role("button", name="Approve", exact=True).press("Enter")
    await ben.reads("✅ Cleared.")
    await expect(ben.place.get_by_role("article").filter(has_text="Clear sales")).to_be_focused()


async def test_a_menu_closes_alone(desk):
    """Escape closes the menu and not the drawer in which it is; arrows move in it, and its button has the focus again."""
    ana = await desk.seat("ana")
    await ana.opens_the_world()
    opener = ana.world.get_by_role("button", name="What happens to orders", exact=True)
    await opener.press("Enter")
    await expect(ana.world.get_by_role("button", name="Someone starts it")).to_be_focused()
    await ana.page.keyboard.press("ArrowDown")
    await expect(ana.world.get_by_role("button", name="Someone stops it")).to_be_focused()
    await ana.page.keyboard.press("Escape")
    await expect(opener).to_be_focused()
    await ana.page.keyboard.press("Escape")
    await expect(ana.world).not_to_be_visible()
    await expect(ana.place.get_by_role("button", name="The outside world")).to_be_focused()


async def test_f6_goes_from_pane_to_pane(desk):
    """In the order in which they stand, and round; with Shift the other way."""
    ana = await desk.seat("ana")
    await ana.line.focus()
    keyboard = ana.page.keyboard
    await keyboard.press("F6")
    await expect(ana.people.get_by_role("link", name="ana")).to_be_focused()
    await keyboard.press("F6")
    await expect(ana.places.get_by_role("link", name="ops")).to_be_focused()
    await keyboard.press("F6")
    await expect(ana.place.get_by_role("log")).to_be_focused()
    await keyboard.press("F6")
    await expect(ana.line).to_be_focused()
    await keyboard.press("Shift+F6")
    await expect(ana.place.get_by_role("log")).to_be_focused()


async def test_arrows_go_from_message_to_message(desk):
    """From the list to the newest one, and up from there."""
    ana = await desk.seat("ana")
    for text in ("first", "second", "third"):
        await ana.types(text)
        await ana.reads(text)
    messages = ana.place.get_by_role("article")
    await ana.place.get_by_role("log").focus()
    await ana.page.keyboard.press("ArrowUp")
    await expect(messages.nth(2)).to_be_focused()
    await ana.page.keyboard.press("ArrowUp")
    await expect(messages.nth(1)).to_be_focused()
    await ana.page.keyboard.press("Home")
    await expect(messages.nth(0)).to_be_focused()


async def test_what_has_to_be_filled_in_is_said_at_the_field(desk):
    """As Slack's client does it, before anything is sent; it is gone with the first letter."""
    rae, ben = await desk.seat("rae"), await desk.seat("ben", "approvals")
    await rae.types("/pipeline clear sales bad backfill")
    await rae.clicks("Ask for approval", confirms="Ask")
    await ben.clicks("Deny")
    reason = ben.modal.get_by_role("textbox")
    await ben.clicks("Deny", within=ben.modal)
    await expect(reason).to_be_focused()
    await expect(reason).to_have_accessible_description("Please complete this required field.")
    await reason.press_sequentially("n")
    await expect(ben.modal.locator(".error")).to_have_count(0)


async def test_a_list_stays_at_its_end(desk):
    """Where the reader is: also when a thread makes it narrower. A reader who looks back is left there, and told."""
    ana, rae = await desk.seat("ana"), await desk.seat("rae")
    await ana.types("/pipeline help")
    await ana.types("/pipeline clear orders schema change")
    await ana.clicks("Clear orders", confirms="Clear")
    await ana.reads("✅ Cleared.")
    await ana.opens_the_thread()
    await expect(ana.place.locator(".replies")).to_be_in_viewport(ratio=1)
    newer = ana.place.get_by_role("button", name="New messages")
    await ana.place.get_by_role("log").evaluate("log => log.scrollTo(0, 0)")
    await rae.types("is it done?")
    await expect(newer).to_be_visible()
    said = ana.place.get_by_role("article").filter(has_text="is it done?")
    await expect(said).not_to_be_in_viewport()
    await newer.click()
    await expect(said).to_be_in_viewport(ratio=1)
    await expect(newer).not_to_be_visible()
