"""The parts of a payload that Bolt itself reads: they must have the shape that it relies on, whatever the payload is.

Bolt looks into a payload as soon as it gets it, and takes it apart once more for each middleware. An odd one would end in
an error of Bolt's, and over HTTP in a 500.
"""

from typing import Annotated, Any

from pydantic import Field

from bot.slack.payload_fields import Shape, Url


class MaybeAnswerable(Shape):
    response_url: Url | None = None


class _ReadByBolt(MaybeAnswerable):
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
    response_urls: list[MaybeAnswerable] = Field(default=[])


class _ViewClosed(Shape):
    view: dict[str, Any]


class _AttachmentAction(Shape):
    actions: Annotated[list[dict[str, Any]], Field(min_length=1)]


class _WorkflowStepEdit(Shape):
    workflow_step: dict[str, Any]


_TAKEN_APART_BY_BOLT: dict[str | None, type[Shape]] = {
    "view_closed": _ViewClosed,
    "interactive_message": _AttachmentAction,
    "workflow_step_edit": _WorkflowStepEdit,
}
"""Types that no listener is for: Bolt requires these parts of them all the same, before it finds that out."""


def check(payload: Any) -> None:
    """Raises pydantic.ValidationError: Bolt could not take the payload apart."""
    by_bolt = _ReadByBolt.model_validate(payload)
    _TAKEN_APART_BY_BOLT.get(by_bolt.type, Shape).model_validate(payload)
