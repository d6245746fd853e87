"""Request text: a request in one line, for lists that look back. Pure."""

from bot.domain.archived_entries import Archived
from bot.domain.operations.operation import Operation, State
from bot.domain.operations.run_times import run_time, whole_seconds
from bot.slack.sentences.labels import GLASS, asked_at, outcome_sign, state_words
from bot.slack.sentences.outcome_text import verdict
from bot.slack.sentences.plan_text import action_name, state_in_words
from bot.slack.text.quantities import duration
from bot.slack.text.spans import NOTHING, Text, ago, at, code, mention

MINUTE = 60  # seconds
_SAY_WHAT_WAS_DONE = frozenset({State.SUCCEEDED, State.UNNECESSARY, State.REFUSED, State.STALE})
_WITH_REASON = frozenset({State.REFUSED, State.STALE, State.EXPIRED})


def request_text(operation: Operation, *, names_pipeline: bool = True) -> Text:
    """`✅ Cleared: clear of `orders`, requested by @ana 3 days ago (…), took 8 seconds`: what came of it first.

    Below the pipeline's name: `✅ Cleared, requested by @ana …`.
    """
    glass = Text(", {} break-glass for {}", GLASS, code(operation.incident, 100))
    return Text(
        "{sign} {outcome}{what} requested by {who} {ago}{took}{glass}",
        sign=outcome_sign(operation.state, operation.outcome),
        outcome=_outcome(operation),
        what=_what(operation, names_pipeline=names_pipeline),
        who=mention(operation.requester.user),
        ago=ago(asked_at(operation)),
        took=_took(operation),
        glass=glass if operation.incident else NOTHING,
    )


def gives_reason(operation: Operation) -> bool:
    """Whether the line says why it ended, as its card does."""
    return operation.outcome is not None and operation.state in _WITH_REASON


def _outcome(operation: Operation) -> Text | str:
    if operation.outcome is not None and operation.state in _WITH_REASON:
        return verdict(operation, operation.outcome)
    return state_in_words(operation) if operation.state in _SAY_WHAT_WAS_DONE else state_words(operation)


def _what(operation: Operation, *, names_pipeline: bool) -> Text:
    """What was requested, unless the outcome has said it."""
    joint = ";" if gives_reason(operation) else ":"
    if names_pipeline:
        return Text("{} {} of `{}`,", joint, action_name(operation.plan), operation.pipeline)
    if operation.state in _SAY_WHAT_WAS_DONE:
        return Text("{}", ";" if gives_reason(operation) else ",")
    return Text("{} {}", joint, action_name(operation.plan))


def _took(operation: Operation) -> Text:
    """To the minute, from a minute on."""
    length = run_time(operation)
    if length is None:
        return NOTHING
    seconds = whole_seconds(length)
    return Text(", took {}", duration(seconds if seconds < MINUTE else round(seconds / MINUTE) * MINUTE))


def older_archived(archived: Archived) -> Text:
    """Where requests are that no list here has any more: only the shell reads an archive."""
    return Text(
        "Requests up to {} were archived {}. The person who runs the bot can look them up in the archive.",
        at(archived.newest_at),
        ago(archived.archived_at),
    )
