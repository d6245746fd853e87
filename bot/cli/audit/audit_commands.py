"""`audit verify`, `audit export` and `audit head`: verifies and exports the audit log."""

import csv
import json
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TextIO

import click

from bot.cli.audit import verification_state
from bot.cli.audit.anchors import head_of, heads_in, where_to_look
from bot.cli.audit.verification_state import entries
from bot.cli.current_time import clock_of
from bot.config import StoreSettings, load
from bot.domain import durations
from bot.domain.audit_chain import Checked, Entry, Head
from bot.domain.errors import UserError
from bot.slack.sentences.pipeline_text import permalink
from bot.store.shell_store import Administration


class _Head(click.ParamType[Head]):
    """`1234:9f86d0…`, as `audit head` prints it."""

    name = "id:hash"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Head:
        head = head_of(str(value))
        if head is None:
            self.fail(f"{value!r} is no head; write it as `pipeline-bot audit head` prints it.", param, ctx)
        return head


class _Since(click.ParamType[timedelta | datetime]):
    """`7d`, or `2026-11-25`, or a time on that day."""

    name = "duration|date"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta | datetime:
        span = durations.span(str(value))
        since = durations.moment(str(value)) if span is None else span
        if not isinstance(since, timedelta | datetime):
            self.fail(
                f"{value!r} is neither a duration, such as 7d, nor a date, such as 2026-11-25.", param, ctx
            )
        return since


@click.group()
def audit() -> None:
    """Prove, export and anchor the record of everything that was done, granted and refused."""


@audit.command()
@click.option(
    "--head",
    "heads",
    type=_Head(),
    multiple=True,
    help="A head that was noted elsewhere: the audit log must still hold it. It may be given several times.",
)
@click.option(
    "--heads-from",
    "kept",
    type=click.File(encoding="utf-8", errors="replace"),
    help="A file with such heads, as ID:HASH or in the bot's own log; - is standard input.",
)
@click.option("--full", is_flag=True, help="Read all entries, also those that were verified before.")
def verify(*, heads: tuple[Head, ...], kept: TextIO | None, full: bool) -> None:
    """Show whether any entry of the audit log was changed, removed or moved since it was written.

    Entries up to the last one that this user verified before are not read again, but for --full: that entry must have
    the same hash, and no entry before it may be missing. How far it was verified is kept in $XDG_STATE_HOME/pipeline-bot.

    Its hashes show that the entries are consistent. Whether somebody wrote all of them anew, or cut off the end, is
    shown only by a head that was noted elsewhere: by `audit head`, in the bot's log, or in PIPELINE_BOT_AUDIT_CHANNEL.

    Exit status 0 if the audit log holds every head that was given; 3 if it is consistent and none was given; 1 and the
    first broken entry if it is broken; 2 if it cannot be read.
    """
    given = (*heads, *_heads_of(kept))
    path = load(StoreSettings).pipeline_bot_database
    with Administration.reading(path) as administration:
        verification = verification_state.verify(path, administration, given, full=full)
        where = where_to_look(administration)
    checked = verification.checked
    if checked.broken is not None:
        click.echo(f"Entry {checked.broken.id} {checked.broken.why}.")
        _say(_before(checked), verification.not_read(), verification.contradicts())
        sys.exit(BROKEN)
    _say(_as_far_as_proved(checked), verification.not_read())
    if checked.anchor is None:
        for sentence in (_WANTED, *where):
            click.echo(sentence)
        sys.exit(NOT_ANCHORED)


def _say(*sentences: str) -> None:
    for sentence in filter(None, sentences):
        click.echo(sentence)


BROKEN = 1  # exit statuses
NOT_ANCHORED = 3
_WANTED = "To prove more, give a head that was noted elsewhere: --head ID:HASH, or --heads-from FILE."


def _heads_of(kept: TextIO | None) -> tuple[Head, ...]:
    if kept is None:
        return ()
    heads = tuple(dict.fromkeys(heads_in(kept)))
    if not heads:
        raise UserError(
            f"{kept.name} holds no head: neither a line `audit_head` of the bot's log, nor ID:HASH."
        )
    return heads


def _as_far_as_proved(checked: Checked) -> str:
    newest, anchor, read_after = checked.newest[0], checked.anchor, checked.after
    if newest == 0:
        return "Consistent, not anchored: the audit log has no entries."
    if anchor is None:
        if newest == read_after:
            return f"Consistent, not anchored: the audit log has no entry after {_head(checked.newest)}."
        fit = "fits" if newest == read_after + 1 else "fit"
        return (
            f"Consistent, not anchored: {entries(read_after + 1, newest)} of the audit log {fit} together, up to "
            f"{_head(checked.newest)}. This does not show whether they were all rewritten, or the end was cut off."
        )
    after = newest - max(anchor, read_after)
    rest = f" The {after} after it {'is' if after == 1 else 'are'} consistent, not anchored." if after else ""
    if anchor <= read_after:
        held = f"Entry {anchor} has the hash that was noted elsewhere."
        rest = rest.replace("after it", f"after entry {read_after}")
    elif read_after:
        held = f"The audit log is intact from entry {read_after + 1} up to entry {anchor}, whose hash was noted elsewhere."
    else:
        held = f"The audit log is intact up to entry {anchor}, whose hash was noted elsewhere."
    return f"{held}{rest} Its head: {_head(checked.newest)}"


def _before(checked: Checked) -> str:
    newest, anchor = checked.newest[0], checked.anchor
    if newest == checked.after:
        return "No entry before it was found consistent." if newest == 0 else "It is the first that was read."
    proved = "" if anchor is None else f", and intact up to entry {anchor}, whose hash was noted elsewhere"
    return f"Consistent before it: {entries(checked.after + 1, newest)}{proved}."


@audit.command()
def head() -> None:
    """Print the newest entry's number and hash, to be kept where nobody who can write the database can."""
    with Administration.reading(load(StoreSettings).pipeline_bot_database) as administration:
        click.echo(_head(administration.head()))


@audit.command()
@click.option("--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True)
@click.option(
    "--since", type=_Since(), help="How far back, such as 7d, or from when, such as 2026-11-25 (UTC)."
)
def export(form: str, *, since: timedelta | datetime | None) -> None:
    """Write the record to standard output, oldest first, an entry a line."""
    with Administration.reading(load(StoreSettings).pipeline_bot_database) as administration:
        begin = clock_of(administration).now() - since if isinstance(since, timedelta) else since
        found, url = administration.entries(begin), administration.workspace_url()
        if form == "csv":
            _as_csv(found, url)
        else:
            for entry in found:
                click.echo(json.dumps(_as_json(entry, url), ensure_ascii=False))


def _as_json(entry: Entry, url: str) -> dict[str, Any]:
    event = entry.event
    return {
        "id": entry.id,
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "kind": event.kind.value,
        "operation": entry.operation,
        "by": None if event.by is None else {"team": event.by.team, "user": event.by.user},
        "data": dict(event.data),
        "link": _link(event.data, url),
        "hash": entry.hash,
    }


_COLUMNS = ("id", "at", "kind", "operation", "by_team", "by_user", "data", "link", "hash")


def _as_csv(entries: Iterable[Entry], url: str) -> None:
    rows = csv.writer(sys.stdout, lineterminator="\n")
    rows.writerow(_COLUMNS)
    for entry in entries:
        said = _as_json(entry, url)
        by = said["by"] or {"team": "", "user": ""}
        data = json.dumps(said["data"], ensure_ascii=False)
        rows.writerow(
            [
                entry.id,
                said["at"],
                said["kind"],
                entry.operation or "",
                by["team"],
                by["user"],
                data,
                said["link"],
                entry.hash,
            ]
        )


def _link(data: Mapping[str, Any], url: str) -> str:
    """The link to the card in Slack, from the entry's own `channel` and `ts`; empty if it had none."""
    if not url or "ts" not in data:
        return ""
    return permalink(url, str(data.get("channel")), str(data["ts"]))


def _head(newest: Head) -> str:
    return f"{newest[0]}:{newest[1]}"
