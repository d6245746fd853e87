"""The page itself: live in several tabs, found again by its address, and nothing lost by a look elsewhere."""

import re

import pytest
from playwright.async_api import expect

pytestmark = pytest.mark.anyio


async def test_two_tabs_of_one_person_are_alike(desk):
    """What is done in one is seen in the other, to the modal that is open."""
    first = await desk.seat("ana")
    second = await desk.tab(first.page.context, "ana")
    await first.types("/pipeline whoami")
    await second.reads("Only visible to you")
    await second.types("/pipeline clear")
    await expect(first.modal).to_be_visible()
    await first.clicks("Never mind", within=first.modal)
    await expect(second.modal).not_to_be_visible()


async def test_what_is_edited_is_edited_in_place(desk):
    """A card keeps its place and says so; whoever looks sees that it changed."""
    ana = await desk.seat("ana")
    await ana.clears("slow", "stuck")
    await ana.reads("Clearing since")
    card = ana.place.get_by_role("article").last
    await expect(card).to_contain_text("(edited)")
    before = len(await ana.messages())
    await ana.opens_the_world()
    await ana.world.get_by_role("button", name="Move the clock on by 1 hour").click()
    await expect(card).to_contain_text("✅ Cleared")
    assert len(await ana.messages()) == before


async def test_unread_marks_are_each_persons_own(desk):
    """A request rings the approvers in their channel, until they look."""
    ben = await desk.seat("ben", "ops")
    rae = await desk.seat("rae")
    await rae.asks_to_clear("sales")
    approvals = ben.places.get_by_role("link", name="approvals")
    await expect(approvals).to_have_accessible_name(re.compile("1 unread"))
    await expect(ben.page).to_have_title(re.compile(r"^\(1\) ben"))
    await ben.goes_to("approvals")
    await expect(approvals).not_to_have_accessible_name(re.compile("unread"))
    await expect(rae.people.get_by_role("link", name=re.compile("cleo, 1 unread"))).to_be_visible()


async def test_the_address_leads_back(desk):
    """To the person, the place and the thread; Back goes where one was."""
    ana = await desk.seat("ana")
    await ana.clears("orders")
    await ana.reads("✅ Cleared.")
    await ana.opens_the_thread()
    address = ana.page.url
    await ana.becomes("rae")
    await ana.goes_to("approvals")
    await ana.page.go_back()
    await ana.page.go_back()
    await expect(ana.places).to_contain_text("You are ana.")
    await expect(ana.thread).to_contain_text("✅ Cleared")
    other = await desk.seat("ben")
    await other.page.goto(address)
    await expect(other.places).to_contain_text("You are ana.")
    await expect(other.thread).to_contain_text("✅ Cleared")


async def test_a_link_of_the_bots_to_a_thread_opens_it_here(desk):
    """Slack's permalinks lead to the same message on the page."""
    ana = await desk.seat("ana")
    await ana.clears("orders")
    await ana.place.get_by_role("link", name="its thread").click()
    await expect(ana.thread).to_contain_text("✅ Cleared")


async def test_what_is_typed_waits_where_it_was_typed(desk):
    """A draft survives a look at another channel; Up brings the last command back."""
    ana = await desk.seat("ana")
    await ana.line.fill("/pipeline status ord")
    await ana.goes_to("approvals")
    await expect(ana.line).to_have_value("")
    await ana.goes_to("ops")
    await expect(ana.line).to_have_value("/pipeline status ord")
    await ana.types("/pipeline status orders")
    await ana.reads("Only visible to you")
    await ana.line.press("ArrowUp")
    await expect(ana.line).to_have_value("/pipeline status orders")


async def test_a_slash_offers_the_commands_of_the_manifest(desk):
    """With what each does and how it is used; what is no command is said as Slack says it."""
    ana = await desk.seat("ana")
    await ana.line.fill("/")
    option = ana.page.get_by_role("option", name="/pipeline")
    await expect(option).to_contain_text("Clear, stop, start and inspect Feldera pipelines")
    await expect(option).to_contain_text("clear NAME [reason…]")
    await option.click()
    await expect(ana.line).to_have_value("/pipeline ")
    desk.expected.append("not a valid command")
    await ana.types("/giphy cat")
    await ana.reads("/giphy is not a valid command.", within=ana.page.locator("#toasts"))
    await expect(ana.line).to_have_value("/giphy cat")


async def test_a_shortcut_opens_the_form(desk):
    ana = await desk.seat("ana")
    await ana.clicks("Shortcuts")
    await ana.place.get_by_role("button", name="Clear a pipeline").click()
    await ana.reads("Clear a pipeline", within=ana.modal)


async def test_begun_anew_everybody_goes_on_in_the_new_world(desk):
    """The tabs stay open; the modal of the old world is gone."""
    ana, rae = await desk.seat("ana"), await desk.seat("rae")
    await rae.types("hello")
    await ana.reads("hello")
    await rae.types("/pipeline clear")
    await expect(rae.modal).to_be_visible()
    await ana.opens_the_world()
    await ana.clicks("Begin anew", confirms="Begin anew", within=ana.world)
    await expect(rae.modal).not_to_be_visible()
    for seat in (ana, rae):
        await expect(seat.place).not_to_contain_text("hello")
    await desk.until_connected()
    await rae.types("/pipeline whoami")
    await rae.reads("Only visible to you")


async def test_a_page_finds_its_sandbox_again(desk):
    """While it is away the page says so, and nothing is lost of what is typed."""
    ana = await desk.seat("ana")
    await ana.line.fill("/pipeline status orders")
    port = int(desk.url.rsplit(":", 1)[1].strip("/"))
    desk.expected += ["WebSocket connection", "ERR_CONNECTION_REFUSED", "does not answer"]
    await desk.server.stop()
    await expect(ana.page.get_by_text("No connection to the sandbox")).to_be_visible()
    await ana.line.press("Enter")
    await ana.reads("The sandbox does not answer.", within=ana.page.locator("#toasts"))
    await expect(ana.line).to_have_value("/pipeline status orders")
    await desk.serves_again(port)
    await expect(ana.page.get_by_text("No connection to the sandbox")).not_to_be_visible()
    await expect(ana.line).to_have_value("/pipeline status orders")
    await ana.line.press("Enter")
    await ana.reads("Only visible to you")


async def test_what_happens_outside_is_shown_and_logged_both_ways(desk):
    """A switch is turned, the pipeline's real state is there, and the log has the bot's requests and Slack's."""
    ana = await desk.seat("ana")
    await ana.opens_the_world()
    await ana.world.get_by_role("switch", name="Down", exact=True).check()
    await ana.types("/pipeline status orders")
    await ana.reads("No connection to Feldera")
    await ana.world.get_by_role("switch", name="Down", exact=True).uncheck()
    await ana.clears("orders")
    await ana.reads("✅ Cleared.")
    await expect(
        ana.world.get_by_role("row", name=re.compile("orders Stopped Cleared Success 1"))
    ).to_be_visible()
    for said in (
        "POST /v0/pipelines/orders/clear",
        "/pipeline clear orders schema change",
        "chat.postMessage",
    ):
        await expect(ana.world.get_by_text(said).last).to_be_attached()


async def test_dates_tick(desk):
    """Slack's dates are words of now: what was today is yesterday once the clock says so."""
    ana = await desk.seat("ana")
    await ana.clears("orders")
    await ana.reads("✅ Cleared.")
    card = ana.place.get_by_role("article").last
    await expect(card).to_contain_text("Confirmed by @ana · Today at")
    await ana.opens_the_world()
    await ana.world.get_by_role("button", name="Move the clock on by 1 day").click()
    await expect(card).to_contain_text("Confirmed by @ana · Yesterday at")
    await expect(ana.place.locator(".day").first).to_have_text("Yesterday")


async def test_slack_away_is_said_and_comes_back(desk):
    """The bot's socket is dropped and opened again; meanwhile commands fail as they do in Slack."""
    ana = await desk.seat("ana")
    await ana.opens_the_world()
    await ana.world.get_by_role("switch", name="Down for the bot").check()
    await expect(ana.world).to_contain_text("up, not connected to Slack")
    desk.expected.append("dispatch_failed")
    await ana.types("/pipeline whoami")
    await ana.reads("dispatch_failed", within=ana.page.locator("#toasts"))
    await ana.world.get_by_role("switch", name="Down for the bot").uncheck()
    await expect(ana.world).to_contain_text("up, over Socket Mode", timeout=60_000)
    await ana.types("/pipeline whoami")
    await ana.reads("operator")
