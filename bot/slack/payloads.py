"""What Slack delivers, as far as the bot reads it: checked once, at the door, so that listeners only get typed values.

Strict about every value that is read: an id is text of Slack's form, and a text has a limit. Whatever else a payload
holds is ignored, but for the parts that Bolt itself reads, which must at least have the shape that it relies on.
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
# Also what keeps halves of characters out: without a limit pydantic takes any `str` as it is.
_Word = Annotated[str, Field(max_length=255)]
_Text = Annotated[str, Field(max_length=3_000)]
_Typed = Annotated[
    str, Field(max_length=40_000), BeforeValidator(lambda typed: "" if typed is None else typed)
]


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class _ReadByBolt(_Shape):
    """The parts that Bolt looks into before any listener, whatever the payload is about."""

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
    response_urls: list[dict[str, Any]] = []


class Person(_Shape):
    """Who interacts. Slack leaves `team_id` out where it does not tell whose member they are."""

    id: _User
    team_id: _Team | None = None


class Enterprise(_Shape):
    id: _Team


class Team(_Shape):
    id: _Team
    enterprise_id: _Team | None = None


class Chosen(_Shape):
    """An option of a menu, or a box that was ticked."""

    value: _Text


class Filled(_Shape):
    """What stands in one input of a view: a text, an option, or several."""

    value: _Text | None = None
    selected_option: Chosen | None = None
    selected_options: list[Chosen] | None = None


class ViewState(_Shape):
    """What stands in the inputs, by block and action."""

    values: dict[_Word, dict[_Word, Filled]] = {}

    def of(self, block: str, action: str) -> Filled:
        return self.values.get(block, {}).get(action, Filled())


class View(_Shape):
    """A modal or a Home, as it stands on somebody's screen."""

    id: _ViewId
    type: _Word
    hash: _Word | None = None
    callback_id: _Word = ""
    private_metadata: _Text = ""
    state: ViewState | None = None

    def filled(self, block: str, action: str) -> Filled:
        return Filled() if self.state is None else self.state.of(block, action)


class _Interaction(_Shape):
    """What somebody did. `team` is that of the workspace in which it was done; of an app of a whole organization, none."""

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


class ActionPayload(_Shape):
    """The element that was used; `value` is what a button carries, and is only looked up, never believed."""

    action_id: _Word
    value: _Text | None = None


class BlockActions(_Interaction):
    """A button that was pressed, or an input that was changed: on a message, in a modal or on a Home."""

    type: Literal["block_actions"]
    trigger_id: _Word
    actions: Annotated[list[ActionPayload], Field(min_length=1, max_length=1)]
    view: View | None = None
    response_url: _Url | None = None

    @property
    def action(self) -> ActionPayload:
        return self.actions[0]


class ViewSubmission(_Interaction):
    type: Literal["view_submission"]
    trigger_id: _Word
    view: View


class Shortcut(_Interaction):
    """A global one: it comes without a channel."""

    type: Literal["shortcut"]
    callback_id: _Word
    trigger_id: _Word


class OptionsRequest(_Interaction):
    """A menu asks for the options to what was typed into it."""

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
    """Somebody opened the app's Home or its messages."""

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


class Unreadable(Exception):  # noqa: N818 - an outcome, named like the others
    """A payload is not as Slack writes it. Its own words are not in here: whoever sent it chose them.

    `kind` is what it says it is, where the bot knows such a thing.
    """

    def __init__(self, kind: str, where: str, why: str) -> None:
        super().__init__(f"{kind}: {where}: {why}")
        self.kind = kind
        self.where = where
        self.why = why


def read(payload: Any) -> Delivery | None:
    """What was delivered; None where it is nothing that the bot reads: Bolt knows what to do about it.

    Raises:
        Unreadable: it is not as Slack writes it.
    """
    kind, shape = _kind(payload)
    try:
        _ReadByBolt.model_validate(payload)
        return None if shape is None else shape.model_validate(payload)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        # The first two are fields of ours; what is deeper may be the payload's own words.
        raise Unreadable(kind, ".".join(str(part) for part in first["loc"][:2]), first["type"]) from None


def kind_of(payload: Any) -> str:
    """What it says it is, where the bot knows such a thing."""
    try:
        return _kind(payload)[0]
    except Unreadable as unreadable:
        return unreadable.kind


def response_url(payload: Mapping[str, Any]) -> str | None:
    """Where the sender of a payload that does not read can be answered; None where it does not say that either."""
    try:
        return _Answerable.model_validate(payload).response_url
    except ValidationError:
        return None


def _kind(payload: Any) -> tuple[str, "type[Delivery] | None"]:
    if not isinstance(payload, Mapping):
        return "no object", None
    if "command" in payload:
        if "type" in payload:  # Bolt would take it for either
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
