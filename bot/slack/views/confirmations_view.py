"""What a preview turns into at its confirmation, before the card is posted. Pure."""

from bot.domain.operations.operation import Operation
from bot.slack.sentences.plan_text import action_name
from bot.slack.sentences.unusable_channel_text import is_direct
from bot.slack.text.blocks import Message, said
from bot.slack.text.quantities import left
from bot.slack.text.spans import NOTHING, Text, channel
from bot.slack.views.previews_view import approvals_in_words


def confirmed(operation: Operation) -> Message:
    """For what needs nobody else."""
    return said(
        "⏳ Posting the {} of `{}`{}; it is sent once it is visible.",
        action_name(operation.plan),
        operation.pipeline,
        _place(operation),
    )


def requested(operation: Operation) -> Message:
    """For what others decide."""
    return said(
        "🙋 Posting the request to {} `{}`{}. It needs {}{}; you are told of every decision.",
        action_name(operation.plan),
        operation.pipeline,
        _place(operation),
        approvals_in_words(operation.approval.needed),
        _within(operation),
    )


def _place(operation: Operation) -> Text:
    """Where the card will be. Slack shows no name for a reference to direct messages."""
    place = operation.card_channel
    return NOTHING if place is None or is_direct(place) else Text(" in {}", channel(place))


def _within(operation: Operation) -> Text:
    asked_at, deadline = operation.confirmed_at, operation.approval.deadline
    return NOTHING if asked_at is None or deadline is None else Text(" within {}", left(deadline - asked_at))
