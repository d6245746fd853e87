"""What is typed of how long something lasts, and the name under which the shell appears among people."""

from datetime import timedelta

SHELL = "shell"


def length(typed: str) -> timedelta:
    """`30m` or `6h`."""
    return {"m": timedelta(minutes=1), "h": timedelta(hours=1)}[typed[-1]] * int(typed[:-1])
