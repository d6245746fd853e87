"""Answers to whoever presses a button of an operation, or names it by its id."""

from dataclasses import dataclass

from bot.domain.operations.operation import Operation


@dataclass(frozen=True, slots=True)
class Started:
    """Confirmed: the card comes next, and then the request."""

    operation: Operation


@dataclass(frozen=True, slots=True)
class Asked:
    """Confirmed: the card comes next, and then other people decide."""

    operation: Operation


@dataclass(frozen=True, slots=True)
class NameWanted:
    """To break the glass, the pipeline's name has to be typed again, letter by letter."""

    operation: Operation


@dataclass(frozen=True, slots=True)
class Dropped:
    operation: Operation


@dataclass(frozen=True, slots=True)
class ApprovedIt:
    """The approval counts; `operation` tells how many there are, and whether it goes ahead."""

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
    """No glass was broken for it, or nothing has come of that yet."""

    operation: Operation


@dataclass(frozen=True, slots=True)
class OwnRequest:
    """Nobody decides on what they asked for themselves, nor signs off (`signing`) a glass that they broke."""

    operation: Operation
    signing: bool = False


@dataclass(frozen=True, slots=True)
class ApprovedBefore:
    """One person, one approval."""

    operation: Operation


@dataclass(frozen=True, slots=True)
class ClosedByHand:
    operation: Operation


@dataclass(frozen=True, slots=True)
class AlreadyDecided:
    """The button was good once: the operation has moved on. `signing`: they wanted to sign it off."""

    operation: Operation
    signing: bool = False


@dataclass(frozen=True, slots=True)
class TooOld:
    """The preview is older than what it showed can be trusted for."""

    operation: Operation


@dataclass(frozen=True, slots=True)
class NotYours:
    """Only the person who was shown a preview may use this, or who asked for `operation`."""

    operation: Operation | None = None


@dataclass(frozen=True, slots=True)
class NotKnown:
    """No such operation that this person may see: a wrong id, or a button from another time."""
