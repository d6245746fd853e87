"""What is said where a form of one field does not open, and how to get there all the same. Pure.

Slack lets a form open for three seconds after a click: whatever takes longer is too late for it.
"""

from bot.domain.ids import OperationId
from bot.domain.operations.operation import SHORT_ID
from bot.slack.text.blocks import Message, said


def denial(operation_id: OperationId) -> Message:
    short_id = operation_id[:SHORT_ID]
    return said(
        "✍️ Slack did not open the form. Nothing was denied. Type `{COMMAND} deny {} reason…` instead.",
        short_id,
    )


def denial_too_late() -> Message:
    return said("The form could not be opened in time. Nothing was denied: press *Deny…* again.")


def break_glass() -> Message:
    return said(
        "✍️ Slack did not open the form. Nothing was sent to Feldera: press *Run as break-glass…* again."
    )


def break_glass_expired() -> Message:
    return said(
        "The form could not be opened in time. Nothing was sent to Feldera: press *Run as break-glass…* again."
    )
