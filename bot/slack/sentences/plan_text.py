"""Plan text: what a plan does, what it loses, how it ended, and the command for it. Pure."""

from bot.domain.commands import COMMAND
from bot.domain.ids import PipelineName
from bot.domain.operations.operation import Operation, State
from bot.domain.operations.outcome import Ending
from bot.domain.operations.plans import CLEAR, START, STOP, Plan, StepName, loses_data
from bot.slack.text.spans import Text

_DONE = {StepName.STOP: "stopped", StepName.CLEAR: "cleared", StepName.START: "started"}
DOING = {StepName.STOP: "stopping", StepName.CLEAR: "clearing", StepName.START: "starting"}
_TYPED = {
    (StepName.STOP, StepName.CLEAR): " --stop",
    (StepName.CLEAR, StepName.START): " --start",
    (StepName.STOP, StepName.CLEAR, StepName.START): " --restart",
}
BY_ITS_RULES = frozenset(
    {Ending.CLEARED_THEN_STARTED, Ending.CLEARED_THEN_GONE, Ending.CLEARED_THEN_RECREATED}
)
UNNEEDED = frozenset({Ending.NOTHING_TO_STOP, Ending.NOTHING_TO_CLEAR, Ending.NOTHING_TO_START})


def action_name(plan: Plan) -> str:
    """`clear`, `stop and clear`, `stop, clear and start`."""
    return listed([step.value for step in plan])


def title(plan: Plan, name: PipelineName) -> str:
    return f"{action_name(plan).capitalize()} {name}"


def at_once(plan: Plan, name: PipelineName) -> str:
    """What the break-glass form asks for, and what happens once it is typed."""
    final = " This cannot be undone." if loses_data(plan) else ""
    return f"Type the pipeline's name, {name}, to {action_name(plan)} it at once, without approval.{final}"


def done(step: StepName) -> str:
    """`stopped`, `cleared`, `started`."""
    return _DONE[step]


def command(plan: Plan, name: PipelineName) -> str:
    """The command to type for it; the reason comes after."""
    if plan in {STOP, START}:
        return f"{COMMAND} {plan[0].value} {name}"
    return f"{COMMAND} clear {name}{_TYPED.get(plan, '')}"


def stopping_first(plan: Plan) -> Plan:
    """The plan that stops the pipeline before it does what `plan` does."""
    return plan if StepName.STOP in plan else (StepName.STOP, *plan)


def done_sentence(step: StepName, outcome: Ending | None) -> str:
    """What a card says of a finished step. That storage is cleared is Feldera's claim, and worded as one.

    Its local runner claims it even if deleting the files failed.
    """
    if step is not StepName.CLEAR:
        return _DONE[step].capitalize()
    if outcome in BY_ITS_RULES:
        return "Storage cleared before that, by Feldera's account"
    return "Feldera reports the storage as cleared"


def in_two_requests(plan: Plan, name: PipelineName) -> Text:
    """The commands to type for the stop, and then for what follows it."""
    return Text("`{}` and, when it is stopped, `{}`", command(STOP, name), command(plan[1:], name))


def behind(operation: Operation) -> str:
    """The finished steps of the plan: `stopped already and cleared`."""
    return listed(_behind(operation))


def whole(operation: Operation) -> list[str]:
    """Every step of a completed plan, in words."""
    ending = None if operation.outcome is None else operation.outcome.ending
    last = done_by(operation.step_name, ending, sent=operation.attempt.submitted_at is not None)
    return [*_behind(operation), last]


def done_by(step: StepName, ending: Ending | None, *, sent: bool) -> str:
    """`stopped`, if a request of the bot did it; else `stopped already`, or `stopped by somebody else`."""
    if ending in UNNEEDED:
        return f"{_DONE[step]} already"
    return _DONE[step] if sent else f"{_DONE[step]} by somebody else"


def _behind(operation: Operation) -> list[str]:
    steps = zip(operation.plan, operation.done, strict=False)  # the plan has more steps
    return [done_by(step, done.ending, sent=done.sent_at is not None) for step, done in steps]


def state_in_words(operation: Operation) -> str:
    """How it ended, in a word or two: `Stopped, not cleared`."""
    if operation.state is State.UNNECESSARY:
        return "Nothing to do" if len(operation.plan) > 1 else f"Nothing to {action_name(operation.plan)}"
    if operation.state is State.SUCCEEDED:
        return listed(whole(operation)).capitalize()
    return undone(operation).capitalize()


def undone(operation: Operation) -> str:
    """How far a failed plan came: `stopped, not cleared`."""
    return ", ".join([*_behind(operation), f"not {_DONE[operation.step_name]}"])


def nothing_to_do(operation: Operation) -> str:
    """`Nothing to clear: its storage was already cleared`; if only the last step was not needed, what was done."""
    all_done = listed(whole(operation))
    if operation.state is State.SUCCEEDED:
        return all_done.capitalize()
    if operation.plan == CLEAR:
        return f"{state_in_words(operation)}: its storage was already cleared"
    return f"{state_in_words(operation)}: {all_done}"


def listed(words: list[str]) -> str:
    """`stop, clear and start`."""
    *before, last = words
    return f"{', '.join(before)} and {last}" if before else last
