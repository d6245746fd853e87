"""Every text about a plan, in every state, names what the plan does and its pipeline; each button on it works then."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.access.permissions import Action
from bot.domain.access.rules import Requirements
from bot.domain.events import Event, EventKind
from bot.domain.operations.fingerprints import Fingerprint
from bot.domain.operations.inputs import (
    Approved,
    Closed,
    Confirmed,
    DeniedByApprover,
    SignedOff,
    Stopped,
    Withdrawn,
)
from bot.domain.operations.machine.state_machine import advance
from bot.domain.operations.operation import Operation, State
from bot.domain.operations.outcome import Ending, Outcome
from bot.domain.operations.parts import Review, StepDone
from bot.domain.operations.plans import PLANS, StepName
from bot.engine import replies
from bot.engine.attempted_actions import AttemptedAction
from bot.slack.sentences.plan_text import action_name
from bot.slack.text.blocks import Message
from bot.slack.views import answers, card, decisions_view, previews_view, thread_lines
from bot.slack.views.forms import modals
from tests.clock import START
from tests.domain.pipeline_samples import STOPPED_AT, pipeline, running
from tests.domain.samples import ALLOWED, ANA, BEN, CARRIED, IN_EVERY_STATE, authority
from tests.operations import changed
from tests.slack.examples import NO
from tests.slack.reading import WORKSPACE_URL, texts

BY_STEP = {
    StepName.STOP: (Ending.PIPELINE_STOPPED, Ending.NOTHING_TO_STOP, r"stop(s|ped|ping)?"),
    StepName.CLEAR: (Ending.CLEARED, Ending.NOTHING_TO_CLEAR, r"clear(s|ed|ing)?"),
    StepName.START: (Ending.RUNNING, Ending.NOTHING_TO_START, r"start(s|ed|ing)?"),
}
# Feldera's word for a state, and what a clear makes of the next run.
NO_ACTION = re.compile(r"⏹️ Stopped <|Running, started <")
AS_BREAK_GLASS = authority(is_break_glass=True, requirements=Requirements(approvals=0, break_glass=True))
AUTHORITIES = {
    "alone": CARRIED,
    "a window": authority(requirements=Requirements(approvals=0, stop_window=timedelta(seconds=30))),
    "others": authority(requirements=Requirements(approvals=2)),
    "break-glass": AS_BREAK_GLASS,
}
CLICKS = {
    card.APPROVE: Approved(BEN, ALLOWED, authority(approvers=(BEN,))),
    card.DENY: DeniedByApprover(BEN, ALLOWED, "not now"),
    card.WITHDRAW: Withdrawn(ANA),
    card.CANCEL: Stopped(BEN, ALLOWED),
    card.CLOSE: Closed(BEN, ALLOWED),
    card.SIGN_OFF: SignedOff(BEN, ALLOWED),
    previews_view.DROP: Withdrawn(ANA),
}

every_plan = pytest.mark.parametrize("plan", PLANS, ids=action_name)
every_state = pytest.mark.parametrize("state", State, ids=lambda state: state.value)


def operation_of(plan, state) -> Operation:
    """In this state, having done what the plan needs for it."""
    found = pipeline() if plan[0] is not StepName.STOP else running(since=STOPPED_AT)
    operation = replace(IN_EVERY_STATE[state], plan=plan, previewed=Fingerprint.of(found))
    if state not in {State.SUCCEEDED, State.UNNECESSARY}:
        return operation
    which = state is State.UNNECESSARY
    done = tuple(StepDone(BY_STEP[step][which], START, None if which else START) for step in plan[:-1])
    return replace(operation, step=len(done), done=done, outcome=Outcome(BY_STEP[plan[-1]][which]))


def variants(operation: Operation) -> Iterator[Operation]:
    """As it is; as break-glass, reviewed or not; and, before it is sent, held, with a window, or halfway."""
    yield operation
    if operation.confirmed_at is not None:
        yield replace(operation, incident="INC-9")
        yield replace(operation, incident="INC-9", review=Review(BEN, START))
    if operation.state is State.READY:
        yield replace(operation, cancellable_until=START + timedelta(seconds=30))
        yield replace(operation, held_by_freeze=True)
        if len(operation.plan) > 1:
            done = (StepDone(BY_STEP[operation.plan[0]][0], START, START),)
            yield replace(operation, step=1, done=done, held_by_freeze=True)
    if operation.state is State.WITHDRAWN:
        yield changed(operation, outcome=Outcome(Ending.STOPPED, by=BEN))


def preview_of(operation: Operation, carried: Any) -> tuple[Operation, Message]:
    incident = "INC-9" if carried.is_break_glass else ""
    proposal = replace(operation, incident=incident)
    found = pipeline() if operation.plan[0] is not StepName.STOP else running(since=STOPPED_AT)
    return proposal, previews_view.preview(replies.Preview(proposal, found, carried))


def buttons(message: Message) -> list[dict[str, Any]]:
    return [each for block in message.blocks if block["type"] == "actions" for each in block["elements"]]


def surfaces(message: Message) -> Iterator[str]:
    """What is read at once: the text that notifications show, the blocks, and each button's confirm dialog."""
    yield message.text
    yield "\n".join([message.text, *texts(message.blocks)])
    for button in buttons(message):
        if "confirm" in button:
            yield f"{button['confirm']['title']['text']} {button['confirm']['text']['text']}"


def check_names(text: str, plan) -> None:
    assert "orders" in text, text
    rest = NO_ACTION.sub("", text)
    for step, (_, _, word) in BY_STEP.items():
        if step not in plan:
            assert not re.search(rf"\b{word}\b", rest, re.IGNORECASE), text


def check_buttons(operation: Operation, message: Message, carried: Any = None) -> None:
    """Each does something in this state, for somebody who may."""
    name = str(operation.pipeline)
    confirms = (
        {}
        if carried is None
        else dict.fromkeys(
            (previews_view.CONFIRM, previews_view.BREAK_GLASS), Confirmed(ANA, carried, typed_name=name)
        )
    )
    for button in buttons(message):
        clicked = (CLICKS | confirms)[button["action_id"]]
        assert advance(operation, clicked, START).events, button["text"]["text"]


@every_plan
@every_state
def test_cards(plan, state):
    for operation in variants(operation_of(plan, state)):
        if operation.confirmed_at is not None:
            message = card.card(operation)
            check_buttons(operation, message)
            for text in surfaces(message):
                check_names(text, plan)


@every_plan
@pytest.mark.parametrize("carried", AUTHORITIES.values(), ids=AUTHORITIES)
def test_previews(plan, carried):
    operation, message = preview_of(operation_of(plan, State.PROPOSED), carried)
    check_buttons(operation, message, carried)
    for text in surfaces(message):
        check_names(text, plan)
        assert action_name(plan).lower() in text.lower() or "as break-glass" in text


@every_plan
def test_the_confirm_step_of_an_approval(plan):
    waiting = operation_of(plan, State.AWAITING_APPROVAL)
    message = decisions_view.to_approve(waiting, WORKSPACE_URL, START)
    approve, never_mind = buttons(message)
    assert approve["action_id"] == decisions_view.APPROVE_TYPED
    assert never_mind["action_id"] == decisions_view.LEAVE_WAITING
    assert advance(waiting, CLICKS[card.APPROVE], START).events
    for text in surfaces(message):
        check_names(text, plan)
        assert action_name(plan) in text


@every_plan
def test_the_break_glass_form(plan):
    """Its label says all that happens once the name is typed, and its loss, if there is one."""
    view = modals.type_the_name(operation_of(plan, State.PROPOSED))
    label = view["blocks"][0]["label"]["text"]
    check_names(label, plan)
    assert f"orders, to {action_name(plan)} it at once" in label
    assert ("cannot be undone" in label) is (plan != (StepName.START,))
    assert view["title"]["text"] == view["submit"]["text"] == "Run as break-glass"


@every_plan
@pytest.mark.parametrize("tried", [None, *AttemptedAction])
@pytest.mark.parametrize("action", [Action.REQUEST, Action.BREAK_GLASS])
def test_denials(plan, tried, action):
    decision = replace(NO, action=action)
    message = answers.answer(
        replies.PermissionDenied(pipeline().name, decision, plan, tried=tried), WORKSPACE_URL
    )
    check_names(message.text, plan)
    assert action_name(plan) in message.text
    assert ("as break-glass" in message.text) is (action is Action.BREAK_GLASS and tried is None)


@every_plan
@every_state
def test_results_and_last_lines(plan, state):
    """What came of a command or a click, whoever reads it alone; and the line in the thread that says how it ended."""
    for operation in variants(operation_of(plan, state)):
        for result in replies.Result:
            message = answers.answer(replies.ActionResult(result, operation), WORKSPACE_URL)
            check_names(message.text, plan)
        if operation.outcome is not None and operation.ended_at is not None:
            check_names(thread_lines.lines(operation, (Event(EventKind.ENDED, START),)).text, plan)
        if operation.confirmed_at is not None:
            check_names(answers.placed(operation, WORKSPACE_URL).text, plan)


def test_a_text_about_another_action_is_found():
    """The check finds what it is there for."""
    for text in ("The storage of orders is cleared at once.", "Stopping orders."):
        with pytest.raises(AssertionError):
            check_names(text, (StepName.START,))
    with pytest.raises(AssertionError):
        check_names("It is started.", (StepName.START,))
    waits = operation_of((StepName.CLEAR,), State.AWAITING_APPROVAL)
    with pytest.raises(AssertionError):
        check_buttons(replace(waits, state=State.WAITING), card.card(waits))
