"""Mistakes that are the person's to mend: the message is what they read, in Slack or in the shell."""


class UserError(Exception):
    """Something the person can put right.

    `message` is shown to them as it stands (the surface that shows it escapes it), and never logged as a fault.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Misunderstood(UserError):  # noqa: N818 - named for what happened, like every other outcome
    """A command that could not be read, with what to type instead."""


class BadPattern(UserError):  # noqa: N818
    """A grant's pipeline pattern that no pipeline could ever match."""


class BadRule(UserError):  # noqa: N818
    """A rule with a value outside what it may be. `in_slack`: what to do where there is a list to pick from."""

    def __init__(self, message: str, *, in_slack: str = "") -> None:
        super().__init__(message)
        self.in_slack = in_slack
