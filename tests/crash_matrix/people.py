"""People who want something of the bot, and try again when they got no answer: nobody knows more than they see."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial

from bot.simulator.slack import Answer, Button, Channel, NotPossibleError, Person, SlackSimulator
from bot.simulator.slack.blocks.buttons import label_on, pressable

PATIENCE = 90.0  # real seconds before somebody who waits in vain counts as left guessing


@dataclass(slots=True)
class Bots:
    """What people notice of the bot: whether it answers, and that it has been away."""

    slack: SlackSimulator
    serving: asyncio.Event = field(default_factory=asyncio.Event)
    starts: int = 0

    def serves(self) -> None:
        self.starts += 1
        self.serving.set()
        self.slack.workspace.changes.note()

    def is_gone(self) -> None:
        self.serving.clear()


@dataclass(frozen=True, slots=True)
class Colleague:
    """A person in a channel."""

    person: Person
    channel: Channel
    bots: Bots

    @property
    def mention(self) -> str:
        return f"<@{self.person.id}>"

    async def requests(self, command: str, label: str) -> None:
        """Type the command until there is a preview, and press its button until that was answered."""
        button = await self._preview(command, label)
        while self._offers(button):
            await self._tries(lambda: self.person.presses(button), until=lambda: not self._offers(button))

    async def requests_as_break_glass(self, command: str, label: str, pipeline: str) -> None:
        """The same with a form, into which the pipeline's name is typed again."""
        button = await self._preview(command, label)

        def is_answered() -> bool:
            return not self._offers(button) or (self.person.modal is not None and not self._has_form)

        while not is_answered():
            if self._has_form:
                await self._tries(lambda: self.person.submits(answer=pipeline), until=is_answered)
            else:
                await self._opens_form(button)

    async def decides(self, label: str, *, shown: str) -> None:
        """Press the button on the newest card, until the channel shows that they did or there is no such button."""

        def is_over() -> bool:
            return any(shown in message.text for message in self.channel.messages)

        await self.until(lambda: self._finds(label) is not None or is_over())
        while (button := self._finds(label)) is not None and not is_over():
            await self._tries(
                partial(self.person.presses, button), until=lambda: is_over() or self._finds(label) is None
            )

    async def until(self, condition: Callable[[], bool]) -> None:
        await self.bots.slack.until(condition, within=PATIENCE)

    async def _preview(self, command: str, label: str) -> Button:
        while (button := self._finds(label)) is None:
            await self._tries(
                lambda: self.person.types(command, channel=self.channel),
                until=lambda: self._finds(label) is not None,
            )
        return button

    async def _opens_form(self, button: Button) -> None:
        """Slack opens none three seconds after the click, which a busy machine takes at times: then they are told."""
        before = self._told()
        await self._tries(
            lambda: self.person.presses(button), until=lambda: self._has_form or self._told() != before
        )

    async def _tries(self, act: Callable[[], Awaitable[Answer]], *, until: Callable[[], bool]) -> None:
        """Act once while the bot answers, and wait for what should come of it, or for the bot to have been away."""
        async with asyncio.timeout(PATIENCE):
            await self.bots.serving.wait()
        starts = self.bots.starts
        answer = await act()
        if answer.error is None:
            await self.until(lambda: until() or self.bots.starts != starts)

    def _finds(self, label: str) -> Button | None:
        try:
            return self.person.finds(label)
        except NotPossibleError:
            return None

    def _offers(self, button: Button) -> bool:
        """Whether its message still has a button with this label."""
        message = button.message
        return message in self.person.sees() and label_on(button) in {
            element["text"]["text"] for _, element in pressable(message.blocks)
        }

    def _told(self) -> list[tuple[str, int]]:
        """What they alone are shown, by its versions."""
        return [(message.ts, message.edited) for message in self.person.ephemerals]

    @property
    def _has_form(self) -> bool:
        return self.person.modal is not None and bool(self.person.modal.inputs)
