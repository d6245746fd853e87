"""Request text: a request in one line, for lists that look back. Pure."""

from bot.domain.operations.operation import Operation
from bot.domain.operations.run_times import run_time
from bot.slack.sentences.labels import GLASS, asked_at, outcome_words, sign
from bot.slack.sentences.plan_text import action_name
from bot.slack.text.quantities import duration
from bot.slack.text.spans import NOTHING, Text, ago, code, mention

MINUTE = 60  # seconds


def request_text(operation: Operation, *, names_pipeline: bool = True) -> Text:
    """`✅ Cleared: clear of `orders` by @ana 3 days ago (…), took 8 seconds`: what came of it first."""
    glass = Text(", {} break-glass for {}", GLASS, code(operation.incident, 100))
    return Text(
        "{sign} {outcome}: {action}{of} by {who} {ago}{took}{glass}",
        sign=sign(operation.state),
        outcome=outcome_words(operation),
        action=action_name(operation.plan),
        of=Text(" of `{}`", operation.pipeline) if names_pipeline else NOTHING,
        who=mention(operation.requester.user),
        ago=ago(asked_at(operation)),
        took=_took(operation),
        glass=glass if operation.incident else NOTHING,
    )


def _took(operation: Operation) -> Text:
    """To the minute, from a minute on."""
    length = run_time(operation)
    if length is None:
        return NOTHING
    seconds = max(1, round(length.total_seconds()))
    return Text(", took {}", duration(seconds if seconds < MINUTE else round(seconds / MINUTE) * MINUTE))
