"""Unread marks as Slack counts them: how far somebody has read each conversation, and what notifies them since.

One's own messages are read. A message in the channel itself is unread there; a reply in a thread only for those who follow
it: who wrote in it, or was mentioned in it. A direct message notifies, and so does a mention of the person, of a group of
theirs or of a whole channel, as it was posted: neither an edit nor an ephemeral message notifies anybody. It trusts its
callers: who sees what is decided elsewhere.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from bot.simulator.slack.state.messages import Message

NEVER = ""
"""Before every timestamp."""


@dataclass(frozen=True, slots=True)
class Unread:
    """How many messages are unread, and how many of them notify the person."""

    count: int = 0
    mentions: int = 0


@dataclass(frozen=True, slots=True)
class ReadMarks:
    """The timestamp up to which each person has read each channel (None), and each thread by its root's timestamp."""

    _until: dict[tuple[str, str, str | None], str] = field(default_factory=dict)

    def until(self, reader_id: str, channel_id: str, thread: str | None = None) -> str:
        return self._until.get((reader_id, channel_id, thread), NEVER)

    def moves(self, reader_id: str, channel_id: str, *, thread: str | None, to: str) -> bool:
        """Move one on to that timestamp, never back; whether it moved."""
        if to <= self.until(reader_id, channel_id, thread):
            return False
        self._until[reader_id, channel_id, thread] = to
        return True


@dataclass(frozen=True, slots=True)
class Reading:
    """One person as a reader: `called` are the ids by which they are mentioned."""

    reader_id: str
    called: frozenset[str]
    marks: ReadMarks

    def unread(self, messages: Iterable[Message]) -> Iterator[Message]:
        """Those of `messages`, in order, that they have not read. Threads are recognized by their first message."""
        followed: set[tuple[str, str]] = set()
        for message in messages:
            thread = _thread(message)
            if self._is_unread(message, follows=thread in followed):
                yield message
            if message.user == self.reader_id or self.reader_id in message.mentions:
                followed.add(thread)

    def rings(self, message: Message) -> bool:
        if message.user == self.reader_id or message.ephemeral_to is not None:
            return False
        return message.channel.kind == "im" or not self.called.isdisjoint(message.mentions)

    def count(self, messages: Iterable[Message]) -> Unread:
        unread = list(self.unread(messages))
        return Unread(len(unread), sum(self.rings(message) for message in unread))

    def _is_unread(self, message: Message, *, follows: bool) -> bool:
        if message.user == self.reader_id:
            return False
        channel_id = message.channel.id
        if is_in_channel(message):
            return message.ts > self.marks.until(self.reader_id, channel_id)
        concerns = follows or message.ephemeral_to is not None or self.rings(message)
        return concerns and message.ts > self.marks.until(self.reader_id, channel_id, message.thread_ts)


def is_in_channel(message: Message) -> bool:
    """Whether it is shown in the channel itself, not in a thread alone."""
    return message.thread_ts in {None, message.ts}


def _thread(message: Message) -> tuple[str, str]:
    return message.channel.id, message.thread_ts or message.ts
