"""User errors: mistakes that the person can fix. The message is what they read, in Slack or in the shell."""


class UserError(Exception):
    """Something the person can fix.

    `message` is shown to them unchanged (the surface that shows it escapes it), and never logged as a fault.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class WrongInput(UserError):  # noqa: N818 - named for what happened, like every other outcome
    """What the person typed, set or wrote in a file is not valid, whatever the state of anything else.

    `hint` is a line that may follow the message, where there is room for it; empty if there is none.
    """

    hint = ""


class Misunderstood(WrongInput):
    """A command that could not be parsed, with what to type instead."""


class BadPattern(WrongInput):
    """A pipeline pattern that no pipeline could ever match."""


class BadRule(WrongInput):
    """A rule with a value out of range. `in_slack`: what to do where there is a list to pick from."""

    def __init__(self, message: str, *, in_slack: str = "") -> None:
        super().__init__(message)
        self.in_slack = in_slack
