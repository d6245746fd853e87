"""Text for unusable channels: why an operation cannot be shown where it was requested. Pure.

The row keeps Slack's error code (`not_in_channel`, …); people read what it means for them.
"""

from bot.domain.ids import ChannelId
from bot.slack.text.spans import Text, channel, code

RESTRICTED = "restricted_action"  # and its many longer forms

_NOT_IN_IT = frozenset({"not_in_channel", "channel_not_found"})
_ARCHIVED = frozenset({"is_archived", "is_inactive"})


def why_not(origin: ChannelId, word: str) -> Text:
    """A clause such as `I am not in #ops`, for Slack's error code `word` about `origin`."""
    place = _place(origin)
    if word in _NOT_IN_IT:
        return Text("I am not in {}", place)
    if word in _ARCHIVED:
        return Text("{} is archived", place)
    if word.startswith(RESTRICTED):
        return Text("I may not post in {}", place)
    return Text("I cannot post in {} ({})", place, code(word))


def can_be_invited(origin: ChannelId, word: str) -> bool:
    """Whether an invitation would help: the bot cannot be invited to other people's direct messages."""
    return word in _NOT_IN_IT and not is_direct(origin)


def _place(origin: ChannelId) -> Text:
    # Slack shows no name for a reference to direct messages.
    return Text("the conversation in which it was requested") if is_direct(origin) else channel(origin)


def is_direct(origin: ChannelId) -> bool:
    # The origin of a form opened by a global shortcut is its person (`U…`, `W…`).
    return origin.startswith(("D", "U", "W"))
