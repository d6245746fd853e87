"""What a preview turns into at its confirmation, before the card is posted. Pure."""

from bot.domain.operations.operation import Operation
from bot.slack.sentences.plan_text import action_name
from bot.slack.sentences.unusable_channel_text import is_direct
from bot.slack.text.blocks import Message, said
from bot.slack.text.quantities import exactly
from bot.slack.text.spans import NOTHING, Text, channel
from bot.slack.views.previews_view import approval_from


def confirmed(operation: Operation) -> Message:
    """For what needs nobody else."""
    return said(
        "⏳ Posting the request to {action} `{name}`{place}. When the message is visible{there}{window}, "
        "the {step} is sent to Feldera.",
        action=action_name(operation.plan),
        name=operation.pipeline,
        place=_place(operation),
        there=Text(" there") if _place(operation) else NOTHING,
        window=_window(operation),
        step=operation.step_name.value,
    )


def requested(operation: Operation) -> Message:
    """For what others decide."""
    return said(
        "🙋 Posting the request to {} `{}`{}. It needs {}{}. I will tell you of every decision.",
        action_name(operation.plan),
        operation.pipeline,
        _place(operation),
        approval_from(operation.approval.needed),
        _within(operation),
    )


def _place(operation: Operation) -> Text:
    """Where the card will be. Slack shows no name for a reference to direct messages."""
    place = operation.card_channel
    return NOTHING if place is None or is_direct(place) else Text(" in {}", channel(place))


def _window(operation: Operation) -> Text:
    """How long it can be cancelled, if a rule gives it that time."""
    confirmed_at, until = operation.confirmed_at, operation.cancellable_until
    if confirmed_at is None or until is None:
        return NOTHING
    return Text(" and the {} in which it can be cancelled are over", exactly(until - confirmed_at))


def _within(operation: Operation) -> Text:
    asked_at, deadline = operation.confirmed_at, operation.approval.deadline
    if asked_at is None or deadline is None:
        return NOTHING
    return Text(" within {}, or it expires", exactly(deadline - asked_at))
