"""`audit verify`, `audit export` and `audit head`: the record, and the proof that it is what was written."""

import csv
import json
import re
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from bot.cli.bot_time import clock_of
from bot.config import StoreSettings, load
from bot.domain.audit import Entry
from bot.domain.commands import spans
from bot.slack.pipelines import permalink
from bot.store.administration import Administration

_HEAD = re.compile(r"(\d{1,18}):([0-9a-f]{64})")


class _Head(click.ParamType[tuple[int, str]]):
    """`1234:9f86d0…`, as `audit head` prints it."""

    name = "id:hash"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, str]:
        match = _HEAD.fullmatch(str(value).lower())
        if match is None:
            self.fail(f"{value!r} is no head; write it as `pipeline-bot audit head` prints it.", param, ctx)
        return int(match[1]), match[2]


class _Since(click.ParamType[timedelta | datetime]):
    """`7d`, or `2026-11-25`, or a moment of that day."""

    name = "duration|date"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta | datetime:
        span = spans.span(str(value))
        since = spans.moment(str(value)) if span is None else span
        if not isinstance(since, timedelta | datetime):
            self.fail(
                f"{value!r} is neither a duration, such as 7d, nor a date, such as 2026-11-25.", param, ctx
            )
        return since


@click.group(short_help="Prove and export the record.")
def audit() -> None:
    """Prove, export and anchor the record of everything that was done, granted and refused."""


@audit.command()
@click.option("--head", type=_Head(), help="A head that was noted elsewhere: the record must still hold it.")
def verify(*, head: tuple[int, str] | None) -> None:
    """Prove that no entry of the record was changed, removed or moved since it was written.

    A chain cannot show that its end was cut off: note `audit head` elsewhere, and give it to --head later. Exit status
    1 and the first broken entry if the record is not whole.
    """
    with Administration.open(load(StoreSettings).pipeline_bot_database) as administration:
        broken = administration.verify(head)
        newest = administration.head()
    if broken is not None:
        click.echo(f"Entry {broken.id} {broken.why}.")
        sys.exit(1)
    held = "" if head is None else " It still holds the head that was noted."
    click.echo(f"The record is whole.{held} Its head: {_head(newest)}")


@audit.command()
def head() -> None:
    """Print the newest entry's number and hash, to be kept where nobody who can write the database can."""
    with Administration.open(load(StoreSettings).pipeline_bot_database) as administration:
        click.echo(_head(administration.head()))


@audit.command()
@click.option("--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True)
@click.option(
    "--since", type=_Since(), help="How far back, such as 7d, or from when, such as 2026-11-25 (UTC)."
)
def export(form: str, *, since: timedelta | datetime | None) -> None:
    """Write the record to standard output, oldest first, an entry a line."""
    with Administration.open(load(StoreSettings).pipeline_bot_database) as administration:
        begin = clock_of(administration).now() - since if isinstance(since, timedelta) else since
        entries, url = administration.entries(begin), administration.workspace_url()
        if form == "csv":
            _as_csv(entries, url)
        else:
            for entry in entries:
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
    """To the card in Slack, by what the entry says itself: its `channel` and `ts`. Empty where it had none."""
    if not url or "ts" not in data:
        return ""
    return permalink(url, str(data.get("channel")), str(data["ts"]))


def _head(newest: tuple[int, str]) -> str:
    return f"{newest[0]}:{newest[1]}"
