"""The layout at the sizes that people have: each pane scrolls alone, nothing is wider than the window."""

import re

import pytest
from playwright.async_api import expect

pytestmark = pytest.mark.anyio

SIZES = {"desktop": (1280, 800), "tablet": (900, 800), "phone": (390, 844)}

# Of what can be seen: what scrolls within something that scrolls, or sideways, and what ends beyond the window.
MEASURE = """() => {
  const seen = [...document.querySelectorAll("body *")].filter((each) => each.checkVisibility() && !each.closest(".unseen"));
  const name = (each) => `${each.tagName} #${each.id} .${each.className}`;
  const scrolls = (each) => /auto|scroll/.test(getComputedStyle(each).overflowY) && each.scrollHeight > each.clientHeight + 1;
  const sideways = (each) => /auto|scroll/.test(getComputedStyle(each).overflowX) && each.scrollWidth > each.clientWidth + 1;
  const scrolling = seen.filter((each) => each.tagName !== "TEXTAREA" && scrolls(each));
  return {
    nested: scrolling.filter((each) => scrolling.some((other) => other !== each && other.contains(each))).map(name),
    sideways: seen.filter(sideways).map(name),
    beyond: seen.filter((each) => each.getBoundingClientRect().right > innerWidth + 1).map(name),
    document: Math.max(0, document.documentElement.scrollWidth - innerWidth),
  };
}"""
FITS = {"nested": [], "sideways": [], "beyond": [], "document": 0}


async def fits(seat):
    assert await seat.page.evaluate(MEASURE) == FITS


@pytest.mark.parametrize("size", SIZES)
async def test_each_pane_scrolls_alone_and_nothing_is_wider_than_the_window(desk, size):
    """With a long conversation, the thread, each part of the simulation controls, and an exchange opened."""
    width, height = SIZES[size]
    ana = await desk.seat("ana", viewport={"width": width, "height": height})
    for number in range(20):
        desk.world.people["rae"].says(
            f"line {number} of a conversation that is longer than the window", channel="ops"
        )
    await ana.clears("orders")
    await ana.reads("✅ Cleared after")
    await fits(ana)
    await ana.opens_the_thread()
    await fits(ana)
    await ana.clicks("Close the thread", within=ana.thread)
    await ana.opens_the_controls()
    await fits(ana)
    for part in ("Pipelines", "API traffic"):
        await chooses(ana, part)
        await fits(ana)
    await ana.controls.get_by_text("POST /v0/pipelines/orders/clear").click()
    await ana.controls.locator("summary", has_text="chat.postMessage").last.click()
    await expect(ana.controls.get_by_text("Response", exact=True).last).to_be_visible()
    await fits(ana)
    await chooses(ana, "Bot log")
    await expect(ana.controls.get_by_role("region", name="Bot log")).to_contain_text("serving")
    await fits(ana)


async def chooses(seat, label):
    """One of the choices in the simulation controls; a wide screen shows all parts at once."""
    choice = seat.controls.locator(".segmented label", has_text=label).last
    if await choice.is_visible():
        await choice.click()


async def test_a_phone_shows_who_one_is_and_leads_to_the_others(desk):
    """In every view of a person's, without opening anything; the drawer has every fact about a pipeline there, too."""
    width, height = SIZES["phone"]
    ana = await desk.seat("ana", viewport={"width": width, "height": height})
    await ana.clears("orders")
    await ana.reads("✅ Cleared after")
    await expect(ana.place.get_by_role("button", name="You are ana.")).to_be_in_viewport(ratio=1)
    await ana.opens_the_thread()
    await expect(ana.thread.get_by_role("button", name="You are ana.")).to_be_in_viewport(ratio=1)
    await ana.clicks("Close the thread", within=ana.thread)
    await ana.place.get_by_role("button", name="You are ana.").click()
    await ana.people.get_by_role("link", name="rae").click()
    await expect(ana.place.get_by_role("button", name="You are rae.")).to_be_in_viewport(ratio=1)
    await ana.opens_the_controls()
    await chooses(ana, "Pipelines")
    row = ana.controls.get_by_role("row", name=re.compile("^orders "))
    for fact in ("Stopped", "Cleared", "Success", "1"):
        await expect(row.get_by_text(fact, exact=True)).to_be_visible()
    await ana.shuts_nobody_out()


async def test_the_api_traffic_is_in_the_order_of_time(desk):
    """The newest is last, and in sight. A command is where it was sent, before the requests that it led to."""
    ana = await desk.seat("ana")
    await ana.types("/pipeline status orders")
    await ana.reads("Storage")
    await ana.opens_the_controls()
    entries = ana.controls.locator(".exchanges > li")
    await expect(entries.last).to_be_in_viewport()
    times = await entries.locator("time").all_inner_texts()
    assert times == sorted(times)
    what = await entries.locator("code").all_inner_texts()
    assert what.index("/pipeline status orders") < what.index("GET /v0/pipelines/orders?selector=status")
