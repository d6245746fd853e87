"""What the operator of the bot can mend about its database file: each message is a sentence they read in the shell."""

from bot.domain.errors import UserError


class DatabaseUnusable(UserError):  # noqa: N818 - named for what happened, like every other outcome
    """The file is missing its directory, is something else, is too new, or is not ours to write."""


class DatabaseInUse(UserError):  # noqa: N818
    """Another bot runs on the same file."""
