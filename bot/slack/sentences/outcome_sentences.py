"""Outcome sentences: how an operation, or its step, can end, in words; `outcome_text` fills their gaps. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import LiteralString

from bot.domain.operations.outcome import Ending


class Untouched(Enum):
    """What a failed step is known to have left alone, to be said after the verdict."""

    UNSENT = "unsent"  # nothing, or nothing more, was sent
    NO_EFFECT = "no_effect"  # a request may have been sent, and had no effect


@dataclass(frozen=True, slots=True)
class OutcomeWords:
    """`sentence` names the pipeline: it is read alone. `verdict` stands on a card, under a title that names it.

    `then` follows both: why, and what to do next.
    """

    sentence: LiteralString
    verdict: LiteralString
    then: tuple[LiteralString, ...] = ()
    untouched: Untouched | None = None


def _words(sentence: LiteralString, verdict: LiteralString, *then: LiteralString) -> OutcomeWords:
    return OutcomeWords(sentence, verdict, then)


def _unsent(sentence: LiteralString, verdict: LiteralString, *then: LiteralString) -> OutcomeWords:
    return OutcomeWords(sentence, verdict, then, Untouched.UNSENT)


def _no_effect(sentence: LiteralString, verdict: LiteralString, *then: LiteralString) -> OutcomeWords:
    return OutcomeWords(sentence, verdict, then, Untouched.NO_EFFECT)


def _needs_attention(*known_unknown_to_do: LiteralString) -> OutcomeWords:
    return _words("Needs attention: the {do} of {name}.", "Needs attention", *known_unknown_to_do)


OUTCOMES: Mapping[Ending, OutcomeWords] = {
    Ending.CLEARED: _words("Cleared {name}{after}.", "{All_done}{after}"),
    Ending.CLEARED_AND_STARTING: _words(
        "Cleared {name}{after}.",
        "{All_done}{after}",
        "It is starting already: somebody started it right away.",
    ),
    Ending.CLEARED_THEN_STARTED: _words(
        "{name} was cleared, and somebody has started it since: its storage is in use again.",
        "{All_done}; somebody has started it since, and its storage is in use again",
    ),
    Ending.CLEARED_THEN_GONE: _words(
        "{name} was cleared, and somebody has deleted or renamed it since "
        "(Feldera allows neither before the storage is cleared).",
        "{All_done}; somebody has deleted or renamed it since",
    ),
    Ending.CLEARED_THEN_RECREATED: _words(
        "{name} was cleared, and somebody has deleted it and created another pipeline of that name since.",
        "{All_done}; somebody has deleted it since, and created another pipeline of that name",
    ),
    Ending.NOTHING_TO_CLEAR: _unsent(
        "Nothing to clear: the storage of {name} was cleared already.", "{Nothing_to_do}"
    ),
    Ending.PIPELINE_STOPPED: _words("Stopped {name}{after}.", "{All_done}{after}"),
    Ending.STOPPED_THEN_GONE: _words(
        "{name} was stopped, and somebody has deleted or renamed it since (Feldera allows neither before it is stopped).",
        "{All_done}; somebody has deleted or renamed it since",
    ),
    Ending.NOTHING_TO_STOP: _unsent("Nothing to stop: {name} was stopped already.", "{Nothing_to_do}"),
    Ending.RUNNING: _words("Started {name}{after}: it runs.", "{All_done}{after}: it runs"),
    Ending.AWAITS_APPROVAL_IN_FELDERA: _words(
        "Started {name}{after}.",
        "{All_done}{after}",
        "Its program has changed: it waits until somebody approves in Feldera how it goes on.",
    ),
    Ending.UP_OTHERWISE: _words(
        "{name} is up, but {said}: somebody asked for that in Feldera.",
        "{All_done}: up, but {said}; somebody asked for that in Feldera",
    ),
    Ending.NOTHING_TO_START: _unsent("Nothing to start: {name} runs already.", "{Nothing_to_do}"),
    Ending.FELDERA_REFUSED: _no_effect(
        "{name} was not {done}: Feldera refused{saying}{code}.",
        "{Undone_so_far}: Feldera refused{saying}{code}",
    ),
    Ending.UNKNOWN_PIPELINE: _no_effect(
        "{Undone}: Feldera has no pipeline {name} any more.",
        "{Undone_so_far}: Feldera has no such pipeline any more",
    ),
    Ending.NO_ACCESS: _no_effect(
        "{name} was not {done}: Feldera does not let this bot in ({said}{code}).",
        "{Undone_so_far}: Feldera does not let this bot in ({said}{code})",
        "The person who runs the bot should check its Feldera credentials: they need the role `write`.",
    ),
    Ending.WRONG_ADDRESS: _no_effect(
        "{name} was not {done}: what answers at Feldera's address is not Feldera ({said}).",
        "{Undone_so_far}: what answers at Feldera's address is not Feldera ({said})",
        "The person who runs the bot should check {host}.",
    ),
    Ending.PERMISSION_LOST: _unsent(
        "{Undone}: {requester} may no longer {do} {name}. The permission ended after the confirmation.",
        "{Undone_so_far}: the permission of {requester} ended after the confirmation",
    ),
    Ending.NO_PLACE: _words(
        "{name} was not {done}: neither the channel nor a direct message takes the card ({said}), "
        "and I send nothing that nobody can see.",
        "{Undone_so_far}: neither the channel nor a direct message took the card ({said})",
    ),
    Ending.RECREATED_BEFORE: _unsent(
        "{Undone}: {name} is another pipeline than the one reviewed: it was deleted and created again.",
        "{Undone_so_far}: deleted and created again since it was reviewed",
        "Type {again} to look again.",
    ),
    Ending.RUNNING_BEFORE: _unsent(
        "{Undone}: {name} is not stopped any more.",
        "{Undone_so_far}: it is not stopped any more",
        "{stop_it} {again}.",
    ),
    Ending.CHANGED_BEFORE: _unsent(
        "{Undone}: {name} has been run or changed since it was reviewed.",
        "{Undone_so_far}: run or changed since it was reviewed",
        "Type {again} to look again.",
    ),
    Ending.STARTED_INSTEAD: _no_effect(
        "{Undone}: the request took no effect, and somebody has started {name} meanwhile.",
        "{Undone_so_far}: the request took no effect, and somebody has started it meanwhile",
        "{stop_it} {again}.",
    ),
    Ending.TOO_LATE: _unsent(
        "Expired: {name} was not {done}, since the request could not be sent within 4 hours of the {before}.",
        "Expired: {undone_so_far}, since it could not be sent within 4 hours of the {before}",
        "Type {again} to look again.",
    ),
    Ending.APPROVALS_LOST: _unsent(
        "{name} was not {done}: the approvals do not suffice any more (a rule was tightened, or an approver lost the right).",
        "{Undone_so_far}: the approvals do not suffice any more (a rule was tightened, or an approver lost the right)",
        "Type {again} to ask again.",
    ),
    Ending.RIGHTS_UNREAD: _unsent(
        "{name} was not {done}: whether the people behind this may still do it could not be checked ({said}).",
        "{Undone_so_far}: whether the people behind this may still do it could not be checked ({said})",
        "Type {again} to ask again.",
    ),
    Ending.DENIED: _unsent("The {do} of {name} was denied by {by}: {said}.", "Denied by {by}: {said}"),
    Ending.DENIED_IN_SHELL: _unsent(
        "The {do} of {name} was denied by the person who runs this bot: {said}.",
        "Denied by the person who runs this bot: {said}",
    ),
    Ending.NOT_APPROVED: _unsent(
        "Expired: the {do} of {name} was not approved in time.",
        "Expired: not approved in time",
        "Type {again} to ask again.",
    ),
    Ending.STOPPED: _unsent(
        "The {do} of {name} was cancelled by {by} before sending.", "Cancelled before sending, by {by}"
    ),
    Ending.WITHDRAWN: _unsent("The {do} of {name} was withdrawn by {by}.", "Withdrawn by {by}"),
    Ending.UNTOUCHED: _needs_attention(
        "Known: the request was sent {sends}, Feldera never confirmed it, and {name} is as it was.",
        "Not known: whether a request is still on its way.",
        "What to do: look at {name} in Feldera; once you are sure that nothing is under way, press *Close*. "
        "Then type {again} to request it again.",
    ),
    Ending.UNPROVABLE: _needs_attention(
        "Known: the request was sent {sends}, Feldera never confirmed it, and {name} has been run since.",
        "Not known: whether it was cleared before that; Feldera's events do not show it.",
        "What to do: ask the person who started {name}; once you are sure that nothing is under way, press *Close*.",
    ),
    Ending.CONTRADICTION: _needs_attention(
        "Known: Feldera accepted the request, and yet {name} is neither {doing} nor {done}.",
        "Not known: why.",
        "What to do: look at {name} in Feldera and at its log; once you are sure that nothing is under way, press *Close*. "
        "Then type {again} to request it again.",
    ),
    Ending.AMBIGUOUS_FELDERA: _needs_attention(
        "Known: the request was sent {sends}, and since then Feldera's address shows no {name}, or another pipeline of that name.",
        "Not known: whether the same Feldera still answers there; without authentication this cannot be checked.",
        "What to do: look at Feldera and at {host}; once you are sure that nothing is under way, press *Close*.",
    ),
    Ending.OUT_OF_REACH: _needs_attention(
        "Known: the request was sent {sends}, and for a day now Feldera could not be asked ({said}).",
        "Not known: whether {name} was {done}.",
        "What to do: look at Feldera, or find out where it has gone; I go on asking. Once you are sure that nothing is under "
        "way, press *Close*.",
    ),
    Ending.CLOSED: _words(
        "The {do} of {name} was closed by {by}, who looked: nothing is under way any more.",
        "Closed by {by}, who looked: nothing is under way any more",
        "To request it again, type {again}.",
    ),
    Ending.RESTARTED_BEFORE: _unsent(
        "{Undone}: {name} was started after it was reviewed, so this is another run.",
        "{Undone_so_far}: started after it was reviewed, so this is another run",
        "Type {again} to look again.",
    ),
    Ending.RESTARTED_WHILE_STOPPING: _words(
        "{Undone}: somebody started {name} again before I saw it stopped.",
        "{Undone_so_far}: somebody started it again before I saw it stopped",
        "I send nothing more. Type {again} to look again.",
    ),
    Ending.RUN_SINCE: _unsent(
        "{Undone}: {name} is stopped, but Feldera's events do not prove that nobody ran it since it was reviewed, "
        "and nobody has seen what a clear would delete now.",
        "{Undone_so_far}: Feldera's events do not prove that nobody ran it since it was reviewed",
        "Type {rest} to look again.",
    ),
    Ending.EVENTS_UNUSABLE: _unsent(
        "{Undone}: the clear after the stop needs Feldera's events of {name}, and they cannot be read ({said}), "
        "so {name} would stay stopped.",
        "{Undone_so_far}: the clear after the stop needs Feldera's events, and they cannot be read ({said})",
        "Type {apart}.",
    ),
    Ending.STORAGE_UNKNOWN: _unsent(
        "{Undone}: Feldera describes the storage of {name} in a word that this bot does not know, so it cannot be cleared.",
        "{Undone_so_far}: Feldera describes the storage in a word that this bot does not know",
    ),
    Ending.RIGHTS_END_SOON: _unsent(
        "{Undone}: a permission or an approval for this ends within 5 minutes, perhaps before the last step, "
        "and would leave {name} halfway.",
        "{Undone_so_far}: a permission or an approval for this ends within 5 minutes, perhaps before the last step",
        "Type {again} once it lasts longer.",
    ),
    Ending.NOT_COMPILED: _unsent(
        "{Undone}: the program of {name} does not compile{so}.",
        "{Undone_so_far}: the program does not compile{so}",
    ),
    Ending.START_FAILED: _words(
        "{Undone}: {name} failed while it was starting{code}.",
        "{Undone_so_far}: it failed while it was starting{code}",
    ),
    Ending.STOPPED_WHILE_STARTING: _words(
        "{Undone}: somebody stopped {name} while it was starting.",
        "{Undone_so_far}: somebody stopped it while it was starting",
    ),
    Ending.GONE_WHILE_STARTING: _words(
        "{Undone}: while {name} was starting, somebody stopped and cleared it, and deleted or renamed it.",
        "{Undone_so_far}: while it was starting, somebody stopped and cleared it, and deleted or renamed it",
    ),
    Ending.LEFT_TO_HUMAN: _words(
        "{name} was not {done}: the step before it turned out to be done only after the request needed attention, so the rest "
        "was not sent.",
        "{Undone_so_far}: the step before it turned out to be done only after the request needed attention",
        "Type {again} to look again.",
    ),
}

BY_OTHERS: Mapping[Ending, OutcomeWords] = {
    Ending.PIPELINE_STOPPED: _words("{name} was stopped by somebody else{after}.", "{All_done}{after}"),
    Ending.RUNNING: _words(
        "{name} was started by somebody else{after}: it runs.", "{All_done}{after}: it runs"
    ),
}
"""The words for outcomes that needed no request of the bot."""

WITH_ERROR = frozenset({Ending.NOT_COMPILED, Ending.START_FAILED})
"""The outcomes with an error of the pipeline itself: threads show it as a block of code, cards its beginning."""
