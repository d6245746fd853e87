"""What one person sees: their conversations, messages, modal and Home tab, and the buttons on all of these.

It alone decides who sees what. It shows the current versions; a button can also be found on an earlier version of a
message, which may still be on somebody's screen.
"""

from collections.abc import Sequence
from datetime import tzinfo
from typing import Literal

from bot.simulator.slack.blocks.buttons import label_on, named, pressable
from bot.simulator.slack.delivery.interactions import Button
from bot.simulator.slack.delivery.modal_interactions import ModalButton
from bot.simulator.slack.errors import NotPossibleError
from bot.simulator.slack.rendering.mrkdwn_tokens import CROWDS
from bot.simulator.slack.rendering.plain_text import render_block
from bot.simulator.slack.rendering.spans import Reader
from bot.simulator.slack.state.messages import Block, Channel, Message
from bot.simulator.slack.state.open_views import View, Views
from bot.simulator.slack.state.profiles import Profile
from bot.simulator.slack.state.unread_marks import Reading, Unread, is_in_channel
from bot.simulator.slack.state.workspace import Workspace


class Sight:
    def __init__(self, profile: Profile, workspace: Workspace, views: Views) -> None:
        self._profile = profile
        self._workspace = workspace
        self._views = views

    @property
    def id(self) -> str:
        return self._profile.id

    @property
    def name(self) -> str:
        return self._profile.name

    @property
    def team_id(self) -> str:
        return self._profile.team_id

    @property
    def is_external(self) -> bool:
        """Whether they are members of another workspace only, and here in shared channels."""
        return not self._profile.belongs_to(self._workspace.team_id)

    @property
    def places(self) -> list[Channel]:
        """The conversations this person is in, as Slack lists them: channels by name, then the one with the bot.

        An external person has that only once the app has sent them a message.
        """
        joined = [channel for channel in self._workspace.channels.values() if channel.has(self.id)]
        direct = [self.dm] if not self.is_external else [each for each in joined if each.kind == "im"]
        named = [channel for channel in joined if channel.kind != "im"]
        return [*sorted(named, key=lambda channel: channel.name), *direct]

    def place(self, named: str) -> Channel:
        """The conversation of this id or name.

        Raises:
            NotPossibleError: this person is in none.
        """
        found = [channel for channel in self.places if named == channel.id]
        return found[0] if found else self._place(named)

    def can_write_in(self, channel: Channel) -> bool:
        """Whether they can post there; where they cannot, they cannot use commands either."""
        if channel.kind == "im" and self._workspace.messages_tab_read_only:
            return False
        shut = channel.archived or channel.posting_restricted
        return channel.has(self.id) and not shut and not self._profile.deactivated

    def sees(self, channel: Channel | str | None = None) -> list[Message]:
        """The messages this person sees, in that channel or everywhere, in order, in their current versions."""
        places = [self._place(channel)] if channel is not None else list(self._workspace.channels.values())
        shared = [message for place in places if place.has(self.id) for message in place.messages]
        private = [message for message in self.ephemerals if message.channel in places]
        return sorted(shared + private, key=lambda message: message.ts)

    def message(self, place: str, ts: str) -> Message:
        """The message of this timestamp in the conversation of this id or name.

        Raises:
            NotPossibleError: this person sees none.
        """
        for message in self.sees(self.place(place)):
            if message.ts == ts:
                return message
        raise NotPossibleError(f"{self.name} does not see the message {ts}")

    @property
    def ephemerals(self) -> list[Message]:
        """The messages only this person sees, in order."""
        own = (message for message in self._workspace.ephemerals if message.ephemeral_to == self.id)
        return sorted((message for message in own if not message.deleted), key=lambda message: message.ts)

    @property
    def dm(self) -> Channel:
        """The direct messages between this person and the bot."""
        return self._workspace.direct_messages(self._profile)

    @property
    def dms(self) -> list[Message]:
        return self.dm.messages

    @property
    def modal(self) -> View | None:
        """The modal on this person's screen."""
        return self._views.modals.get(self.id)

    @property
    def home(self) -> View | None:
        """The app's Home tab as published for this person."""
        return self._views.homes.get(self.id)

    def reader(self, zone: tzinfo) -> Reader:
        """The reader that this person is, in that time zone and now: texts are rendered for it."""
        workspace = self._workspace
        return Reader(
            id=self.id,
            names=workspace.names,
            groups=self._groups,
            places=frozenset(channel.id for channel in self.places),
            archives=workspace.archives,
            zone=zone,
            now=workspace.clock.now(),
        )

    def news(self, channel: Channel | str | None = None) -> list[Message]:
        """This person's unread messages, in that channel or everywhere."""
        return list(self._reading.unread(self.sees(channel)))

    def unread(self, channel: Channel | str | None = None) -> Unread:
        """How many are unread, and how many of them notify this person."""
        return self._reading.count(self.sees(channel))

    def rings(self, message: Message) -> bool:
        """Whether it notifies this person: a direct message, or a mention of them."""
        return self._reading.rings(message)

    def reads(self, channel: Channel | str, *, thread: str | None = None) -> None:
        """Mark as read everything in the channel itself, or in the thread of that message."""
        seen = self.sees(channel)
        inside = [each for each in seen if (thread == each.thread_ts if thread else is_in_channel(each))]
        marks = self._workspace.read_marks
        if inside and marks.moves(self.id, inside[-1].channel.id, thread=thread, to=inside[-1].ts):
            self._workspace.changes.note()

    def finds_on_home(self, label: str, *, below: str = "") -> ModalButton:
        """The button with this label on the Home tab: the first one below a text that contains `below`.

        Raises:
            NotPossibleError: there is none, or there are two side by side.
        """
        if self.home is None:
            raise NotPossibleError(f"nothing is published on the Home of {self.name}")
        is_below, shown = not below, []
        for block in self.home.blocks:
            is_below = is_below or below in render_block(block, self._workspace.names)
            buttons = [ModalButton(self.home, *found) for found in pressable([block])]
            shown += [label_on(button) for button in buttons]
            found = [button for button in buttons if label_on(button) == label]
            if is_below and len(found) > 1:
                raise NotPossibleError(f"{len(found)} buttons {label!r} side by side")
            if is_below and found:
                return found[0]
        raise NotPossibleError(f"{self.name} has no button {label!r} below {below!r}; there are {shown}")

    def finds(self, label: str, *, on: Message | None = None, below: str = "") -> Button | ModalButton:
        """The button with this label: in the modal on the screen, else on the newest message that has one.

        `on` is the message to look at instead. With `below`, it is the first one beside or below that text.

        Raises:
            NotPossibleError: this person sees no such button, or two of them in the same place.
        """
        visible = self.sees()
        if on is not None and on not in visible:
            raise NotPossibleError(f"{self.name} does not see the message {on.ts}")
        messages = [on] if on is not None else list(reversed(visible))
        places: list[Message | View] = [self.modal] if self.modal is not None and on is None else []
        for place in [*places, *messages]:
            found = [button for button in self._buttons(place, below) if label_on(button) == label]
            found = found[:1] if below else found
            if len(found) > 1:
                raise NotPossibleError(f"{len(found)} buttons {label!r} on {named(place)}")
            if found:
                return found[0]
        shown = [label_on(button) for place in [*places, *visible] for button in self._buttons(place)]
        raise NotPossibleError(f"{self.name} sees no button {label!r}; there are {shown}")

    def button_on(self, message: Message, *, version: int, block_id: str, action_id: str) -> Button:
        """A button as it was in that version of the message, the first one being 0: it may be gone since.

        Raises:
            NotPossibleError: this person does not see the message, or it had no such button for them then.
        """
        if message not in self.sees():
            raise NotPossibleError(f"{self.name} does not see the message {message.ts}")
        versions = message.history
        blocks = versions[version].blocks if 0 <= version < len(versions) else ()
        return Button(message, block_id, self._element(blocks, block_id, action_id))

    def button_in(self, view: Literal["modal", "home"], *, block_id: str, action_id: str) -> ModalButton:
        """A button of the modal on the screen, or of Home, in its current version or the one before.

        Raises:
            NotPossibleError: there is none.
        """
        shown = self.modal if view == "modal" else self.home
        if shown is None:
            raise NotPossibleError(f"{self.name} has no {view} open")
        # Home may be published again while somebody presses a button: their screen still shows the version before.
        blocks = (*shown.blocks, *shown.before)
        return ModalButton(shown, block_id, self._element(blocks, block_id, action_id))

    def _element(self, blocks: Sequence[Block], block_id: str, action_id: str) -> Block:
        for found_in, element in pressable(blocks):
            if (found_in, element["action_id"]) == (block_id, action_id):
                return element
        raise NotPossibleError(f"{self.name} sees no button {action_id!r} in the block {block_id!r}")

    def _buttons(self, place: Message | View, below: str = "") -> list[Button | ModalButton]:
        blocks, names = place.blocks, self._workspace.names
        first = next(
            (at for at, each in enumerate(blocks) if below in render_block(each, names)), len(blocks)
        )
        return [
            Button(place, block_id, element)
            if isinstance(place, Message)
            else ModalButton(place, block_id, element)
            for block_id, element in pressable(blocks[first:] if below else blocks)
        ]

    @property
    def _reading(self) -> Reading:
        return Reading(self.id, CROWDS | self._groups | {self.id}, self._workspace.read_marks)

    @property
    def _groups(self) -> frozenset[str]:
        """The ids of the user groups this person can be mentioned by."""
        groups = self._workspace.user_groups.values()
        return frozenset(each.id for each in groups if self.id in each.member_ids and not each.disabled)

    def _place(self, channel: Channel | str) -> Channel:
        if isinstance(channel, str):
            name = channel.removeprefix("#")
            named = (
                each for each in self._workspace.channels.values() if each.kind != "im" and each.name == name
            )
            found = next(named, None)
        else:
            found = channel
        if found is None or not found.has(self.id):
            raise NotPossibleError(f"{self.name} is not in {channel if found is None else found.name!r}")
        return found
