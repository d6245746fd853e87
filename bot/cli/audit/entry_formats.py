"""Formats of an exported entry: a JSON object, a row of CSV, or a CloudEvent, a line each."""

import csv
import json
import sys
from collections.abc import Callable, Mapping
from datetime import UTC
from enum import StrEnum
from typing import Any

import click

from bot.domain.audit_chain import Entry
from bot.engine.ports.webhooks import LocatedEntry
from bot.slack.sentences.pipeline_text import permalink
from bot.store.shell_store import Administration
from bot.webhooks.cloud_event import cloud_event, source_of
from bot.webhooks.event_filter import EventFilter

Writer = Callable[[LocatedEntry], None]
"""Writes an entry to standard output, at once."""

_COLUMNS = ("id", "at", "kind", "operation", "by_team", "by_user", "data", "link", "hash")


class Format(StrEnum):
    JSONL = "jsonl"
    CSV = "csv"
    CLOUDEVENTS = "cloudevents"


def writer_of(
    form: Format, administration: Administration, wanted: EventFilter, *, redacted: frozenset[str]
) -> Writer:
    """What writes entries so. Only CloudEvents are filtered and redacted; CSV begins with its header."""
    url = administration.workspace_url()
    match form:
        case Format.JSONL:
            return lambda located: click.echo(json.dumps(as_json(located.entry, url), ensure_ascii=False))
        case Format.CSV:
            return _csv_writer(url)
        case Format.CLOUDEVENTS:
            source = source_of(administration.team())

            def write(located: LocatedEntry) -> None:
                if wanted.passes(located):
                    click.echo(cloud_event(located, source, redacted).as_json)

            return write


def as_json(entry: Entry, url: str) -> dict[str, Any]:
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


def _csv_writer(url: str) -> Writer:
    rows = csv.writer(sys.stdout, lineterminator="\n")
    rows.writerow(_COLUMNS)

    def write(located: LocatedEntry) -> None:
        said = as_json(located.entry, url)
        by = said["by"] or {"team": "", "user": ""}
        data = json.dumps(said["data"], ensure_ascii=False)
        operation = said["operation"] or ""
        at, kind = said["at"], said["kind"]
        rows.writerow(
            [said["id"], at, kind, operation, by["team"], by["user"], data, said["link"], said["hash"]]
        )
        sys.stdout.flush()

    return write


def _link(data: Mapping[str, Any], url: str) -> str:
    """The link to the card in Slack, from the entry's own `channel` and `ts`; empty if it had none."""
    if not url or "ts" not in data:
        return ""
    return permalink(url, str(data.get("channel")), str(data["ts"]))
