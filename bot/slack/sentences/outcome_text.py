"""Outcome text: how an operation ended, the same sentence on its card and as its thread's last line. Pure."""

from collections.abc import Callable, Mapping

from bot.domain.operations.operation import Operation, State
from bot.domain.operations.outcome import Ending, Outcome
from bot.domain.operations.plans import StepName
from bot.domain.pipelines.targets import target_in
from bot.slack.sentences import plan_text, step_progress
from bot.slack.sentences.labels import sign
from bot.slack.sentences.outcome_sentences import BY_OTHERS, SENTENCES, WITH_BLOCK
from bot.slack.sentences.pipeline_text import host_setting
from bot.slack.text.quantities import duration
from bot.slack.text.spans import NOTHING, Text, Value, code, code_block, filled, mention


def sentence(operation: Operation, outcome: Outcome, state: State, *, seconds: int | None = None) -> Text:
    """What `outcome` means. `seconds`: from the request to the end, if a request was made.

    For a plan that is not just a clear, also what was done, what was not, and how the pipeline was last seen.
    """
    said = of_step(operation, outcome, operation.step_name, seconds=seconds)
    between = Text("\n") if outcome.ending in WITH_BLOCK else Text(" ")
    stands = step_progress.progress_summary(operation, state)
    return Text("{} {}", sign(state), between.join([said, stands]))


def of_step(
    operation: Operation,
    outcome: Outcome,
    step: StepName,
    *,
    seconds: int | None = None,
    begun: bool | None = None,
) -> Text:
    """The sentence alone, about one step of the plan. `begun`: whether anything had been sent then, if unlike now."""
    had_begun = operation.has_begun if begun is None else begun
    nothing = "nothing more was sent" if had_begun else "nothing was sent"
    if outcome.ending is Ending.NOT_COMPILED and operation.attempt.submitted_at:
        nothing = "I send nothing more"
    done, name, plan = plan_text.done(step), operation.pipeline, operation.plan
    number = plan.index(step)
    sent_at = (
        operation.done[number].sent_at if number < len(operation.done) else operation.attempt.submitted_at
    )
    said = SENTENCES[outcome.ending] if sent_at else BY_OTHERS.get(outcome.ending, SENTENCES[outcome.ending])
    values: Mapping[str, Callable[[], Value]] = {
        "name": lambda: code(name),
        "after": lambda: NOTHING if seconds is None else Text(" after {}", duration(seconds)),
        "again": lambda: code(plan_text.command(plan, name)),
        "apart": lambda: plan_text.in_two_requests(plan, name),
        "so": lambda: NOTHING if step is StepName.START else Text(", so it could not be started again"),
        "rest": lambda: code(plan_text.command(plan[1:], name)),
        "undone": lambda: f"Not {done}",
        "do": lambda: plan_text.action_name(plan),
        "done": lambda: done,
        "doing": lambda: "being cleared" if step is StepName.CLEAR else plan_text.DOING[step],
        "nothing": lambda: nothing,
        "Nothing": lambda: nothing[0].upper() + nothing[1:],
        "stop_it": lambda: "Type" if StepName.STOP in plan else "Stop it, then type",
        "before": lambda: "step before it" if operation.done else "confirmation",
        "said": lambda: code(outcome.message) if outcome.message else "no reason given",
        "block": lambda: code_block(outcome.message) if outcome.message else "Feldera shows why.",
        "code": lambda: Text(" ({})", code(outcome.code)) if outcome.code else NOTHING,
        "requester": lambda: mention(operation.requester.user),
        "by": lambda: mention(outcome.by.user) if outcome.by else "somebody",
        "host": lambda: host_setting(target_in(name)),
        "sends": lambda: "once" if operation.attempt.sends == 1 else f"{operation.attempt.sends} times",
    }
    return filled(said, values)


def took(operation: Operation) -> int | None:
    """Seconds from the request (or, if none was needed, from the first look with its effect) to the step's end."""
    began = operation.attempt.submitted_at or operation.attempt.accepted_at
    if began is None or operation.ended_at is None:
        return None
    return round((operation.ended_at - began).total_seconds())
