"""What a story reads: cards, threads and notifications in Slack, whether all was read, and the audit log."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.domain.audit_chain import Broken, Entry
from bot.domain.events import EventKind
from bot.domain.operations.operation import SHORT_ID
from bot.simulator.feldera import FelderaSimulator
from bot.simulator.slack import Channel, Message, SlackSimulator, render, render_text
from bot.store.shell_store import Administration
from tests.record import in_lines


class Reading:
    """The part of a `Workspace` that reads."""

    slack: SlackSimulator
    feldera: FelderaSimulator
    felderas: dict[str, FelderaSimulator]
    channel: Channel
    database: Path

    def __init__(self) -> None:
        self._read: dict[str, int] = {}

    def reads(self, message: Message) -> str:
        self._read[_key(message)] = len(message.history)
        return self._rendered(message)

    def reads_all(self) -> None:
        """Whatever was said counts as read."""
        slack = self.slack.workspace
        shown = [message for place in slack.channels.values() for message in place.messages]
        for message in [*shown, *slack.ephemerals]:
            self.reads(message)

    def _rendered(self, message: Message) -> str:
        """As people read it, with names for what is another one each time: Feldera's port, and the operations' ids."""
        return self.named(render(message, self.slack.names))

    def named(self, text: str) -> str:
        """The text, with `ID1` for the id of the first operation that was proposed, and so on."""
        for target, feldera in self.felderas.items():
            text = text.replace(feldera.url.removeprefix("http://"), f"{target}.example")
        text = text.replace(self.feldera.url.removeprefix("http://"), "feldera.example")
        for number, (short_id, _) in enumerate(self._operations(), start=1):
            text = text.replace(f"`{short_id}`", f"`ID{number}`")
        return text

    def request(self, pipeline: str = "orders") -> str:
        """The id to type for the newest request on this pipeline, as its card shows it."""
        return [short_id for short_id, name in self._operations() if name == pipeline][-1]

    def _operations(self) -> list[tuple[str, str]]:
        """Every operation that was proposed, in order: the id that people type, and the pipeline."""
        with closing(sqlite3.connect(self.database)) as database:
            rows = database.execute("SELECT id, pipeline FROM operations ORDER BY rowid").fetchall()
        return [(some_id[:SHORT_ID], name) for some_id, name in rows]

    def is_unread(self, message: Message) -> bool:
        return self._read.get(_key(message)) != len(message.history)

    def cards(self, channel: Any = None) -> list[str]:
        """The cards in the channel as they stand now, oldest first."""
        return [self.reads(message) for message in self._roots(channel)]

    def card(self, channel: Any = None) -> str:
        """The one card there is."""
        (card,) = self.cards(channel)
        return card

    def thread(self, channel: Any = None) -> list[str]:
        """The lines in the newest card's thread, whole, oldest first. Above them stands the card, which is read, too."""
        return self._lines(self._roots(channel)[-1])

    def last_reply(self, channel: Any = None) -> str:
        """The newest message in the newest card's thread, with its line breaks. The thread counts as read."""
        self.thread(channel)
        return self._rendered(self.slack.thread(self._roots(channel)[-1])[-1])

    def follows(self, channel: Any = None) -> str:
        """Read the one card and its thread, of which the story says no more.

        Returns the card's state, without how long that took and when it ended.
        """
        self.thread(channel)
        return self.card(channel).splitlines()[1].partition(" · ")[0].partition(" after ")[0]

    def threads(self, channel: Any = None) -> list[list[str]]:
        """The lines in each card's thread, oldest card first."""
        return [self._lines(root) for root in self._roots(channel)]

    def _lines(self, card: Message) -> list[str]:
        self.reads(card)
        return [line for message in self.slack.thread(card)[1:] for line in self.reads(message).split("\n")]

    def timed_thread(self, channel: Any = None) -> list[str]:
        """The same, each line with the time since the card was posted."""
        card, *replies = self.slack.thread(self._roots(channel)[-1])
        self.reads(card)
        began = card.history[0].at
        return [
            f"{reply.history[0].at - began}  {line}"
            for reply in replies
            for line in self.reads(reply).split("\n")
        ]

    def card_history(self, channel: Any = None) -> list[str]:
        """Every version of the newest card, the first one first."""
        card = self._roots(channel)[-1]
        self.reads(card)
        return [self._rendered(replace(card, versions=[version])) for version in card.history]

    def hears(self, channel: Any = None) -> list[str]:
        """What notifications and screen readers say of the newest card and of its lines: texts without blocks."""
        messages = self.slack.thread(self._roots(channel)[-1])
        return [render_text(message.text, self.slack.names) for message in messages]

    def permalink(self, channel: Any = None) -> str:
        """The address of the newest card, as Slack itself gives it."""
        return self.slack.permalink(self._roots(channel)[-1])

    def _roots(self, channel: Any) -> list[Message]:
        place = self.channel if channel is None else channel
        return [message for message in place.messages if message.thread_ts in {None, message.ts}]

    def unread(self) -> list[str]:
        """What the bot said and nobody has read: in channels at all, to one person alone in its last version."""
        places = self.slack.workspace.channels.values()
        bot = self.slack.workspace.bot_user_id
        posted = [message for place in places for message in place.messages if message.user == bot]
        shared = [message for message in posted if _key(message) not in self._read]
        private = [
            message
            for message in self.slack.workspace.ephemerals
            if not message.deleted and self.is_unread(message)
        ]
        return [render(message, self.slack.names) for message in [*shared, *private]]

    def record(self, *kinds: EventKind) -> list[str]:
        """What the record keeps of what was done in Slack: all of it, or the entries of these kinds."""
        typed = [entry for entry in self.entries() if "shell" not in entry.event.data]
        return in_lines(
            [entry for entry in typed if not kinds or entry.event.kind in kinds], self.slack.names
        )

    def entries(self) -> list[Entry]:
        """The whole record, with what the shell did, oldest first."""
        with Administration.open(self.database) as administration:
            return list(administration.entries())

    def broken(self) -> Broken | None:
        """The first entry of the record that is not as it was written."""
        with Administration.open(self.database) as administration:
            return administration.verify().broken


def _key(message: Message) -> str:
    return f"{message.channel.id}/{message.ts}"
