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

    `then` follows both: why, and what to do next; with `in_lines`, each part of it on a line of its own.
    """

    sentence: LiteralString
    verdict: LiteralString
    then: tuple[LiteralString, ...] = ()
    untouched: Untouched | None = None
    in_lines: bool = False


def _words(sentence: LiteralString, verdict: LiteralString, *then: LiteralString) -> OutcomeWords:
    return OutcomeWords(sentence, verdict, then)


def _unsent(sentence: LiteralString, verdict: LiteralString, *then: LiteralString) -> OutcomeWords:
    return OutcomeWords(sentence, verdict, then, Untouched.UNSENT)


def _no_effect(sentence: LiteralString, verdict: LiteralString, *then: LiteralString) -> OutcomeWords:
    return OutcomeWords(sentence, verdict, then, Untouched.NO_EFFECT)


def _needs_attention(verdict: LiteralString, *known_unknown_to_do: LiteralString) -> OutcomeWords:
    return OutcomeWords("Needs attention: the {do} of {name}.", verdict, known_unknown_to_do, in_lines=True)


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
        "Nothing to clear: the storage of {name} was already cleared.", "{Nothing_to_do}"
    ),
    Ending.PIPELINE_STOPPED: _words("Stopped {name}{after}.", "{All_done}{after}"),
    Ending.STOPPED_THEN_GONE: _words(
        "{name} was stopped, and somebody has deleted or renamed it since (Feldera allows neither before it is stopped).",
        "{All_done}; somebody has deleted or renamed it since",
    ),
    Ending.NOTHING_TO_STOP: _unsent("Nothing to stop: {name} was stopped already.", "{Nothing_to_do}"),
    Ending.RUNNING: _words("Started {name}: running{after}.", "{Running}{after}"),
    Ending.AWAITS_APPROVAL_IN_FELDERA: _words(
        "Started {name}, but it is not running yet: its program has changed, and Feldera waits for approval of the change.",
        "{All_done}, but not running yet: its program has changed, and Feldera waits for approval of the change",
        "Somebody must approve the change in Feldera, not in this bot.",
    ),
    Ending.UP_OTHERWISE: _words(
        "{name} was started, but it is {said} and not running: somebody set that in Feldera.",
        "{All_done}, but it is {said} and not running: somebody set that in Feldera",
    ),
    Ending.NOTHING_TO_START: _unsent("Nothing to start: {name} was started already.", "{Nothing_to_do}"),
    Ending.FELDERA_REFUSED: _no_effect(
        "{name} was not {done}: Feldera refused{saying}{code}.",
        "{Undone_so_far}: Feldera refused{saying}{code}",
    ),
    Ending.UNKNOWN_PIPELINE: _no_effect(
        "{Undone}: Feldera has no pipeline {name} any more; somebody deleted or renamed it.",
        "{Undone_so_far}: Feldera has no such pipeline any more; somebody deleted or renamed it",
    ),
    Ending.NO_ACCESS: _no_effect(
        "{name} was not {done}: Feldera rejects this bot's credentials: {said}{code}.",
        "{Undone_so_far}: Feldera rejects this bot's credentials: {said}{code}",
        "Tell the person who runs the bot: it needs a valid API key with Feldera's role `write`.",
    ),
    Ending.WRONG_ADDRESS: _no_effect(
        "{name} was not {done}: what answers at Feldera's address is not Feldera ({said}).",
        "{Undone_so_far}: what answers at Feldera's address is not Feldera ({said})",
        "The person who runs the bot should check {host}.",
    ),
    Ending.PERMISSION_LOST: _unsent(
        "{name} was not {done}: {requester} lost {the_right} after confirming it.",
        "{Undone_so_far}: {requester} lost {the_right} after confirming it",
        "Somebody who has the role can request it again with {rest}{showing}.",
    ),
    Ending.NO_PLACE: _unsent(
        "{name} was not {done}: I could not post its card, neither in the channel nor as a direct message ({said}).",
        "{Undone_so_far}: I could not post its card, neither in the channel nor as a direct message ({said})",
    ),
    Ending.RECREATED_BEFORE: _unsent(
        "{Undone}: somebody deleted {name} and created it again after {requester}'s preview.",
        "{Undone_so_far}: somebody deleted the pipeline and created it again after {requester}'s preview",
        "To request it again, type {again}{showing}.",
    ),
    Ending.RUNNING_BEFORE: _unsent(
        "{Undone}: somebody has started {name}, so it is no longer stopped.",
        "{Undone_so_far}: somebody has started it, so it is no longer stopped",
        "To {first_stop} it anyway, type {stopping_first}.",
    ),
    Ending.CHANGED_BEFORE: _unsent(
        "{Undone}: somebody ran or changed {name} after {requester}'s preview.",
        "{Undone_so_far}: somebody ran or changed the pipeline after {requester}'s preview",
        "To request it again, type {again}{showing}.",
    ),
    Ending.STARTED_INSTEAD: _no_effect(
        "{Undone}: the {step} had no effect, and somebody has started {name} meanwhile.",
        "{Undone_so_far}: the {step} had no effect, and somebody has started the pipeline meanwhile",
        "To {first_stop} it anyway, type {stopping_first}.",
    ),
    Ending.TOO_LATE: _unsent(
        "Expired: {name} was not {done}. The {step} could not be sent within 4 hours after {before}{cause}.",
        "Expired, {undone_so_far}: it could not be sent within 4 hours after {before}{cause}",
        "To request it again, type {again}{showing}.",
    ),
    Ending.APPROVALS_LOST: _unsent(
        "{name} was not {done}: there are no longer enough approvals (a rule was tightened, or an approver lost the role).",
        "{Undone_so_far}: there are no longer enough approvals (a rule was tightened, or an approver lost the role)",
        "To request it again, type {again}{showing}.",
    ),
    Ending.RIGHTS_UNREAD: _unsent(
        "{name} was not {done}: I could not check whether the requester and the approvers still have their roles ({said}).",
        "{Undone_so_far}: I could not check whether the requester and the approvers still have their roles ({said})",
        "To request it again, type {again}{showing}.",
    ),
    Ending.DENIED: _unsent("The {do} of {name} was denied by {by}: {said}.", "Denied by {by}: {said}"),
    Ending.DENIED_IN_SHELL: _unsent(
        "The {do} of {name} was denied by the person who runs this bot: {said}.",
        "Denied by the person who runs this bot: {said}",
    ),
    Ending.NOT_APPROVED: _unsent(
        "Expired: the {do} of {name} was not approved in time.",
        "Expired: not approved in time",
        "To request it again, type {again}{showing}.",
    ),
    Ending.STOPPED: _unsent(
        "The {do} of {name} was cancelled by {by} before it was sent.", "Cancelled by {by} before it was sent"
    ),
    Ending.WITHDRAWN: _unsent("The {do} of {name} was withdrawn by {by}.", "Withdrawn by {by}"),
    Ending.UNTOUCHED: _needs_attention(
        "Needs attention: Feldera never confirmed it",
        "Known: the {step} was sent to Feldera {sends}, Feldera never confirmed it, and {name} is unchanged.",
        "Not known: whether the {step} can still take effect.",
        "What to do: look at {name} in Feldera now, and again in a few minutes. I keep watching, too: if the {step} takes effect, this request ends by itself. If no {step} is under way and this request still needs attention, press *Close request*{on_card}. "
        "To request it again after that, type {again}{showing}.",
    ),
    Ending.UNPROVABLE: _needs_attention(
        "Needs attention: Feldera's events do not show whether it was {done}",
        "Known: the {step} was sent to Feldera {sends}, Feldera {confirmed} it, and {name} has been started since.",
        "Not known: whether it was {done} before that; Feldera's events do not show it.",
        "What to do: find out whether {name} started empty; ask the person who started it, or look in Feldera's log. You can close this "
        "request without finding that out, but first look in Feldera that no {step} is under way; then press *Close request*{on_card}.",
    ),
    Ending.CONTRADICTION: _needs_attention(
        "Needs attention: Feldera accepted it, but the pipeline is neither {done} nor {doing}",
        "Known: Feldera accepted the {step}, but {name} is neither {done} nor {doing}{and_still}.",
        "Not known: why.",
        "What to do: look at {name} and at Feldera's log; once you are sure that nothing is under way, press *Close request*{on_card}. "
        "To request it again after that, type {again}{showing}.",
    ),
    Ending.AMBIGUOUS_FELDERA: _needs_attention(
        "Needs attention: a different Feldera may be answering now",
        "Known: the {step} was sent to Feldera {sends}. Since then {name} is gone, or another pipeline has its name.",
        "Not known: whether {name} was {done}, and whether {host} still leads to the same Feldera. I cannot "
        "check that: this Feldera does not say which tenant it serves.",
        "What to do: ask the person who runs the bot whether {host} leads to another Feldera now. If it does, look at {name} in the "
        "old Feldera, to which the {step} was sent. If it does not, find out in Feldera who deleted, renamed or replaced {name}. Once you are sure "
        "that no {step} is under way in the Feldera to which it was sent, press *Close request*{on_card}.",
    ),
    Ending.OUT_OF_REACH: _needs_attention(
        "Needs attention: Feldera has given no usable answer for a day",
        "Known: the {step} was sent to Feldera {sends}, and Feldera has given no usable answer for a day now ({said}).",
        "Not known: whether {name} was {done}.",
        "What to do: find out why Feldera gives no usable answer; I keep trying. Do not close this request before Feldera answers again. "
        "If it still needs attention then, look at {name} in Feldera; once you are sure that no {step} is under way, "
        "press *Close request*{on_card}.",
    ),
    Ending.CLOSED: _words(
        "The request to {do} {name} was closed by {by}, who confirms that nothing is under way in Feldera.",
        "Closed by {by}, who confirms that nothing is under way in Feldera",
        "Whether it was {done} is not recorded here. To request it again, type {again}{showing}.",
    ),
    Ending.RESTARTED_BEFORE: _unsent(
        "{Undone}: somebody restarted {name} after {requester}'s preview.",
        "{Undone_so_far}: somebody restarted the pipeline after {requester}'s preview",
        "To request it again, type {again}{showing}.",
    ),
    Ending.RESTARTED_WHILE_STOPPING: _words(
        "The stop of {name} is not confirmed: somebody asked it to start before I saw it stopped.",
        "Not confirmed as stopped: somebody asked it to start before I saw it stopped",
        "I do not know whether it stopped in between; if it did, everything after its last checkpoint was lost. Nothing more was sent to Feldera. "
        "To request it again, type {again}{showing}.",
    ),
    Ending.RUN_SINCE: _unsent(
        "{Undone}: I cannot tell from Feldera's events whether somebody restarted {name} after {requester}'s preview.",
        "{Undone_so_far}: I cannot tell from Feldera's events whether somebody restarted it after {requester}'s preview",
        "If it was restarted, a clear would delete more than the preview showed. To request the {rest_name} again, type {rest}{showing}.",
    ),
    Ending.EVENTS_UNUSABLE: _unsent(
        "{Undone}: Feldera's events of {name} cannot be read ({said}).",
        "{Undone_so_far}: Feldera's events cannot be read ({said})",
        "Without its events I cannot tell whether somebody starts the pipeline between the stop and the clear, so I do not do both in one request.",
        "Make it two requests: {apart}.",
    ),
    Ending.STORAGE_UNKNOWN: _unsent(
        "{Undone}: Feldera reports a storage state of {name} that this bot does not know.",
        "{Undone_so_far}: Feldera reports a storage state that this bot does not know",
        "Tell the person who runs the bot.",
    ),
    Ending.RIGHTS_END_SOON: _unsent(
        "{name} was not {done}: the role of {requester} or of an approver had less than 5 minutes left, so it could have ended before the last step.",
        "{Undone_so_far}: the role of {requester} or of an approver had less than 5 minutes left, so it could have ended before the last step",
        "Ask an admin to extend that role, then type {again}.",
    ),
    Ending.NOT_COMPILED: _unsent(
        "{Undone}: the program of {name} does not compile{so}.",
        "{Undone_so_far}: the program does not compile{so}",
    ),
    Ending.START_FAILED: _words(
        "{Undone}: {name} failed while starting{code}.",
        "{Undone_so_far}: it failed while starting{code}",
    ),
    Ending.STOPPED_WHILE_STARTING: _words(
        "{Undone}: somebody stopped {name} while it was starting.",
        "{Undone_so_far}: somebody stopped it while it was starting",
    ),
    Ending.GONE_WHILE_STARTING: _words(
        "{Undone}: {name} disappeared while it was starting; somebody deleted or renamed it.",
        "{Undone_so_far}: the pipeline disappeared while it was starting; somebody deleted or renamed it",
    ),
    Ending.LEFT_TO_HUMAN: _words(
        "{name} was not {done}: the {step_before} took effect late, when this request already needed attention, "
        "and I send nothing more for such a request.",
        "{Undone_so_far}: the {step_before} took effect late, when this request already needed attention, "
        "and I send nothing more for such a request",
        "To request the {rest_name} again, type {rest}.",
    ),
}

BY_OTHERS: Mapping[Ending, OutcomeWords] = {
    Ending.PIPELINE_STOPPED: _words("{name} was stopped by somebody else{after}.", "{All_done}{after}"),
    Ending.RUNNING: _words("{name} was started by somebody else: running{after}.", "{Running}{after}"),
}
"""The words for outcomes that needed no request of the bot."""

WITH_ERROR = frozenset({Ending.NOT_COMPILED, Ending.START_FAILED})
"""The outcomes with an error of the pipeline itself: threads show it as a block of code, cards its beginning."""
