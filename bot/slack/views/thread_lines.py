"""Thread lines under a card, one for each milestone. Pure."""

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.domain.bot_time import length
from bot.domain.events import Event, EventKind
from bot.domain.operations.operation import Operation, State
from bot.domain.operations.outcome import Ending, Outcome
from bot.domain.operations.plans import CLEAR, StepName
from bot.domain.pipelines.targets import target_in
from bot.slack.sentences import plan_text
from bot.slack.sentences.labels import sign
from bot.slack.sentences.outcome_text import of_step, sentence, took
from bot.slack.sentences.pipeline_text import host_setting, tenant_setting
from bot.slack.sentences.thread_sentences import MEANWHILE, PHASES, TO_DO, WHY_IT_TAKES_LONG
from bot.slack.text import blocks
from bot.slack.text.blocks import Message, message
from bot.slack.text.quantities import duration
from bot.slack.text.spans import NOTHING, Text, at, code, mention, mention_any, shortened, to_the_second


def lines(operation: Operation, events: tuple[Event, ...], where: Text = NOTHING) -> Message:
    """These events' lines, as one message: a block each, so that none can push another over Slack's limit.

    `where` is the link to the card, for a message outside its thread.
    """
    said = [_line(operation, event) for event in events]
    if where:
        action = plan_text.action_name(operation.plan)
        said.append(Text("This is about the {} of `{}`: see {}.", action, operation.pipeline, where))
    return message(Text("\n").join(said), *(blocks.section(line) for line in said))


def not_watched(operation: Operation, why: str) -> Message:
    """The last message of a bot that lost its database: it says only that nobody watches the operation."""
    return blocks.said(
        "🛑 I stopped watching `{}`, and do nothing more about it: {} "
        "What Feldera was asked for before goes on there. The person who runs me has to look at my database and start me again.",
        operation.pipeline,
        why,
    )


def _line(operation: Operation, event: Event) -> Text:
    text = _LINES[event.kind](operation, event)
    # A state brings its own sign: these events say only that something ended.
    return text if event.kind in _SENTENCE_BY_STATE else Text("{} {}", sign(event.kind), text)


_SENTENCE_BY_STATE = frozenset({EventKind.NEEDS_HUMAN, EventKind.ENDED})


# The line gives its time: if it is posted twice, nobody takes one request for two.
def _sent(operation: Operation, event: Event) -> Text:
    return Text("Sent {} to Feldera, {}.", _request(operation, event), at(event.at))


def _sent_again(operation: Operation, event: Event) -> Text:
    return Text(
        "Sent {} again at {}: it had no effect before.", _request(operation, event), to_the_second(event.at)
    )


def _accepted(operation: Operation, event: Event) -> Text:
    match _step(event):
        case StepName.STOP:
            then = Text("`{}` is being stopped. This cannot be cancelled any more.", operation.pipeline)
        case StepName.CLEAR:
            then = Text("`{}` is being cleared. This cannot be cancelled any more.", operation.pipeline)
        case StepName.START:
            then = Text("`{}` is being started.", operation.pipeline)
    return Text("Feldera accepted it, {}: {}", at(event.at), then)


def _postponed(operation: Operation, event: Event) -> Text:
    what = _request(operation, event).with_upper_case()
    return Text("{} had no effect so far ({}). I keep trying.", what, _said(event))


def _answer_lost(_operation: Operation, event: Event) -> Text:
    return Text("No usable answer came ({}). I look at the pipeline before I do anything else.", _said(event))


def _found_clearing(operation: Operation, event: Event) -> Text:
    name, step, arrived = operation.pipeline, _step(event), event.data.get("sends")
    if step is not StepName.CLEAR:
        if arrived:
            return Text("`{}` is {}: it seems that the request did arrive.", name, plan_text.DOING[step])
        return Text("`{}` is {} already. I send nothing, and watch.", name, plan_text.DOING[step])
    if arrived:
        return Text(
            "`{}` is being cleared: it seems that the request did arrive. This cannot be cancelled any more.",
            name,
        )
    return Text("Feldera is already clearing `{}`. I send nothing, and watch.", name)


def _still_clearing(operation: Operation, event: Event) -> Text:
    doing, name = plan_text.DOING[_step(event)], operation.pipeline
    still = Text("Still {} `{}` after {}.", doing, name, _duration(event))
    return Text(" ").join([still, *_mentioned(event, "called")])


def _phase(operation: Operation, event: Event) -> Text:
    phase = str(event.data.get("phase") or "")
    known = PHASES.get(phase, "`{name}` is {phase} now.")
    return Text(known, name=operation.pipeline, phase=shortened(phase, 64))


def _step_done(operation: Operation, event: Event) -> Text:
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
    return Text("Step {} of {}: {}", number, len(operation.plan), said.with_lower_case())


def _unreachable(operation: Operation, event: Event) -> Text:
    what = "The clear" if operation.plan == CLEAR else "What Feldera has accepted"
    meanwhile = MEANWHILE.get(str(event.data.get("state")), "{} goes on without me.")
    to_do = Text(
        TO_DO.get(str(event.data.get("trouble")), ""),
        host=host_setting(target_in(operation.pipeline)),
        tenant=tenant_setting(target_in(operation.pipeline)),
    )
    return Text(
        "I cannot ask Feldera about `{}` ({}). {} I keep trying.{}",
        operation.pipeline,
        _said(event),
        Text(meanwhile, what),
        to_do,
    )


def _reachable(_operation: Operation, event: Event) -> Text:
    return Text("Feldera answers again, after {}.", _duration(event))


def _overdue(operation: Operation, event: Event) -> Text:
    healthy = event.data.get("healthy")
    # If the runner answered, leave out Feldera's own text: a row of another version may still hold it.
    health = Text("says it is {}", "healthy" if healthy else "unhealthy")
    if healthy is None:
        health = Text("could not be asked: {}", _said(event))
    seconds = event.data.get("usual")
    usual = NOTHING
    if isinstance(seconds, int):
        usual = Text(" (usually {} at most)", length(timedelta(seconds=seconds)))
    return Text(
        "The {step} of `{name}` is taking unusually long: {time} so far{usual}. Feldera's runner {health}. {long} "
        "I keep watching. {who}",
        step=_step(event).value,
        name=operation.pipeline,
        time=_duration(event),
        usual=usual,
        health=health,
        long=Text(WHY_IT_TAKES_LONG[_step(event)]),
        who=mention(operation.requester.user),
    )


def _needs_human(operation: Operation, event: Event) -> Text:
    # The operation may have been settled since; this line says what was known then.
    outcome = Outcome(Ending(str(event.data["ending"])), str(event.data.get("message") or ""))
    return Text("{} {}", sentence(operation, outcome, State.NEEDS_HUMAN), mention(operation.requester.user))


def _ended(operation: Operation, _event: Event) -> Text:
    if operation.outcome is None:
        raise AssertionError(f"{operation.id} ended without an outcome")
    said = sentence(operation, operation.outcome, operation.state, seconds=took(operation))
    approvers = Text(" ").join(mention(given.by.user) for given in operation.approval.given)
    had = "approved by" if operation.ready_at is not None else "until then approved by"
    approved = Text(" ({} {})", had, approvers) if approvers else NOTHING
    return Text("{} {}{}", said, mention(operation.requester.user), approved)


def _approved(operation: Operation, event: Event) -> Text:
    count = f"{event.data.get('count')} of {event.data.get('needed')}"
    said = Text(
        "{} approved {} ({}). {}", _by(event), _whole(operation), count, mention(operation.requester.user)
    )
    lost = Text(", ").join(_mentioned(event, "lost"))
    if lost:
        said += Text(" Not counted any more, since they may no longer approve this: {}.", lost)
    return said


def _reminded(operation: Operation, _event: Event) -> Text:
    deadline = operation.approval.deadline
    until = NOTHING if deadline is None else Text(", until {}", at(deadline))
    asked = [mention_any(group) for group in operation.approval.groups]
    waits = Text("{} is still waiting for approval{}.", _whole(operation).with_upper_case(), until)
    return Text(" ").join([waits, *asked])


def _break_glass_run(operation: Operation, event: Event) -> Text:
    said = Text(
        "{} runs the {} of `{}` as break-glass for {}: {}. It runs at once, without approval. "
        "One of you must review it afterwards.",
        _by(event),
        plan_text.action_name(operation.plan),
        operation.pipeline,
        code(operation.incident, 100),
        code(operation.reason),
    )
    return Text(" ").join([said, *_mentioned(event, "told")])


def _signed_off(operation: Operation, event: Event) -> Text:
    action, requester = plan_text.action_name(operation.plan), mention(operation.requester.user)
    return Text(
        "{} reviewed the break-glass {} of `{}`. {}", _by(event), action, operation.pipeline, requester
    )


def _held(operation: Operation, event: Event) -> Text:
    until = datetime.fromisoformat(str(event.data["until"]))
    return Text(
        "{} is not sent: a freeze on {} holds it until {} ({}). It goes on when the freeze ends, unless it expires before.",
        _whole(operation).with_upper_case(),
        code(str(event.data.get("pattern"))),
        at(until),
        code(str(event.data.get("reason"))),
    )


def _unverified(_operation: Operation, event: Event) -> Text:
    return Text(
        "Whether the requester and the approvers still have their roles cannot be checked right now ({}). "
        "Nothing is sent until it can be; I keep trying.",
        _said(event),
    )


def _by(event: Event) -> Text:
    return Text("Somebody") if event.by is None else mention(event.by.user)


_LINES: dict[EventKind, Callable[[Operation, Event], Text]] = {
    EventKind.APPROVED: _approved,
    EventKind.REMINDED: _reminded,
    EventKind.BREAK_GLASS_RUN: _break_glass_run,
    EventKind.SIGNED_OFF: _signed_off,
    EventKind.HELD: _held,
    EventKind.UNVERIFIED: _unverified,
    EventKind.SENT: _sent,
    EventKind.SENT_AGAIN: _sent_again,
    EventKind.POSTPONED: _postponed,
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


def _request(operation: Operation, event: Event) -> Text:
    """`the clear of `orders``: the step that the event is about."""
    return Text("the {} of `{}`", _step(event).value, operation.pipeline)


def _whole(operation: Operation) -> Text:
    """`the stop and clear of `orders``: all of the plan."""
    return Text("the {} of `{}`", plan_text.action_name(operation.plan), operation.pipeline)


def _mentioned(event: Event, key: str) -> list[Text]:
    """The people and groups whose ids the event lists."""
    return [mention_any(some_id) for some_id in str(event.data.get(key) or "").split()]


def _said(event: Event) -> Text:
    return code(str(event.data.get("message") or "no reason given"))


def _duration(event: Event) -> str:
    seconds = event.data.get("seconds")
    return duration(seconds if isinstance(seconds, int) else 0)
