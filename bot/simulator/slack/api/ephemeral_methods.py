"""The Web API method for ephemeral messages: shown to one member of a channel, and kept nowhere."""

from typing import Any

from bot.simulator.slack.api.message_content import read_content
from bot.simulator.slack.api.message_methods import Call, Method, channel_to_post_in
from bot.simulator.slack.errors import Refused


def chat_post_ephemeral(call: Call) -> dict[str, Any]:
    """The app must be in the channel, whatever its scopes; one to the app itself is accepted, and nobody sees it."""
    user, workspace = call.argument("user"), call.workspace
    channel = channel_to_post_in(call, call.args.get("channel"))
    if not channel.bot_is_member:
        raise Refused("not_in_channel")
    if user != workspace.bot_user_id and not channel.has(user):
        raise Refused("user_not_in_channel")
    message = workspace.shows_only(user, channel, content=read_content(call.args))
    return {"message_ts": message.ts}


EPHEMERAL: dict[str, Method] = {"chat.postEphemeral": Method(chat_post_ephemeral, needs="chat:write")}
