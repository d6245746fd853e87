"""Formatting of shell output: times, tables, JSON. Nothing in here queries or changes anything."""

import getpass
import json
import os
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click
from tabulate import tabulate


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


def as_json(document: Any) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False)


def shell_user() -> str:
    """The recorded author of a change. In a container a user may have a number, and no name."""
    try:
        return one_line(f"shell:{getpass.getuser()}")
    except (KeyError, OSError):  # the latter from Python 3.13 on
        return f"shell:uid {os.getuid()}"


json_flag = click.option("--json", "wants_json", is_flag=True, help="JSON, for programs.")
