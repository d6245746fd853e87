"""The page for whoever has no mouse, sees little or no colours, has a phone, or wants it dark."""

import pytest
from playwright.async_api import expect

pytestmark = pytest.mark.anyio

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


async def test_a_clear_from_the_keyboard_alone(desk):
    """Typed, confirmed, followed in its thread, and back: the focus is never lost on the way."""
    ana = await desk.seat("ana")
    keyboard = ana.page.keyboard
    await ana.line.focus()
    await keyboard.type("/pip")
    await keyboard.press("Tab")  # takes the command that is offered
    await keyboard.type("clear orders schema change")
    await keyboard.press("Enter")
    await ana.reads("Clear orders")
    await _tab_to(ana, "Clear orders", backwards=True)
    await keyboard.press("Enter")
    await _tab_to(ana, "Clear")
    await keyboard.press("Enter")
    await ana.reads("✅ Cleared after")
    await _tab_to(ana, "repl", backwards=True)
    await keyboard.press("Enter")
    await expect(ana.thread).to_contain_text("✅ Cleared")
    await _tab_to(ana, "Close the thread")
    await keyboard.press("Enter")
    await expect(ana.thread).not_to_be_visible()
    assert desk.world.feldera.clears == {"orders": 1}


async def test_the_form_from_the_keyboard_alone(desk):
    """Arrow keys choose in the menu, Escape closes what is in front, and the focus goes back to where it was."""
    rae = await desk.seat("rae")
    keyboard = rae.page.keyboard
    await rae.types("/pipeline clear")
    await expect(rae.menu).to_be_focused()
    await keyboard.type("sal")
    await expect(rae.modal.get_by_role("option", name="sales")).to_be_visible()
    await keyboard.press("ArrowDown")
    await keyboard.press("Enter")
    await expect(rae.modal.get_by_role("button", name="Ask for approval")).to_be_visible()
    await expect(rae.menu).to_be_focused()
    await keyboard.press("Escape")
    await expect(rae.modal).not_to_be_visible()
    await expect(rae.line).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_nothing_on_the_page_shuts_anybody_out(desk, scheme):
    """axe-core, with its good practices, on every view; the colours are measured, too."""
    rae = await desk.seat("rae", color_scheme=scheme)
    await rae.types("/pipeline clear orders schema change")
    await rae.clicks("Ask for approval")
    await rae.shuts_nobody_out()
    await rae.confirm.get_by_role("button", name="Ask", exact=True).click()
    await rae.reads("Clear orders")
    await rae.opens_the_controls()
    await rae.becomes("ben")
    await rae.clicks("Approve", confirms="Approve")
    await rae.reads("✅ Cleared after")
    await rae.opens_the_thread()
    await rae.reads("✅ Cleared", within=rae.thread)
    await rae.shuts_nobody_out()
    await rae.goes_to("Home")
    await rae.reads("Recent")
    await rae.shuts_nobody_out()
    await rae.goes_to("ops")
    await rae.line.fill("/")
    await rae.shuts_nobody_out()
    await rae.types("/pipeline clear")
    await rae.menu.press_sequentially("ord")
    await expect(rae.options.first).to_be_visible()
    await rae.shuts_nobody_out()


async def test_it_is_readable_on_a_phone(desk):
    """One pane at a time, nothing wider than the screen, nobody shut out; every pane can be left again."""
    ana = await desk.seat("ana", **PHONE)
    await ana.clears("orders")
    await ana.reads("✅ Cleared after")
    await _fits(ana)
    await ana.opens_the_thread()
    await expect(ana.place).not_to_be_visible()
    await _fits(ana)
    await ana.clicks("Close the thread", within=ana.thread)
    await ana.clicks("Back to channels")
    await expect(ana.places).to_be_visible()
    await _fits(ana)
    await ana.places.get_by_role("link", name="approvals").click()
    await expect(ana.line).to_be_visible()
    await ana.opens_the_controls()
    await _fits(ana)
    await ana.page.keyboard.press("Escape")
    await expect(ana.line).to_be_visible()


async def test_what_a_phone_does_not_show_is_not_read(desk):
    """With the channels before them, a person sees that somebody called; the messages count as read once they are there."""
    rae = await desk.seat("rae", **PHONE)
    await rae.clicks("Back to channels")
    desk.world.people["ana"].says("@rae look here", channel="ops")
    link = rae.places.get_by_role("link", name="ops")
    await expect(link).to_have_accessible_name("#ops, 1 unread")
    await link.click()
    await expect(rae.messages.last).to_contain_text("look here")
    await rae.clicks("Back to channels")
    await expect(link).to_have_accessible_name("#ops")


async def test_light_or_dark_can_be_chosen_and_is_kept(desk):
    ana = await desk.seat("ana", color_scheme="light")

    async def ground():
        return await ana.page.evaluate("getComputedStyle(document.body).backgroundColor")

    light = await ground()
    for _ in range(2):
        await ana.page.get_by_role("button", name="Color theme").click()
    dark = await ground()
    assert dark != light
    await ana.page.reload()
    assert await ground() == dark


async def _tab_to(seat, label, *, backwards=False):
    """Press Tab until what has the focus is called so."""
    for _ in range(60):
        await seat.page.keyboard.press("Shift+Tab" if backwards else "Tab")
        name = await seat.page.evaluate(
            "(document.activeElement.ariaLabel || document.activeElement.textContent).trim()"
        )
        if name.startswith(label) or (label == "repl" and "repl" in name and len(name) < 60):
            return
    raise AssertionError(f"no Tab leads to {label!r}")


async def _fits(seat):
    wide = await seat.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide[0] <= wide[1]
    await seat.shuts_nobody_out()
