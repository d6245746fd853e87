"""Thread lines under a card, one for each milestone. Pure."""

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.domain.bot_time import length
from bot.domain.events import Event, EventKind
from bot.domain.operations.operation import Operation, State
from bot.domain.operations.outcome import Ending, Outcome
from bot.domain.operations.plans import CLEAR, StepName
from bot.domain.pipelines.pipeline import ProblemKind
from bot.domain.pipelines.targets import target_in
from bot.slack.text import blocks, plan_text
from bot.slack.text.blocks import Message, message
from bot.slack.text.labels import sign
from bot.slack.text.mrkdwn import at, code, duration, escaped, mention, mention_any
from bot.slack.text.outcome_text import of_step, sentence, took
from bot.slack.text.pipeline_text import host_setting, tenant_setting


def lines(operation: Operation, events: tuple[Event, ...], where: str = "") -> Message:
    """These events' lines, as one message: a block each, so that none can push another over Slack's limit.

    `where` is the link to the card, for a message outside its thread.
    """
    said = [_line(operation, event) for event in events]
    if where:
        said.append(
            f"This is about the {plan_text.action_name(operation.plan)} of `{operation.pipeline}`: see {where}."
        )
    return message("\n".join(said), *(blocks.section(line) for line in said))


def not_watched(operation: Operation, why: str) -> Message:
    """The last message of a bot that lost its database: it says only that nobody watches the operation."""
    return blocks.said(
        f"🛑 I stopped watching `{operation.pipeline}`, and do nothing more about it: {escaped(why)} "
        "What Feldera was asked for before goes on there. Whoever runs me has to look at my database and start me again."
    )


def _line(operation: Operation, event: Event) -> str:
    text = _LINES[event.kind](operation, event)
    # A state brings its own sign: these events say only that something ended.
    return text if event.kind in _TOLD_BY_STATE else f"{sign(event.kind)} {text}"


_TOLD_BY_STATE = frozenset({EventKind.NEEDS_HUMAN, EventKind.ENDED})


# The line gives its time: if it is posted twice, nobody takes one request for two.
def _sent(_operation: Operation, event: Event) -> str:
    return f"Sent {_request(event)} to Feldera, {at(event.at)}."


def _sent_again(_operation: Operation, event: Event) -> str:
    return f"Sent {_request(event)} again, {at(event.at)}: so far it had had no effect."


def _accepted(operation: Operation, event: Event) -> str:
    match _step(event):
        case StepName.STOP:
            then = f"{_name(operation)} is being stopped. From here that cannot be cancelled."
        case StepName.CLEAR:
            then = "the storage is being cleared. From here it cannot be cancelled."
        case StepName.START:
            then = f"{_name(operation)} is being started."
    return f"Feldera accepted it, {at(event.at)}: {then}"


def _put_off(_operation: Operation, event: Event) -> str:
    return f"The request had no effect ({_said(event)}). I keep trying."


def _answer_lost(_operation: Operation, event: Event) -> str:
    return f"No usable answer came ({_said(event)}). I look at the pipeline before I do anything else."


def _found_clearing(operation: Operation, event: Event) -> str:
    step, arrived = _step(event), event.data.get("sends")
    if step is not StepName.CLEAR:
        if arrived:
            return f"{_name(operation)} is {plan_text.DOING[step]}: it seems that the request did arrive."
        return f"{_name(operation)} is {plan_text.DOING[step]} already. I send nothing, and watch."
    if arrived:
        return "The storage is being cleared: it seems that the request did arrive. It cannot be cancelled."
    return "Feldera is clearing the storage already. I send nothing, and watch."


def _still_clearing(_operation: Operation, event: Event) -> str:
    called = " ".join(mention_any(some_id) for some_id in str(event.data.get("called") or "").split())
    return f"Still {plan_text.DOING[_step(event)]} after {_duration(event)}. {called}".rstrip()


def _phase(operation: Operation, event: Event) -> str:
    phase = str(event.data.get("phase") or "")
    known = _PHASES.get(phase, "{name} is {phase} now.")
    return known.format(name=_name(operation), phase=escaped(phase, 64))


def _step_done(operation: Operation, event: Event) -> str:
    step = _step(event)
    outcome = Outcome(Ending(str(event.data["ending"])), str(event.data.get("message") or ""))
    took = event.data.get("seconds")
    begun = event.data.get("begun")  # as it was then: the operation may have advanced since
    said = of_step(
        operation,
        outcome,
        step,
        seconds=took if isinstance(took, int) else None,
        begun=None if begun is None else bool(begun),
    )
    number = operation.plan.index(step) + 1
    return f"Step {number} of {len(operation.plan)}: {said[0].lower()}{said[1:]}"


_PHASES = {
    "Compiling": "Its program is being compiled first; {name} starts after that.",
    "Provisioning": "Provisioning: Feldera makes room for {name} to run.",
    "Initializing": "Initializing: {name} is coming up.",
}


_MEANWHILE = {
    State.READY.value: "The request has not been sent yet.",
    State.SUBMITTING.value: "Whether the request arrived shows when I can.",
    State.NEEDS_HUMAN.value: "A human is needed as before.",
}


_TO_DO = {
    ProblemKind.UNAUTHORIZED.value: " Whoever runs the bot should check its Feldera credentials.",
    ProblemKind.FORBIDDEN.value: " Whoever runs the bot should check its Feldera credentials.",
    ProblemKind.NO_TENANT.value: " Whoever runs the bot should set {tenant}, or give the bot an API key.",
    ProblemKind.ELSEWHERE.value: " Whoever runs the bot should check {host}, the tenant and the key.",
    ProblemKind.NOT_FELDERA.value: " Whoever runs the bot should check {host}.",
}


def _unreachable(operation: Operation, event: Event) -> str:
    what = "The clear" if operation.plan == CLEAR else "What Feldera has accepted"
    meanwhile = _MEANWHILE.get(str(event.data.get("state")), f"{what} goes on without me.")
    to_do = _TO_DO.get(str(event.data.get("trouble")), "").format(
        host=host_setting(target_in(operation.pipeline)),
        tenant=tenant_setting(target_in(operation.pipeline)),
    )
    return f"I cannot ask Feldera ({_said(event)}). {meanwhile} I keep trying.{to_do}"


def _reachable(_operation: Operation, event: Event) -> str:
    return f"Feldera answers again, after {_duration(event)}."


def _overdue(operation: Operation, event: Event) -> str:
    healthy = event.data.get("healthy")
    # If the runner answered, leave out Feldera's own text: a row of another version may still hold it.
    health = (
        f"could not be asked: {_said(event)}"
        if healthy is None
        else f"says it is {'healthy' if healthy else 'unhealthy'}"
    )
    seconds = event.data.get("usual")
    usual = f" (usually {length(timedelta(seconds=seconds))} at most)" if isinstance(seconds, int) else ""
    return (
        f"This takes unusually long: {_duration(event)} so far{usual}. Feldera's runner {health}. "
        f"{_LONG[_step(event)]} I keep watching. {mention(operation.requester.user)}"
    )


_LONG = {
    StepName.STOP: "Feldera repeats a stop until it succeeds; its log says what hinders it.",
    StepName.CLEAR: "Feldera repeats a clear until it succeeds, and it cannot be cancelled;",
    StepName.START: "A program can take long to compile; Feldera shows how far it is.",
}


def _needs_human(operation: Operation, event: Event) -> str:
    # The operation may have been settled since; this line says what was known then.
    outcome = Outcome(Ending(str(event.data["ending"])), str(event.data.get("message") or ""))
    return f"{sentence(operation, outcome, State.NEEDS_HUMAN)} {mention(operation.requester.user)}"


def _ended(operation: Operation, _event: Event) -> str:
    if operation.outcome is None:
        raise AssertionError(f"{operation.id} ended without an outcome")
    said = sentence(operation, operation.outcome, operation.state, seconds=took(operation))
    approvers = " ".join(mention(given.by.user) for given in operation.approval.given)
    had = "approved by" if operation.ready_at is not None else "until then approved by"
    return f"{said} {mention(operation.requester.user)}{f' ({had} {approvers})' if approvers else ''}"


def _approved(operation: Operation, event: Event) -> str:
    count, needed = event.data.get("count"), event.data.get("needed")
    said = f"{_by(event)} approved ({count} of {needed}). {mention(operation.requester.user)}"
    lost = [mention_any(user) for user in str(event.data.get("lost") or "").split()]
    if lost:
        said += f" Not counted any more, since they may no longer approve this: {', '.join(lost)}."
    return said


def _reminded(operation: Operation, _event: Event) -> str:
    asked = " ".join(mention_any(group) for group in operation.approval.groups)
    until = "" if operation.approval.deadline is None else f" until {at(operation.approval.deadline)}"
    return f"Still waiting for approval{until}. {asked}".rstrip()


def _glass_broken(operation: Operation, event: Event) -> str:
    told = " ".join(mention_any(some_id) for some_id in str(event.data.get("told") or "").split())
    return (
        f"{_by(event)} broke the glass for {code(operation.incident, 100)}: {code(operation.reason)}. "
        f"It runs at once. One of you has to look at it afterwards and sign it off. {told}"
    ).rstrip()


def _signed_off(operation: Operation, event: Event) -> str:
    return f"{_by(event)} signed it off. {mention(operation.requester.user)}"


def _held(_operation: Operation, event: Event) -> str:
    until = datetime.fromisoformat(str(event.data["until"]))
    return (
        f"A freeze on {code(str(event.data.get('pattern')))} holds it until {at(until)} "
        f"({code(str(event.data.get('reason')))}). It goes on when the freeze ends, or lapses."
    )


def _untold(_operation: Operation, event: Event) -> str:
    return (
        f"Slack did not tell whether the people behind this may still do it ({_said(event)}). "
        "Nothing is sent until it does; I keep asking."
    )


def _by(event: Event) -> str:
    return "Somebody" if event.by is None else mention(event.by.user)


_LINES: dict[EventKind, Callable[[Operation, Event], str]] = {
    EventKind.APPROVED: _approved,
    EventKind.REMINDED: _reminded,
    EventKind.GLASS_BROKEN: _glass_broken,
    EventKind.SIGNED_OFF: _signed_off,
    EventKind.HELD: _held,
    EventKind.UNTOLD: _untold,
    EventKind.SENT: _sent,
    EventKind.SENT_AGAIN: _sent_again,
    EventKind.PUT_OFF: _put_off,
    EventKind.ANSWER_LOST: _answer_lost,
    EventKind.ACCEPTED: _accepted,
    EventKind.FOUND_CLEARING: _found_clearing,
    EventKind.STILL_CLEARING: _still_clearing,
    EventKind.PHASE: _phase,
    EventKind.STEP_DONE: _step_done,
    EventKind.UNREACHABLE: _unreachable,
    EventKind.REACHABLE: _reachable,
    EventKind.OVERDUE: _overdue,
    EventKind.NEEDS_HUMAN: _needs_human,
    EventKind.ENDED: _ended,
}


def _step(event: Event) -> StepName:
    """The event's step; an event of an operation that is just a clear does not name it."""
    return StepName(str(event.data.get("step") or StepName.CLEAR))


def _request(event: Event) -> str:
    return f"the {_step(event).value}" if "step" in event.data else "the request"


def _name(operation: Operation) -> str:
    return f"`{operation.pipeline}`"


def _said(event: Event) -> str:
    return code(str(event.data.get("message") or "no reason given"))


def _duration(event: Event) -> str:
    seconds = event.data.get("seconds")
    return duration(seconds if isinstance(seconds, int) else 0)
