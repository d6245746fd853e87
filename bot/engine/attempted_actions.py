"""Attempted actions: what somebody tries to do to an operation, whether or not they may."""

from enum import StrEnum


class AttemptedAction(StrEnum):
    """These words are stored, as `action`, beside those of `Action`."""

    CONFIRM = "confirm"
    DROP = "drop"
    APPROVE = "approve"
    DENY = "deny"
    WITHDRAW = "withdraw"
    STOP = "stop_operation"  # `stop` is an action on a pipeline
    SIGN_OFF = "sign_off"
    CLOSE = "close"
