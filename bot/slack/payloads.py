"""Slack payloads as typed values: commands, interactions and events, validated once, before any listener runs.

Strict about every value that is read: an id is text of Slack's form, and a text has a limit. The rest of a payload is
ignored, except the parts that Bolt itself reads (`bolt_payloads`).
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from bot.slack import bolt_payloads
from bot.slack.payload_fields import (
    LimitedText,
    Shape,
    SlackChannelId,
    SlackTeamId,
    SlackUserId,
    SlackViewId,
    Typed,
    Url,
    Word,
)


class Person(Shape):
    """The user who interacts. Slack omits `team_id` where it does not say which team they belong to."""

    id: SlackUserId
    team_id: SlackTeamId | None = None


class Enterprise(Shape):
    id: SlackTeamId


class Team(Shape):
    id: SlackTeamId
    enterprise_id: SlackTeamId | None = None


class Chosen(Shape):
    """A selected menu option, or a ticked checkbox."""

    value: LimitedText


class Filled(Shape):
    """The value of one input of a view: a text, an option, or several."""

    value: LimitedText | None = None
    selected_option: Chosen | None = None
    selected_options: list[Chosen] | None = None


class ViewState(Shape):
    """The values of a view's inputs, by block and action."""

    values: dict[Word, dict[Word, Filled]] = Field(default={})

    def of(self, block: str, action: str) -> Filled:
        return self.values.get(block, {}).get(action, Filled())


class View(Shape):
    """A modal or a Home tab, as it is on somebody's screen."""

    id: SlackViewId
    type: Word
    hash: Word | None = None
    callback_id: Word = ""
    private_metadata: LimitedText = ""
    state: ViewState | None = None

    def filled(self, block: str, action: str) -> Filled:
        return Filled() if self.state is None else self.state.of(block, action)


class _Interaction(Shape):
    """An interaction payload. `team` is the workspace where it happened; None for an app of a whole organization."""

    user: Person
    team: Team | None = None
    enterprise: Enterprise | None = None


class _Answerable(Shape):
    response_url: Url


class SlashCommand(Shape):
    command: Word
    text: Typed = ""
    team_id: SlackTeamId
    enterprise_id: SlackTeamId | None = None
    user_id: SlackUserId
    channel_id: SlackChannelId
    trigger_id: Word
    response_url: Url | None = None


class Place(Shape):
    """The conversation that a message is in."""

    id: SlackChannelId


class ActionPayload(Shape):
    """The element that was used. `value` is what a button carries: only looked up, never trusted."""

    action_id: Word
    value: LimitedText | None = None


class BlockActions(_Interaction):
    """A button was pressed or an input changed: on a message, in a modal or on a Home tab."""

    type: Literal["block_actions"]
    trigger_id: Word
    actions: Annotated[list[ActionPayload], Field(min_length=1, max_length=1)]
    view: View | None = None
    channel: Place | None = None
    response_url: Url | None = None

    @property
    def action(self) -> ActionPayload:
        return self.actions[0]


class ViewSubmission(_Interaction):
    type: Literal["view_submission"]
    trigger_id: Word
    view: View


class Shortcut(_Interaction):
    """A global shortcut: it comes without a channel."""

    type: Literal["shortcut"]
    callback_id: Word
    trigger_id: Word


class OptionsRequest(_Interaction):
    """A menu requests the options for what was typed into it."""

    type: Literal["block_suggestion"]
    action_id: Word
    view: View
    value: Typed = ""


class _ShownView(Shape):
    hash: Word | None = None


class _HomeEvent(Shape):
    type: Literal["app_home_opened"]
    user: SlackUserId
    tab: Word | None = None
    view: _ShownView | None = None


class HomeOpened(Shape):
    """Somebody opened the app's Home tab or its messages."""

    type: Literal["event_callback"]
    team_id: SlackTeamId
    enterprise_id: SlackTeamId | None = None
    event: _HomeEvent


Delivery = SlashCommand | BlockActions | ViewSubmission | Shortcut | OptionsRequest | HomeOpened

_BY_TYPE: dict[str, type[BlockActions | ViewSubmission | Shortcut | OptionsRequest]] = {
    "block_actions": BlockActions,
    "view_submission": ViewSubmission,
    "shortcut": Shortcut,
    "block_suggestion": OptionsRequest,
}


class Unreadable(Exception):  # noqa: N818 - an outcome, named like the others
    """A payload does not have Slack's form. The error holds none of its text, which the sender chose.

    `kind` is the payload's own type, if the bot knows that.
    """

    def __init__(self, kind: str, where: str, why: str) -> None:
        super().__init__(f"{kind}: {where}: {why}")
        self.kind = kind
        self.where = where
        self.why = why


def read(payload: Any) -> Delivery | None:
    """The payload as a typed value; None for a type that the bot does not read: Bolt handles that.

    Raises:
        Unreadable: it does not have Slack's form.
    """
    kind, shape = _kind(payload)
    try:
        bolt_payloads.check(payload)
        return None if shape is None else shape.model_validate(payload)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        # The first two parts are our fields; deeper ones may be the payload's own text.
        raise Unreadable(kind, ".".join(str(part) for part in first["loc"][:2]), first["type"]) from None


def kind_of(payload: Any) -> str:
    """The payload's own type, if the bot knows that."""
    try:
        return _kind(payload)[0]
    except Unreadable as unreadable:
        return unreadable.kind


def action_of(delivery: Delivery | None) -> str:
    """The id of the button, form or shortcut that was used; empty for what has none."""
    match delivery:
        case BlockActions():
            return delivery.action.action_id
        case ViewSubmission():
            return delivery.view.callback_id
        case Shortcut():
            return delivery.callback_id
    return ""


def response_url(payload: Mapping[str, Any]) -> str | None:
    """The response URL of an unreadable payload; None if that is missing or malformed too."""
    try:
        return _Answerable.model_validate(payload).response_url
    except ValidationError:
        return None


def _kind(payload: Any) -> tuple[str, "type[Delivery] | None"]:
    if not isinstance(payload, Mapping):
        return "no object", None
    if "command" in payload:
        if "type" in payload:  # Bolt might take it for either
            raise Unreadable("slash_command", "type", "unexpected")
        return "slash_command", SlashCommand
    kind = payload.get("type")
    if not isinstance(kind, str):
        return "other", None
    if kind in _BY_TYPE:
        return kind, _BY_TYPE[kind]
    if kind == "event_callback":
        event = payload.get("event")
        if not isinstance(event, Mapping):
            raise Unreadable("event", "event", "missing")
        return ("app_home_opened", HomeOpened) if event.get("type") == "app_home_opened" else ("event", None)
    return "other", None
