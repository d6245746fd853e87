"""The page itself: live in several tabs, found again by its address, and nothing lost by what goes on meanwhile."""

import asyncio
import re
from itertools import groupby

import pytest
from playwright.async_api import expect

from bot.simulator.web.scenario import path_of
from tests.browser.seat import PATIENCE_S, Desk

pytestmark = pytest.mark.anyio


async def test_two_tabs_of_one_person_are_alike(desk):
    """What is done in one is seen in the other, to the modal that is open, whether a command or a shortcut opened it."""
    first = await desk.seat("ana")
    second = await desk.tab(first.page.context, "ana")
    await first.types("/pipeline whoami")
    await second.reads("Only visible to you")
    await second.clicks("Shortcuts")
    await second.place.get_by_role("button", name="Clear a pipeline").click()
    await first.reads("Clear a pipeline", within=first.modal)
    await first.clicks("Never mind", within=first.modal)
    await expect(second.modal).not_to_be_visible()


async def test_what_is_edited_is_edited_in_place(desk):
    """A card keeps its place and says so; its dates are words of now, and tick."""
    ana = await desk.seat("ana")
    await ana.clears("slow", "stuck")
    await ana.reads("Clearing, began")
    card, before = ana.messages.last, await ana.messages.count()
    await expect(card).to_contain_text("(edited)")
    await ana.opens_the_controls()
    await expect(card).to_contain_text(" seconds ago (today at")
    await ana.controls.get_by_role("button", name="Advance the clock by 1 day").click()
    await expect(card).to_contain_text(re.compile(r"✅ Cleared after 1 day.* ago \(today at"))
    await expect(ana.messages).to_have_count(before)
    await expect(ana.place.locator(".day").first).to_have_text("Yesterday")


async def test_unread_marks_are_each_persons_own(desk):
    """A request rings the approvers in their channel, until they look."""
    ben, rae = await desk.seat("ben", "ops"), await desk.seat("rae")
    await rae.asks_to_clear("sales")
    approvals = ben.places.get_by_role("link", name="approvals")
    await expect(approvals).to_have_accessible_name(re.compile("1 unread"))
    await expect(ben.page).to_have_title(re.compile(r"^\(1\) ben"))
    await ben.goes_to("approvals")
    await expect(approvals).not_to_have_accessible_name(re.compile("unread"))
    await expect(rae.people.get_by_role("link", name=re.compile("cleo, 1 unread"))).to_be_visible()


async def test_the_address_leads_back(desk):
    """To the person, the place and the thread, where the bot's own links lead, too; Back goes where one was."""
    ana = await desk.seat("ana")
    await ana.clears("orders")
    await ana.place.get_by_role("link", name="its thread").click()
    await expect(ana.thread).to_contain_text("✅ Cleared")
    address = ana.page.url
    await ana.becomes("rae")
    await ana.goes_to("approvals")
    await ana.page.go_back()
    await ana.page.go_back()
    other = await desk.seat("ben")
    await other.page.goto(address)
    for seat in (ana, other):
        await expect(seat.places).to_contain_text("You are ana.")
        await expect(seat.thread).to_contain_text("✅ Cleared")


async def test_what_is_typed_waits_where_it_was_typed(desk):
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
    await ana.reads("/giphy is not a valid command.", within=ana.toasts)
    await expect(ana.line).to_have_value("/giphy cat")


async def test_after_a_reset_everybody_continues_in_the_new_run(desk):
    """The tabs stay open; the modal of the old run is gone, and Home is there again once the bot is connected."""
    ana, rae = await desk.seat("ana", "home"), await desk.seat("rae")
    await ana.reads("Waiting for you")
    await rae.types("hello")
    await rae.reads("hello")
    await rae.types("/pipeline clear")
    await expect(rae.modal).to_be_visible()
    await ana.opens_the_controls()
    await ana.clicks("Reset sandbox", confirms="Reset sandbox", within=ana.controls)
    await ana.reads("The app has not published its Home tab yet.")
    await expect(rae.modal).not_to_be_visible()
    await expect(rae.place).not_to_contain_text("hello")
    await ana.reads("Waiting for you")
    await desk.until_connected()
    await rae.types("/pipeline whoami")
    await rae.reads("Only visible to you")


async def test_a_command_right_after_a_reset_is_delivered_once_the_bot_is_connected(desk):
    """It waits instead of failing, and the page says for what. No error is shown, or the desk would fail."""
    ana = await desk.seat("ana")
    await ana.types("before the reset")
    await ana.reads("before the reset")
    await ana.opens_the_controls()
    await ana.clicks("Reset sandbox", confirms="Reset sandbox", within=ana.controls)
    await ana.types("/pipeline whoami")
    await ana.reads("You are @ana (")
    await expect(ana.place).not_to_contain_text("before the reset")
    await expect(ana.page.get_by_text("The bot is starting.")).not_to_be_visible()


async def test_a_page_finds_its_sandbox_again(desk):
    """While it is away the page says so, and nothing is lost of what is typed."""
    ana = await desk.seat("ana")
    await ana.line.fill("/pipeline status orders")
    port = int(desk.url.rsplit(":", 1)[1].strip("/"))
    desk.expected += ["WebSocket connection", "ERR_CONNECTION_REFUSED", "is not responding"]
    away = ana.page.get_by_text("Disconnected from the sandbox")
    await desk.server.stop()
    await expect(away).to_be_visible()
    await ana.line.press("Enter")
    await ana.reads("The sandbox is not responding.", within=ana.toasts)
    await desk.serves_again(port)
    await expect(away).not_to_be_visible()
    await expect(ana.line).to_have_value("/pipeline status orders")
    await ana.line.press("Enter")
    await ana.reads("Only visible to you")


async def test_slack_away_is_said_and_comes_back(desk):
    """The bot's socket is dropped and opened again; meanwhile commands fail as they do in Slack."""
    ana = await desk.seat("ana")
    await ana.opens_the_controls()
    down = ana.controls.get_by_role("switch", name="Unavailable to the bot")
    await down.check()
    await expect(ana.controls).to_contain_text("The bot is not connected to Slack.")
    desk.expected.append("dispatch_failed")
    await ana.types("/pipeline whoami")
    await ana.reads("dispatch_failed", within=ana.toasts)
    await down.uncheck()
    await expect(ana.controls).to_contain_text("connected over Socket Mode", timeout=60_000)
    await ana.types("/pipeline whoami")
    await ana.reads("operator")


async def test_nobody_says_yes_to_what_another_person_was_asked(desk):
    """Back makes the page somebody else's again: the question goes with whom it was for."""
    ben = rae = await desk.seat("ben")
    await ben.becomes("rae")
    await rae.types("/pipeline clear orders bad backfill")
    await rae.clicks("Ask for approval")
    await expect(rae.confirm).to_be_visible()
    await rae.page.go_back()
    await expect(ben.page).to_have_title(re.compile(r"\bben · "))
    await expect(ben.confirm).not_to_be_visible()


async def test_a_form_is_told_things_in_their_order_and_nothing_once_it_is_closed(desk):
    """On the way a text that is left is slower than what comes after. Escape takes the focus from one: no error comes of it."""
    ana = await desk.seat("ana")
    verbs, is_closed = [], asyncio.Event()

    async def delays(route):
        verb = route.request.post_data_json["do"]
        if verb == "fills":
            await ana.page.evaluate("new Promise((later) => setTimeout(later, 300))")
        verbs.append(verb)
        await route.continue_()
        if verb == "closes":
            is_closed.set()

    async def fills_in():
        await ana.opens_form("orders")
        await ana.reads("3 checkpoints", within=ana.modal)
        await ana.modal.get_by_label("Reason").press_sequentially("schema change")

    await fills_in()
    await ana.page.keyboard.press("Escape")
    await expect(ana.modal).not_to_be_visible()
    await fills_in()
    await ana.page.route("**/do", delays)
    # Where the form is drawn again while she types, the browser tells of the text then, and not when she leaves it.
    await ana.modal.get_by_label("Reason").press_sequentially(" again")
    await ana.page.keyboard.press("Tab")
    await ana.page.keyboard.press("Escape")
    await expect(ana.modal).not_to_be_visible()
    await asyncio.wait_for(is_closed.wait(), PATIENCE_S)
    assert [verb for verb, _ in groupby(verbs)] == ["fills", "closes"]


async def test_a_menu_that_could_not_be_filled_says_so_until_it_can(desk):
    """It does not say that nothing matches: nobody looked."""
    ana = await desk.seat("ana")
    await ana.types("/pipeline clear")
    await expect(ana.menu).to_be_visible()
    await desk.world.bot.is_killed()
    await ana.menu.press_sequentially("ord")
    await ana.reads("The options could not be loaded", within=ana.modal)
    await expect(ana.options).to_have_count(0)
    await desk.world.bot.starts()
    await desk.until_connected()
    await ana.menu.press_sequentially("e")
    await expect(ana.options.first).to_be_visible()
    await expect(ana.modal.locator(".trouble")).to_be_empty()


@pytest.mark.parametrize(("scenario", "people"), [("small-team", 5), ("production", 6)])
async def test_the_page_opens_with_each_worked_setup(browser, tmp_path, scenario, people):
    """Whoever comes first in the file is the one whose page it is."""
    async with Desk(browser, tmp_path, path_of(scenario)) as desk:
        first = next(iter(desk.world.people))
        seat = await desk.seat(first)
        await expect(seat.places).to_contain_text(f"You are {first}.")
        await expect(seat.people.get_by_role("link")).to_have_count(people)
        await seat.types("/pipeline whoami")
        await seat.reads(f"You are @{first} (")
