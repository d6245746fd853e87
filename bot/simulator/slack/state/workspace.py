"""The state of one Slack workspace: its people, groups, channels and messages, and the clock it stamps them with.

It trusts its callers: whether a client may post or a person may click is decided elsewhere. It hands out
unique ids and message timestamps, keeps every version, and signals every change.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.engine.ports import Clock
from bot.simulator.slack.rendering.mrkdwn_tokens import mentions_in, suspicious_tokens
from bot.simulator.slack.state.change_signal import Changes
from bot.simulator.slack.state.messages import Block, Channel, Message, Version
from bot.simulator.slack.state.profiles import Grid, Profile
from bot.simulator.slack.state.unread_marks import ReadMarks

MICROSECONDS = 1_000_000
TS_STEP = 100
"""Microseconds between two messages of the same second, as real timestamps look."""
SLACKBOT = "USLACKBOT"


class Identified(Protocol):
    """Something with an id: a person, or their profile."""

    @property
    def id(self) -> str: ...


@dataclass(eq=False, slots=True)
class UserGroup:
    """A user group with its handle (`@oncall`). Disabled, it keeps its members, but cannot be looked up."""

    id: str
    handle: str
    member_ids: list[str] = field(default_factory=list)
    disabled: bool = False

    def joins(self, person: Identified) -> None:
        if person.id not in self.member_ids:
            self.member_ids.append(person.id)

    def leaves(self, person: Identified) -> None:
        """Remove this person.

        Raises:
            ValueError: they are not in it.
        """
        self.member_ids.remove(person.id)

    def is_disabled(self) -> None:
        """An admin disables it."""
        self.disabled = True

    def is_enabled(self) -> None:
        self.disabled = False


@dataclass(frozen=True, slots=True)
class Content:
    """The content of a message, validated."""

    text: str
    blocks: tuple[Block, ...] = ()


@dataclass(eq=False)
class Workspace:
    clock: Clock
    changes: Changes = field(default_factory=Changes)
    team_id: str = "T0ACME"
    team_name: str = "Acme"
    domain: str = "acme"
    grid: Grid | None = None
    """The Enterprise Grid that the workspace is part of."""
    is_enterprise_install: bool = False
    """Whether the app is installed in the whole Grid at once."""
    app_id: str = "A0PIPELINE"
    bot_id: str = "B0PIPELINE"
    bot_user_id: str = "U0PIPELINE"
    bot_name: str = "pipeline"
    messages_tab: bool = True
    """Whether people can be sent direct messages by the app."""
    messages_tab_read_only: bool = False
    """Whether people cannot send messages to the app there."""
    home_tab: bool = True
    """Whether the app has a Home tab."""
    has_user_groups: bool = True
    """Whether the workspace's plan comes with user groups."""
    people: dict[str, Profile] = field(default_factory=dict)
    user_groups: dict[str, UserGroup] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    shortcuts: dict[str, str] = field(default_factory=dict)
    """The app's global shortcuts: their callback ids by the names that people choose."""
    ephemerals: list[Message] = field(default_factory=list)
    read_marks: ReadMarks = field(default_factory=ReadMarks)
    suspicious: list[str] = field(default_factory=list)
    _last_number: int = 0
    _last_ts: int = 0

    def next_number(self) -> int:
        self._last_number += 1
        return self._last_number

    def next_ts(self) -> str:
        """A new timestamp, later than that of every message of this workspace ("1740884400.000100")."""
        second = int(self.clock.now().timestamp()) * MICROSECONDS
        self._last_ts = max(second + TS_STEP, self._last_ts + TS_STEP)
        return f"{self._last_ts // MICROSECONDS}.{self._last_ts % MICROSECONDS:06}"

    def adds_profile(self, name: str, *, team_id: str | None = None, **traits: Any) -> Profile:
        profile = Profile(self._new_id("U", name), name, team_id or self.team_id, **traits)
        if self.grid is not None and profile.workspaces is None:
            profile.workspaces = (profile.team_id,)
        self.people[profile.id] = profile
        return profile

    def joins_grid(self, grid: Grid) -> None:
        """It becomes part of an Enterprise Grid, and its people belong to no other workspace there."""
        self.grid = grid
        for profile in self.people.values():
            profile.workspaces = (profile.team_id,)

    def adds_user_group(self, handle: str) -> UserGroup:
        group = UserGroup(self._new_id("S", handle), handle)
        self.user_groups[group.id] = group
        return group

    def adds_channel(
        self, name: str, *, private: bool, bot_is_member: bool, members: set[str] | None
    ) -> Channel:
        channel = Channel(
            self._new_id("C", name),
            name,
            "private" if private else "public",
            bot_is_member=bot_is_member,
            member_ids=members,
        )
        self.channels[channel.id] = channel
        return channel

    def direct_messages(self, profile: Profile) -> Channel:
        """The conversation of this person with the bot, opened on first use."""
        for channel in self.channels.values():
            if channel.kind == "im" and channel.has(profile.id):
                return channel
        opened = Channel(
            self._new_id("D", profile.name), profile.name, "im", bot_is_member=True, member_ids={profile.id}
        )
        self.channels[opened.id] = opened
        return opened

    def profile(self, user_id: str) -> Profile | None:
        """The user with this id: a person, the app's own user, or Slackbot, which Slack does not call a bot."""
        if user_id == self.bot_user_id:
            return Profile(user_id, self.bot_name, self.team_id, is_bot=True)
        if user_id == SLACKBOT:
            return Profile(user_id, "slackbot", self.team_id)
        return self.people.get(user_id)

    def is_outsider(self, profile: Profile) -> bool:
        """Whether they are external and share no channel with the app; Slack's `is_stranger`, which the others are not."""
        return not profile.belongs_to(self.team_id) and not any(
            channel.bot_is_member and channel.has(profile.id) for channel in self.channels.values()
        )

    def exists(self, some_id: str) -> bool:
        return (
            some_id in self.people
            or some_id in self.channels
            or some_id in self.user_groups
            or some_id == self.bot_user_id
        )

    @property
    def archives(self) -> str:
        """The beginning of every permalink."""
        return f"https://{self.domain}.slack.com/archives/"

    @property
    def names(self) -> dict[str, str]:
        """The shown name of every id that can be mentioned."""
        return {
            self.bot_user_id: self.bot_name,
            **{profile.id: profile.name for profile in self.people.values()},
            **{each.id: each.name for each in self.channels.values() if each.kind != "im"},
            **{group.id: group.handle for group in self.user_groups.values()},
        }

    def posts(
        self, channel: Channel, user: str, *, content: Content, thread_ts: str | None = None
    ) -> Message:
        message = self._new(channel, user, content=content, thread_ts=thread_ts)
        channel.posted.append(message)
        self.changes.note()
        return message

    def shows_only(
        self,
        user_id: str,
        channel: Channel,
        *,
        content: Content,
        thread_ts: str | None = None,
        ts: str | None = None,
    ) -> Message:
        """An ephemeral message of the bot to one person; `ts` if its place was kept earlier."""
        message = self._new(channel, self.bot_user_id, content=content, thread_ts=thread_ts)
        message.ts = ts or message.ts
        message.ephemeral_to = user_id
        self.ephemerals.append(message)
        self.changes.note()
        return message

    def edits(self, message: Message, content: Content) -> None:
        blocks = self.with_ids(content.blocks)
        message.versions.append(Version(content.text, blocks, self.clock.now()))
        self.looks_at(content)
        self.changes.note()

    def deletes(self, message: Message) -> None:
        message.deleted = True
        self.changes.note()

    def looks_at(self, content: Content) -> None:
        """Record every token in it that would notify a whole channel or mentions an unknown id."""
        for text in (content.text, *_mrkdwn_in(content.blocks)):
            self.suspicious.extend(suspicious_tokens(text, self.exists))

    def _new(self, channel: Channel, user: str, *, content: Content, thread_ts: str | None) -> Message:
        now = self.clock.now()
        self.looks_at(content)
        version = Version(content.text, self.with_ids(content.blocks), now)
        mentions = frozenset(_mentions_in(content))
        return Message(channel, self.next_ts(), user, [version], thread_ts=thread_ts, mentions=mentions)

    def with_ids(self, blocks: Sequence[Block]) -> tuple[Block, ...]:
        """Add the ids that a client left out, as Slack does; interactions carry them."""
        return tuple(self._block_with_ids(block) for block in blocks)

    def _block_with_ids(self, block: Block) -> Block:
        filled = {**block, "block_id": block.get("block_id") or f"b{self.next_number()}"}
        if block["type"] == "actions":
            filled["elements"] = [self._element_with_id(element) for element in block["elements"]]
        if block["type"] == "input":
            filled["element"] = self._element_with_id(block["element"])
        return filled

    def _element_with_id(self, element: Block) -> Block:
        return {**element, "action_id": element.get("action_id") or f"a{self.next_number()}"}

    def _new_id(self, prefix: str, name: str) -> str:
        readable = "".join(letter for letter in name.upper() if letter.isascii() and letter.isalnum())
        return f"{prefix}{self.next_number():02}{readable}"


def _mentions_in(content: Content) -> Iterator[str]:
    for text in (content.text, *_mrkdwn_in(content.blocks)):
        yield from mentions_in(text)


def _mrkdwn_in(value: Any) -> Iterator[str]:
    return (part["text"] for part in _parts_in(value) if part["type"] == "mrkdwn")


def _parts_in(value: Any) -> Iterator[Block]:
    """Every object in it that has a `type`, the outer ones first."""
    if isinstance(value, dict):
        if isinstance(value.get("type"), str):
            yield value
        value = value.values()
    elif not isinstance(value, list | tuple):
        return
    for part in value:
        yield from _parts_in(part)
