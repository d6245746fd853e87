"""People in the workspace, and only what a person can do there: type a command, press a button, fill in a modal, look.

A person cannot press what they do not see, cannot type where they are not, and sees every message as it stands now.
"""

from collections.abc import Iterator, Sequence

from bot.simulator.slack.app_home import AppHome, Tab
from bot.simulator.slack.filling import Filling
from bot.simulator.slack.interactions import Answer, Button, Interactions
from bot.simulator.slack.messages import Block, Channel, Message
from bot.simulator.slack.modals import ModalButton, Modals, Suggestions
from bot.simulator.slack.mrkdwn import as_typed, unescape
from bot.simulator.slack.refusals import NotPossibleError
from bot.simulator.slack.text import render_block, render_confirm
from bot.simulator.slack.views import View
from bot.simulator.slack.workspace import Content, Profile, Workspace


class Person:
    def __init__(self, profile: Profile, workspace: Workspace, interactions: Interactions) -> None:
        self._profile = profile
        self._workspace = workspace
        self._interactions = interactions
        self._modals = Modals(interactions)
        self.last_confirm: str | None = None
        """The confirm dialog this person saw last, as text."""

    def __repr__(self) -> str:
        return f"Person({self.name!r}, {self.id!r})"

    @property
    def id(self) -> str:
        return self._profile.id

    @property
    def name(self) -> str:
        return self._profile.name

    @property
    def team_id(self) -> str:
        return self._profile.team_id

    def is_deactivated(self) -> None:
        """An admin deactivates the account: this person can do nothing any more."""
        self._profile.deactivated = True

    def becomes_a_guest(self) -> None:
        """An admin lets this person keep only some channels."""
        self._profile.guest = True

    async def types(self, text: str, *, channel: Channel | str) -> Answer:
        """Type a slash command ("/pipeline clear orders"); mentions, links and `& < >` are sent escaped.

        Raises:
            NotPossibleError: they are not in that channel, or no command of this workspace works for them.
        """
        place = self._place(channel)
        self._must_be_active()
        if self.team_id != self._workspace.team_id:
            raise NotPossibleError(f"{self.name} is external: the commands of this workspace are not theirs")
        command, _, rest = text.partition(" ")
        if not command.startswith("/"):
            raise NotPossibleError(f"{text!r} is no slash command")
        workspace = self._workspace
        channels, groups = workspace.channels.values(), workspace.user_groups.values()
        sent = as_typed(
            rest.strip(),
            people={profile.name: profile.id for profile in workspace.people.values()},
            groups={
                each.handle: each.id for each in groups if workspace.has_user_groups and not each.disabled
            },
            channels={each.name: (each.id, each.kind == "public") for each in channels if each.kind != "im"},
        )
        return await self._interactions.command(self._profile, place, command=command, text=sent)

    def says(self, text: str, *, channel: Channel | str) -> Message:
        """Write an ordinary message, which is not for the app."""
        self._must_be_active()
        return self._workspace.posts(self._place(channel), self.id, content=Content(text))

    async def clicks(self, label: str, *, on: Message | None = None, confirms: bool = True) -> Answer:
        """Find the button with this label as now rendered, and press it."""
        return await self.presses(self.finds(label, on=on), confirms=confirms)

    async def opens_home(self, tab: Tab = "home") -> Answer:
        """Open the app's App Home, on this tab; what is published there is `home`.

        Raises:
            NotPossibleError: the app has no Home tab.
        """
        self._must_be_active()
        if tab == "home" and not self._workspace.home_tab:
            raise NotPossibleError("the app has no Home tab")
        return await AppHome(self._interactions).opened(self._profile, tab)

    def finds_on_home(self, label: str, *, below: str = "") -> ModalButton:
        """The button with this label on the Home tab: the first one that stands below a text with `below` in it.

        Raises:
            NotPossibleError: there is none, or two stand side by side.
        """
        if self.home is None:
            raise NotPossibleError(f"nothing is published on the Home of {self.name}")
        is_below, shown = not below, []
        for block in self.home.blocks:
            is_below = is_below or below in render_block(block, self._workspace.names)
            buttons = [ModalButton(self.home, *found) for found in _pressable([block])]
            shown += [_label(button) for button in buttons]
            found = [button for button in buttons if _label(button) == label]
            if is_below and len(found) > 1:
                raise NotPossibleError(f"{len(found)} buttons {label!r} side by side")
            if is_below and found:
                return found[0]
        raise NotPossibleError(f"{self.name} has no button {label!r} below {below!r}; there are {shown}")

    def finds(self, label: str, *, on: Message | None = None) -> Button | ModalButton:
        """The button with this label: in the modal on the screen, else on the newest message that has one.

        `on` is the message to look at instead.

        Raises:
            NotPossibleError: this person sees no such button, or two of them in the same place.
        """
        visible = self.sees()
        if on is not None and on not in visible:
            raise NotPossibleError(f"{self.name} does not see the message {on.ts}")
        messages = [on] if on is not None else list(reversed(visible))
        places: list[Message | View] = [self.modal] if self.modal is not None and on is None else []
        for place in [*places, *messages]:
            found = [button for button in self._buttons(place) if _label(button) == label]
            if len(found) > 1:
                raise NotPossibleError(f"{len(found)} buttons {label!r} on {_name(place)}")
            if found:
                return found[0]
        shown = [_label(button) for place in [*places, *visible] for button in self._buttons(place)]
        raise NotPossibleError(f"{self.name} sees no button {label!r}; there are {shown}")

    async def presses(self, button: Button | ModalButton, *, confirms: bool = True) -> Answer:
        """Press a button found before, even if its place changed since (a slow screen, a double click).

        With a confirm dialog, `confirms` is how the person answers it; Slack sends nothing when they decline.

        Raises:
            NotPossibleError: `confirms` is false and there is no dialog to decline.
        """
        self._must_be_active()
        dialog = button.element.get("confirm")
        if dialog is not None:
            self.last_confirm = render_confirm(dialog, self._workspace.names)
        elif not confirms:
            raise NotPossibleError(f"the button {_label(button)!r} asks for no confirmation")
        if not confirms:
            return Answer()
        if isinstance(button, ModalButton):
            return await self._modals.press(self._profile, button)
        return await self._interactions.press(self._profile, button)

    async def submits(self, **given: str | Sequence[str]) -> Answer:
        """Fill in the modal on the screen, input by input (by label or block id), and submit it.

        Texts are typed as they are, options named by label or value. Inputs not named keep what stands in them. Errors
        of the app stay on the modal, and in the answer.

        Raises:
            NotPossibleError: there is no modal, no such input, the input does not take that, or one that must be
                filled in is empty: Slack would not let them submit.
        """
        filling = self._filling()
        for name, value in given.items():
            await filling.fills(name, value)
        return await filling.submits()

    async def looks_for(self, typed: str) -> Suggestions:
        """Type into the menu of the modal that asks the app for its options; nothing has to be typed into some.

        Raises:
            NotPossibleError: see `Filling.looks_for`.
        """
        return await self._filling().looks_for(typed)

    async def picks(self, label: str) -> Answer:
        """Pick an option that `looks_for` found.

        Raises:
            NotPossibleError: it was not among them.
        """
        return await self._filling().picks(label)

    async def ticks(self, label: str) -> Answer:
        """Tick a checkbox of the modal, or untick it.

        Raises:
            NotPossibleError: there is none of this label.
        """
        return await self._filling().ticks(label)

    async def uses_shortcut(self, name: str) -> Answer:
        """Choose one of the app's global shortcuts, from anywhere in Slack: no channel comes with it.

        Raises:
            NotPossibleError: the app has none of this name, or it is another workspace's.
        """
        self._must_be_active()
        if self.team_id != self._workspace.team_id:
            raise NotPossibleError(f"{self.name} is external: the shortcuts of this workspace are not theirs")
        callback_id = self._workspace.shortcuts.get(name)
        if callback_id is None:
            raise NotPossibleError(
                f"there is no shortcut {name!r}; there are {list(self._workspace.shortcuts)}"
            )
        return await self._interactions.shortcut(self._profile, callback_id)

    async def closes_modal(self) -> Answer:
        """Close the modal on the screen without submitting it.

        Raises:
            NotPossibleError: there is none.
        """
        self._must_be_active()
        return await self._modals.close(self._profile, self._on_screen())

    def sees(self, channel: Channel | str | None = None) -> list[Message]:
        """The messages this person sees, in that channel or everywhere, in order, as they stand now."""
        places = [self._place(channel)] if channel is not None else list(self._workspace.channels.values())
        shared = [message for place in places if place.has(self.id) for message in place.messages]
        private = [message for message in self.ephemerals if message.channel in places]
        return sorted(shared + private, key=lambda message: message.ts)

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
        stack = self._interactions.views.modals.get(self.id)
        return stack[-1] if stack else None

    @property
    def home(self) -> View | None:
        """The app's Home tab as published for this person."""
        return self._interactions.views.homes.get(self.id)

    def _buttons(self, place: Message | View) -> list[Button | ModalButton]:
        return [
            Button(place, block_id, element)
            if isinstance(place, Message)
            else ModalButton(place, block_id, element)
            for block_id, element in _pressable(place.blocks)
            if self.id in element.get("visible_to_user_ids", [self.id])
        ]

    def _filling(self) -> Filling:
        self._must_be_active()
        return Filling(self._profile, self._on_screen(), self._modals)

    def _on_screen(self) -> View:
        if self.modal is None:
            raise NotPossibleError(f"{self.name} has no modal open")
        return self.modal

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

    def _must_be_active(self) -> None:
        if self._profile.deactivated:
            raise NotPossibleError(f"{self.name} is deactivated")


def _pressable(blocks: Sequence[Block]) -> Iterator[tuple[str, Block]]:
    """Every button in `blocks`, with the id of its block."""
    for block in blocks:
        parts = block.get("elements", []) if block["type"] == "actions" else [block.get("accessory") or {}]
        for part in parts:
            if part.get("type") == "button":
                yield block["block_id"], part


def _label(button: Button | ModalButton) -> str:
    return unescape(button.element["text"]["text"])


def _name(place: Message | View) -> str:
    return f"the message {place.ts}" if isinstance(place, Message) else "the modal"
