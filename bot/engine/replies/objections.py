"""Objections: why rules deny a request, no matter who makes it."""

from enum import Enum
from typing import ClassVar


class FormField(Enum):
    """The field of a form that an objection is about."""

    PIPELINE = "pipeline"
    REASON = "reason"


class Objection:
    """A reply that denies a request by a rule. Each says how the audit log records it, and which field it is about.

    Subclasses are dataclasses without slots: with slots, `dataclass` makes the class a second time, without these
    arguments. `recorded_as` is stored: it never changes.
    """

    recorded_as: ClassVar[str]
    form_field: ClassVar[FormField]

    def __init_subclass__(cls, *, recorded_as: str, form_field: FormField) -> None:
        cls.recorded_as, cls.form_field = recorded_as, form_field
