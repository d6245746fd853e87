"""Outcome text: how an operation ended, as its card shows it and as its thread's last line says it. Pure."""

from collections.abc import Callable, Mapping

from bot.domain.operations.operation import Operation, State
from bot.domain.operations.outcome import Ending, Outcome
from bot.domain.operations.plans import Plan, StepName
from bot.domain.operations.run_times import whole_seconds
from bot.domain.pipelines.pipeline import Storage
from bot.domain.pipelines.targets import target_in
from bot.slack.sentences import plan_text, step_progress
from bot.slack.sentences.labels import outcome_sign
from bot.slack.sentences.losses import taken
from bot.slack.sentences.outcome_sentences import (
    BY_OTHERS,
    OUTCOMES,
    WITH_ERROR,
    OutcomeWords,
    Untouched,
)
from bot.slack.sentences.pipeline_text import host_setting
from bot.slack.text.quantities import duration
from bot.slack.text.spans import NOTHING, Text, Value, code, code_block, filled, mention

_ERROR_SHOWN = 200  # characters of a pipeline's error on its card; the thread has the rest
_KEPT = {
    StepName.STOP: "Nothing was lost.",
    StepName.CLEAR: "This request deleted nothing.",
    StepName.START: "",
}


def sentence(operation: Operation, outcome: Outcome, state: State, *, seconds: int | None = None) -> Text:
    """What `outcome` means. `seconds`: from the request to the end, if a request was made.

    For a plan that is not just a clear, also what was done, what was not, and how the pipeline was last seen.
    """
    said = of_step(operation, outcome, operation.step_name, seconds=seconds)
    between = Text("\n") if outcome.ending in WITH_ERROR else Text(" ")
    stands = step_progress.progress_summary(operation, state)
    return Text("{} {}", outcome_sign(state, outcome), between.join([said, stands]))


def of_step(
    operation: Operation,
    outcome: Outcome,
    step: StepName,
    *,
    seconds: int | None = None,
    begun: bool | None = None,
) -> Text:
    """The sentence alone, about one step of the plan. `begun`: whether anything had been sent then, if unlike now."""
    words = _words(operation, outcome, step)
    values = _values(operation, outcome, step, seconds)
    said = [filled(words.sentence, values)]
    if words.untouched is Untouched.UNSENT:
        said.append(_unsent(operation, outcome, begun=operation.has_begun if begun is None else begun))
    between = Text("\n") if words.in_lines else Text(" ")
    text = between.join([*said, *(filled(each, values) for each in words.then)])
    if outcome.ending not in WITH_ERROR:
        return text
    return Text("{}\n{}", text, code_block(outcome.message) if outcome.message else "Feldera shows why.")


def verdict(operation: Operation, outcome: Outcome) -> Text:
    """The state of an operation that has ended, or that needs a human, without the pipeline's name."""
    step = operation.step_name
    values = _values(operation, outcome, step, step_progress.took_in_all(operation))
    return filled(_words(operation, outcome, step).verdict, values)


def explanation(operation: Operation, outcome: Outcome) -> Text:
    """What a card says below the verdict: what was lost, or that nothing was, and what to do next."""
    step = operation.step_name
    words = _words(operation, outcome, step)
    values = {
        **_values(operation, outcome, step, None),
        "showing": lambda: NOTHING,
        "on_card": lambda: NOTHING,
    }
    then = [filled(each, values) for each in words.then]
    if words.in_lines:
        return Text("\n").join(then)
    error = NOTHING
    if outcome.ending in WITH_ERROR and outcome.message:
        error = Text("The error: {}", code(outcome.message, _ERROR_SHOWN))
    return Text(" ").join(
        [
            taken(operation),
            _untouched(operation, outcome, words),
            *then,
            step_progress.left_stopped(operation, operation.state),
            error,
        ]
    )


def took(operation: Operation) -> int | None:
    """Seconds from the request (or, if none was needed, from the first look with its effect) to the step's end."""
    began = operation.attempt.submitted_at or operation.attempt.accepted_at
    if began is None or operation.ended_at is None:
        return None
    return whole_seconds(operation.ended_at - began)


def _words(operation: Operation, outcome: Outcome, step: StepName) -> OutcomeWords:
    number = operation.plan.index(step)
    sent_at = (
        operation.done[number].sent_at if number < len(operation.done) else operation.attempt.submitted_at
    )
    known = OUTCOMES[outcome.ending]
    return known if sent_at else BY_OTHERS.get(outcome.ending, known)


def _unsent(operation: Operation, outcome: Outcome, *, begun: bool) -> Text:
    if outcome.ending is Ending.NOT_COMPILED and operation.attempt.submitted_at:
        return Text("The start was sent to Feldera, which could not compile the program.")
    return Text("Nothing more was sent to Feldera.") if begun else Text("Nothing was sent to Feldera.")


def _untouched(operation: Operation, outcome: Outcome, words: OutcomeWords) -> Text:
    """What the step at which it ended left alone."""
    if words.untouched is None or operation.state is State.SUCCEEDED:
        return NOTHING
    if words.untouched is Untouched.NO_EFFECT and operation.attempt.submitted_at:
        return Text("{}", _KEPT[operation.step_name])
    return _unsent(operation, outcome, begun=operation.has_begun)


def _values(
    operation: Operation, outcome: Outcome, step: StepName, seconds: int | None
) -> Mapping[str, Callable[[], Value]]:
    """What goes into the gaps of the sentences, each made only if it is needed."""
    done, name, plan = plan_text.done(step), operation.pipeline, operation.plan
    return {
        "name": lambda: code(name),
        "after": lambda: NOTHING if seconds is None else Text(" after {}", duration(seconds)),
        "again": lambda: code(plan_text.command(plan, name)),
        "apart": lambda: plan_text.in_two_requests(plan, name),
        "so": lambda: NOTHING if step is StepName.START else Text(", so it would not start again"),
        "rest_name": lambda: plan_text.action_name(plan[plan.index(step) :]),
        "on_card": lambda: Text(" on its card"),
        "rest": lambda: code(plan_text.command(plan[plan.index(step) :], name)),
        "Undone": lambda: f"Not {done}",
        "Undone_so_far": lambda: plan_text.undone(operation).capitalize(),
        "undone_so_far": lambda: plan_text.undone(operation),
        "Running": lambda: _running(operation),
        "All_done": lambda: plan_text.listed(plan_text.whole(operation)).capitalize(),
        "Nothing_to_do": lambda: plan_text.nothing_to_do(operation),
        "do": lambda: plan_text.action_name(plan),
        "step": lambda: step.value,
        "done": lambda: done,
        "doing": lambda: f"being {done}",
        "and_still": lambda: _still_in_use(operation, step),
        "confirmed": lambda: "never confirmed" if operation.attempt.accepted_at is None else "accepted",
        "first_stop": lambda: plan_text.action_name(plan_text.stopping_first(plan)),
        "stopping_first": lambda: code(plan_text.command(plan_text.stopping_first(plan), name)),
        "step_before": lambda: plan[max(plan.index(step) - 1, 0)].value,
        "showing": lambda: _showing(plan),
        "before": lambda: _before(operation),
        "cause": lambda: _cause(operation, outcome),
        "the_right": lambda: (
            "the right to run it as break-glass" if operation.incident else "the role for it"
        ),
        "said": lambda: code(outcome.message) if outcome.message else "no reason given",
        "saying": lambda: Text(", saying {}", code(outcome.message)) if outcome.message else NOTHING,
        "code": lambda: Text(" ({})", code(outcome.code)) if outcome.code else NOTHING,
        "requester": lambda: mention(operation.requester.user),
        "by": lambda: mention(outcome.by.user) if outcome.by else "somebody",
        "host": lambda: host_setting(target_in(name)),
        "sends": lambda: "once" if operation.attempt.sends == 1 else f"{operation.attempt.sends} times",
    }


def _running(operation: Operation) -> str:
    """A pipeline that somebody else started was not `Running` by this bot's doing: it says so."""
    all_done = plan_text.listed(plan_text.whole(operation)).capitalize()
    return "Running" if all_done == "Started" else f"{all_done}: running"


def _still_in_use(operation: Operation, step: StepName) -> Text:
    """What Feldera shows of the storage that it should be clearing."""
    seen = operation.seen
    in_use = step is StepName.CLEAR and seen is not None and seen.storage == Storage.IN_USE
    return Text(" and still has its storage") if in_use else NOTHING


def _showing(plan: Plan) -> str:
    """What the preview of such a command adds before anything is sent."""
    if StepName.CLEAR in plan:
        return ": it first shows what would be deleted"
    return ": it first shows what would be lost" if StepName.STOP in plan else ""


def _before(operation: Operation) -> Text:
    """The moment from which on a request must be sent in time."""
    if operation.has_begun:
        return Text("the step before it")
    if operation.approval.given:
        return Text("the last approval")
    return Text("{} confirmed it", mention(operation.requester.user))


def _cause(operation: Operation, outcome: Outcome) -> Text:
    """What kept a request from being sent in time, as far as is known."""
    if outcome.message:
        return Text(" ({})", code(outcome.message))
    if operation.held_by_freeze:
        return Text(" (a freeze held it)")
    return NOTHING if operation.unverified_since is None else Text(" (roles could not be checked)")
