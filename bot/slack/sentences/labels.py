"""Labels and signs (emoji) for states, steps and fields, and the order in which they are shown. Pure.

One thing has one sign and one name, wherever it is shown: on cards, in threads, lists, previews and the audit log. A
sign never appears alone, since not everybody sees it: words say the same. What is unknown has a sign of its own, and
is never shown as something known. This module decides nothing, and builds no blocks.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from bot.domain.events import EventKind
from bot.domain.ids import Actor
from bot.domain.operations.operation import Operation, State
from bot.domain.operations.outcome import Ending, Outcome
from bot.domain.operations.plans import CLEAR
from bot.domain.pipelines.activity import Activity
from bot.domain.pipelines.pipeline import NOT_COMPILED, Pipeline, Storage
from bot.slack.sentences.plan_text import action_name, state_in_words
from bot.slack.text.spans import NOTHING, Text, ago, mention

UNKNOWN = "❔"
FROZEN = "🧊"
GLASS = "🚨"
TROUBLE = "⚠️"
YES = "✅"  # allowed
NO = "🚫"  # not allowed
NOT_NOW = "⛔"  # allowed, but something is in the way for now
GRANT = "🔑"
RULE = "📏"
PAUSED = "⏸️"
_STARTED_ONLY = frozenset({Ending.AWAITS_APPROVAL_IN_FELDERA, Ending.UP_OTHERWISE})

# A step of a plan.
DONE = "✓"
DOING = "⏳"
TO_DO = "○"
NOT_DONE = "✗"

STATES: Mapping[State, tuple[str, str]] = {
    State.PROPOSED: ("💬", "Not confirmed"),
    State.AWAITING_APPROVAL: ("🙋", "Waiting for approval"),
    State.READY: ("⏳", "Not sent yet"),
    State.SUBMITTING: ("⏳", "Sent, no answer yet"),
    State.WAITING: ("⏳", "Under way"),
    State.NEEDS_HUMAN: ("⚠️", "Needs attention"),
    State.SUCCEEDED: ("✅", "Cleared"),
    State.UNNECESSARY: ("✅", "Nothing to clear"),
    State.REFUSED: ("❌", "Not cleared"),
    State.STALE: ("❌", "Not cleared"),
    State.EXPIRED: ("❌", "Expired"),
    State.DENIED: ("❌", "Denied"),
    State.WITHDRAWN: ("↩️", "Withdrawn"),
    State.CLOSED: ("☑️", "Closed by hand"),
}

EVENTS: Mapping[EventKind, tuple[str, str]] = {
    EventKind.PROPOSED: ("💬", "previewed"),
    EventKind.CONFIRMED: ("✓", "confirmed"),
    EventKind.REQUESTED: ("🙋", "requested"),
    EventKind.REMINDED: ("⏰", "reminded"),
    EventKind.APPROVED: ("👍", "approved"),
    EventKind.BREAK_GLASS_RUN: (GLASS, "run as break-glass"),
    EventKind.SIGNED_OFF: ("🔏", "reviewed"),
    EventKind.HELD: (FROZEN, "held by a freeze"),
    EventKind.UNVERIFIED: ("⏸️", "held: permissions cannot be checked"),
    EventKind.SENT: ("📤", "sent"),
    EventKind.SENT_AGAIN: ("📤", "sent again"),
    EventKind.POSTPONED: ("⏸️", "postponed by Feldera"),
    EventKind.ANSWER_LOST: (UNKNOWN, "answer lost"),
    EventKind.ACCEPTED: ("⏳", "accepted by Feldera"),
    EventKind.FOUND_CLEARING: ("⏳", "found under way"),
    EventKind.STILL_CLEARING: ("⏳", "still under way"),
    EventKind.PHASE: ("⏳", "progress"),
    EventKind.STEP_DONE: (DONE, "a step done"),
    EventKind.UNREACHABLE: ("🔌", "Feldera does not answer"),
    EventKind.REACHABLE: ("🔌", "Feldera answers again"),
    EventKind.OVERDUE: ("🐌", "unusually long"),
    EventKind.NEEDS_HUMAN: ("⚠️", "needs attention"),
    EventKind.ENDED: ("🏁", "ended"),
    EventKind.REFUSED: ("🚫", "denied"),
    EventKind.GRANTED: ("🔑", "granted"),
    EventKind.REVOKED: ("🔑", "revoked"),
    EventKind.RULE_SET: ("📏", "rule set"),
    EventKind.RULE_DROPPED: ("📏", "rule dropped"),
    EventKind.FROZEN: (FROZEN, "frozen"),
    EventKind.UNFROZEN: (FROZEN, "unfrozen"),
    EventKind.CLOCK_RESET: ("🕰️", "clock reset"),
    EventKind.ACCESS_REQUESTED: ("📨", "access requested"),
    EventKind.ARCHIVED: ("🗄️", "entries archived"),
}

STORAGES: Mapping[Storage, tuple[str, str]] = {
    Storage.CLEARED: ("⬜", "cleared"),
    Storage.IN_USE: ("💾", "holds data"),
    Storage.CLEARING: ("🧹", "being cleared"),
    Storage.OTHER: (UNKNOWN, "unknown"),
}

# Feldera's own words (`deployment_status`); its console shows the same ones, so they are not translated.
_DEPLOYMENTS: Mapping[str, str] = {
    "Stopped": "⏹️",
    "Running": "▶️",
    "Paused": "⏸️",
    "Standby": "⏸️",
    "Suspended": "⏸️",
    "AwaitingApproval": "⏸️",
    "Unavailable": "⚠️",
    **dict.fromkeys(
        (
            "Provisioning",
            "Coordination",
            "Initializing",
            "Bootstrapping",
            "ConcurrentBootstrapping",
            "Synchronizing",
            "Replaying",
            "Stopping",
        ),
        "🔄",
    ),
}


class Field(StrEnum):
    """Every label of a preview or a pipeline's state, in the order in which they are shown everywhere."""

    DEPLOYMENT = "Deployment"
    WANTED = "Desired state"
    STORAGE = "Storage"
    PROGRAM = "Program"
    OPERATION = "Request"
    WOULD_DESTROY = "A clear deletes"
    LOSES = "A stop loses"
    FROZEN = "Frozen"
    LAST_ERROR = "Last error"
    RUN_AS_BREAK_GLASS = "Run as break-glass for"
    ACTION_NAMES = "Recent Feldera events"
    ENDED = "Recent requests"


def in_order(values: Mapping[Field, Text | str | None]) -> list[tuple[str, Text | str]]:
    """Labels and values, for `blocks.fields`; what is None is left out."""
    return [(label.value, value) for label in Field if (value := values.get(label)) is not None]


def sign(of: State | EventKind | Storage) -> str:
    match of:
        case State():
            return STATES[of][0]
        case EventKind():
            return EVENTS[of][0]
        case Storage():
            return STORAGES[of][0]


def outcome_sign(state: State, outcome: Outcome | None) -> str:
    """The sign of its state, unless it ended otherwise than a success lets expect."""
    started_only = outcome is not None and outcome.ending in _STARTED_ONLY
    return PAUSED if started_only else sign(state)


def words(of: State | EventKind | Storage) -> str:
    match of:
        case State():
            return STATES[of][1]
        case EventKind():
            return EVENTS[of][1]
        case Storage():
            return STORAGES[of][1]


def deployment_sign(status: str) -> str:
    """The sign of a deployment status; for an unknown status, the sign of the unknown."""
    return _DEPLOYMENTS.get(status, UNKNOWN)


def deployment(status: str, since: datetime | None = None) -> Text:
    """`⏹️ Stopped 2 hours ago (…)`."""
    shown = Text("{}", status) if since is None else status_and_age(status, since)
    return Text("{} {}", deployment_sign(status), shown)


def status_and_age(status: str, since: datetime) -> Text:
    """`Running, started 3 days ago (…)`: how it reads depends on the status."""
    if status in _PARTICIPLES:
        return Text("{} {}", status, ago(since))
    return Text("{}, {} {}", status, "started" if status == "Running" else "began", ago(since))


_PARTICIPLES = frozenset({"Stopped", "Paused", "Suspended"})


def storage(pipeline: Pipeline) -> Text:
    """`💾 holds data`."""
    return Text("{} {}", sign(pipeline.storage), words(pipeline.storage))


def doing(event: Activity) -> Text:
    """`▶️ Running, 💾 storage holds data`: what is new, in the order of the labels."""
    told = [
        deployment(event.deployment) if event.deployment else NOTHING,
        _wanted(event),
        Text("{} storage {}", sign(event.storage), words(event.storage)) if event.storage else NOTHING,
        _PROGRAMS.get(event.program, Text("program {}", event.program)) if event.program else NOTHING,
        _error_or_none(event.has_error),
    ]
    return Text(", ").join(told)


def _error_or_none(has_error: bool | None) -> Text:  # noqa: FBT001 - None: nothing is new
    if has_error is None:
        return NOTHING
    return Text("{} error", TROUBLE) if has_error else Text("the error is gone")


def _wanted(event: Activity) -> Text:
    if not event.wanted:
        return NOTHING
    if event.wanted == event.deployment:
        return NOTHING
    return _RESOURCES_REQUESTED.get(event.wanted, Text("desired {}", event.wanted))


def requested(desired: str) -> Text:
    """`told to start`, for the status that a pipeline is desired to have."""
    return _REQUESTED.get(desired, Text("desired {}", desired))


# Feldera's event log has the desired status of the resources while nothing runs yet, and `Running` from then on.
_RESOURCES_REQUESTED = {"Provisioned": Text("told to start"), "Stopped": Text("told to stop")}
_REQUESTED = {**_RESOURCES_REQUESTED, "Running": Text("told to start")}
_PROGRAMS = {
    "Pending": Text("program waits to be compiled"),
    "CompilingSql": Text("program is being compiled (SQL)"),
    "SqlCompiled": Text("program is being compiled (SQL done)"),
    "CompilingRust": Text("program is being compiled (Rust)"),
    "Success": Text("program compiled"),
    **dict.fromkeys(NOT_COMPILED, Text("program does not compile")),
}


def state_words(operation: Operation) -> str:
    """Its state. A request cancelled before sending was not withdrawn, though neither was sent."""
    outcome = operation.outcome
    was_cancelled = outcome is not None and outcome.ending is Ending.STOPPED
    return "Cancelled before sending" if was_cancelled else words(operation.state)


def outcome_words(operation: Operation) -> str:
    """How it ended, or how far it is: `Stopped, not cleared`, `Not cleared (running before)`, `Denied`."""
    outcome, told = operation.outcome, state_words(operation)
    if operation.plan != CLEAR and operation.state in _SENTENCE_BY_STEP:
        told = state_in_words(operation)
    if outcome is not None and operation.state in _WITHOUT_REASON:
        told += f" ({outcome.ending.value.replace('_', ' ')})"
    return told


_SENTENCE_BY_STEP = frozenset({State.SUCCEEDED, State.UNNECESSARY, State.REFUSED, State.STALE, State.EXPIRED})
_WITHOUT_REASON = frozenset({State.REFUSED, State.STALE, State.EXPIRED})


def what(operation: Operation) -> Text:
    """`clear (id `7fk2qa`), requested by @ana …`: what, who and when, to follow words that say its state."""
    asked_by = by(operation.requester, asked_at(operation))
    return Text("{} (id `{}`), requested by {}", action_name(operation.plan), operation.short_id, asked_by)


def by(actor: Actor, moment: datetime | None = None) -> Text:
    """Who, and when."""
    return mention(actor.user) if moment is None else Text("{} {}", mention(actor.user), ago(moment))


def asked_at(operation: Operation) -> datetime:
    return operation.confirmed_at or operation.created_at
