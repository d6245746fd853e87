"""The Web API methods about channels and messages: one function per method, in the table `METHODS`.

A method gets a `Call` whose token was already checked and returns the body of the answer, or raises `Refused` with the
error code of the real service. It knows nothing of HTTP, and of no faults but those the workspace's state explains.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from bot.simulator.slack.api.message_content import LONGEST_EDIT, read_content
from bot.simulator.slack.errors import Refused
from bot.simulator.slack.state.messages import Channel, Message
from bot.simulator.slack.state.workspace import Workspace

BETWEEN_POSTS = timedelta(seconds=1)
"""Slack accepts about one chat.postMessage a second per channel."""


@dataclass(frozen=True, slots=True)
class Call:
    workspace: Workspace
    args: Mapping[str, Any]
    scopes: frozenset[str]
    pacing: "Pacing"

    def argument(self, name: str) -> str:
        """A required text argument.

        Raises:
            Refused: invalid_arguments, naming it.
        """
        value = self.args.get(name)
        if not isinstance(value, str) or not value:
            said = f"[ERROR] missing required field: {name}"
            raise Refused("invalid_arguments", response_metadata={"messages": [said]})
        return value


class Pacing:
    """When each channel last accepted a message; if strict, refuses messages that come too fast."""

    def __init__(self, *, strict: bool) -> None:
        self._strict = strict
        self._last: dict[str, datetime] = {}

    def takes(self, channel: Channel, now: datetime) -> None:
        last = self._last.get(channel.id)
        if self._strict and last is not None and now - last < BETWEEN_POSTS:
            raise Refused("ratelimited", retry_after=1)
        self._last[channel.id] = now


@dataclass(frozen=True, slots=True)
class Method:
    """`needs` is the scope that grants it; `caller` the kind of token it takes."""

    run: Callable[[Call], dict[str, Any]]
    needs: str | None = None
    caller: Literal["bot", "app", "config"] = "bot"


def auth_test(call: Call) -> dict[str, Any]:
    workspace, grid = call.workspace, call.workspace.grid
    said = {
        "url": f"https://{workspace.domain}.slack.com/",
        "team": workspace.team_name,
        "user": workspace.bot_name,
        "team_id": workspace.team_id,
        "user_id": workspace.bot_user_id,
        "bot_id": workspace.bot_id,
        "is_enterprise_install": workspace.is_enterprise_install,
    }
    if grid is not None:
        said["enterprise_id"] = grid.id
        if workspace.is_enterprise_install:
            said |= {"team": grid.name, "team_id": grid.id}
    return said


def chat_post_message(call: Call) -> dict[str, Any]:
    channel = channel_to_post_in(call, call.args.get("channel"))
    content = read_content(call.args)
    thread_ts = _thread_in(channel, call.args.get("thread_ts"))
    call.pacing.takes(channel, call.workspace.clock.now())
    bot = call.workspace.bot_user_id
    message = call.workspace.posts(channel, bot, content=content, thread_ts=thread_ts)
    return {"channel": channel.id, "ts": message.ts, "message": as_json(message, call.workspace)}


def chat_update(call: Call) -> dict[str, Any]:
    channel = _visible_channel(call, call.args.get("channel"))
    message = channel.message(call.argument("ts"))
    if message is None:
        raise Refused("message_not_found")
    if message.user != call.workspace.bot_user_id:
        raise Refused("cant_update_message")
    if channel.archived:
        raise Refused("is_inactive")
    content = read_content(call.args, longest=LONGEST_EDIT)
    call.workspace.edits(message, content)
    return {
        "channel": channel.id,
        "ts": message.ts,
        "text": message.text,
        "message": as_json(message, call.workspace),
    }


METHODS: dict[str, Method] = {
    "auth.test": Method(auth_test),
    "chat.postMessage": Method(chat_post_message, needs="chat:write"),
    "chat.update": Method(chat_update, needs="chat:write"),
}


def permalink(message: Message, workspace: Workspace) -> str:
    link = f"{workspace.archives}{message.channel.id}/p{message.ts.replace('.', '')}"
    return f"{link}?thread_ts={message.thread_ts}&cid={message.channel.id}" if message.thread_ts else link


def as_json(message: Message, workspace: Workspace) -> dict[str, Any]:
    """A message as the Web API and interaction payloads show it."""
    shown: dict[str, Any] = {
        "type": "message",
        "user": message.user,
        "ts": message.ts,
        "team": workspace.team_id,
        "text": message.text,
        "blocks": list(message.blocks),
    }
    if message.user == workspace.bot_user_id:
        shown |= {"bot_id": workspace.bot_id, "app_id": workspace.app_id}
    if message.thread_ts:
        shown["thread_ts"] = message.thread_ts
    if message.edited:
        shown["edited"] = {"user": message.user, "ts": f"{message.versions[-1].at.timestamp():.6f}"}
    return shown


def _visible_channel(call: Call, wanted: Any) -> Channel:
    """The channel with this id, or by name, if it exists for the bot at all."""
    channel = call.workspace.channels.get(wanted)
    if channel is None and isinstance(wanted, str):
        name = wanted.removeprefix("#")
        named = (each for each in call.workspace.channels.values() if each.kind != "im" and each.name == name)
        channel = next(named, None)
    if channel is None or (channel.kind == "private" and not channel.bot_is_member):
        raise Refused("channel_not_found")
    return channel


def channel_to_post_in(call: Call, wanted: Any) -> Channel:
    """Where a message to `wanted` goes: a channel's id or name, or a person's id for their direct messages."""
    if person := call.workspace.people.get(wanted):
        if person.deactivated or person.is_bot:
            raise Refused("channel_not_found")
        wanted = call.workspace.direct_messages(person).id
    channel = _visible_channel(call, wanted)
    if channel.kind == "im" and not call.workspace.messages_tab:
        raise Refused("messages_tab_disabled")
    if channel.archived:
        raise Refused("is_archived")
    if not channel.bot_is_member and "chat:write.public" not in call.scopes:
        raise Refused("not_in_channel")
    if channel.posting_restricted:
        raise Refused("restricted_action")
    return channel


def _thread_in(channel: Channel, thread_ts: Any) -> str | None:
    """The thread to post in: the ts of a message that exists in this channel and is no reply itself."""
    if thread_ts is None:
        return None
    root = channel.message(thread_ts)
    if root is None or root.thread_ts is not None:
        raise Refused("invalid_thread_ts")
    return root.ts


def is_true(value: Any) -> bool:
    return value in (True, 1, "1", "true", "True")
