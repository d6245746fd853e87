"""What the operator of the bot can mend about its database file: each message is a sentence they read in the shell or in Slack."""

from bot.domain.audit_chain import Broken
from bot.domain.errors import UserError
from bot.engine.ports import StoreLost, StoreUnavailable


class DatabaseUnusable(StoreUnavailable):
    """The file is missing its directory, is something else, is too new, or is not ours to write."""


class DatabaseMissing(DatabaseUnusable):
    """There is no file to read, or nothing in it."""


class DatabaseReplaced(StoreLost):
    """The files on the disk are no longer the ones that were opened, or hold what was not written by way of SQLite."""


class DatabaseDamaged(StoreLost):
    """SQLite cannot make sense of what stands in the file."""


class BotHoldsAnotherFile(UserError):  # noqa: N818
    """The bot that runs does not hold the file that is at the path: what is changed here is nothing to it."""


class DatabaseInUse(UserError):  # noqa: N818
    """Another bot runs on the same file."""


class RecordDamaged(UserError):  # noqa: N818
    """An entry of the audit record is not as it was written."""

    def __init__(self, broken: Broken) -> None:
        super().__init__(f"Entry {broken.id} of the audit record {broken.why}.")
        self.broken = broken


class AmbiguousId(UserError):  # noqa: N818
    """The beginning of an operation's id that several have."""
