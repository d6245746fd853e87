"""Slack payloads as typed values: commands, interactions and events, validated once, before any listener runs.

Strict about every value that is read: an id is text of Slack's form, and a text has a limit. The rest of a payload is
ignored, except the parts that Bolt itself reads, which must at least have the shape that it relies on.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from bot.domain.ids import ChannelId, TeamId, UserId

_ID_MAX = 40  # characters after the letter; Slack's have about ten

_Team = Annotated[TeamId, Field(pattern=rf"^[TE][A-Z0-9]{{1,{_ID_MAX}}}$")]
_User = Annotated[UserId, Field(pattern=rf"^[UW][A-Z0-9]{{1,{_ID_MAX}}}$")]
_Channel = Annotated[ChannelId, Field(pattern=rf"^[CDG][A-Z0-9]{{1,{_ID_MAX}}}$")]
_ViewId = Annotated[str, Field(pattern=rf"^V[A-Z0-9]{{1,{_ID_MAX}}}$")]
_Url = Annotated[str, Field(pattern=r"^https?://[!-~]+$", max_length=3_000)]
# The limit also keeps lone surrogates out: without one, pydantic takes any `str` as it is.
_Word = Annotated[str, Field(max_length=255)]
_Text = Annotated[str, Field(max_length=3_000)]
_Typed = Annotated[
    str, Field(max_length=40_000), BeforeValidator(lambda typed: "" if typed is None else typed)
]


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class _MaybeAnswerable(_Shape):
    response_url: _Url | None = None


class _ReadByBolt(_MaybeAnswerable):
    """The parts that Bolt reads before any listener runs, in every type of payload."""

    type: str | None = None
    team: str | dict[str, Any] | None = None
    enterprise: str | dict[str, Any] | None = None
    user: str | dict[str, Any] | None = None
    channel: str | dict[str, Any] | None = None
    authorizations: "list[_ReadByBolt] | None" = None
    event: "_ReadByBolt | None" = None
    item: "_ReadByBolt | str | None" = None
    message: "_ReadByBolt | str | None" = None
    previous_message: "_ReadByBolt | str | None" = None
    assistant_thread: "_ReadByBolt | str | None" = None
    view: dict[str, Any] | None = None
    actions: Annotated[list[dict[str, Any]], Field(min_length=1)] | None = None
    response_urls: list[_MaybeAnswerable] = []


class _ViewClosed(_Shape):
    view: dict[str, Any]


class _AttachmentAction(_Shape):
    actions: Annotated[list[dict[str, Any]], Field(min_length=1)]


class _WorkflowStepEdit(_Shape):
    workflow_step: dict[str, Any]


class Person(_Shape):
    """The user who interacts. Slack omits `team_id` where it does not say which team they belong to."""

    id: _User
    team_id: _Team | None = None


class Enterprise(_Shape):
    id: _Team


class Team(_Shape):
    id: _Team
    enterprise_id: _Team | None = None


class Chosen(_Shape):
    """A selected menu option, or a ticked checkbox."""

    value: _Text


class Filled(_Shape):
    """The value of one input of a view: a text, an option, or several."""

    value: _Text | None = None
    selected_option: Chosen | None = None
    selected_options: list[Chosen] | None = None


class ViewState(_Shape):
    """The values of a view's inputs, by block and action."""

    values: dict[_Word, dict[_Word, Filled]] = {}

    def of(self, block: str, action: str) -> Filled:
        return self.values.get(block, {}).get(action, Filled())


class View(_Shape):
    """A modal or a Home tab, as it is on somebody's screen."""

    id: _ViewId
    type: _Word
    hash: _Word | None = None
    callback_id: _Word = ""
    private_metadata: _Text = ""
    state: ViewState | None = None

    def filled(self, block: str, action: str) -> Filled:
        return Filled() if self.state is None else self.state.of(block, action)


class _Interaction(_Shape):
    """An interaction payload. `team` is the workspace where it happened; None for an app of a whole organization."""

    user: Person
    team: Team | None = None
    enterprise: Enterprise | None = None


class _Answerable(_Shape):
    response_url: _Url


class SlashCommand(_Shape):
    command: _Word
    text: _Typed = ""
    team_id: _Team
    enterprise_id: _Team | None = None
    user_id: _User
    channel_id: _Channel
    trigger_id: _Word
    response_url: _Url | None = None


class Place(_Shape):
    """The conversation that a message is in."""

    id: _Channel


class ActionPayload(_Shape):
    """The element that was used. `value` is what a button carries: only looked up, never trusted."""

    action_id: _Word
    value: _Text | None = None


class BlockActions(_Interaction):
    """A button was pressed or an input changed: on a message, in a modal or on a Home tab."""

    type: Literal["block_actions"]
    trigger_id: _Word
    actions: Annotated[list[ActionPayload], Field(min_length=1, max_length=1)]
    view: View | None = None
    channel: Place | None = None
    response_url: _Url | None = None

    @property
    def action(self) -> ActionPayload:
        return self.actions[0]


class ViewSubmission(_Interaction):
    type: Literal["view_submission"]
    trigger_id: _Word
    view: View


class Shortcut(_Interaction):
    """A global shortcut: it comes without a channel."""

    type: Literal["shortcut"]
    callback_id: _Word
    trigger_id: _Word


class OptionsRequest(_Interaction):
    """A menu requests the options for what was typed into it."""

    type: Literal["block_suggestion"]
    action_id: _Word
    view: View
    value: _Typed = ""


class _ShownView(_Shape):
    hash: _Word | None = None


class _HomeEvent(_Shape):
    type: Literal["app_home_opened"]
    user: _User
    tab: _Word | None = None
    view: _ShownView | None = None


class HomeOpened(_Shape):
    """Somebody opened the app's Home tab or its messages."""

    type: Literal["event_callback"]
    team_id: _Team
    enterprise_id: _Team | None = None
    event: _HomeEvent


Delivery = SlashCommand | BlockActions | ViewSubmission | Shortcut | OptionsRequest | HomeOpened

_BY_TYPE: dict[str, type[BlockActions | ViewSubmission | Shortcut | OptionsRequest]] = {
    "block_actions": BlockActions,
    "view_submission": ViewSubmission,
    "shortcut": Shortcut,
    "block_suggestion": OptionsRequest,
}


_TAKEN_APART_BY_BOLT: dict[str | None, type[_Shape]] = {
    "view_closed": _ViewClosed,
    "interactive_message": _AttachmentAction,
    "workflow_step_edit": _WorkflowStepEdit,
}
"""Types that no listener is for: Bolt requires these parts of them all the same, before it finds that out."""


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
        by_bolt = _ReadByBolt.model_validate(payload)
        _TAKEN_APART_BY_BOLT.get(by_bolt.type, _Shape).model_validate(payload)
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
