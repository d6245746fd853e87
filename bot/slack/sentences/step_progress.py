"""Step progress: a plan's steps as its card lists them, and what was done once it is over. Pure."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import LiteralString

from bot.domain.operations.operation import Operation, State
from bot.domain.operations.outcome import Ending
from bot.domain.operations.plans import CLEAR, START, StepName
from bot.domain.pipelines.pipeline import STOPPED, Storage
from bot.slack.sentences import plan_text
from bot.slack.sentences.labels import DOING, DONE, NOT_DONE, STATES, STORAGES, TO_DO, deployment
from bot.slack.text.quantities import duration
from bot.slack.text.spans import NOTHING, Text, Value, ago, filled, shortened

# A line is a sign and words, with gaps for the step's names and its moments.
_Line = tuple[str, LiteralString]

_TO_LOOK_AT, _LOOKED_AT = STATES[State.NEEDS_HUMAN][0], STATES[State.CLOSED][0]
_OF_A_STEP: Mapping[State, _Line] = {
    **dict.fromkeys((State.PROPOSED, State.AWAITING_APPROVAL), (TO_DO, "{Do}")),
    State.READY: (DOING, "{Do}: request to Feldera"),
    State.SUBMITTING: (DOING, "{Do}: request sent{sent}"),
    State.WAITING: (DOING, "{Doing}{phase}{accepted}"),
    State.NEEDS_HUMAN: (_TO_LOOK_AT, "{Done}? Needs attention"),
    State.CLOSED: (_LOOKED_AT, "{Done}? Closed by hand"),
    State.SUCCEEDED: (DONE, "{told}{ended}"),
    State.UNNECESSARY: (DONE, "{told} already: nothing was sent"),
}
_NOT_REACHED: _Line = (NOT_DONE, "Not {done}: {request}")

# A clear alone has room for a line of its own for its request.
_OF_A_CLEAR: Mapping[State, _Line] = {
    State.WAITING: (DOING, "Storage being cleared{accepted}"),
    State.NEEDS_HUMAN: (_TO_LOOK_AT, "Storage cleared? Needs attention"),
    State.CLOSED: (_LOOKED_AT, "Storage cleared? Closed by hand"),
    State.SUCCEEDED: (DONE, "{told}{ended}"),
    State.UNNECESSARY: (DONE, "{told} already"),
}
_CLEAR_AHEAD: _Line = (TO_DO, "Storage cleared")
_NOT_CLEARED: _Line = (NOT_DONE, "Storage not cleared by this")


def steps(operation: Operation) -> list[Text]:
    """A line for each step of the plan."""
    behind = [_behind(operation, number) for number in range(operation.step)]
    ahead = [_ahead(operation, step) for step in operation.plan[operation.step + 1 :]]
    return [*behind, *_at_hand(operation), *ahead]


def progress_summary(operation: Operation, state: State) -> Text:
    """To follow how a plan ended: what was done, what was not, and how the pipeline was last seen."""
    if operation.plan == CLEAR:
        return NOTHING
    succeeded = state in {State.SUCCEEDED, State.UNNECESSARY}
    made_requests = operation.has_begun or operation.attempt.submitted_at or operation.attempt.accepted_at
    if succeeded:
        return _all_done(operation) if len(operation.plan) > 1 and made_requests else NOTHING
    told = []
    steps = list(zip(operation.plan, operation.done, strict=False))
    ours = [plan_text.done(step) for step, done in steps if done.sent_at is not None]
    others = [
        plan_text.done_by(step, done.ending, sent=False) for step, done in steps if done.sent_at is None
    ]
    if ours:
        told.append(Text("Done: {}.", plan_text.listed(ours)))
    if others:
        told.append(Text("{}.", plan_text.listed(others).capitalize()))
    unknown = state in {State.NEEDS_HUMAN, State.CLOSED}  # whether the current step was done
    undone = operation.plan[operation.step + unknown :]
    if made_requests and len(operation.plan) > 1 and undone:
        told.append(Text("Not done: {}.", plan_text.action_name(undone)))
    if made_requests:
        told.append(_seen(operation))
    if _was_left_stopped(operation, state):
        start = plan_text.command(START, operation.pipeline)
        told.append(
            Text(
                "`{}` stays stopped until somebody with the role *operator*, *requester* or *responder* types `{}`.",
                operation.pipeline,
                start,
            )
        )
    return Text(" ").join(told)


def _was_left_stopped(operation: Operation, state: State) -> bool:
    """Whether this bot stopped it for a plan that ended halfway, and only a start is needed for it to run."""
    stopped_it = operation.plan[0] is StepName.STOP and operation.done and operation.done[0].sent_at
    is_over = state.has_ended and (operation.outcome is None or operation.outcome.ending not in _UNSAID)
    seen = operation.seen
    return bool(stopped_it) and is_over and seen is not None and seen.status == seen.desired == STOPPED


# It cannot be started as it is; it is not the one that was stopped; or a human has taken over.
_UNSAID = frozenset(
    {
        Ending.NOT_COMPILED,
        Ending.START_FAILED,
        Ending.STOPPED_WHILE_STARTING,
        Ending.RECREATED_BEFORE,
        Ending.LEFT_TO_HUMAN,
        Ending.CLOSED,
    }
)


def _all_done(operation: Operation) -> Text:
    plan = plan_text.listed(plan_text.whole(operation))
    sent = [step.sent_at for step in operation.done if step.sent_at] + [operation.attempt.submitted_at]
    began = next((moment for moment in sent if moment is not None), None)
    if began is None or operation.ended_at is None:
        return Text("All is done: {}.", plan)
    took = duration(round((operation.ended_at - began).total_seconds()))
    return Text("All is done, in {}: {}.", took, plan)


def _seen(operation: Operation) -> Text:
    seen, name = operation.seen, operation.pipeline
    if seen is None:
        return NOTHING
    if not seen.status:
        return Text("Feldera has no `{}` now.", name)
    wanted = NOTHING if seen.desired == seen.status else Text(", desired {}", seen.desired)
    sign, word = STORAGES[Storage(seen.storage)]
    now = Text("{}{}", deployment(seen.status), wanted)
    return Text("`{}` is now {}, its storage {} {}.", name, now, sign, word)


def _behind(operation: Operation, number: int) -> Text:
    step, done = operation.plan[number], operation.done[number]
    word = plan_text.done_sentence(step, done.ending)
    if done.ending in plan_text.UNNEEDED:
        return Text("{} {} already: nothing was sent", DONE, word)
    how = NOTHING if done.sent_at else Text(", by somebody else")
    return Text("{done} {word}{how}{at}", done=DONE, word=word, how=how, at=_when(done.at))


def _at_hand(operation: Operation) -> list[Text]:
    step = operation.step_name
    values: Mapping[str, Callable[[], Value]] = {
        "Do": step.value.capitalize,
        "Doing": plan_text.DOING[step].capitalize,
        "done": lambda: plan_text.done(step),
        "Done": lambda: plan_text.done(step).capitalize(),
        "told": lambda: plan_text.done_sentence(step, _ending(operation)),
        "phase": lambda: (
            Text(", {}", shortened(operation.attempt.phase, 64)) if operation.attempt.phase else NOTHING
        ),
        "request": lambda: _request(operation.attempt.submitted_at),
        "sent": lambda: _when(operation.attempt.submitted_at),
        "accepted": lambda: _when(operation.attempt.accepted_at),
        "ended": lambda: _when(operation.ended_at),
    }
    return [Text("{} {}", sign, filled(words, values)) for sign, words in _lines(operation)]


def _lines(operation: Operation) -> list[_Line]:
    state = operation.state
    if state in {State.SUCCEEDED, State.UNNECESSARY}:  # a plan succeeds though its last step was not needed
        state = State.UNNECESSARY if _ending(operation) in plan_text.UNNEEDED else State.SUCCEEDED
    if operation.plan != CLEAR:
        return [_OF_A_STEP.get(state, _NOT_REACHED)]
    otherwise = _NOT_CLEARED if state.has_ended else _CLEAR_AHEAD
    return [_request_of_a_clear(operation), _OF_A_CLEAR.get(state, otherwise)]


def _request_of_a_clear(operation: Operation) -> _Line:
    if operation.attempt.submitted_at is not None:
        return (DOING if operation.state is State.SUBMITTING else DONE, "Request sent{sent}")
    if operation.attempt.accepted_at is not None:
        return (DONE, "No request needed: Feldera was clearing it already")
    if operation.state.has_ended:
        return (NOT_DONE, "Request not sent")
    return (TO_DO if operation.state is State.AWAITING_APPROVAL else DOING, "Request to Feldera")


def _ending(operation: Operation) -> Ending | None:
    return None if operation.outcome is None else operation.outcome.ending


def _request(sent_at: datetime | None) -> Text:
    return Text("request not sent") if sent_at is None else Text("request sent {}", ago(sent_at))


def _ahead(operation: Operation, step: StepName) -> Text:
    if operation.state.has_ended:
        return Text("{} Not {}: request not sent", NOT_DONE, plan_text.done(step))
    return Text("{} {}", TO_DO, step.value.capitalize())


def _when(moment: datetime | None) -> Text:
    return NOTHING if moment is None else Text(" · {}", ago(moment))
