"""`audit export`: the audit log on standard output, an entry a line, once or as it is written.

It reads only. To follow, it opens the database again each time: a database that was restored or migrated meanwhile is
noticed, and nothing is held open.
"""

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import datetime, timedelta
from pathlib import Path

import click

from bot.cli.audit.archived_text import no_entry, where_archived
from bot.cli.audit.entry_formats import Format, Writer, writer_of
from bot.cli.audit.followed_output import ends_quietly, reader_left_within
from bot.cli.audit.since import Since
from bot.cli.audit.verification_state import entries
from bot.cli.current_time import clock_of
from bot.cli.options import ShellCommand
from bot.cli.settings_and_database import database_path, reading
from bot.domain import audit_chain
from bot.domain.audit_chain import Head
from bot.domain.errors import UserError
from bot.engine.ports.webhooks import LocatedEntry
from bot.store.errors import RecordDamaged
from bot.store.shell_store import Administration
from bot.webhooks.event_filter import EventFilter
from bot.webhooks.receiver_settings import event_name, pattern, redactable, words_of

ENTRIES_AT_ONCE = 500
LOOKS_EVERY = 1.0  # seconds


class NotTheSameLog(UserError):  # noqa: N818 - named for what happened, like every other outcome
    """The entries do not follow those that were written out before."""


class ArchivedMeanwhile(UserError):  # noqa: N818 - named for what happened, like every other outcome
    """Entries were moved to an archive before they were written out."""


class _Words(click.ParamType[tuple[str, ...]]):
    """Words as the webhooks' settings have them, with spaces or commas between."""

    def __init__(self, name: str, check: Callable[[str], str]) -> None:
        self.name = name
        self._check = check

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        try:
            return tuple(self._check(str(word)) for word in words_of(value))
        except ValueError as error:
            self.fail(f"{error}.", param, ctx)


@click.command(cls=ShellCommand)
@click.option(
    "--format",
    "form",
    type=click.Choice([each.value for each in Format]),
    help="By default jsonl, and cloudevents with --follow: what webhooks send, see docs/events.md.",
)
@click.option(
    "--since", type=Since(), help="How far back, such as 7d, or from when, such as 2026-11-25 (UTC)."
)
@click.option(
    "--after", type=click.IntRange(min=0), metavar="ENTRY", help="The number of the last entry to leave out."
)
@click.option("--follow", is_flag=True, help="Go on with new entries as they are written, until interrupted.")
@click.option("--events", type=_Words("types", event_name), default="", help="Only events of these types.")
@click.option(
    "--pipelines", type=_Words("patterns", pattern), default="", help="Only events on these pipelines."
)
@click.option(
    "--redact",
    type=_Words("what", redactable),
    default="",
    help="Leave out text, people, or both, of events.",
)
@click.option("--json", "wants_json", is_flag=True, help="The same as --format jsonl: a JSON object a line.")
def export(  # noqa: PLR0913 - the options
    *,
    form: str | None,
    since: timedelta | datetime | None,
    after: int | None,
    follow: bool,
    events: tuple[str, ...],
    pipelines: tuple[str, ...],
    redact: tuple[str, ...],
    wants_json: bool,
) -> None:
    """Write the audit log to standard output, oldest entry first, one entry a line.

    Entries that were archived are in their archive: --database FILE reads it.
    """
    if wants_json and form not in {None, Format.JSONL}:
        raise click.UsageError(f"--json and --format {form} exclude each other. Give one of them.")
    if since is not None and after is not None:
        raise click.UsageError("--since and --after exclude each other. Give one of them.")
    usual = Format.CLOUDEVENTS if follow and not wants_json else Format.JSONL
    chosen = usual if form is None else Format(form)
    if chosen is not Format.CLOUDEVENTS and (events or pipelines or redact):
        raise click.UsageError("--events, --pipelines and --redact are for --format cloudevents.")
    with ends_quietly() if follow else nullcontext():
        _export(chosen, since, after, EventFilter.of(events, pipelines), frozenset(redact), goes_on=follow)


def _export(  # noqa: PLR0913 - what to write, and how
    form: Format,
    since: timedelta | datetime | None,
    after: int | None,
    wanted: EventFilter,
    redacted: frozenset[str],
    *,
    goes_on: bool,
) -> None:
    path = database_path()
    with reading(path) as administration:
        at = clock_of(administration).now() - since if isinstance(since, timedelta) else since
        begin = _begin(administration, at, after)
        archived = [
            each
            for each in administration.archived()
            if each.last[0] > (after or 0) and (at is None or each.newest_at >= at)
        ]
        write = writer_of(form, administration, wanted, redacted=redacted)
        if not goes_on:
            for located in _entries(administration, begin):
                write(located)
    for sentence in where_archived(archived, "audit export"):
        click.echo(sentence, err=True)
    if goes_on:
        _follow(path, begin, write)


def _begin(administration: Administration, at: datetime | None, after: int | None) -> Head:
    """The entry after which to begin."""
    if at is not None:
        first = next(administration.entries(at), None)
        after = administration.head()[0] if first is None else first.id - 1
    found = administration.head_of(after or 0)
    if found is None:
        raise UserError(no_entry(administration, after or 0))
    return found


def _follow(path: Path, last: Head, write: Writer) -> None:
    while True:
        with Administration.reading(path) as administration:
            if not administration.still_has(last):
                _refuse_what_was_archived(administration, last)
                raise NotTheSameLog(
                    f"The audit log was replaced or changed: entry {last[0]} is not the one that was written out. "
                    "Compare what you have with `pipeline-bot audit export`, and follow again with --after."
                )
            for located in _entries(administration, last):
                write(located)
                last = located.entry.id, located.entry.hash
        if reader_left_within(LOOKS_EVERY):
            return


def _entries(administration: Administration, last: Head) -> Iterator[LocatedEntry]:
    """The entries after `last`, in pages: one long read would block WAL checkpoints.

    Raises:
        RecordDamaged: an entry is not as it was written.
        NotTheSameLog: an entry does not follow the one before it.
        ArchivedMeanwhile: entries after `last` were archived.
    """
    while True:
        page = administration.page_after(last[0], ENTRIES_AT_ONCE)
        for located in page.entries:
            if not audit_chain.follows(located.entry, last):
                _refuse_what_was_archived(administration, last)
                raise NotTheSameLog(
                    f"Entry {located.entry.id} of the audit log does not follow entry {last[0]}: "
                    "`pipeline-bot audit verify` says what was changed."
                )
            yield located
            last = located.entry.id, located.entry.hash
        if page.broken is not None:
            raise RecordDamaged(page.broken)
        if len(page.entries) < ENTRIES_AT_ONCE:
            return


def _refuse_what_was_archived(administration: Administration, last: Head) -> None:
    """Say so if the entry after `last` is missing because it is in an archive.

    Raises:
        ArchivedMeanwhile: entries after `last` were archived.
    """
    archived = [each for each in administration.archived() if each.last[0] > last[0]]
    if archived:
        begin = archived[-1].last[0]
        missing = entries(last[0] + 1, begin).capitalize()
        said = "was archived before it was" if last[0] + 1 == begin else "were archived before they were"
        where = " ".join(where_archived(archived, "audit export"))
        raise ArchivedMeanwhile(f"{missing} {said} written out. {where} Then go on with --after {begin}.")
