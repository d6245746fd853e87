"""Prints what the people of a workspace see, line by line as it happens."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import click

from bot.simulator.slack import Message, Person, SlackSimulator, render


@dataclass(slots=True)
class Screen:
    slack: SlackSimulator
    people: Sequence[Person]
    color: bool
    _shown: dict[int, int] = field(default_factory=dict)

    def narrates(self, text: str) -> None:
        """Print what happens outside Slack."""
        self._print(f"\n— {text}", fg="cyan")

    def types(self, person: Person, text: str) -> None:
        self._print(f"\n@{person.name} types: {text}", bold=True)

    def clicks(self, person: Person, label: str) -> None:
        self._print(f"@{person.name} clicks [{label}] and confirms:", bold=True)
        for line in (person.last_confirm or "").split("\n"):
            self._print(f"    ┊ {line}")

    async def until(self, condition: Callable[[], bool], *, within: float) -> None:
        """Print new messages until the condition holds."""
        async with asyncio.timeout(within):
            while True:
                self.shows()
                if condition():
                    return
                await self.slack.until(lambda: self._news() != [] or condition(), within=within)

    def shows(self) -> None:
        """Print the messages, and versions of messages, that are new."""
        for message in self._news():
            first = id(message) not in self._shown
            self._shown[id(message)] = len(message.history)
            if message.ephemeral_to is not None:
                self._ephemeral(message)
            elif message.thread_ts not in {None, message.ts}:
                self._indented("      ↳ ", self._text(message))
            elif first:
                self._indented(f"  #{message.channel.name} │ ", self._text(message), fg="green")
            else:
                state = _below_title(self._text(message))
                self._print(f"  #{message.channel.name} ✎ card updated: {state}", fg="green")

    def _news(self) -> list[Message]:
        shared = [message for place in self.slack.workspace.channels.values() for message in place.messages]
        private = [message for person in self.people for message in person.ephemerals]
        every = sorted(shared + private, key=lambda message: message.ts)
        return [message for message in every if self._shown.get(id(message)) != len(message.history)]

    def _ephemeral(self, message: Message) -> None:
        name = self.slack.names.get(message.ephemeral_to or "", "somebody")
        self._indented(f"  (only visible to @{name}) ", self._text(message), fg="magenta")

    def _text(self, message: Message) -> str:
        """As it reads now: an age is that of this moment."""
        return render(message, self.slack.names, now=self.slack.workspace.clock.now())

    def _indented(self, prefix: str, text: str, fg: str | None = None) -> None:
        for number, line in enumerate(text.split("\n")):
            lead = prefix if number == 0 else " " * (len(prefix) - 2) + "│ "
            self._print(f"{lead}{line}", fg=fg)

    def _print(self, text: str, *, fg: str | None = None, bold: bool = False) -> None:
        click.echo(click.style(text, fg=fg, bold=bold) if self.color else text)


def _below_title(text: str) -> str:
    """The second line: a card's state."""
    _title, *others = text.split("\n")
    return others[0] if others else text
