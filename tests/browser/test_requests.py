"""Whole stories before the page: what is asked for, decided and done, as the people in it see it."""

import pytest
from playwright.async_api import expect

pytestmark = pytest.mark.anyio


async def two_approvers_of_a_request(desk):
    """Rae has asked to clear `prod-ledger`, which takes both of them."""
    rae = await desk.seat("rae")
    approvers = await desk.seat("ben", "approvals"), await desk.seat("cleo", "approvals")
    await rae.asks_to_clear("prod-ledger")
    return approvers


async def test_a_request_is_approved_by_two_others_and_followed_to_its_end(desk):
    """Live: nobody reloads anything. What is pressed is the button of the version of the card that is on the screen."""
    ben, cleo = await two_approvers_of_a_request(desk)
    await ben.reads("Clear prod-ledger", "bad backfill")
    await ben.clicks("Approve", confirms="Approve")
    await cleo.reads("1 of 2")
    assert desk.world.feldera.clears == {}
    await cleo.clicks("Approve", confirms="Approve")
    await ben.reads("✅ Cleared after")
    await ben.opens_the_thread()
    await ben.reads("(2 of 2)", "✅ Cleared", within=ben.thread)
    assert desk.world.feldera.clears == {"prod-ledger": 1}


async def test_a_press_is_not_lost_to_an_edit(desk):
    """What the page is told while the mouse button is down is drawn once it is up: the click meets what it began on."""
    ben, cleo = await two_approvers_of_a_request(desk)
    await cleo.place.get_by_role("button", name="Approve", exact=True).last.hover()
    await cleo.page.mouse.down()
    await ben.clicks("Approve", confirms="Approve")
    await ben.reads("1 of 2")
    await cleo.page.mouse.up()
    await expect(cleo.confirm).to_be_visible()
    await cleo.reads("1 of 2")


async def test_a_request_is_denied_with_a_reason(desk):
    """Which the modal asks for at its field, as Slack's client does; whoever asked reads it in the direct messages."""
    rae, ben = await desk.seat("rae"), await desk.seat("ben", "approvals")
    await rae.asks_to_clear("sales")
    await ben.clicks("Deny…")
    reason = ben.modal.get_by_role("textbox")
    await ben.clicks("Deny", within=ben.modal)
    await expect(reason).to_be_focused()
    await expect(reason).to_have_accessible_description("Please complete this required field.")
    await reason.press_sequentially("not during the audit")
    await expect(ben.modal.locator(".error")).to_have_count(0)
    await ben.clicks("Deny", within=ben.modal)
    await ben.reads("is told why", within=ben.modal)
    await ben.clicks("Close", within=ben.modal)
    await expect(ben.modal).not_to_be_visible()
    await rae.goes_to("pipeline-bot")
    await rae.reads("not during the audit")
    assert desk.world.feldera.clears == {}


async def test_the_glass_is_broken_by_typing_the_name_again(desk):
    ana = await desk.seat("ana")
    await ana.types("/pipeline clear prod-ledger --break-glass INC-7 the ledger is stuck")
    await ana.clicks("Run as break-glass…")
    name = ana.modal.get_by_role("textbox")
    await name.fill("prod-leger")
    await ana.clicks("Run as break-glass", within=ana.modal)
    await expect(ana.modal.locator(".error")).to_be_visible()
    assert desk.world.feldera.clears == {}
    await name.fill("prod-ledger")
    await ana.clicks("Run as break-glass", within=ana.modal)
    await ana.reads("Posting the request to clear", within=ana.modal)
    await ana.clicks("Close", within=ana.modal)
    await ana.goes_to("approvals")
    await ana.reads("✅ Cleared", "INC-7")
    assert desk.world.feldera.clears == {"prod-ledger": 1}


async def test_the_form_finds_a_pipeline_by_what_is_typed(desk):
    rae = await desk.seat("rae")
    await rae.types("/pipeline clear")
    await rae.menu.press_sequentially("ord")
    await expect(rae.options).to_have_text(["orders", "orders-eu"])
    await rae.options.first.click()
    await rae.reads("3 checkpoints, 959.0 MiB", within=rae.modal)
    await expect(rae.menu).to_have_value("orders")
    await rae.modal.get_by_role("textbox").fill("schema change")
    await rae.clicks("Ask for approval", within=rae.modal)
    await rae.reads("schema change", "Clear orders")


async def test_what_waits_is_decided_on_home(desk):
    """The app's Home has the button for whoever may decide, and says afterwards that nothing waits."""
    rae = await desk.seat("rae")
    await rae.asks_to_clear("sales")
    await rae.reads("its thread")
    ben = await desk.seat("ben", "home")
    await ben.reads("Waiting for you", "Clear sales")
    await ben.clicks("Approve: Clear sales", confirms="Approve")
    await ben.reads("Nothing is waiting for you.", "Cleared")
    assert desk.world.feldera.clears == {"sales": 1}


async def test_a_bot_that_is_killed_in_the_middle_of_a_clear_carries_on_in_the_same_thread(desk):
    """Killed and started again from the page; one clear in Feldera's books."""
    ana = await desk.seat("ana")
    await ana.clears("slow", "stuck checkpoint")
    await ana.reads("Clearing, began")
    await ana.opens_the_thread()
    await ana.reads("Feldera accepted it", within=ana.thread)
    await ana.opens_the_controls()
    await ana.clicks("Kill bot", within=ana.controls)
    await ana.reads("The bot is not running.", within=ana.controls)
    await ana.types("/pipeline status slow")
    desk.expected.append("dispatch_failed")
    await ana.reads("/pipeline failed with the error “dispatch_failed”.", within=ana.toasts)
    await ana.clicks("Start bot", within=ana.controls)
    await ana.reads("The bot is connected over Socket Mode.", within=ana.controls)
    await ana.controls.get_by_role("button", name="Advance the clock by 1 hour").click()
    await ana.reads("✅ Cleared", within=ana.thread)
    assert desk.world.feldera.clears == {"slow": 1}


async def test_what_only_one_person_may_see_no_other_does(desk):
    """Ephemerals, direct messages and channels: a guest is shown the one channel he is in."""
    ana, rae = await desk.seat("ana"), await desk.seat("rae")
    await ana.types("/pipeline whoami")
    await ana.reads("Only visible to you")
    await rae.types("hello")
    await expect(rae.messages).to_have_count(1)
    await expect(rae.messages).to_contain_text("hello")
    gus = await desk.seat("gus", "with-guests")
    await expect(gus.places.get_by_role("link")).to_have_count(3)
    await expect(gus.places).not_to_contain_text("ops")
