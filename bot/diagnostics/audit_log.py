"""Checks of the audit log: that its entries are as they were written, and that each grant in force has one."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from bot.domain.access.authorization import id_of
from bot.domain.access.lint.unrecorded_grants import unrecorded
from bot.domain.access.permissions import Grant
from bot.domain.audit_chain import Broken, Checked
from bot.domain.diagnosis import CheckResult, failed, warning
from bot.domain.events import Event

AUDIT_LOG = "audit log"


def altered(broken: Broken, further: str = "") -> CheckResult:
    return failed(
        AUDIT_LOG,
        f"Broken at entry {broken.id}, which {broken.why}.",
        f"Someone changed the database, or its disk is faulty: compare it with a backup. {further}".rstrip(),
    )


def newest_read(checked: Checked) -> str:
    """What was found where only the newest entries were read: how many, and how many others there are."""
    read = checked.newest[0] - checked.not_read
    archived = f"{checked.archived:,} older {'one is' if checked.archived == 1 else 'ones are'} archived"
    said = ""
    if read:
        whole = "The newest" if checked.after else "All"
        said = f"{whole} {read:,} entries are consistent" if read > 1 else "The only entry is consistent"
    if checked.archived:
        said = f"{said}; {archived}" if said else f"No entries; {archived}"
    return f"{said or 'No entries'}.{' `pipeline-bot doctor` reads all that are not archived.' if checked.after else ''}"


def unrecorded_grants(
    grants: Iterable[Grant], events: Iterable[Event], now: datetime
) -> Iterator[CheckResult]:
    """`grants` must be read before `events`: one that is given meanwhile is then at least in the log."""
    in_force = [grant for grant in grants if grant.is_current(now)]
    for grant in unrecorded(in_force, events):
        result = warning(
            AUDIT_LOG,
            f"No entry for grant #{grant.id} ({id_of(grant.principal)} is {grant.role} on {grant.pattern}): it is older than "
            "the audit log, or someone wrote it into the database.",
            "If no one can explain it, revoke it.",
        )
        yield replace(result, is_sensitive=True)
