"""The report of what a restore undoes, before it is confirmed."""

from collections.abc import Iterator
from pathlib import Path

import click

from bot.cli.audit.archived_text import counted_entries
from bot.cli.audit.verification_state import entries
from bot.cli.database.backup import broken_log
from bot.cli.output import counted, moment, one_line, table
from bot.domain.operations.operation import Operation, State
from bot.slack.sentences.plan_text import action_name
from bot.store.backup.losses import ChangedRequest, Losses
from bot.store.backup.restore import Restoration

_NOT_THERE = "not in the backup"


def report(ready: Restoration, backup: Path) -> str:
    """Lines: the backup first, then what is lost, and what comes back."""
    return "\n".join((*_backup(ready, backup), *_undone(ready)))


def _backup(ready: Restoration, backup: Path) -> Iterator[str]:
    verified = ready.verified
    number, _ = verified.head
    newest = "" if verified.newest_at is None else f", the newest of {moment(verified.newest_at)}"
    logged = counted_entries(number, verified.archived, "audit log entry", "audit log entries")
    yield f"Backup {backup}: {logged}{newest}."
    if verified.broken is not None:
        yield click.style(broken_log(verified.broken), fg="red")


def _undone(ready: Restoration) -> Iterator[str]:
    losses = ready.losses
    if losses is None:
        yield (
            "There is no database to compare it with."
            if not ready.not_compared
            else f"What is lost cannot be told. {ready.not_compared}"
        )
        return
    yield from _entries(losses)
    ours, theirs = losses.archived
    if theirs < ours:
        yield (
            f"{entries(theirs + 1, ours).capitalize()} of the audit log, archived since, come back; those requests, too. "
            "They stay in the archive: archive again with the same file afterwards."
        )
    elif ours < theirs:
        yield f"{entries(ours + 1, theirs).capitalize()} of the audit log are not in the backup, which was taken after they were archived."
    if losses.requests:
        yield "Requests that are lost, or have another state in the backup:"
        yield table(
            ("ID", "REQUEST", "BY", "NOW", "AFTER THE RESTORE"), [_row(each) for each in losses.requests]
        )
    if losses.access:
        yield "Access that is lost (-), or comes into force again (+):"
        for line in losses.access:
            yield click.style(one_line(line), fg="red" if line.startswith("-") else "green")
    if losses.continued:
        yield f"The bot will continue with: {', '.join(map(_named, losses.continued))}."
    if losses.webhooks:
        sent = ", ".join(f"{receiver} (up to entry {entry})" for receiver, entry in losses.webhooks)
        yield f"Webhook receivers have entries that are lost, and get others with the same numbers: {sent}."


def _entries(losses: Losses) -> Iterator[str]:
    common, lost, foreign = losses.last_common[0], losses.lost_entries, losses.foreign_entries
    is_compared = common > 0 and losses.archived[1] <= common
    if foreign and not lost and is_compared:
        come = "comes" if foreign == 1 else "come"
        yield (
            f"The backup is a later state of this database: {_counted(foreign)} after entry {common} {come} back. "
            "No entry is lost."
        )
        return
    if foreign and not lost:
        yield click.style(
            "Nothing shows that the backup is of this database: the two have no entry of the audit log that could be compared. "
            "Check that it is the right file.",
            fg="red",
        )
    elif foreign:
        yield click.style(
            f"The backup is not an earlier state of this database: after entry {common} of the audit log each has entries "
            f"of its own, the backup {_counted(foreign)}. So it is if an earlier restore replaced the file, and the bot or "
            "the shell has written since; otherwise check that it is the right file.",
            fg="yellow" if common else "red",
        )
    yield f"Lost: {_counted(lost)} after entry {common}." if lost else "No entry of the audit log is lost."


def _counted(number: int) -> str:
    return counted(number, "audit log entry", "audit log entries")


def _row(changed: ChangedRequest) -> tuple[str, str, str, str, str]:
    now = changed.now
    then = _NOT_THERE if changed.in_backup is None else _in_words(changed.in_backup)
    return (
        now.short_id,
        f"{action_name(now.plan)} {now.pipeline}",
        now.requester.user,
        _in_words(now.state),
        then,
    )


def _named(operation: Operation) -> str:
    return f"{action_name(operation.plan)} {operation.pipeline} ({operation.short_id})"


def _in_words(state: State) -> str:
    return state.value.replace("_", " ")
