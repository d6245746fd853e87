"""Installation: which Feldera answers, and whether this bot supports its version. Pure."""

from dataclasses import dataclass
from typing import Final

CLEARS_SINCE: Final = (0, 97)
"""The first version with `POST …/clear`."""

SESSIONS_SINCE: Final = (0, 327)
"""The first version with `/v0/config/session`, which tells the bot's role and tenant."""

SUPPORTED_SINCE: Final = SESSIONS_SINCE
"""Earlier versions should work, with limits."""

TESTED_WITH: Final = (0, 337)
"""The version that the bot was tested with."""


@dataclass(frozen=True, slots=True)
class Installation:
    """`greeting` is as in "Feldera 0.337.0 (Open source)"; `version` is (0, 337). `date` is the answer's HTTP header."""

    greeting: str
    version: tuple[int, int]
    date: str = ""


def numbered(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]}"
