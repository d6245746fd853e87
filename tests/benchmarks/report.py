"""The tables, in Markdown, as docs/performance.md has them. The ratios to bare Bolt come last."""

import os
import platform
import sqlite3
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from typing import Any

from tabulate import tabulate

from tests.benchmarks.plan import ACKS, CLEARED, IDLE, SDK

LIBRARIES = ("slack-bolt", "slack-sdk", "aiohttp", "httpx", "pydantic", "sqlite-utils")
KIB, MIB = 2**10, 2**20
NONE = "–"

Level = dict[str, Any]


def machine() -> str:
    """What it runs on, and how busy that is already."""
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    load = " ".join(f"{each:.1f}" for each in os.getloadavg())
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, load {load} before;"
        f" Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {libraries}."
    )


def tables(results: dict[str, Any]) -> str:
    levels = results["levels"]
    parts = [
        _acks(levels),
        _idle(levels),
        _clears(levels),
        _sdk(levels, results.get(SDK)),
        _ratios(levels),
    ]
    return "\n".join(part for part in parts if part)


def _table(title: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    found = list(rows)
    if not found:
        return ""
    written = tabulate(found, header, tablefmt="github", disable_numparse=True, stralign="right")
    return f"\n{title}\n\n{written}"


def _acks(levels: Iterable[Level]) -> str:
    rows = [
        [
            f"{level['live']:,}",
            kind,
            *_each(found["ms"]),
            *_each(found["bare"]["ms"]),
            f"{found['sent_late_ms']['p99']:.1f}",
            f"{found['answered']} of {found['sent']}",
            found.get("approved", NONE),
            found["after_slack_gave_up"],
        ]
        for level in levels
        for kind, found in ((kind, level[kind]) for kind in ACKS if kind in level)
    ]
    header = [
        "live", "ack of", "p50 ms", "p99", "max", "bare p50", "p99", "max", "sent late p99", "answered", "approved", "after 3 s",
    ]  # fmt: skip
    return _table("Acks, from the moment each was due.", header, rows)


def _each(ms: dict[str, float]) -> list[str]:
    return [f"{ms[key]:,.1f}" for key in ("p50", "p99", "max")]


def _idle(levels: Sequence[Level]) -> str:
    measured = [level for level in levels if IDLE in level]
    if not measured:
        return ""
    least, bare = measured[0], measured[0]["bare_idle"]
    rows = [["bare Bolt", f"{bare['cpu_percent']:.1f}", f"{bare['rss'] / MIB:.0f}", *[NONE] * 4]]
    for level in measured:
        found, more = level[IDLE], level["live"] - least["live"]
        a_piece = (found["rss"] - least[IDLE]["rss"]) / KIB / more if more else None
        rows.append(
            [
                f"{level['live']:,}",
                *_used(found),
                NONE if a_piece is None else f"{a_piece:.1f}",
                *_asked(found),
            ]
        )
    header = [
        "live", "CPU %", "RSS MiB", "KiB each", "looks at one a minute", "requests a minute", "KiB a minute",
    ]  # fmt: skip
    return _table("Left alone.", header, rows)


def _used(found: dict[str, float]) -> list[str]:
    return [f"{found['cpu_percent']:.1f}", f"{found['rss'] / MIB:.0f}"]


def _asked(found: dict[str, float]) -> list[str]:
    return [
        f"{found['looks_a_minute']:.0f}",
        f"{found['requests_a_minute']:,.0f}",
        f"{found['bytes_a_minute'] / KIB:,.0f}",
    ]


def _clears(levels: Iterable[Level]) -> str:
    rows = []
    for level in levels:
        cleared, starts = level.get(CLEARED), level["starts"]
        rounds = [start["first_round"] for start in starts if start["first_round"] is not None]
        rows.append(
            [
                f"{level['live']:,}",
                *(_each(cleared) if cleared else [NONE] * 3),
                _seconds(start["serving"] for start in starts),
                _seconds(rounds),
                _seconds([level["restart_to_line"]] if "restart_to_line" in level else []),
            ]
        )
    header = [
        "live", "Cleared to line p50 ms", "p99", "max", "start to serving s", "to first round", "to line of a clear meanwhile",
    ]  # fmt: skip
    return _table("From storage `Cleared` to the line in the thread, and starts.", header, rows)


def _seconds(found: Iterable[float]) -> str:
    """The slowest and the quickest."""
    ordered = sorted(found)
    if not ordered:
        return NONE
    low, high = f"{ordered[0]:.1f}", f"{ordered[-1]:.1f}"
    return low if low == high else f"{low} to {high}"


def _sdk(levels: Iterable[Level], sdk: dict[str, Any] | None) -> str:
    if sdk is None:
        return "\nFeldera's Python SDK was not measured: `--sdk-python` is a Python that has the package `feldera`."
    rows = [
        [who, *_used(found[IDLE]), *_asked(found[IDLE]), *_each(found[CLEARED])]
        for who, found in [
            *(("the bot", level) for level in levels if level["live"] == sdk["pipelines"]),
            (f"feldera {sdk['version']}", sdk),
        ]
        if IDLE in found and CLEARED in found
    ]
    header = [
        "who", "CPU %", "RSS MiB", "looks at one a minute", "requests a minute", "KiB a minute",
        "from Cleared p50 ms", "p99", "max",
    ]  # fmt: skip
    return _table(
        f"Waiting for {sdk['pipelines']} clears, beside Feldera's Python SDK in threads.", header, rows
    )


def _ratios(levels: Iterable[Level]) -> str:
    rows = [
        [
            f"{level['live']:,}",
            *(
                f"{level[k]['ms']['p99'] / level[k]['bare']['ms']['p99']:.1f}×" if k in level else NONE
                for k in ACKS
            ),
        ]
        for level in levels
        if any(kind in level for kind in ACKS)
    ]
    return _table("Ack p99, as a multiple of bare Bolt's in the same run.", ["live", *ACKS], rows)
