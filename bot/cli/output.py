"""Formatting of shell output: times, tables, JSON. Nothing in here queries or changes anything."""

import getpass
import json
import os
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tabulate import tabulate

_BMP = 0xFFFF  # a single escape holds no more


def moment(when: datetime) -> str:
    return when.strftime("%Y-%m-%d %H:%M UTC")


def one_line(text: str) -> str:
    """Text on one line, that can neither break a table nor control a terminal."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return tabulate(
        [[one_line(cell) for cell in row] for row in rows],
        headers=columns,
        tablefmt="plain",
        disable_numparse=True,
    )


def counted(number: int, one: str, many: str | None = None) -> str:
    """`1 grant`, `2 grants`; `many` where an `s` does not make the plural."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def as_json(document: Any) -> str:
    """JSON with escapes for what is not printable: it commands no terminal, and is YAML as well."""
    text = json.dumps(document, indent=2, ensure_ascii=False, default=str)
    return "".join(
        char if char.isprintable() or char == "\n" or ord(char) > _BMP else f"\\u{ord(char):04x}"
        for char in text
    )


def shell_user() -> str:
    """The recorded author of a change. In a container a user may have a number, and no name."""
    try:
        return one_line(f"shell:{getpass.getuser()}")
    except (KeyError, OSError):  # the latter from Python 3.13 on
        return f"shell:uid {os.getuid()}"
