"""Outcomes: how an operation or a step of it ended.

The values of `Ending` are stored: they are the contract between versions of the bot, so that a deploy in the middle of
an operation is safe. Rename the members as you like, never the values.
"""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.ids import Actor


class Ending(StrEnum):
    """Why an operation ended as it did, or why it needs a human."""

    CLEARED = "cleared"
    CLEARED_AND_STARTING = "cleared_and_starting"
    CLEARED_THEN_STARTED = "cleared_then_started"
    CLEARED_THEN_GONE = "cleared_then_gone"
    CLEARED_THEN_RECREATED = "cleared_then_recreated"
    NOTHING_TO_CLEAR = "nothing_to_clear"
    PIPELINE_STOPPED = "pipeline_stopped"
    STOPPED_THEN_GONE = "stopped_then_gone"
    NOTHING_TO_STOP = "nothing_to_stop"
    RUNNING = "running"
    AWAITS_APPROVAL_IN_FELDERA = "awaits_approval_in_feldera"
    UP_OTHERWISE = "up_otherwise"  # started, by somebody who wanted it paused or on standby
    NOTHING_TO_START = "nothing_to_start"
    FELDERA_REFUSED = "feldera_refused"
    UNKNOWN_PIPELINE = "unknown_pipeline"
    NO_ACCESS = "no_access"
    WRONG_ADDRESS = "wrong_address"
    PERMISSION_LOST = "permission_lost"
    APPROVALS_LOST = "approvals_lost"
    RIGHTS_UNREAD = "rights_unread"
    DENIED = "denied"
    DENIED_IN_SHELL = "denied_in_shell"
    NOT_APPROVED = "not_approved"
    STOPPED = "stopped"
    NO_PLACE = "no_place"
    RECREATED_BEFORE = "recreated_before"
    RUNNING_BEFORE = "running_before"
    CHANGED_BEFORE = "changed_before"
    STARTED_INSTEAD = "started_instead"
    RESTARTED_BEFORE = "restarted_before"  # a different run than the one to be stopped
    RESTARTED_WHILE_STOPPING = "restarted_while_stopping"
    RUN_SINCE = (
        "run_since"  # stopped, but perhaps a later run: nobody has reviewed what the clear would destroy
    )
    EVENTS_UNUSABLE = "events_unusable"  # no clear could be proved correct after this stop: it is not sent
    STORAGE_UNKNOWN = "storage_unknown"  # a storage state that this bot does not know
    RIGHTS_END_SOON = "rights_end_soon"  # a grant would expire in the middle of the plan
    NOT_COMPILED = "not_compiled"
    START_FAILED = "start_failed"
    STOPPED_WHILE_STARTING = "stopped_while_starting"
    GONE_WHILE_STARTING = "gone_while_starting"
    LEFT_TO_HUMAN = "left_to_human"  # a step that needed a human was done all the same
    TOO_LATE = "too_late"
    WITHDRAWN = "withdrawn"
    UNTOUCHED = "untouched"  # needs a human: sent, never answered, and nothing happened
    UNPROVABLE = "unprovable"  # needs a human: sent, and what Feldera shows proves nothing
    CONTRADICTION = "contradiction"  # needs a human: accepted, and yet not cleared
    AMBIGUOUS_FELDERA = "not_told_apart"  # needs a human: sent, and it is now unclear which Feldera answers
    OUT_OF_REACH = "out_of_reach"  # needs a human: sent, and Feldera could not be reached for a day
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an operation ended: the ending, and Feldera's own sentence and `error_code` if it gave them."""

    ending: Ending
    message: str = ""
    code: str | None = None
    by: Actor | None = None
