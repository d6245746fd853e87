"""Checks of the database: its disk, its backups, and the requests in it that wait for people."""

from datetime import timedelta

import humanize

from bot.diagnostics.context import CheckContext
from bot.domain.bot_time import length
from bot.domain.diagnosis import CheckResult, failed, passed, unknown, warning
from bot.domain.operations.operation import Operation, State
from bot.slack.sentences.plan_text import action_name
from bot.store.diagnosis_facts import DiagnosisFacts

DISK, BACKUP, REQUESTS = "disk", "backup", "requests"
BACKED_UP_WITHIN = timedelta(hours=36)  # nightly, with some delay
BACKUP_FORGOTTEN = timedelta(days=7)
REVIEWED_WITHIN = timedelta(days=1)  # what was done at night is reviewed the next day
NAMED_MOST = 10
_BACK_UP = "Run `pipeline-bot backup FILE` each night, for example from cron: it notes when it made one; other copies do not."


async def disk(context: CheckContext) -> list[CheckResult]:
    space = await context.disk_space()
    if space is None:
        return [unknown(DISK, await _why_no_space(context))]
    if space.is_for_requests_under_way:
        full = f"The database's disk has only {space.free_in_words} free, so the bot refuses new requests."
        return [failed(DISK, full, "Make room on it.")]
    if space.is_almost_full:
        almost = f"The database's disk is almost full, with {space.free_in_words} free."
        return [
            warning(
                DISK,
                almost,
                f"Make room for {space.wanted_in_words}. Below 10 MB the bot refuses new requests.",
            )
        ]
    return [passed(DISK, f"{humanize.naturalsize(space.free)} are free on the database's disk.")]


async def _why_no_space(context: CheckContext) -> str:
    facts = await context.facts()
    if not isinstance(facts, DiagnosisFacts):
        return facts.why
    if not facts.schema:
        return "There is no database yet."
    return "The database's disk does not tell how much room it has."


async def backup(context: CheckContext) -> list[CheckResult]:
    """Only our own command notes when it made one; other copies leave no time behind."""
    facts = await context.facts()
    if not isinstance(facts, DiagnosisFacts):
        return [unknown(BACKUP, facts.why)]
    if not facts.schema:
        return [passed(BACKUP, "There is nothing to back up yet.")]
    litestream = " Litestream copies it, or did: ask it how old its copy is." if facts.has_litestream else ""
    if facts.backed_up_at is None:
        return [warning(BACKUP, f"No backup is known.{litestream}", _BACK_UP)]
    age = context.now() - facts.backed_up_at
    found = f"The last one is {length(age)} old ({facts.backed_up_at:%Y-%m-%d %H:%M} UTC).{litestream}"
    if age <= BACKED_UP_WITHIN:
        return [passed(BACKUP, found)]
    forgotten = age > BACKUP_FORGOTTEN and not facts.has_litestream
    return [failed(BACKUP, found, _BACK_UP) if forgotten else warning(BACKUP, found, _BACK_UP)]


async def requests(context: CheckContext) -> list[CheckResult]:
    """Requests that wait, and break-glass runs without a review: nothing else enforces the review."""
    facts = await context.facts()
    if not isinstance(facts, DiagnosisFacts):
        return [unknown(REQUESTS, facts.why)]
    asked = [each for each in facts.pending if each.state is State.AWAITING_APPROVAL]
    due = [each for each in facts.pending if each.awaits_review]
    late = [each for each in due if context.now() - (each.confirmed_at or each.created_at) > REVIEWED_WITHIN]
    soon = [each for each in due if each not in late]
    found = []
    if late:
        await_review = f"{_counted(late, 'break-glass run')} for more than a day without a review{_named(context, late)}."
        found.append(failed(REQUESTS, await_review, "An approver reviews each with `/pipeline review ID`."))
    if soon:
        await_review = f"{_counted(soon, 'break-glass run')} to review{_named(context, soon)}."
        found.append(warning(REQUESTS, await_review, "An approver reviews each with `/pipeline review ID`."))
    if asked:
        found.append(passed(REQUESTS, f"{_counted(asked, 'request')} to approve{_named(context, asked)}."))
    return found or [passed(REQUESTS, "None waits for approval or review.")]


def _counted(operations: list[Operation], one: str) -> str:
    return f"{len(operations)} {one}{'' if len(operations) == 1 else 's'}"


def _named(context: CheckContext, operations: list[Operation]) -> str:
    if not context.names_requests:
        return ""
    named = [
        f"{action_name(each.plan)} {each.pipeline} ({each.short_id}) by {each.requester.user}"
        + (f" for {each.incident}" if each.incident else "")
        for each in operations[:NAMED_MOST]
    ]
    more = len(operations) - len(named)
    return f": {', '.join(named)}{f' and {more} more' if more else ''}"
