"""Step progress: a plan's steps as its card lists them, and what was done once it is over. Pure."""

from collections.abc import Callable, Mapping
from typing import LiteralString

from bot.domain.operations.operation import Operation, State
from bot.domain.operations.outcome import Ending
from bot.domain.operations.plans import CLEAR, START, StepName
from bot.domain.operations.run_times import whole_seconds
from bot.domain.pipelines.pipeline import STOPPED, Storage
from bot.slack.sentences import plan_text
from bot.slack.sentences.labels import DOING, DONE, NOT_DONE, STATES, STORAGES, TO_DO, deployment
from bot.slack.text.quantities import duration
from bot.slack.text.spans import NOTHING, Text, Value, filled

_AT_HAND: Mapping[State, tuple[str, LiteralString]] = {
    State.READY: (DOING, "{Do}"),
    State.SUBMITTING: (DOING, "{Do}"),
    State.WAITING: (DOING, "{Doing}"),
    State.NEEDS_HUMAN: (STATES[State.NEEDS_HUMAN][0], "{Done}? Not known"),
    State.CLOSED: (STATES[State.CLOSED][0], "{Done}? Closed by hand"),
}
_NOT_REACHED: tuple[str, LiteralString] = (NOT_DONE, "Not {done}")


def steps(operation: Operation) -> list[Text]:
    """A plan's steps, for its card: a line each once one was sent, in one line before.

    There are none where the state says it all: for a single step, and once all of them are done, or none is.
    """
    if len(operation.plan) == 1 or operation.state in {State.SUCCEEDED, State.UNNECESSARY}:
        return []
    if operation.state.has_ended and not operation.done:
        return []
    has_run = bool(operation.done) or operation.attempt.submitted_at or operation.attempt.accepted_at
    if not has_run and operation.state is not State.NEEDS_HUMAN:
        return [Text(" · ").join(Text("{} {}", TO_DO, step.value.capitalize()) for step in operation.plan)]
    behind = [_behind(operation, number) for number in range(operation.step)]
    ahead = [_ahead(operation, step) for step in operation.plan[operation.step + 1 :]]
    return [*behind, _at_hand(operation), *ahead]


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
    return Text(" ").join([*told, left_stopped(operation, state)])


def left_stopped(operation: Operation, state: State) -> Text:
    """If this bot stopped the pipeline and did not start it again: who can."""
    if operation.plan == CLEAR or not _was_left_stopped(operation, state):
        return NOTHING
    return Text(
        "`{}` stays stopped until somebody with the role *operator*, *requester* or *responder* types `{}`.",
        operation.pipeline,
        plan_text.command(START, operation.pipeline),
    )


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


def took_in_all(operation: Operation) -> int | None:
    """Seconds from the plan's first request (or, if none was needed, its first effect) to its end."""
    attempt = operation.attempt
    sent = [step.sent_at for step in operation.done] + [attempt.submitted_at or attempt.accepted_at]
    began = next((moment for moment in sent if moment is not None), None)
    if began is None or operation.ended_at is None:
        return None
    return whole_seconds(operation.ended_at - began)


def _all_done(operation: Operation) -> Text:
    plan, took = plan_text.listed(plan_text.whole(operation)), took_in_all(operation)
    if took is None:
        return Text("All is done: {}.", plan)
    return Text("All is done, in {}: {}.", duration(took), plan)


def _seen(operation: Operation) -> Text:
    """How Feldera last showed the pipeline."""
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
    return Text("{} {}{}", DONE, word, how)


def _at_hand(operation: Operation) -> Text:
    step = operation.step_name
    values: Mapping[str, Callable[[], Value]] = {
        "Do": step.value.capitalize,
        "Doing": plan_text.DOING[step].capitalize,
        "done": lambda: plan_text.done(step),
        "Done": plan_text.done(step).capitalize,
    }
    sign, words = _AT_HAND.get(operation.state, _NOT_REACHED)
    return Text("{} {}", sign, filled(words, values))


def _ahead(operation: Operation, step: StepName) -> Text:
    if operation.state.has_ended:
        return Text("{} Not {}", NOT_DONE, plan_text.done(step))
    return Text("{} {}", TO_DO, step.value.capitalize())
