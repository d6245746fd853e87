"""The response_urls of commands and interactions: each allows five answers within half an hour.

They need no token and no membership: the URL itself is the permission. They can replace only the message whose button was
pressed. For a slash command Slack documents no replacing, and adds the message (slackapi/bolt-python#1268); what it would
be like if it did replace, or refused to, is `after_commands`.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Any, Literal

from aiohttp import web

from bot.simulator.slack.api.message_content import read_content
from bot.simulator.slack.errors import Refused
from bot.simulator.slack.state.messages import Channel, Message
from bot.simulator.slack.state.workspace import Workspace

AfterCommand = Literal["adds", "replaces", "refuses"]
"""What becomes of a message that is to replace what the ack of a command said."""

USES = 5
LIFETIME = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class RecordedAnswer:
    """A message sent to a response_url, without the URL, which is a permission. `error` is None if Slack accepted it."""

    body: Mapping[str, Any]
    error: str | None
    at: datetime


@dataclass(eq=False, slots=True)
class _Right:
    person_id: str
    channel: Channel
    source: Message | None
    issued_at: datetime
    uses: int = 0
    acked: Message | None = None


class ResponseUrls:
    def __init__(self, workspace: Workspace, origin: Callable[[], str]) -> None:
        self._workspace = workspace
        self._origin = origin
        self._rights: dict[str, _Right] = {}
        self.answers: list[RecordedAnswer] = []
        """Everything that was sent to one, in order."""
        self.after_commands: AfterCommand = "adds"

    def acknowledged(self, url: str, message: Message) -> None:
        """The ack of this URL's command showed that message."""
        self._rights[url.removeprefix(self._origin())].acked = message

    def issue(
        self,
        kind: Literal["commands", "actions"],
        person_id: str,
        *,
        channel: Channel,
        source: Message | None = None,
    ) -> str:
        """A new URL for this person's command in `channel`, or for their press of a button of `source`."""
        path = f"/{kind}/{self._workspace.team_id}/{token_urlsafe(18)}"
        self._rights[path] = _Right(person_id, channel, source, self._workspace.clock.now())
        return f"{self._origin()}{path}"

    async def handle(self, request: web.Request) -> web.Response:
        """`POST` of a JSON message: 200 `ok`, 404 `used_url`, `expired_url` or `invalid_url`, 400 and an error code."""
        right = self._rights.get(request.path)
        lapsed = self._lapsed(right)
        body: dict[str, Any] = {}
        try:
            body = await _message(request)
            if right is None or lapsed:
                return self._reported(body, lapsed, status=404)
            self._apply(right, body)
        except Refused as refusal:
            return self._reported(body, refusal.code, status=400)
        right.uses += 1
        return self._reported(body, None, status=200)

    def _reported(self, body: Mapping[str, Any], error: str | None, *, status: int) -> web.Response:
        self.answers.append(RecordedAnswer(body, error, self._workspace.clock.now()))
        self._workspace.changes.note()
        return web.Response(status=status, text=error or "ok")

    def _lapsed(self, right: _Right | None) -> str:
        """Why this URL cannot be used any more, or None."""
        if right is None:
            return "invalid_url"
        if self._workspace.clock.now() - right.issued_at > LIFETIME:
            return "expired_url"
        return "used_url" if right.uses >= USES else ""

    def _apply(self, right: _Right, body: dict[str, Any]) -> None:
        source, replaces = right.source, body.get("replace_original")
        if right.acked is not None and replaces and self.after_commands == "refuses":
            raise Refused("cant_update_message")
        if right.acked is not None and self.after_commands == "replaces":
            source = right.acked
        if source is not None and replaces:
            if source.deleted:
                raise Refused("message_not_found")
            self._workspace.edits(source, read_content(body))
            return
        content = read_content(body)
        thread_ts = body.get("thread_ts")
        if thread_ts is not None and right.channel.message(thread_ts) is None:
            raise Refused("invalid_thread_ts")
        if body.get("response_type") == "in_channel":
            bot = self._workspace.bot_user_id
            self._workspace.posts(right.channel, bot, content=content, thread_ts=thread_ts)
        else:
            self._workspace.shows_only(right.person_id, right.channel, content=content, thread_ts=thread_ts)


async def _message(request: web.Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.text())
    except ValueError as problem:
        raise Refused("invalid_payload") from problem
    if not isinstance(body, dict):
        raise Refused("invalid_payload")
    return body
