"""Turns what a person does into what Slack sends to the app, and the app's ack into what the person sees.

The payloads carry every field the real ones do. It trusts the caller that the person can do this at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from bot.simulator.slack.api.message_content import read_content
from bot.simulator.slack.api.message_methods import as_json
from bot.simulator.slack.delivery.delivery import Ack, Envelope, EnvelopeType, RecordedDelivery, Transport
from bot.simulator.slack.errors import Refused
from bot.simulator.slack.state.messages import Block, Channel, Message
from bot.simulator.slack.state.open_views import Views
from bot.simulator.slack.state.profiles import Profile
from bot.simulator.slack.state.response_urls import ResponseUrls
from bot.simulator.slack.state.workspace import Content, Workspace

VERIFICATION_TOKEN = "simulated-verification-token"


@dataclass(frozen=True, slots=True)
class Answer:
    """What Slack shows at once: the ack's message, an error in Slack's words, or neither.

    `errors` are those a modal shows under its inputs, by their labels.
    """

    message: Message | None = None
    error: str | None = None
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return self.message.text if self.message else ""

    @property
    def blocks(self) -> tuple[Block, ...]:
        return self.message.blocks if self.message else ()


@dataclass(frozen=True, slots=True)
class Button:
    """A button as somebody saw it; the message may have changed since."""

    message: Message
    block_id: str
    element: Block


@dataclass
class Interactions:
    workspace: Workspace
    response_urls: ResponseUrls
    views: Views
    transport: Transport
    deliveries: list[RecordedDelivery] = field(default_factory=list)
    twice: int = 0
    """How many of the next deliveries are sent twice."""

    async def command(self, person: Profile, channel: Channel, *, command: str, text: str) -> Answer:
        workspace = self.workspace
        response_url = self.response_urls.issue("commands", person.id, channel=channel)
        payload = {
            "token": VERIFICATION_TOKEN,
            "team_id": workspace.team_id,
            "team_domain": workspace.domain,
            "channel_id": channel.id,
            "channel_name": channel.payload_name,
            "user_id": person.id,
            "user_name": person.name,
            "command": command,
            "text": text,
            "api_app_id": workspace.app_id,
            "is_enterprise_install": str(workspace.is_enterprise_install).lower(),
            "response_url": response_url,
            "trigger_id": self.views.issues_trigger(person.id),
        }
        if workspace.grid is not None:
            payload |= {"enterprise_id": workspace.grid.id, "enterprise_name": workspace.grid.name}
        # The ack's message is placed where the command was typed, even if an answer by response_url overtakes the ack.
        place = workspace.next_ts()
        ack = await self.deliver("slash_commands", payload, accepts_response_payload=True)
        if ack.error is not None:
            return Answer(error=ack.error)
        if ack.body.get("response_type") == "in_channel":
            workspace.posts(channel, person.id, content=Content(f"{command} {text}".strip()))
        answer = self._shows(ack, person, channel, ts=place)
        if answer.message is not None:
            self.response_urls.acknowledged(response_url, answer.message)
        return answer

    async def shortcut(self, person: Profile, callback_id: str) -> Answer:
        """A global shortcut comes without a channel and without a response_url."""
        payload = {
            "type": "shortcut",
            **self.sender(person),
            "action_ts": f"{self.workspace.clock.now().timestamp():.6f}",
            "callback_id": callback_id,
            "trigger_id": self.views.issues_trigger(person.id),
        }
        ack = await self.deliver("interactive", payload, accepts_response_payload=False)
        return Answer(error=ack.error)

    async def press(self, person: Profile, button: Button) -> Answer:
        message, workspace = button.message, self.workspace
        ephemeral = message.ephemeral_to is not None
        container: dict[str, Any] = {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": message.channel.id,
            "is_ephemeral": ephemeral,
        }
        if message.thread_ts is not None:
            container["thread_ts"] = message.thread_ts
        payload: dict[str, Any] = {
            "type": "block_actions",
            **self.sender(person),
            "container": container,
            "trigger_id": self.views.issues_trigger(person.id),
            "channel": {"id": message.channel.id, "name": message.channel.payload_name},
            "state": {"values": {}},
            "response_url": self.response_urls.issue(
                "actions", person.id, channel=message.channel, source=message
            ),
            "actions": [button_report(button.block_id, button.element, workspace.clock.now())],
        }
        if not ephemeral:
            payload["message"] = as_json(message, workspace)
        ack = await self.deliver("interactive", payload, accepts_response_payload=False)
        return Answer(error=ack.error)

    async def again(self) -> Ack:
        """Send the last delivery once more, as it was; the person sees nothing of it.

        Raises:
            LookupError: there was none.
        """
        if not self.deliveries:
            raise LookupError("nothing was delivered yet")
        return await self.transport.deliver(self.deliveries[-1].envelope, copies=1)

    def sender(self, person: Profile) -> dict[str, Any]:
        """Who interacts, and with which app of which workspace: every payload of theirs begins so."""
        workspace, grid = self.workspace, self.workspace.grid
        user = {"id": person.id, "username": person.name, "name": person.name}
        team = {"id": person.acts_in or workspace.team_id, "domain": workspace.domain}
        if person.team_in_payloads:
            user["team_id"] = person.team_id
        if grid is not None:
            team |= {"enterprise_id": grid.id, "enterprise_name": grid.name}
        return {
            "user": user,
            "team": None if workspace.is_enterprise_install else team,
            "api_app_id": workspace.app_id,
            "token": VERIFICATION_TOKEN,
            "enterprise": None if grid is None else {"id": grid.id, "name": grid.name},
            "is_enterprise_install": workspace.is_enterprise_install,
        }

    async def deliver(
        self, kind: EnvelopeType, payload: dict[str, Any], *, accepts_response_payload: bool
    ) -> Ack:
        """Send it to the app, and record it."""
        sent_at = self.workspace.clock.now()
        envelope = Envelope(str(uuid4()), kind, payload, accepts_response_payload)
        copies = 1
        if self.twice:
            self.twice -= 1
            copies = 2
        ack = await self.transport.deliver(envelope, copies=copies)
        self.deliveries.append(RecordedDelivery(envelope, ack, sent_at))
        self.workspace.changes.note()
        return ack

    def _shows(self, ack: Ack, person: Profile, channel: Channel, *, ts: str) -> Answer:
        """A command's ack may carry a message: for the person alone, or for the channel."""
        if not any(ack.body.get(part) for part in ("text", "blocks", "attachments")):
            return Answer()
        try:
            content = read_content(ack.body)
        except Refused:
            return Answer(error="invalid_command_response")
        if ack.body.get("response_type") == "in_channel":
            return Answer(self.workspace.posts(channel, self.workspace.bot_user_id, content=content))
        return Answer(self.workspace.shows_only(person.id, channel, content=content, ts=ts))


def button_report(block_id: str, element: Block, now: datetime) -> dict[str, Any]:
    """A pressed button, as payloads list it under `actions`."""
    told = ("type", "action_id", "text", "value", "style", "confirm")
    action = {key: element[key] for key in told if key in element}
    return {**action, "block_id": block_id, "action_ts": f"{now.timestamp():.6f}"}
