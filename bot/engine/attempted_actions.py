"""What somebody wants to do to an operation, whether or not they may."""

from enum import StrEnum


class AttemptedAction(StrEnum):
    """These words are stored, as `action`, beside those of `Action`."""

    CONFIRM = "confirm"
    DROP = "drop"
    APPROVE = "approve"
    DENY = "deny"
    WITHDRAW = "withdraw"
    STOP = "stop_operation"  # `stop` is what is done to a pipeline
    SIGN_OFF = "sign_off"
    CLOSE = "close"
