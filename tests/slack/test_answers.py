"""What one person is answered: each reply in words, whole, for the ones that are read every day."""

from dataclasses import replace
from datetime import timedelta

import pytest
from inline_snapshot import snapshot

from bot.domain.access.permissions import Action, Why, decide
from bot.domain.access.visibility import Visibility
from bot.domain.operations.operation import State
from bot.domain.operations.outcome import Ending
from bot.domain.operations.plans import CLEAR
from bot.domain.pipelines.pipeline import PipelineError, Problem, ProblemKind, Storage
from bot.engine import replies
from bot.engine.replies import ActionResult, Blocker, Reply, Result
from bot.slack.views import answers
from tests.clock import START
from tests.domain.pipeline_samples import cleared, clearing, early_start, pipeline, running
from tests.domain.samples import (
    ALLOWED,
    ANA,
    CARRIED,
    DENIED,
    IN_EVERY_STATE,
    ended,
    grant,
    membership,
    needs_human,
    proposed,
    ready,
    waiting,
)
from tests.slack.reading import WORKSPACE_URL, check, texts


def answer(reply: Reply):
    message = answers.answer(reply, WORKSPACE_URL)
    check(message)
    return message


def buttons(message):
    rows = [block["elements"] for block in message.blocks if block["type"] == "actions"]
    return [element for row in rows for element in row]


def denied(action=Action.CLEAR, *grants, plan=CLEAR):
    return replies.PermissionDenied("orders", decide(membership(), action, "orders", grants, START), plan)


def test_a_denial():
    """The role it takes, and whom to ask; nothing about the pipeline, not even whether there is one."""
    assert answer(denied()).text == snapshot(
        "🚫 You may not clear `orders`: you need the role *operator* on `orders`. An admin of this bot can grant it."
    )
    assert answer(denied(Action.VIEW, plan=None)).text == snapshot(
        "🚫 You may not see `orders`: you need one of the roles *viewer*, *requester*, *operator*, *approver* or *responder* on `orders`. An admin of this bot can grant it."
    )


@pytest.mark.parametrize(
    ("found", "said"),
    [
        *(
            ({"program_status": word}, f"the program does not compile (`{word}`); Feldera shows why")
            for word in ("SqlError", "RustError", "SystemError")
        ),
        (
            {"program_status": "SqlError", "error": PipelineError("out of <memory>\nat", "Code")},
            "`out of &lt;memory&gt; at`",
        ),
    ],
)
def test_the_last_error_is_the_deployments_own_or_that_of_its_program(found, said):
    """Feldera keeps no deployment error of a program that does not compile, and yet the pipeline cannot run."""
    (fields,) = [
        block["fields"]
        for block in answer(replies.Described(pipeline(**found), None, None, None, START)).blocks
        if "fields" in block
    ]
    assert f"*Last error*\n{said}" in [field["text"] for field in fields]


def test_an_unknown_state_of_the_program_is_no_error():
    shown = answer(replies.Described(pipeline(program_status="AWordOfTomorrow"), None, None, None, START))
    (fields,) = [block["fields"] for block in shown.blocks if "fields" in block]
    assert [field["text"].partition("\n")[0] for field in fields] == [
        "*Deployment*",
        "*Storage*",
        "*Program*",
    ]


def test_a_preview_has_two_buttons_that_carry_only_the_operations_id():
    preview = answer(replies.Preview(proposed(), pipeline(), CARRIED))
    clear, never_mind = buttons(preview)
    assert (clear["action_id"], never_mind["action_id"]) == ("confirm_clear", "never_mind")
    assert {button["value"] for button in (clear, never_mind)} == {"op1"}
    assert (clear["style"], clear["confirm"]["style"]) == ("danger", "danger")
    assert preview.text.startswith(
        "Clear orders? This deletes the storage, with 2 checkpoints (3.0 MiB), and cannot be undone."
    )


def test_a_denial_to_somebody_whose_permission_ended():
    lapsed = grant(ANA, pattern="orders*", expires_at=START - timedelta(hours=1))
    assert answer(denied(Action.CLEAR, lapsed)).text == snapshot(
        "🚫 You may not clear `orders`: you need the role *operator* on `orders`. Your role *operator* on `orders*` ended <!date^1772416800^\u200b{ago} ({date_short_pretty} at {time})|2026-03-02 02:00 UTC>. An admin of this bot can grant it."
    )


def test_why_there_is_nothing_to_confirm():
    """Not there, not stopped, cleared already, starting, being cleared, in unknown words, held by another."""
    unreadable = pipeline(storage=Storage.OTHER)
    assert [
        answer(reply).text
        for reply in (
            replies.NotFound("ordres", ()),
            replies.NotFound("ordres", ("orders", "orders-eu")),
            replies.NotStopped(running(), CLEAR),
            replies.NotStopped(early_start(pipeline()), CLEAR),
            replies.NotStopped(
                replace(running(), status="Stopping", desired_status="Stopped", resources_desired="Stopped"),
                CLEAR,
            ),
            replies.Blocked(Blocker.CLEARED_ALREADY, cleared()),
            replies.Blocked(Blocker.CLEARED_ALREADY, early_start(cleared())),
            replies.Blocked(Blocker.BEING_CLEARED, clearing()),
            replies.Blocked(Blocker.NOT_UNDERSTOOD, unreadable),
            replies.Busy(waiting(), may_close=False),
            replies.Busy(ready(card=None), may_close=False),
        )
    ] == snapshot(
        [
            "❌ Feldera has no pipeline `ordres` (names are case-sensitive).",
            "❌ Feldera has no pipeline `ordres` (names are case-sensitive). Did you mean `orders` or `orders-eu`?",
            "✋ `orders` must be stopped before it can be cleared. It is Running, started <!date^1772420400^\u200b{ago} ({date_short_pretty} at {time})|2026-03-02 03:00 UTC>. Type `/pipeline stop orders` and, once it is stopped, `/pipeline clear orders` again.",
            "✋ `orders` cannot be cleared now. It is still Stopped, but somebody asked it to start <!date^1772413200^\u200b{ago} ({date_short_pretty} at {time})|2026-03-02 01:00 UTC>. To take that start back, type `/pipeline stop orders`, and when that is done, `/pipeline clear orders` again.",
            "✋ `orders` is still stopping, so it cannot be cleared yet. Once it is stopped, type `/pipeline clear orders` again.",
            "✅ `orders` is already cleared.",
            "✅ `orders` is already cleared. It is still Stopped, but somebody asked it to start <!date^1772413200^\u200b{ago} ({date_short_pretty} at {time})|2026-03-02 01:00 UTC>.",
            "⏳ `orders` is already being cleared, but not through this bot. `/pipeline status orders` shows whether it is done.",
            "❌ Nothing was sent to Feldera: it reports the storage of `orders` in a state that this bot does not know. Your Feldera may be newer than the bot: tell the person who runs the bot.",
            "✋ Another request is open on `orders`: <@UANA> requested a clear <!date^1772420400^\u200b{ago} ({date_short_pretty} at {time})|2026-03-02 03:00 UTC>. Follow it in <https://acme.slack.com/archives/C1/p1700000000000100|its thread>.",
            "✋ Another request is open on `orders`: <@UANA> requested a clear <!date^1772420400^\u200b{ago} ({date_short_pretty} at {time})|2026-03-02 03:00 UTC>. Follow it in its card, which is about to be posted.",
        ]
    )


def test_a_feldera_that_gives_no_answer():
    for trouble in ProblemKind:
        told = answer(replies.FelderaUnavailable("orders", Problem(trouble, "its <words>"))).text
        assert "`orders`" in told
        assert "its &lt;words&gt;" in told
        assert told.endswith("Nothing was sent to Feldera.")


def test_clicks_are_answered():
    assert [
        answer(reply).text
        for reply in (
            ActionResult(Result.STARTED, ready()),
            ActionResult(Result.DROPPED, IN_EVERY_STATE[State.WITHDRAWN]),
            ActionResult(Result.TOO_OLD, proposed(state=State.EXPIRED)),
            ActionResult(Result.CLOSED, ended(State.CLOSED, Ending.CLOSED)),
            replies.NotYours(),
            replies.UnknownRequest(),
        )
    ] == snapshot(
        [
            "⏳ Posting the request to clear `orders` in <#C1>. When the message is visible there, the clear is sent to Feldera.",
            "OK: the clear of `orders` was not requested, and nothing was sent to Feldera.",
            "⌛ This preview is more than 30 minutes old, and things may have changed. Nothing was sent to Feldera. To request it again, type `/pipeline clear orders`.",
            "☑️ Closed: <@UANA>'s request to clear `orders`. To request it again, type `/pipeline clear orders`: it first shows what would be deleted.",
            "🚫 Only the person who made the request can use this button.",
            "This button is too old to work, so pressing it did nothing. `/pipeline pending` lists the requests that wait for approval or review.",
        ]
    )


@pytest.mark.parametrize("operation", IN_EVERY_STATE.values(), ids=lambda operation: operation.state.value)
def test_a_second_click_learns_how_it_stands(operation):
    """Dropped, under way or over: what was confirmed has a thread to follow, and what was not, changed nothing."""
    told = answer(ActionResult(Result.ALREADY_DECIDED, operation)).text
    assert ("its thread" in told) is (operation.confirmed_at is not None)
    assert ("This ended" in told) is (operation.confirmed_at is not None and operation.state.has_ended)
    assert ("nothing was sent" in told) is (operation.confirmed_at is None)


def test_only_whoever_may_sees_the_button_that_closes():
    """An operation that needs attention says so to whoever finds it in the way."""
    offered = answer(replies.Busy(needs_human(), may_close=True))
    assert [(button["action_id"], button["value"]) for button in buttons(offered)] == [
        ("close_operation", "op1")
    ]
    plain = answer(replies.Busy(needs_human(), may_close=False))
    assert buttons(plain) == []
    assert "needs attention" in plain.text


def test_the_confirmed_preview_turns_into_the_way_to_the_card():
    """In the channel, in direct messages and why, or nowhere: then nothing was cleared."""
    nowhere = ended(State.REFUSED, Ending.NO_PLACE, card=None, displaced="not_in_channel")
    nowhere = replace(nowhere, outcome=replace(nowhere.outcome, message="messages_tab_disabled"))
    told = []
    for operation in (waiting(), waiting(displaced="not_in_channel"), nowhere):
        message = answers.placed(operation, WORKSPACE_URL)
        check(message)
        told.append(message.text)
    assert told == snapshot(
        [
            "⏳ Confirmed. Follow the clear of `orders` in <https://acme.slack.com/archives/C1/p1700000000000100|its thread>.",
            "⏳ Confirmed. Follow the clear of `orders` in <https://acme.slack.com/archives/C1/p1700000000000100|its thread> in our direct messages: I am not in <#C1>.",
            "❌ `orders` was *not* cleared: I am not in <#C1>, and Slack does not let me write to you directly (`messages_tab_disabled`). Nothing was sent to Feldera: I clear a pipeline only where somebody can follow it. Add me to <#C1>, then request it again.",
        ]
    )


@pytest.mark.parametrize(
    ("origin", "word", "because"),
    [
        ("C1", "channel_not_found", "I am not in <#C1>"),
        ("C1", "is_archived", "<#C1> is archived"),
        ("C1", "restricted_action_thread_locked", "I may not post in <#C1>"),
        ("C1", "msg_<blocked>", "I cannot post in <#C1> (`msg_&lt;blocked&gt;`)"),
        ("D1", "channel_not_found", "I am not in the conversation in which it was requested"),
    ],
)
def test_why_the_card_is_not_where_it_was_asked_for(origin, word, because):
    """Slack's word, told as what it means; a reference to direct messages would show no name."""
    operation = waiting(origin=origin, displaced=word)
    assert answers.placed(operation, WORKSPACE_URL).text.endswith(f": {because}.")


@pytest.mark.parametrize(
    "message", [answers.looking("orders"), answers.trouble()], ids=["looking", "trouble"]
)
def test_first_and_last_resorts(message):
    check(message)
    assert texts(message.blocks) == [message.text]


def test_why_nothing_shows_that_waits():
    """Only somebody who sees everything reads that nothing waits for anybody."""
    access = {
        "all": Visibility(ALLOWED, ("ord*", "*")),
        "some": Visibility(ALLOWED, ("ord*", "payments")),
        "perhaps more": Visibility(ALLOWED, ("ord*",), "Slack is away"),
        "none": Visibility(denied().decision),
        "ended": Visibility(denied(Action.VIEW, grant(ANA, pattern="ord*", expires_at=START)).decision),
        "unread": Visibility(replace(DENIED, why=Why.UNRESOLVED, membership=membership(why="Slack is away"))),
    }
    shown = {name: answer(replies.PendingList((), START, sees)).text for name, sees in access.items()}
    assert shown == snapshot(
        {
            "all": "Nothing waits for anybody.",
            "some": "Nothing that you can see waits: you have a role on `ord*` and `payments` only.",
            "perhaps more": "Nothing that you can see waits: you have a role on `ord*` only. You may see more once your user groups can be checked (`Slack is away`). Try again in a minute.",
            "none": "🚫 You cannot see any request, because you have no role here. An admin of this bot can grant one.",
            "ended": "🚫 You cannot see any request, because you need one of the roles *viewer*, *requester*, *operator*, *approver* or *responder* on at least one pipeline. Your role *operator* on `ord*` ended <!date^1772420400^\u200b{ago} ({date_short_pretty} at {time})|2026-03-02 03:00 UTC>. An admin of this bot can grant it.",
            "unread": "🚫 You cannot see any request, because your user groups cannot be checked right now (`Slack is away`). Try again in a minute.",
        }
    )


def test_requests_of_one_beginning_are_told_apart():
    """By as much of their ids as it takes."""
    ids = ("abcd22" + "a" * 18, "abcd22b" + "a" * 17, "abcd33" + "a" * 18)
    alike = tuple(replace(IN_EVERY_STATE[State.AWAITING_APPROVAL], id=each) for each in ids)
    lines = answer(replies.SeveralRequests("abcd", alike)).text.split("\n")
    assert lines[0] == "❌ 3 requests have an id that begins with `abcd`. Type more of the id."
    assert [line.split("`")[1] for line in lines[1:]] == ["abcd22a", "abcd22b", "abcd33a"]
    assert lines[1].startswith("• `abcd22a`: clear of `orders`, requested by <@UANA> ")
