"""Channel access: whether the bot can post in a channel, found out by a try that nobody sees.

`conversations.info` would need further scopes, and lists no posting restriction. `chat.postEphemeral` checks what
`chat.postMessage` checks, needs the same scope, and shows its message to one member of the channel alone: here, to the
bot itself. It leaves nothing in the channel, whatever comes of it.
"""

from dataclasses import dataclass

from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.ids import ChannelId
from bot.slack.api.web_api import CallRefused, CallSucceeded, ask, in_words

_TEXT = "pipeline-bot checks that it can post here. Nobody sees this message."
_NOT_A_MEMBER = frozenset({"not_in_channel", "user_not_in_channel"})


@dataclass(frozen=True, slots=True)
class CanPost:
    pass


@dataclass(frozen=True, slots=True)
class CannotPost:
    """`error` is Slack's code, as `chat.postMessage` has it: `not_in_channel`, `is_archived` and so on."""

    error: str


@dataclass(frozen=True, slots=True)
class NotKnown:
    """Slack did not say: `why` is a sentence."""

    why: str


ChannelAccess = CanPost | CannotPost | NotKnown


async def channel_access(client: AsyncWebClient, channel: ChannelId, bot_user: str) -> ChannelAccess:
    answer = await ask(client.chat_postEphemeral(channel=channel, user=bot_user, text=_TEXT))
    match answer:
        case CallSucceeded():
            return CanPost()
        case CallRefused(error):
            return CannotPost("not_in_channel" if error in _NOT_A_MEMBER else error)
        case _:
            return NotKnown(in_words(answer, client.base_url))
