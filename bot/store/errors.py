"""Database errors that the operator can fix: each message is a sentence for the shell or Slack."""

from bot.domain.audit_chain import Broken
from bot.domain.errors import UserError
from bot.engine.ports import DatabaseLost, StoreUnavailable


class DatabaseUnusable(StoreUnavailable):
    """The file has no directory, is another program's, is too new, or is not writable."""


class DatabaseMissing(DatabaseUnusable):
    """There is no file to read, or nothing in it."""


class DatabaseGone(DatabaseUnusable):
    """A bot has run on a database at this path, and there is none any more."""


class DatabaseReplaced(DatabaseLost):
    """The files on the disk are no longer those that were opened, or something other than SQLite wrote to them."""


class DatabaseDamaged(DatabaseLost):
    """SQLite or the bot cannot parse what is in the file."""


class BotHoldsAnotherFile(UserError):  # noqa: N818
    """The running bot holds another file than the one at the path: changes to this one would not reach it."""


class DatabaseInUse(UserError):  # noqa: N818
    """Another bot runs on the same file."""


class RecordDamaged(UserError):  # noqa: N818
    """An audit log entry is not as it was written."""

    def __init__(self, broken: Broken) -> None:
        super().__init__(f"Entry {broken.id} of the audit log {broken.why}.")
        self.broken = broken


class AmbiguousId(UserError):  # noqa: N818
    """A prefix that the ids of several operations share."""
