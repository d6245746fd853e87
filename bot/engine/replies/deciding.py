"""Replies to a button of an operation, or to a command that names it by its id."""

from dataclasses import dataclass

from bot.domain.operations.operation import Operation
from bot.engine.replies.objections import FormField, Objection


@dataclass(frozen=True, slots=True)
class Started:
    """Confirmed: the card comes next, and then the request."""

    operation: Operation


@dataclass(frozen=True, slots=True)
class Asked:
    """Confirmed: the card comes next, and then other people decide."""

    operation: Operation


@dataclass(frozen=True)
class NameWanted(Objection, recorded_as="name_differs", form_field=FormField.PIPELINE):
    """A break-glass needs the pipeline's name typed again, letter by letter."""

    operation: Operation


@dataclass(frozen=True, slots=True)
class Dropped:
    operation: Operation


@dataclass(frozen=True, slots=True)
class ApprovedIt:
    """The approval counts; `operation` shows how many there are, and whether it goes ahead."""

    operation: Operation


@dataclass(frozen=True, slots=True)
class DeniedIt:
    operation: Operation


@dataclass(frozen=True, slots=True)
class Withdrew:
    operation: Operation


@dataclass(frozen=True, slots=True)
class StoppedIt:
    operation: Operation


@dataclass(frozen=True, slots=True)
class SignedItOff:
    operation: Operation


@dataclass(frozen=True, slots=True)
class NothingToSignOff:
    """It was no break-glass, or it has had no effect yet."""

    operation: Operation


@dataclass(frozen=True, slots=True)
class OwnRequest:
    """People cannot decide on their own requests, nor review (`signing`) their own break-glass."""

    operation: Operation
    signing: bool = False


@dataclass(frozen=True, slots=True)
class ApprovedBefore:
    """This person has approved it already: one person, one approval."""

    operation: Operation


@dataclass(frozen=True, slots=True)
class ClosedByHand:
    operation: Operation


@dataclass(frozen=True, slots=True)
class AlreadyDecided:
    """The button was valid earlier: the operation has moved on. `signing`: they wanted to review it."""

    operation: Operation
    signing: bool = False


@dataclass(frozen=True, slots=True)
class TooOld:
    """The preview is too old for what it showed to be trusted."""

    operation: Operation


@dataclass(frozen=True, slots=True)
class NotYours:
    """Only the person who was shown the preview, or who requested `operation`, may use this."""

    operation: Operation | None = None


@dataclass(frozen=True, slots=True)
class NotKnown:
    """No such operation that this person may see: a wrong id, or an outdated button."""
