"""Outcome text: how an operation ended, the same sentence on its card and as its thread's last line."""

from bot.domain.operations.operation import Operation, State
from bot.domain.operations.outcome import Ending, Outcome
from bot.domain.operations.plans import StepName
from bot.domain.pipelines.targets import target_in
from bot.slack.text import plan_text, step_progress
from bot.slack.text.labels import sign
from bot.slack.text.mrkdwn import code, code_block, duration, mention
from bot.slack.text.outcome_sentences import BY_OTHERS, SENTENCES
from bot.slack.text.pipeline_text import host_setting


def sentence(operation: Operation, outcome: Outcome, state: State, *, seconds: int | None = None) -> str:
    """What `outcome` means, in mrkdwn. `seconds`: from the request to the end, if a request was made.

    For a plan that is not just a clear, also what was done, what was not, and how the pipeline was last seen.
    """
    said = of_step(operation, outcome, operation.step_name, seconds=seconds)
    stands = step_progress.where_it_stands(operation, state)
    return f"{sign(state)} {said}{'' if said.endswith(_NEWLINE) else ' '}{stands}".rstrip()


def of_step(
    operation: Operation,
    outcome: Outcome,
    step: StepName,
    *,
    seconds: int | None = None,
    begun: bool | None = None,
) -> str:
    """The sentence alone, about one step of the plan. `begun`: whether anything had been sent then, if unlike now."""
    had_begun = operation.has_begun if begun is None else begun
    nothing = "nothing more was sent" if had_begun else "nothing was sent"
    if outcome.ending is Ending.NOT_COMPILED and operation.attempt.submitted_at:
        nothing = "I send nothing more"
    block = code_block(outcome.message) if outcome.message else "Feldera shows why."
    done = plan_text.done(step)
    number = operation.plan.index(step)
    sent_at = (
        operation.done[number].sent_at if number < len(operation.done) else operation.attempt.submitted_at
    )
    said = SENTENCES[outcome.ending] if sent_at else BY_OTHERS.get(outcome.ending, SENTENCES[outcome.ending])
    return said.format(
        name=f"`{operation.pipeline}`",
        after="" if seconds is None else f" after {duration(seconds)}",
        again=f"`{plan_text.command(operation.plan, operation.pipeline)}`",
        apart=plan_text.in_two_requests(operation.plan, operation.pipeline),
        so="" if step is StepName.START else ", so it could not be started again",
        rest=f"`{plan_text.command(operation.plan[1:], operation.pipeline)}`",
        undone=f"Not {done}",
        do=plan_text.action_name(operation.plan),
        done=done,
        doing="being cleared" if step is StepName.CLEAR else plan_text.DOING[step],
        nothing=nothing,
        Nothing=nothing[0].upper() + nothing[1:],
        stop_it="Type" if StepName.STOP in operation.plan else "Stop it, then type",
        before="step before it" if operation.done else "confirmation",
        said=code(outcome.message) if outcome.message else "no reason given",
        block=block,
        code=f" ({code(outcome.code)})" if outcome.code else "",
        requester=mention(operation.requester.user),
        by=mention(outcome.by.user) if outcome.by else "somebody",
        host=host_setting(target_in(operation.pipeline)),
        sends="once" if operation.attempt.sends == 1 else f"{operation.attempt.sends} times",
    )


def took(operation: Operation) -> int | None:
    """Seconds from the request (or, if none was needed, from the first look with its effect) to the step's end."""
    began = operation.attempt.submitted_at or operation.attempt.accepted_at
    if began is None or operation.ended_at is None:
        return None
    return round((operation.ended_at - began).total_seconds())


_NEWLINE = "\n"
