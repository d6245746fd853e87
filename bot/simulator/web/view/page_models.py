"""The JSON that the page gets. Everything in it is rendered: nothing is left to decide there.

`block` and `action` are Slack's ids, with which the page names what was pressed or filled in.
"""

from typing import Literal, TypedDict

from bot.simulator.slack.rendering.spans import Span


class Confirm(TypedDict):
    title: str
    text: list[Span]
    confirm: str
    deny: str
    style: str | None


class Button(TypedDict):
    block: str
    action: str
    label: str
    aria: str | None
    style: str | None
    confirm: Confirm | None


class Option(TypedDict):
    label: str
    value: str
    description: str | None


class TextInput(TypedDict):
    type: Literal["text"]
    value: str
    multiline: bool
    placeholder: str | None
    longest: int
    focus: bool


class SelectInput(TypedDict):
    """Its options are those the app suggests for `shortest` characters typed, or more."""

    type: Literal["select"]
    value: str | None
    shortest: int
    placeholder: str | None
    focus: bool


class ChoiceInput(TypedDict):
    type: Literal["checkboxes"]
    options: list[Option]
    values: list[str]


Input = TextInput | SelectInput | ChoiceInput


class TextBlock(TypedDict):
    type: Literal["header", "text"]
    block: str
    text: list[Span]


class SectionBlock(TypedDict):
    type: Literal["section"]
    block: str
    text: list[Span] | None
    fields: list[list[Span]]
    accessory: Button | None


class ContextBlock(TypedDict):
    type: Literal["context"]
    block: str
    elements: list[list[Span]]


class DividerBlock(TypedDict):
    type: Literal["divider"]
    block: str


class ActionsBlock(TypedDict):
    type: Literal["actions"]
    block: str
    elements: list[Button]


class InputBlock(TypedDict):
    type: Literal["input"]
    block: str
    action: str
    label: str
    hint: str | None
    optional: bool
    error: str | None
    element: Input


ShownBlock = TextBlock | SectionBlock | ContextBlock | DividerBlock | ActionsBlock | InputBlock


class Modal(TypedDict):
    id: str
    hash: str
    title: str
    submit: str | None
    close: str
    blocks: list[ShownBlock]


class Home(TypedDict):
    hash: str
    blocks: list[ShownBlock]


Kind = Literal["bot", "person", "me"]
"""Of who wrote a message."""


class Author(TypedDict):
    name: str
    kind: Kind
    initials: str


Message = TypedDict(
    "Message",
    {
        "place": str,
        "ts": str,
        "thread": str | None,
        "from": Author,
        "time": str,
        "day": str,
        "moment": str,
        "ephemeral": bool,
        "edited": bool,
        "version": int,
        "blocks": list[ShownBlock],
        "text": str,
        "replies": int,
        "repliers": list[str],
        "last_reply": str | None,
        "is_new": bool,
    },
)
"""`version` counts its edits; `thread` is the root's timestamp, if it is a reply; `text` is for screen readers."""


class Myself(TypedDict):
    id: str
    name: str
    about: str
    initials: str


class Somebody(Myself):
    """`unread` is the number of messages that notify them."""

    unread: int


PlaceKind = Literal["home", "channel", "private", "dm"]


class Place(TypedDict):
    id: str
    name: str
    kind: PlaceKind
    unread: int
    mentions: int
    takes_text: bool


class Command(TypedDict):
    command: str
    description: str
    hint: str


class Shortcut(TypedDict):
    name: str
    description: str
