"""Thread lines under a card, one for each milestone. Pure."""

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.domain.bot_time import length
from bot.domain.events import Event, EventKind
from bot.domain.operations.machine.transitions import CONFIRMATION_GOOD_FOR
from bot.domain.operations.operation import Operation, State
from bot.domain.operations.outcome import Ending, Outcome
from bot.domain.operations.plans import CLEAR, StepName
from bot.domain.pipelines.pipeline import ProblemKind
from bot.domain.pipelines.targets import target_in
from bot.slack.sentences import plan_text
from bot.slack.sentences.event_text import (
    action_phrase,
    actor_of,
    duration_of,
    mentioned,
    message_of,
    step_of,
    step_phrase,
)
from bot.slack.sentences.labels import sign
from bot.slack.sentences.outcome_text import of_step, sentence, took
from bot.slack.sentences.pipeline_text import host_setting, tenant_setting
from bot.slack.sentences.thread_sentences import GOES_ON, MEANWHILE, PHASES, TO_DO, WHY_IT_TAKES_LONG
from bot.slack.text import blocks
from bot.slack.text.blocks import Message, message
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
    return Text("Sent {} to Feldera at {}.", step_phrase(operation, event), to_the_second(event.at))


def _sent_again(operation: Operation, event: Event) -> Text:
    return Text(
        "Sent {} to Feldera again at {}: the previous call has shown no effect.",
        step_phrase(operation, event),
        to_the_second(event.at),
    )


def _accepted(operation: Operation, event: Event) -> Text:
    match step_of(event):
        case StepName.STOP:
            then = Text("`{}` is being stopped. This cannot be cancelled any more.", operation.pipeline)
        case StepName.CLEAR:
            then = Text("`{}` is being cleared. This cannot be cancelled any more.", operation.pipeline)
        case StepName.START:
            then = Text("`{}` is being started.", operation.pipeline)
    return Text("Feldera accepted it, {}: {}", at(event.at), then)


def _postponed(operation: Operation, event: Event) -> Text:
    return Text(
        "Feldera could not accept {} yet ({}). I try again until Feldera accepts it, or until the request expires.",
        step_phrase(operation, event),
        message_of(event),
    )


def _answer_lost(operation: Operation, event: Event) -> Text:
    return Text(
        "Feldera gave no usable answer to {} ({}). I check whether it took effect before I send anything again.",
        step_phrase(operation, event),
        message_of(event),
    )


def _found_clearing(operation: Operation, event: Event) -> Text:
    name, step, arrived = operation.pipeline, step_of(event), event.data.get("sends")
    if step is not StepName.CLEAR:
        if arrived:
            return Text(
                "`{}` is {}: it seems that Feldera did receive the call.", name, plan_text.DOING[step]
            )
        return Text("`{}` is {} already. I send nothing, and watch.", name, plan_text.DOING[step])
    if arrived:
        return Text(
            "`{}` is being cleared: it seems that Feldera did receive the call. This cannot be cancelled any more.",
            name,
        )
    return Text("Feldera is already clearing `{}`. I send nothing, and watch.", name)


def _still_clearing(operation: Operation, event: Event) -> Text:
    doing, name = plan_text.DOING[step_of(event)], operation.pipeline
    still = Text("Still {} `{}` after {}.", doing, name, duration_of(event))
    return Text(" ").join([still, *mentioned(event, "called")])


def _phase(operation: Operation, event: Event) -> Text:
    phase = str(event.data.get("phase") or "")
    known = PHASES.get(phase, "`{name}` is {phase} now.")
    return Text(known, name=operation.pipeline, phase=shortened(phase, 64))


def _step_done(operation: Operation, event: Event) -> Text:
    step = step_of(event)
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
    is_silent = event.data.get("trouble") in {None, ProblemKind.UNREACHABLE.value}
    action = action_phrase(operation).with_upper_case()
    meanwhile = MEANWHILE.get(str(event.data.get("state")), GOES_ON)
    to_do = Text(
        TO_DO.get(str(event.data.get("trouble")), ""),
        host=host_setting(target_in(operation.pipeline)),
        tenant=tenant_setting(target_in(operation.pipeline)),
    )
    return Text(
        "{} ({}). {}{}",
        "I cannot reach Feldera" if is_silent else "Feldera gives me no usable answer",
        message_of(event),
        Text(meanwhile, accepted=what, next=action if len(operation.plan) == 1 else "The next step"),
        to_do,
    )


def _reachable(_operation: Operation, event: Event) -> Text:
    return Text("Feldera answers again, after {}.", duration_of(event))


def _overdue(operation: Operation, event: Event) -> Text:
    healthy = event.data.get("healthy")
    # If the runner answered, leave out Feldera's own text: a row of another version may still hold it.
    health = Text("Feldera reports that its runner is {}.", "healthy" if healthy else "unhealthy")
    if healthy is None:
        health = Text("Feldera's runner could not be asked: {}.", message_of(event))
    seconds = event.data.get("usual")
    usual = NOTHING
    if isinstance(seconds, int):
        usual = Text(" (usually {} at most)", length(timedelta(seconds=seconds)))
    return Text(
        "The {step} of `{name}` is taking unusually long: {time} so far{usual}. {health} {long} "
        "I keep watching. {who}",
        step=step_of(event).value,
        name=operation.pipeline,
        time=duration_of(event),
        usual=usual,
        health=health,
        long=Text(WHY_IT_TAKES_LONG[step_of(event)]),
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
        "{} approved {} ({}). {}",
        actor_of(event),
        action_phrase(operation),
        count,
        mention(operation.requester.user),
    )
    lost = Text(", ").join(mentioned(event, "lost"))
    if lost:
        said += Text(" Not counted any more, since they may no longer approve this: {}.", lost)
    return said


def _reminded(operation: Operation, _event: Event) -> Text:
    deadline = operation.approval.deadline
    until = NOTHING if deadline is None else Text("; it expires {}", at(deadline))
    action, requester = action_phrase(operation).with_upper_case(), mention(operation.requester.user)
    missing = operation.approval.needed - len(operation.approval.given)
    needs = "1 approval" if missing == 1 else f"{missing} approvals"
    waits = Text("{}, requested by {}, still needs {}{}.", action, requester, needs, until)
    return Text(" ").join([waits, *(mention_any(group) for group in operation.approval.groups)])


def _break_glass_run(operation: Operation, event: Event) -> Text:
    said = Text(
        "{} runs the {} of `{}` as break-glass for {}: {}. It runs at once, without approval. "
        "One of you must review it afterwards.",
        actor_of(event),
        plan_text.action_name(operation.plan),
        operation.pipeline,
        code(operation.incident, 100),
        code(operation.reason),
    )
    return Text(" ").join([said, *mentioned(event, "told")])


def _signed_off(operation: Operation, event: Event) -> Text:
    action, requester = plan_text.action_name(operation.plan), mention(operation.requester.user)
    return Text(
        "{} reviewed the break-glass {} of `{}`. {}", actor_of(event), action, operation.pipeline, requester
    )


def _held(operation: Operation, event: Event) -> Text:
    until = datetime.fromisoformat(str(event.data["until"]))
    return Text(
        "{} is not sent: a freeze on {} holds it until {} ({}). When the freeze ends, it is sent, "
        "unless the request expires first{}.",
        action_phrase(operation).with_upper_case(),
        code(str(event.data.get("pattern"))),
        at(until),
        code(str(event.data.get("reason"))),
        NOTHING
        if operation.ready_at is None
        else Text(" ({})", at(operation.ready_at + CONFIRMATION_GOOD_FOR)),
    )


def _unverified(operation: Operation, event: Event) -> Text:
    return Text(
        "I cannot check right now whether the requester and the approvers still have their roles ({}). "
        "{} is not sent until I can; I keep trying until the request expires.",
        message_of(event),
        action_phrase(operation).with_upper_case(),
    )


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
