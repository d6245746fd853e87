"""People in the workspace, and only what a person can do there: type a command, press a button, fill in a modal, look.

A person cannot press what they do not see, and cannot type where they are not a member; `Sight` decides what they see.
"""

from collections.abc import Sequence

from bot.simulator.slack.blocks.buttons import label_on
from bot.simulator.slack.delivery.app_home import AppHome, Tab
from bot.simulator.slack.delivery.interactions import Answer, Button, Interactions
from bot.simulator.slack.delivery.modal_interactions import ModalButton, Modals, Suggestions
from bot.simulator.slack.errors import NotPossibleError
from bot.simulator.slack.people.form_filling import Filling
from bot.simulator.slack.people.visible_screen import Sight
from bot.simulator.slack.rendering.mrkdwn_tokens import as_typed
from bot.simulator.slack.rendering.plain_text import render_confirm
from bot.simulator.slack.state.messages import Channel, Message
from bot.simulator.slack.state.open_views import View
from bot.simulator.slack.state.profiles import Profile
from bot.simulator.slack.state.workspace import Content, Workspace


class Person(Sight):
    def __init__(self, profile: Profile, workspace: Workspace, interactions: Interactions) -> None:
        super().__init__(profile, workspace, interactions.views)
        self._interactions = interactions
        self._modals = Modals(interactions)
        self.last_confirm: str | None = None
        """The confirm dialog this person saw last, as text."""

    def __repr__(self) -> str:
        return f"Person({self.name!r}, {self.id!r})"

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
        if self.is_external:
            raise NotPossibleError(f"{self.name} is external and cannot use the commands of this workspace")
        command, _, rest = text.partition(" ")
        if not command.startswith("/"):
            raise NotPossibleError(f"{text!r} is not a slash command")
        text = self._written(rest.strip())
        return await self._interactions.command(self._profile, place, command=command, text=text)

    def says(self, text: str, *, channel: Channel | str) -> Message:
        """Write an ordinary message, which is not for the app; it is escaped as a command is.

        Raises:
            NotPossibleError: there is nothing but spaces, which Slack's client does not send.
        """
        self._must_be_active()
        if not text.strip():
            raise NotPossibleError("the message is empty")
        return self._workspace.posts(self._place(channel), self.id, content=Content(self._written(text)))

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
            raise NotPossibleError(f"the button {label_on(button)!r} asks for no confirmation")
        if not confirms:
            return Answer()
        if isinstance(button, ModalButton):
            return await self._modals.press(self._profile, button)
        return await self._interactions.press(self._profile, button)

    async def submits(self, /, **given: str | Sequence[str]) -> Answer:
        """Fill in the modal on the screen, input by input (by label or block id), and submit it.

        Texts are typed as they are, options named by label or value. Inputs that are not named keep their values. Errors
        of the app stay on the modal, and are in the answer.

        Raises:
            NotPossibleError: there is no modal, no such input, the input does not take that, or one that must be
                filled in is empty: Slack would not let them submit.
        """
        filling = self._filling()
        for name, value in given.items():
            await filling.fills(name, value)
        return await filling.submits()

    async def fills(self, name: str, given: str | Sequence[str]) -> Answer:
        """Put something into the input with this label or block id: a text, or options by label or value.

        Raises:
            NotPossibleError: there is no modal, no such input, or it does not take that.
        """
        return await self._filling().fills(name, given)

    async def looks_for(self, typed: str, *, block: str | None = None) -> Suggestions:
        """Type into a menu of the modal that asks the app for its options; nothing has to be typed into some.

        `block` is the id of its block, or its label; it can be left out where there is one such menu.

        Raises:
            NotPossibleError: see `Filling.looks_for`.
        """
        return await self._filling().looks_for(typed, block=block)

    async def picks(self, label: str, *, block: str | None = None) -> Answer:
        """Pick an option that `looks_for` found.

        Raises:
            NotPossibleError: it was not among them.
        """
        return await self._filling().picks(label, block=block)

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
        if self.is_external:
            raise NotPossibleError(f"{self.name} is external and cannot use the shortcuts of this workspace")
        callback_id = self._workspace.shortcuts.get(name)
        if callback_id is None:
            raise NotPossibleError(
                f"there is no shortcut {name!r}; there are {list(self._workspace.shortcuts)}"
            )
        return await self._interactions.shortcut(self._profile, callback_id)

    async def closes_modal(self) -> Answer:
        """Close the modal on the screen without submitting it: the app hears nothing of it.

        Raises:
            NotPossibleError: there is none.
        """
        self._must_be_active()
        self._views.takes_away(self._on_screen())
        return Answer()

    def _written(self, typed: str) -> str:
        workspace = self._workspace
        channels, groups = workspace.channels.values(), workspace.user_groups.values()
        return as_typed(
            typed,
            people={profile.name: profile.id for profile in workspace.people.values()},
            groups={
                each.handle: each.id for each in groups if workspace.has_user_groups and not each.disabled
            },
            channels={each.name: (each.id, each.kind == "public") for each in channels if each.kind != "im"},
        )

    def _filling(self) -> Filling:
        self._must_be_active()
        return Filling(self._profile, self._on_screen(), self._modals)

    def _on_screen(self) -> View:
        if self.modal is None:
            raise NotPossibleError(f"{self.name} has no modal open")
        return self.modal

    def _must_be_active(self) -> None:
        if self._profile.deactivated:
            raise NotPossibleError(f"{self.name} is deactivated")
