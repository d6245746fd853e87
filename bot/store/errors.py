"""What the operator of the bot can mend about its database file: each message is a sentence they read in the shell."""

from bot.domain.errors import UserError
from bot.engine.ports import StoreUnavailable


class DatabaseUnusable(StoreUnavailable):
    """The file is missing its directory, is something else, is too new, or is not ours to write."""


class DatabaseInUse(UserError):  # noqa: N818
    """Another bot runs on the same file."""
