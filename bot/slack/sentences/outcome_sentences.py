"""Outcome sentences: one for each way an operation, or its step, can end; `outcome_text` fills their gaps. Pure."""

from collections.abc import Mapping
from typing import LiteralString

from bot.domain.operations.outcome import Ending

SENTENCES: Mapping[Ending, LiteralString] = {
    Ending.CLEARED: "Cleared {name}{after}.",
    Ending.CLEARED_AND_STARTING: "Cleared {name}{after}. It is starting already: somebody started it right away.",
    Ending.CLEARED_THEN_STARTED: (
        "{name} was cleared, and somebody has started it since: its storage is in use again."
    ),
    Ending.CLEARED_THEN_GONE: (
        "{name} was cleared, and somebody has deleted or renamed it since "
        "(Feldera allows neither before the storage is cleared)."
    ),
    Ending.CLEARED_THEN_RECREATED: (
        "{name} was cleared, and somebody has deleted it and created another pipeline of that name since."
    ),
    Ending.NOTHING_TO_CLEAR: "Nothing to clear: the storage of {name} was cleared already. {Nothing}.",
    Ending.PIPELINE_STOPPED: "Stopped {name}{after}.",
    Ending.STOPPED_THEN_GONE: (
        "{name} was stopped, and somebody has deleted or renamed it since (Feldera allows neither before it is stopped)."
    ),
    Ending.NOTHING_TO_STOP: "Nothing to stop: {name} was stopped already. {Nothing}.",
    Ending.RUNNING: "Started {name}{after}: it runs.",
    Ending.AWAITS_APPROVAL_IN_FELDERA: (
        "Started {name}{after}. Its program has changed: it waits until somebody approves in Feldera how it goes on."
    ),
    Ending.UP_OTHERWISE: "{name} is up, but {said}: somebody asked for that in Feldera.",
    Ending.NOTHING_TO_START: "Nothing to start: {name} runs already. {Nothing}.",
    Ending.FELDERA_REFUSED: "{name} was not {done}: Feldera refused, saying {said}{code}.",
    Ending.UNKNOWN_PIPELINE: "{undone}: Feldera has no pipeline {name} any more.",
    Ending.NO_ACCESS: (
        "{name} was not {done}: Feldera does not let this bot in ({said}{code}). "
        "The person who runs the bot should check its Feldera credentials: they need the role `write`."
    ),
    Ending.WRONG_ADDRESS: (
        "{name} was not {done}: what answers at Feldera's address is not Feldera ({said}). "
        "The person who runs the bot should check {host}."
    ),
    Ending.PERMISSION_LOST: (
        "{undone}: {requester} may no longer {do} {name}. The permission ended after the confirmation; "
        "{nothing}."
    ),
    Ending.NO_PLACE: (
        "{name} was not {done}: neither the channel nor a direct message takes the card ({said}), "
        "and I send nothing that nobody can see."
    ),
    Ending.RECREATED_BEFORE: (
        "{undone}: {name} is another pipeline than the one reviewed: it was deleted and created again. "
        "{Nothing}. Type {again} to look again."
    ),
    Ending.RUNNING_BEFORE: ("{undone}: {name} is not stopped any more. {Nothing}. {stop_it} {again}."),
    Ending.CHANGED_BEFORE: (
        "{undone}: {name} has been run or changed since it was reviewed. {Nothing}. "
        "Type {again} to look again."
    ),
    Ending.STARTED_INSTEAD: (
        "{undone}: the request took no effect, and somebody has started {name} meanwhile. {stop_it} {again}."
    ),
    Ending.TOO_LATE: (
        "{name} was not {done}: the request could not be sent within 4 hours of the {before}. {Nothing}. "
        "Type {again} to look again."
    ),
    Ending.APPROVALS_LOST: (
        "{name} was not {done}: the approvals do not suffice any more (a rule was tightened, or an approver lost the right). "
        "{Nothing}. Type {again} to ask again."
    ),
    Ending.RIGHTS_UNREAD: (
        "{name} was not {done}: Slack did not tell whether the people behind this may still do it ({said}), and without "
        "knowing I send nothing. Type {again} to ask again."
    ),
    Ending.DENIED: "The {do} of {name} was denied by {by}: {said}. {Nothing}.",
    Ending.DENIED_IN_SHELL: "The {do} of {name} was denied by the person who runs this bot: {said}. {Nothing}.",
    Ending.NOT_APPROVED: "The {do} of {name} was not approved in time. {Nothing}. Type {again} to ask again.",
    Ending.STOPPED: "The {do} of {name} was cancelled by {by} before sending: {nothing}.",
    Ending.WITHDRAWN: "The {do} of {name} was withdrawn by {by}: {nothing}.",
    Ending.UNTOUCHED: (
        "Needs attention. Known: the request was sent {sends}, Feldera never confirmed it, and {name} is as it was. "
        "Not known: whether a request is still on its way. "
        "What to do: look at {name} in Feldera; once you are sure that nothing is under way, press *Close*. "
        "Then type {again} to request it again."
    ),
    Ending.UNPROVABLE: (
        "Needs attention. Known: the request was sent {sends}, Feldera never confirmed it, and {name} has been run since. "
        "Not known: whether it was cleared before that; Feldera's events do not show it. "
        "What to do: ask whoever started {name}; once you are sure that nothing is under way, press *Close*."
    ),
    Ending.CONTRADICTION: (
        "Needs attention. Known: Feldera accepted the request, and yet {name} is neither {doing} nor {done}. "
        "Not known: why. What to do: look at {name} in Feldera and at its log; once you are sure that nothing is "
        "under way, press *Close*. Then type {again} to request it again."
    ),
    Ending.AMBIGUOUS_FELDERA: (
        "Needs attention. Known: the request was sent {sends}, and since then Feldera's address shows no {name}, or another "
        "pipeline of that name. Not known: whether the same Feldera still answers there; without authentication it has "
        "nothing to be known by. What to do: look at Feldera and at {host}; once you are sure that nothing is under way, "
        "press *Close*."
    ),
    Ending.OUT_OF_REACH: (
        "Needs attention. Known: the request was sent {sends}, and for a day now Feldera could not be asked ({said}). "
        "Not known: what became of {name}. What to do: look at Feldera, or at where it has gone; I go on asking. Once "
        "you are sure that nothing is under way, press *Close*."
    ),
    Ending.CLOSED: "The {do} of {name} was closed by {by}, who looked: nothing is under way any more. To request it again, type {again}.",
    Ending.RESTARTED_BEFORE: (
        "{undone}: {name} was started after it was reviewed, so this is another run. {Nothing}. "
        "Type {again} to look again."
    ),
    Ending.RESTARTED_WHILE_STOPPING: (
        "{undone}: somebody started {name} again before I saw it stopped. I send nothing more. "
        "Type {again} to look again."
    ),
    Ending.RUN_SINCE: (
        "{undone}: {name} is stopped, but Feldera's record does not prove that nobody ran it since it was reviewed, "
        "and nobody has seen what a clear would destroy now. {Nothing}. Type {rest} to look again."
    ),
    Ending.EVENTS_UNUSABLE: (
        "{undone}: the clear after the stop needs Feldera's events of {name}, and they cannot be read ({said}), "
        "so {name} would stay stopped. {Nothing}. Type {apart}."
    ),
    Ending.STORAGE_UNKNOWN: (
        "{undone}: Feldera describes the storage of {name} in a word that this bot does not know, "
        "so it cannot be cleared. {Nothing}."
    ),
    Ending.RIGHTS_END_SOON: (
        "{undone}: a permission or an approval for this ends within 5 minutes, perhaps before the last step, "
        "and would leave {name} halfway. {Nothing}. Type {again} once it lasts longer."
    ),
    Ending.NOT_COMPILED: "{undone}: the program of {name} does not compile{so}. {Nothing}.\n{block}",
    Ending.START_FAILED: "{undone}: {name} failed while it was starting{code}.\n{block}",
    Ending.STOPPED_WHILE_STARTING: "{undone}: somebody stopped {name} while it was starting.",
    Ending.GONE_WHILE_STARTING: (
        "{undone}: while {name} was starting, somebody stopped and cleared it, and deleted or renamed it."
    ),
    Ending.LEFT_TO_HUMAN: (
        "{name} was not {done}: the step before it was done after all, but a human was called meanwhile, and the rest is left to them. "
        "Type {again} to look again."
    ),
}

BY_OTHERS: Mapping[Ending, LiteralString] = {
    Ending.PIPELINE_STOPPED: "{name} was stopped by somebody else{after}.",
    Ending.RUNNING: "{name} was started by somebody else{after}: it runs.",
}
"""The sentences for outcomes that needed no request of the bot."""

WITH_BLOCK = frozenset({Ending.NOT_COMPILED, Ending.START_FAILED})
"""The outcomes whose sentences end in a block of code: what follows stands on a line of its own."""
