"""Channels and the messages in them, as Slack keeps them: every version of a message, and who may see it.

These are the simulator's own records. They decide nothing about what a client may do; the Web API does.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a message: its content from `at` on."""

    text: str
    blocks: tuple[Block, ...]
    at: datetime


@dataclass(eq=False, slots=True)
class Message:
    """One message. `ephemeral_to` is the id of the only person who sees it, if it is an ephemeral one.

    `mentions` are the ids, and the groups such as `here`, that it mentioned when it was posted.
    """

    channel: "Channel" = field(repr=False)
    ts: str
    user: str
    versions: list[Version]
    thread_ts: str | None = None
    ephemeral_to: str | None = None
    deleted: bool = False
    mentions: frozenset[str] = frozenset()

    @property
    def text(self) -> str:
        return self.versions[-1].text

    @property
    def blocks(self) -> tuple[Block, ...]:
        return self.versions[-1].blocks

    @property
    def edited(self) -> int:
        """How often it was edited."""
        return len(self.versions) - 1

    @property
    def history(self) -> tuple[Version, ...]:
        """Every version it had, the first one first."""
        return tuple(self.versions)


@dataclass(eq=False, slots=True)
class Channel:
    """A conversation: public, private, or the direct messages between one person and the bot (`im`)."""

    id: str
    name: str
    kind: Literal["public", "private", "im"]
    bot_is_member: bool
    member_ids: set[str] | None = field(default_factory=set)
    """The ids of the people in it; None is everybody in the workspace."""
    archived: bool = False
    posting_restricted: bool = False
    posted: list[Message] = field(default_factory=list, repr=False)

    @property
    def messages(self) -> list[Message]:
        """The messages everybody in it sees, replies in threads included, in order."""
        return [message for message in self.posted if not message.deleted]

    @property
    def payload_name(self) -> str:
        """The name Slack puts in payloads: the real one only for public channels."""
        return {"public": self.name, "private": "privategroup", "im": "directmessage"}[self.kind]

    def has(self, user_id: str) -> bool:
        return self.member_ids is None or user_id in self.member_ids

    def message(self, ts: str) -> Message | None:
        """The message with this ts that everybody sees; an ephemeral one is never found."""
        return next((message for message in self.messages if message.ts == ts), None)

    def archive(self) -> None:
        self.archived = True

    def restricts_posting(self) -> None:
        """From now on only admins may post here."""
        self.posting_restricted = True

    def bot_joins(self) -> None:
        self.bot_is_member = True

    def bot_leaves(self) -> None:
        self.bot_is_member = False
