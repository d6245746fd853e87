"""A form while Slack does not do what it is asked, or the bot's own database breaks: the person hears all the same."""

import asyncio

from inline_snapshot import snapshot

from tests.stories.test_answers_always import grants_cannot_be_read, refuses
from tests.workspace import Workspace


def test_the_database_is_broken_while_the_form_opens(workspace: Workspace) -> None:
    """The form itself says so: that is where its person looks."""
    ana = workspace.operator("ana")
    workspace.expected_errors.add("errand_failed")
    grants_cannot_be_read(workspace)
    assert ana.opens_form() == snapshot("""\
Answer
💥 Something broke on my side before I could answer; it is in my log. `/pipeline status NAME` shows whether an operation is running; if none is, nothing was changed.
[Close]\
""")
    assert ana.uses_shortcut("Clear a pipeline") == ana.screen


def test_the_database_is_broken_with_the_form_open(workspace: Workspace) -> None:
    """An empty menu; and a choice that cannot be shown is said in the place of the form."""
    ana = workspace.operator("ana")
    ana.opens_form()
    ana.looks_for("")
    workspace.expected_errors |= {"errand_failed", "listener_failed"}
    grants_cannot_be_read(workspace)
    assert ana.looks_for("ord") == []
    ana.person.modal.suggested[("pipeline", "choose_pipeline")] = (ORDERS,)
    assert ana.picks("orders") == snapshot("""\
Answer
💥 Something broke on my side before I could answer; it is in my log. `/pipeline status NAME` shows whether an operation is running; if none is, nothing was changed.
[Close]\
""")


def test_the_database_is_broken_at_the_press(workspace: Workspace) -> None:
    """Nothing was asked for, and the form says what is certain."""
    ana = workspace.operator("ana")
    ana.opens_form()
    ana.chooses("orders")
    workspace.expected_errors.add("listener_failed")
    refuses(workspace, "INSERT")
    assert ana.submits() == snapshot("""\
Answer
💥 Something broke on my side before I could answer; it is in my log. `/pipeline status NAME` shows whether an operation is running; if none is, nothing was changed.
[Close]\
""")
    assert workspace.record() == []


def test_the_form_does_not_open(workspace: Workspace) -> None:
    """Whoever typed is told what to type instead; whoever used the shortcut, in a direct message."""
    ana = workspace.operator("ana")
    workspace.slack.fails_next("views.open", "expired_trigger_id", times=1)
    assert ana.types("/pipeline clear") == ""
    assert ana.reads() == snapshot(
        [
            "❌ The form did not open: it took me longer than Slack waits. Nothing was changed. Type `/pipeline clear NAME reason…`."
        ]
    )
    workspace.slack.answers_500("views.open", times=2)
    assert ana.uses_shortcut("Clear a pipeline") == ""
    assert ana.dms() == snapshot(
        [
            "❌ The form did not open: Slack is in trouble. Nothing was changed. Type `/pipeline clear NAME reason…`."
        ]
    )
    workspace.slack.rate_limits("views.open", retry_after=30)
    ana.types("/pipeline clear")
    assert ana.reads() == snapshot(
        [
            "❌ The form did not open: Slack is asked too often and wants 30 s of quiet. Nothing was changed. Type `/pipeline clear NAME reason…`."
        ]
    )


def test_an_update_whose_answer_is_lost(workspace: Workspace) -> None:
    """Slack showed it: the next one follows all the same."""
    ana = workspace.operator("ana")
    ana.opens_form()
    ana.looks_for("")
    workspace.slack.loses_the_next_reply("views.update")
    assert "7.0 MiB" in ana.picks("orders")
    ana.submits()
    assert "⏳ Confirmed." in ana.screen
    workspace.passes(seconds=10)
    workspace.card()
    workspace.thread()


def test_an_update_that_slack_does_not_take(workspace: Workspace) -> None:
    """The form says that it looks, and nothing can be submitted that it did not show."""
    ana = workspace.operator("ana")
    ana.opens_form()
    ana.looks_for("")
    workspace.slack.rate_limits("views.update", retry_after=5, times=2)
    ana.picks("orders")
    assert "\n✋ Nothing was sent yet." in ana.submits()


def test_closed_while_it_looks(workspace: Workspace) -> None:
    """What would have been shown is nobody's business any more: it is no error."""
    ana = workspace.operator("ana")
    ana.opens_form()
    ana.looks_for("")

    async def story() -> None:
        workspace.feldera.hangs()
        async with asyncio.TaskGroup() as group:
            group.create_task(ana.picking("orders"))
            await workspace.feldera.until_it_hangs()
            await ana.person.closes_modal()
            workspace.feldera.lets_go()

    workspace.does(story())
    assert ana.screen == ""


def test_closed_before_the_card_stands(workspace: Workspace) -> None:
    """Whoever typed the command hears beside it where to follow."""
    ana = workspace.operator("ana")
    ana.opens_form()
    ana.chooses("orders")
    workspace.slack.rate_limits("chat.postMessage", retry_after=10)
    assert "The card of `orders` goes up now" in ana.submits()
    ana.closes_modal()
    workspace.passes(seconds=30)
    assert ana.reads() == snapshot(["⏳ Confirmed. Follow `orders` in its thread."])
    workspace.card()
    workspace.thread()


def test_no_place_takes_the_card(workspace: Workspace) -> None:
    """Nothing is cleared that nobody can see, and the form says so."""
    ana = workspace.operator("ana")
    workspace.slack.disables_messages_tab()
    ana.uses_shortcut("Clear a pipeline")
    ana.chooses("orders")
    workspace.expected_errors.add("no_place_takes_the_card")
    assert ana.submits() == snapshot("""\
Answer
⏳ Confirmed. The card of `orders` goes up now; nothing is sent before it stands.
[Close]\
""")
    workspace.passes(minutes=10)
    assert ana.screen == snapshot("""\
Answer
❌ `orders` was *not* cleared: I cannot post in the conversation in which it was asked for (`messages_tab_disabled`), and Slack does not let me write to you directly (`messages_tab_disabled`). I clear nothing that nobody can see.
[Close]\
""")
    assert workspace.sent == []


ORDERS = {"text": {"type": "plain_text", "text": "orders"}, "value": "orders"}
