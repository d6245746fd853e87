"""Checks of the audit log: that its entries are as they were written, and that each grant in force has one."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from bot.domain.access.authorization import id_of
from bot.domain.access.lint.unrecorded_grants import unrecorded
from bot.domain.access.permissions import Grant
from bot.domain.audit_chain import Broken
from bot.domain.diagnosis import CheckResult, failed, warning
from bot.domain.events import Event

AUDIT_LOG = "audit log"


def altered(broken: Broken, further: str = "") -> CheckResult:
    return failed(
        AUDIT_LOG,
        f"Broken at entry {broken.id}, which {broken.why}.",
        f"Someone changed the database, or its disk is faulty: compare it with a backup. {further}".rstrip(),
    )


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
