"""What is said where a form of one field does not open, and how to get there all the same. Pure.

Slack lets a form open for three seconds after a click: whatever takes longer is too late for it.
"""

from bot.domain.ids import OperationId
from bot.domain.operations.operation import SHORT_ID
from bot.slack.text.blocks import Message, said


def denial(operation_id: OperationId) -> Message:
    short_id = operation_id[:SHORT_ID]
    return said(
        "✍️ Slack did not open the form. Nothing was denied: type `{COMMAND} deny {} reason…`.", short_id
    )


def denial_too_late() -> Message:
    return said(
        "This took so long that Slack lets me ask you nothing any more. Press *Deny* again; nothing has been denied."
    )


def break_glass() -> Message:
    return said("✍️ Slack did not open the form. Nothing was sent: press *Run as break-glass…* again.")


def break_glass_expired() -> Message:
    return said(
        "This took so long that Slack lets me ask you nothing any more. Press *Run as break-glass…* again; nothing was sent."
    )
