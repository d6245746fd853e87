"""A form while Slack does not do what it is asked, or the bot's own database breaks: the person hears all the same."""

import asyncio

import pytest
from inline_snapshot import snapshot

from tests.stories.test_database_trouble import BROKEN, grants_cannot_be_read, refuses

ORDERS = {"text": {"type": "plain_text", "text": "orders"}, "value": "orders"}
UNOPENED = "❌ The form did not open: {}. Nothing was changed. Type `/pipeline clear NAME reason…`."


@pytest.fixture
def form(oli):
    """`oli` with the form open, whose menu has `orders`."""
    oli.opens_form()
    oli.looks_for("")
    return oli


def test_the_database_is_broken_while_the_form_opens(workspace, oli):
    """The form itself says so: that is where its person looks."""
    workspace.expected_errors.add("errand_failed")
    grants_cannot_be_read(workspace)
    assert oli.opens_form() == f"Clear a pipeline\n{BROKEN}\n[Close]"
    assert oli.uses_shortcut("Clear a pipeline") == oli.screen


def test_the_database_is_broken_with_the_form_open(workspace, form):
    """An empty menu; and a choice that cannot be shown is said in the place of the form."""
    workspace.expected_errors |= {"errand_failed", "listener_failed"}
    grants_cannot_be_read(workspace)
    assert form.looks_for("ord") == []
    form.person.modal.suggested[("pipeline", "choose_pipeline")] = (ORDERS,)
    assert form.picks("orders") == f"Clear a pipeline\n{BROKEN}\n[Close]"


def test_the_database_is_broken_at_the_press(workspace, form):
    """Nothing was asked for, and the form says what is certain."""
    form.picks("orders")
    workspace.expected_errors.add("listener_failed")
    refuses(workspace, "INSERT")
    assert form.submits() == f"Clear a pipeline\n{BROKEN}\n[Close]"
    assert workspace.record() == []


def test_the_form_does_not_open(workspace, oli):
    """Whoever typed is told what to type instead; whoever used the shortcut, in a direct message."""
    workspace.slack.fails_next("views.open", "expired_trigger_id", times=1)
    assert oli.asks("/pipeline clear") == UNOPENED.format("it took me longer than Slack waits")
    workspace.slack.answers_500("views.open", times=2)
    assert oli.uses_shortcut("Clear a pipeline") == ""
    assert oli.dms() == [UNOPENED.format("Slack is in trouble")]
    workspace.slack.rate_limits("views.open", retry_after=30)
    assert oli.asks("/pipeline clear") == UNOPENED.format("Slack rate-limited me; retry in 30 s")


def test_an_update_whose_answer_is_lost(workspace, form):
    """Slack showed it: the next one follows all the same."""
    workspace.slack.loses_the_next_reply("views.update")
    assert "7.0 MiB" in form.picks("orders")
    form.submits()
    assert "⏳ Confirmed." in form.screen
    workspace.passes(seconds=10)
    assert workspace.follows() == "✅ Cleared"


def test_an_update_that_slack_does_not_take(workspace, form):
    """Nothing can be submitted that the form did not show."""
    workspace.slack.rate_limits("views.update", retry_after=5, times=2)
    form.picks("orders")
    assert "\n✋ Nothing was sent to Feldera yet." in form.submits()


def test_closed_while_it_looks(workspace, form):
    """What would have been shown is nobody's business any more: it is no error."""

    async def story() -> None:
        workspace.feldera.hangs()
        async with asyncio.TaskGroup() as group:
            group.create_task(form.picking("orders"))
            await workspace.feldera.until_it_hangs()
            await form.person.closes_modal()
            workspace.feldera.lets_go()

    workspace.does(story())
    assert form.screen == ""


def test_closed_before_the_card_stands(workspace, form):
    """Whoever typed the command hears beside it where to follow."""
    form.picks("orders")
    workspace.slack.rate_limits("chat.postMessage", retry_after=10)
    assert "Posting the request to clear `orders`" in form.submits()
    form.closes_modal()
    workspace.passes(seconds=30)
    assert form.reads() == ["⏳ Confirmed. Follow the clear of `orders` in its thread."]
    assert workspace.follows() == "✅ Cleared"


def test_no_place_takes_the_card(workspace, oli):
    """Nothing is cleared that nobody can see, and the form says so."""
    workspace.slack.disables_messages_tab()
    oli.uses_shortcut("Clear a pipeline")
    oli.chooses("orders")
    workspace.expected_errors.add("no_place_takes_the_card")
    assert "⏳ Posting the request to clear `orders`" in oli.submits()
    workspace.passes(minutes=10)
    assert oli.screen == snapshot("""\
Clear a pipeline
❌ `orders` was *not* cleared: I cannot post in the conversation in which it was requested (`messages_tab_disabled`), and Slack does not let me write to you directly (`messages_tab_disabled`). Nothing was sent to Feldera: I clear a pipeline only where somebody can follow it. Request it again in a channel in which I can post.
[Close]\
""")
    assert workspace.sent == []
