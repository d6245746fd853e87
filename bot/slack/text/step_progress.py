"""Step progress: a plan's steps as its card lists them, and what was done once it is over. Pure."""

from datetime import datetime

from bot.domain.operations.operation import Operation, State
from bot.domain.operations.outcome import Ending
from bot.domain.operations.plans import CLEAR, START, StepName
from bot.domain.pipelines.pipeline import STOPPED, Storage
from bot.slack.text import plan_text
from bot.slack.text.labels import DOING, DONE, NOT_DONE, STORAGES, TO_DO, deployment, sign
from bot.slack.text.mrkdwn import at, duration, escaped


def steps(operation: Operation) -> list[str]:
    """A line for each step of the plan."""
    behind = [_behind(operation, number) for number in range(operation.step)]
    ahead = [_ahead(operation, step) for step in operation.plan[operation.step + 1 :]]
    return [*behind, _at_hand(operation), *ahead]


def where_it_stands(operation: Operation, state: State) -> str:
    """To follow how a plan ended: what was done, what was not, and how the pipeline was last seen."""
    if operation.plan == CLEAR:
        return ""
    succeeded = state in {State.SUCCEEDED, State.UNNECESSARY}
    made_requests = operation.has_begun or operation.attempt.submitted_at or operation.attempt.accepted_at
    if succeeded:
        return _all_done(operation) if len(operation.plan) > 1 and made_requests else ""
    told = []
    steps = list(zip(operation.plan, operation.done, strict=False))
    ours = [plan_text.done(step) for step, done in steps if done.sent_at is not None]
    others = [
        plan_text.done_by(step, done.ending, sent=False) for step, done in steps if done.sent_at is None
    ]
    if ours:
        told.append(f"Done: {plan_text.listed(ours)}.")
    if others:
        told.append(f"{plan_text.listed(others).capitalize()}.")
    unknown = state in {State.NEEDS_HUMAN, State.CLOSED}  # whether the current step was done
    undone = operation.plan[operation.step + unknown :]
    if made_requests and len(operation.plan) > 1 and undone:
        told.append(f"Not done: {plan_text.action_name(undone)}.")
    if made_requests:
        told.append(_seen(operation))
    if _was_left_stopped(operation, state):
        start = plan_text.command(START, operation.pipeline)
        told.append(
            f"`{operation.pipeline}` stays stopped until somebody with the role *operator*, *requester* or *responder* "
            f"types `{start}`."
        )
    return " ".join(told)


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


def _all_done(operation: Operation) -> str:
    plan = plan_text.listed(plan_text.whole(operation))
    sent = [step.sent_at for step in operation.done if step.sent_at] + [operation.attempt.submitted_at]
    began = next((moment for moment in sent if moment is not None), None)
    if began is None or operation.ended_at is None:
        return f"All is done: {plan}."
    return f"All is done, in {duration(round((operation.ended_at - began).total_seconds()))}: {plan}."


def _seen(operation: Operation) -> str:
    seen, name = operation.seen, f"`{operation.pipeline}`"
    if seen is None:
        return ""
    if not seen.status:
        return f"Feldera has no {name} now."
    wanted = "" if seen.desired == seen.status else f", wanted {escaped(seen.desired)}"
    sign, word = STORAGES[Storage(seen.storage)]
    return f"{name} is now {deployment(seen.status)}{wanted}, its storage {sign} {word}."


def _behind(operation: Operation, number: int) -> str:
    step, done = operation.plan[number], operation.done[number]
    word = plan_text.told_done(step, done.ending)
    if done.ending in plan_text.UNNEEDED:
        return f"{DONE} {word} already: nothing was sent"
    how = "" if done.sent_at else ", by somebody else"
    return f"{DONE} {word}{how}{_when(done.at)}"


def _at_hand(operation: Operation) -> str:
    step = operation.step_name
    word, imperative = plan_text.done(step).capitalize(), step.value.capitalize()
    match operation.state:
        case State.AWAITING_APPROVAL | State.PROPOSED:
            return f"{TO_DO} {imperative}"
        case State.READY:
            return f"{DOING} {imperative}: request to Feldera"
        case State.SUBMITTING:
            return f"{DOING} {imperative}: request sent{_when(operation.attempt.submitted_at)}"
        case State.WAITING:
            phase = f", {escaped(operation.attempt.phase, 64)}" if operation.attempt.phase else ""
            return (
                f"{DOING} {plan_text.DOING[step].capitalize()}{phase}{_when(operation.attempt.accepted_at)}"
            )
        case State.NEEDS_HUMAN:
            return f"{sign(operation.state)} {word}? A human has to look"
        case State.CLOSED:
            return f"{sign(operation.state)} {word}? A human has looked"
        case State.SUCCEEDED | State.UNNECESSARY:
            ending = None if operation.outcome is None else operation.outcome.ending
            word, unneeded = plan_text.told_done(step, ending), ending in plan_text.UNNEEDED
            return f"{DONE} {word}{' already: nothing was sent' if unneeded else _when(operation.ended_at)}"
        case _:
            return _not_done(operation, step)


def _not_done(operation: Operation, step: StepName) -> str:
    sent = operation.attempt.submitted_at
    request = "request not sent" if sent is None else f"request sent {at(sent)}"
    return f"{NOT_DONE} Not {plan_text.done(step)}: {request}"


def _ahead(operation: Operation, step: StepName) -> str:
    if operation.state.has_ended:
        return f"{NOT_DONE} Not {plan_text.done(step)}: request not sent"
    return f"{TO_DO} {step.value.capitalize()}"


def _when(moment: datetime | None) -> str:
    return "" if moment is None else f" · {at(moment)}"
