"""The audit log entries that were moved to an archive, a database of its own; the log goes on from the last of them. Pure."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.audit_chain import Head

NO_ACCESS_DATA = "This is an archive: grants and rules are in the bot's database."


@dataclass(frozen=True, slots=True)
class Archived:
    """The entries from `first` to `last`, which were moved to `file` at `archived_at`; the newest is of `newest_at`.

    `last` is the anchor: the entry after it has a hash that depends on it. `recorded` is the later entry that says all this.
    """

    first: int
    last: Head
    newest_at: datetime
    archived_at: datetime
    file: str
    recorded: int
