"""How an operation ended, in words: the same sentence on the card and as the last line of its thread."""

from bot.domain.commands import COMMAND
from bot.domain.names import PipelineName
from bot.domain.operations import Ending, Operation, Outcome, State
from bot.domain.targets import target_in
from bot.slack.language import sign
from bot.slack.mrkdwn import code, duration, mention
from bot.slack.pipelines import host_setting


def sentence(operation: Operation, outcome: Outcome, state: State, *, seconds: int | None = None) -> str:
    """What `outcome` means, in mrkdwn. `seconds`: from the request to the end, if a request was made."""
    name = f"`{operation.pipeline}`"
    text = _SENTENCES[outcome.ending].format(
        name=name,
        after="" if seconds is None else f" after {duration(seconds)}",
        again=f"`{_again(operation.pipeline)}`",
        said=code(outcome.message) if outcome.message else "no reason given",
        code=f" ({code(outcome.code)})" if outcome.code else "",
        requester=mention(operation.requester.user),
        by=mention(outcome.by.user) if outcome.by else "somebody",
        host=host_setting(target_in(operation.pipeline)),
        sends="once" if operation.sends == 1 else f"{operation.sends} times",
    )
    return f"{sign(state)} {text}"


def took(operation: Operation) -> int | None:
    """Seconds from the request (or, where none was needed, from the first sight of the clear) to the end."""
    began = operation.submitted_at or operation.accepted_at
    if began is None or operation.ended_at is None:
        return None
    return round((operation.ended_at - began).total_seconds())


def _again(name: PipelineName) -> str:
    return f"{COMMAND} clear {name}"


_SENTENCES = {
    Ending.CLEARED: "Cleared {name}{after}.",
    Ending.CLEARED_AND_STARTING: "Cleared {name}{after}. It is starting already: somebody started it right away.",
    Ending.CLEARED_THEN_STARTED: (
        "{name} was cleared, and somebody has started it since: its storage is in use anew."
    ),
    Ending.CLEARED_THEN_GONE: (
        "{name} was cleared, and somebody has deleted or renamed it since "
        "(Feldera allows neither before the storage is cleared)."
    ),
    Ending.CLEARED_THEN_RECREATED: (
        "{name} was cleared, and somebody has deleted it and created another pipeline of that name since."
    ),
    Ending.NOTHING_TO_CLEAR: "Nothing to clear: the storage of {name} was cleared already. Nothing was sent.",
    Ending.FELDERA_REFUSED: "Not cleared: Feldera refused, saying {said}{code}.",
    Ending.UNKNOWN_PIPELINE: "Not cleared: Feldera has no pipeline {name} any more.",
    Ending.NO_ACCESS: (
        "Not cleared: Feldera does not let this bot in ({said}{code}). "
        "Whoever runs the bot should check its Feldera credentials: they need the role `write`."
    ),
    Ending.WRONG_ADDRESS: (
        "Not cleared: what answers at Feldera's address is not Feldera ({said}). "
        "Whoever runs the bot should check {host}."
    ),
    Ending.PERMISSION_LOST: (
        "Not cleared: {requester} may no longer clear {name}. The permission ended after the confirmation; "
        "nothing was sent."
    ),
    Ending.NO_PLACE: (
        "Not cleared: neither the channel nor a direct message takes the card ({said}), "
        "and nothing is cleared that nobody can see."
    ),
    Ending.RECREATED_BEFORE: (
        "Not cleared: {name} is another pipeline than the one reviewed: it was deleted and created anew. "
        "Nothing was sent. Type {again} to look again."
    ),
    Ending.RUNNING_BEFORE: (
        "Not cleared: {name} is not stopped any more. Nothing was sent. Stop it, then type {again}."
    ),
    Ending.CHANGED_BEFORE: (
        "Not cleared: {name} has been run or changed since it was reviewed. Nothing was sent. "
        "Type {again} to look again."
    ),
    Ending.STARTED_INSTEAD: (
        "Not cleared: the request took no effect, and somebody has started {name} meanwhile. "
        "Stop it, then type {again}."
    ),
    Ending.TOO_LATE: (
        "Not cleared: the request could not be sent within 4 hours of the confirmation. Nothing was sent. "
        "Type {again} to look again."
    ),
    Ending.APPROVALS_LOST: (
        "Not cleared: the approvals do not suffice any more (a rule was tightened, or an approver lost the right). "
        "Nothing was sent. Type {again} to ask again."
    ),
    Ending.RIGHTS_UNREAD: (
        "Not cleared: Slack did not tell whether the people behind this may still do it ({said}), and without "
        "knowing I send nothing. Type {again} to ask again."
    ),
    Ending.DENIED: "Denied by {by}: {said}. Nothing was sent.",
    Ending.DENIED_IN_SHELL: "Denied by whoever runs this bot: {said}. Nothing was sent.",
    Ending.NOT_APPROVED: "Not approved in time. Nothing was sent. Type {again} to ask again.",
    Ending.STOPPED: "Stopped by {by} in time: nothing was sent.",
    Ending.WITHDRAWN: "Taken back by {by}: nothing was sent.",
    Ending.UNTOUCHED: (
        "I need a human. Known: the request was sent {sends}, Feldera never confirmed it, and {name} is as it was. "
        "Not known: whether a request is still on its way. "
        "What to do: look at {name} in Feldera; once you are sure that nothing is under way, press *Close*. "
        "Then {again} starts afresh."
    ),
    Ending.UNPROVABLE: (
        "I need a human. Known: the request was sent {sends}, Feldera never confirmed it, and {name} has been run since. "
        "Not known: whether it was cleared before that; Feldera's record does not tell. "
        "What to do: ask whoever started {name}; once you are sure that nothing is under way, press *Close*."
    ),
    Ending.CONTRADICTION: (
        "I need a human. Known: Feldera accepted the request, and yet {name} is neither being cleared nor cleared. "
        "Not known: why. What to do: look at {name} in Feldera and at its log; once you are sure that nothing is "
        "under way, press *Close*. Then {again} starts afresh."
    ),
    Ending.OUT_OF_REACH: (
        "I need a human. Known: the request was sent {sends}, and for a day now Feldera could not be asked ({said}). "
        "Not known: what became of {name}. What to do: look at Feldera, or at where it has gone; I go on asking. Once "
        "you are sure that nothing is under way, press *Close*."
    ),
    Ending.CLOSED: "Closed by {by}, who looked: nothing is under way any more. {again} starts afresh.",
}
